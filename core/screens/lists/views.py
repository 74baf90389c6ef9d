"""Saved views of lists: a name for the state of an address, one's own or shared with the company.

A view outlives what it names. A column whose addon has gone, or a field that the reader may not see, is left
out, and the page says so: a shared view neither fails nor lets anyone find out a value by its rows.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import current_app
from sqlalchemy import BigInteger, Text, and_, bindparam, delete, or_, select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _
from core.screens.lists.narrowing import narrow
from core.screens.lists.plan import ListPlan, may_see
from core.screens.lists.query import named_by
from core.screens.lists.state import ListState, ListStateError, only, parse_state, read_state, strangers
from core.security.actor import Actor
from core.security.rules import KEPT

#: Sharing a view, and choosing what everyone's lists open with.
SHARE = "core.share_views"
MAX_NAME = 80


class ViewError(UserError):
    """The view cannot be kept like this; says what to do."""


@dataclass(frozen=True)
class View:
    """A view as the menu of its list shows it."""

    id: int
    name: str
    state: ListState
    is_mine: bool
    is_shared: bool
    is_my_default: bool
    is_default: bool
    may_change: bool


@dataclass(frozen=True)
class ViewMenu:
    """The views of one list that a user may open."""

    views: list[View]
    may_share: bool

    def get(self, view_id: str) -> View | None:
        """The view with this id; None where there is none for this user."""
        return next((view for view in self.views if str(view.id) == view_id), None)

    def default(self) -> View | None:
        """What the list opens with: the user's own choice, else everyone's."""
        mine = next((view for view in self.views if view.is_my_default), None)
        return mine or next((view for view in self.views if view.is_default), None)


@dataclass(frozen=True)
class Opened:
    """The state that a list opens in, and what there is to say about it."""

    state: ListState
    view: View | None = None
    #: Whether the state is another one than that of the view.
    changed: bool = False
    notes: list[str] = field(default_factory=list)


def menu_of(session: AnySession, screen: str, actor: Actor) -> ViewMenu:
    """The user's own views of the list and those that are shared, by name: one query."""
    query = current_app.extensions.get("views_query")
    if query is None:
        query = current_app.extensions["views_query"] = _menu_query()
    rows = session.execute(query, {"screen": screen, "user": actor.user_id})
    may_share = actor.may(SHARE)
    views = [
        View(
            id=key,
            name=name,
            state=parse_state(MultiDict(parse_qsl(state))),
            is_mine=owner == actor.user_id,
            is_shared=shared,
            is_my_default=my_default is not None,
            is_default=default is not None and shared,
            may_change=may_share if shared else owner == actor.user_id,
        )
        for key, name, state, owner, shared, my_default, default in rows
    ]
    return ViewMenu(views, may_share)


def _menu_query() -> Any:
    """Built once an app: each list asks it."""
    view, mine, all_ = m.ListView, aliased(m.ListDefaultView), aliased(m.ListDefaultView)
    user = bindparam("user", type_=BigInteger())
    return (
        select(view.id, view.name, view.state, view.user_id, view.shared, mine.id, all_.id)
        .outerjoin(mine, and_(mine.view_id == view.id, mine.user_id == user))
        .outerjoin(all_, and_(all_.view_id == view.id, all_.user_id.is_(None)))
        .where(view.screen == bindparam("screen", type_=Text()), or_(view.shared, view.user_id == user))
        .order_by(view.name, view.id)
        .execution_options(**KEPT)
    )


def opened(menu: ViewMenu, plan: ListPlan, args: MultiDict[str, str], actor: Actor) -> Opened:
    """What an address opens: a view (`?view=7`), or the state that it spells out."""
    asked = args.get("view", "")
    if asked:
        view = menu.get(asked)
        if view is not None:
            state, notes = fitting(plan, view.state, actor)
            return Opened(state.but(of=asked), view, notes=notes)
        gone = _("This view is private or was deleted. Ask whoever sent you the address to share it.")
        return Opened(ListState(of="0" if menu.default() else ""), notes=[gone] if asked != "0" else [])
    state = read_state(plan.screen, args)
    view = menu.get(state.of)
    changed = view is not None and state.kept() != fitting(plan, view.state, actor)[0].kept()
    return Opened(state, view, changed)


def fitting(plan: ListPlan, state: ListState, actor: Actor) -> tuple[ListState, list[str]]:
    """The state as far as the list has it and the actor may see it, and what was left out."""
    gone = {name for _what, name in strangers(plan.screen, state)}
    notes = [
        _("Left out of this view: “%(name)s”, which this list no longer has.", name=name)
        for name in sorted(gone)
    ]
    state = only(state, lambda name: name not in gone)
    hidden = {name for name in named_by(state) if not may_see(plan, name, actor)}
    if hidden:
        notes.append(
            _(
                "A part of this view is left out, since it goes by a field that you may not see. "
                "So it may show other rows to you than to others."
            )
        )
    state = only(state, lambda name: name not in hidden)
    unreadable = {f.name for f in plan.screen.filters if _fails(plan, f, state)}
    notes += [
        _("Left out of this view: the filter “%(name)s”, whose value cannot be read any more.", name=n)
        for n in sorted(unreadable)
    ]
    return only(state, lambda name: name not in unreadable), notes


def _fails(plan: ListPlan, node: Any, state: ListState) -> bool:
    try:
        narrow(plan, node, state)
    except ListStateError:
        return True
    return False


def save(session: AnySession, screen: str, name: str, state: ListState, actor: Actor) -> Any:
    """Keep the state under a name of the user's own; a view of that name is replaced."""
    name = _checked(name)
    mine = (m.ListView.screen == screen) & (m.ListView.user_id == actor.user_id) & (m.ListView.name == name)
    view = session.scalars(select(m.ListView).where(mine)).one_or_none()
    if view is None:
        view = m.ListView(company_id=actor.company_id, screen=screen, user_id=actor.user_id, name=name)
        session.add(view)
    elif view.shared and not actor.may(SHARE):
        raise ViewError(_("“%(name)s” is shared: give yours another name.", name=name))
    overwrite(session, view, state)
    return view


def overwrite(session: AnySession, view: Any, state: ListState) -> None:
    """Let the view keep another state."""
    view.state = urlencode(state.kept())
    session.flush()


def rename(session: AnySession, view: Any, name: str) -> None:
    """Give the view another name."""
    view.name = _checked(name)
    session.flush()


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise ViewError(_("Give the view a name of at most %(length)s characters.", length=MAX_NAME))
    return name


def share(session: AnySession, view: Any, *, shared: bool) -> None:
    """Show the view to everyone in the company who may see the list, or to its owner only."""
    view.shared = shared
    if not shared:
        default = m.ListDefaultView
        session.execute(
            delete(default).where(default.view_id == view.id, default.user_id.is_distinct_from(view.user_id))
        )
    session.flush()


def set_default(session: AnySession, view: Any, user_id: int | None, *, on: bool = True) -> None:
    """Let the list open with the view: for one user, or with `user_id` None for everyone who chose none."""
    default = m.ListDefaultView
    same = default.user_id.is_(None) if user_id is None else default.user_id == user_id
    here = (default.company_id == view.company_id) & (default.screen == view.screen)
    session.execute(delete(default).where(here, same))
    if on:
        session.add(default(company_id=view.company_id, screen=view.screen, view_id=view.id, user_id=user_id))
    session.flush()
