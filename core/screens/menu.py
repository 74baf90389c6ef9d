"""The menu: entries that addons ship as rows, in the user's language, without what the user may not open.

An app reads the rows once for each set of permissions. Only installs and upgrades write them
(`core.loader.grants` lets nobody else), and after each of those every process builds its app anew.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app, g, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.routing import BuildError

from core import m
from core.db import db
from core.i18n import _, locale_code
from core.security.actor import Actor
from core.security.rights import ANY_USER, PUBLIC, current_actor, model_rights

T = TypeVar("T")

#: Menus that are kept, for sets of permissions and as HTML.
KEPT = 500
#: The groups that this browser's user folded or unfolded, by their ids ("12.45"); written by menus.js.
FOLDS_COOKIE = "menu"


@dataclass
class Entry:
    """An entry as the page shows it."""

    id: int
    label: str
    url: str
    icon: str = ""
    active: bool = False
    #: Whether a group shows what is in it.
    open: bool = False
    children: list["Entry"] = field(default_factory=list)


def sidebar() -> Markup:
    """The current user's menu as HTML; kept, since most pages have the same."""
    actor, path, folds = current_actor(), request.path, request.cookies.get(FOLDS_COOKIE, "")
    here = tuple(url for _row, url in _leading(actor) if _is_at(url, path))
    key = ("html", actor.permissions, actor.is_superuser, locale_code(), here, folds)
    return _kept(key, lambda: Markup(render_template("sidebar.html", entries=current_menu())))  # noqa: S704  # escaped there


def current_menu() -> list[Entry]:
    """The menu of the current user: groups that have at least one entry, and entries without a group."""
    if "menu" not in g:
        g.menu = build(_leading(current_actor()), request.path)
        _unfold(g.menu, set(request.cookies.get(FOLDS_COOKIE, "").split(".")))
    menu: list[Entry] = g.menu
    return menu


def _leading(actor: Actor) -> list[tuple[Any, str]]:
    """The rows that the actor may follow, each with where it leads; kept by permissions."""
    return _kept(("rows", actor.permissions, actor.is_superuser), lambda: list(_followed(_rows(), actor)))


def _followed(rows: Iterable[Any], actor: Actor) -> Iterable[tuple[Any, str]]:
    for row in rows:
        url = _url(row, actor)
        if url is not None:
            yield row, url


def _kept(key: Any, make: Callable[[], T]) -> T:
    kept: dict[Any, T] = current_app.extensions.setdefault("menus", {})
    if key not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = make()
    return kept[key]


def _rows() -> Sequence[Any]:
    menu = m.Menu
    columns = (menu.id, menu.name, menu.parent_id, menu.screen, menu.endpoint, menu.icon, menu.permission)
    return db.session.execute(select(*columns).order_by(menu.position, menu.id)).all()


def build(rows: Iterable[tuple[Any, str]], path: str) -> list[Entry]:
    """The entries in order; `path` marks the one that the user is at."""
    entries: dict[int, tuple[Entry, int | None]] = {}
    for row, url in rows:
        entries[row.id] = (Entry(row.id, _(row.name), url, row.icon, _is_at(url, path)), row.parent_id)
    for entry, parent in entries.values():
        if parent in entries:
            entries[parent][0].children.append(entry)
    tops = [entry for entry, parent in entries.values() if parent is None]
    return [entry for entry in tops if _prune(entry)]


def _prune(entry: Entry) -> bool:
    """Drop groups that lead nowhere; whether the entry stays."""
    entry.children = [child for child in entry.children if _prune(child)]
    return bool(entry.url or entry.children)


def _unfold(entries: Iterable[Entry], changed: Container[str], usual: bool = True) -> bool:
    """Open the groups that are open; whether the user is at one of the entries.

    Groups of the menu are open, and groups within them folded, as long as the user changes nothing
    (`changed` has the ids of those that they did), and what leads to the page at hand is always open.
    """
    here = False
    for entry in entries:
        leads_here = _unfold(entry.children, changed, usual=False)
        entry.open = leads_here or usual != (str(entry.id) in changed)
        here = here or leads_here or entry.active
    return here


def leaves(entries: Iterable[Entry], prefix: str = "") -> Iterable[tuple[str, Entry]]:
    """All entries that open something, each with the groups above it."""
    for entry in entries:
        if entry.url:
            yield prefix, entry
        yield from leaves(entry.children, f"{prefix}{entry.label} › ")


def _is_at(url: str, path: str) -> bool:
    """Whether the page is the entry's, or the form of one of its records, or below it."""
    below = [url.rstrip("/") + "/"]
    if url.endswith(".list"):
        # Not all that begins alike: `substitute.choice.list` is another entry than `substitute.list`.
        below.append(url.removesuffix("list") + "form")
    return bool(url) and (path == url or path.startswith(tuple(below)))


def source_of(screen: Any) -> tuple[str, str]:
    """What the button of an empty list says, and where it leads: to where its records come from."""
    actor = current_actor()
    if screen.source is not None:
        label, place = screen.source
        url = _list_url(place, actor) if place.endswith(".list") else endpoint_url(place, actor)
        if url:
            return str(label), url
    return _("Back to the start page"), "/"


def _url(row: Any, actor: Actor) -> str | None:
    """Where the entry leads; empty for a group, None when the user may not go there."""
    if row.permission and not actor.may(row.permission):
        return None
    if row.screen:
        return _list_url(row.screen, actor)
    return endpoint_url(row.endpoint, actor) if row.endpoint else ""


def _list_url(name: str, actor: Actor) -> str | None:
    screen = current_app.extensions["screens"].by_name.get(name)
    return f"/m/{name}" if screen and actor.may(model_rights(screen.model).read) else None


def endpoint_url(endpoint: str, actor: Actor) -> str | None:
    """The address of a page without arguments; None where there is none, or the actor may not open it."""
    view = current_app.view_functions.get(endpoint)
    needed = getattr(view, "permission", None)
    if view is None or not (needed in (PUBLIC, ANY_USER) or (needed and actor.may(needed))):
        return None
    try:
        return url_for(endpoint)
    except BuildError:
        return None
