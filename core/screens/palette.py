"""What Ctrl+K finds: pages of the menu, acts that begin something, and records."""

from collections.abc import Callable, Iterable
from typing import Any

from core.i18n import _, _l
from core.screens.composition import ScreenSet
from core.screens.forms.choices import Hit, search_everywhere
from core.screens.menu import current_menu, endpoint_url, leaves
from core.security.actor import Actor
from core.security.rights import model_rights

#: How many pages and acts are shown; records have a limit of their own for each list.
MOST = 8
#: Pages that stand in no menu.
PLACES = (
    ("people.account", _l("My account")),
    ("api_pages.tokens", _l("API tokens")),
    ("exchange.new", _l("Import a file")),
)

Offer = dict[str, str]


def found_by(q: str, session: Any, screens: ScreenSet, actor: Actor) -> list[Offer]:
    """What this actor may open by that text; a record that is named exactly comes first."""
    words, menu = q.casefold().split(), [*leaves(current_menu())]
    pages = [_offer(_("Menu"), entry.label, entry.url, path.removesuffix(" › ")) for path, entry in menu]
    acts = [*_acts(screens, actor)] if words else []
    hits = search_everywhere(session, screens, q, actor) if len(q) > 1 else []
    hits.sort(key=_in_order_of([entry.url for _path, entry in menu]))
    records = [_offer(hit.kind, hit.label, hit.url, hit.hint) for hit in hits]
    exact = sum(hit.exact for hit in hits)
    offered = [*_matching(pages, words)[:MOST], *_matching(acts, words)[:MOST]]
    return [*records[:exact], *offered, *records[exact:]]


def _in_order_of(urls: list[str]) -> Callable[[Hit], tuple[int, int]]:
    """What was named exactly first; then the kinds as they follow each other in the menu."""
    places = {url: place for place, url in enumerate(urls)}
    return lambda hit: (min(hit.rank, 2), places.get(f"/m/{hit.screen}", len(places)))


def _offer(kind: str, label: str, url: str, hint: str = "") -> Offer:
    return {"kind": kind, "label": label, "hint": hint, "url": url}


def _matching(offers: Iterable[Offer], words: list[str]) -> list[Offer]:
    return [o for o in offers if all(word in f"{o['hint']} › {o['label']}".casefold() for word in words)]


def _acts(screens: ScreenSet, actor: Actor) -> Iterable[Offer]:
    """New records of each kind that the actor may make, and the pages that stand in no menu."""
    for listed in screens.lists():
        form, needed = screens.form_of(listed), model_rights(listed.model).write
        if form is not None and listed.create and form.create and actor.may(needed):
            yield _offer(
                _("Act"), _("New: %(title)s", title=form.new_title or form.title), f"/m/{form.name}/new"
            )
    for endpoint, label in PLACES:
        url = endpoint_url(endpoint, actor)
        if url:
            yield _offer(_("Page"), str(label), url)
