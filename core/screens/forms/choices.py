"""The choices of a search field, and the palette: few rows, by what a person types."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, case, cast, literal, or_, select

from core.screens.composition import ScreenSet
from core.screens.fields import FieldInfo, label_column, label_text
from core.screens.lists.narrowing import contains
from core.screens.tree import Field, Grid, ListScreen, Screen, walk
from core.security.actor import Actor
from core.security.rights import may_see_field, model_rights

LIMIT = 12


class NoSuchChoiceError(LookupError):
    """The screen has no search field of that name, or the actor may not see it."""


@dataclass(frozen=True)
class Choice:
    """A record to choose."""

    id: Any
    label: str
    #: What else tells it apart.
    hint: str = ""

    def json(self) -> dict[str, Any]:
        """As `combobox.js` reads it."""
        return {"id": self.id, "label": self.label, "hint": self.hint}


def choice_field(screens: ScreenSet, screen: Screen, path: str, actor: Actor) -> tuple[FieldInfo, Any]:
    """The search field at `path` (`partner_id`, `lines.part_id`) and its node; raises NoSuchChoiceError."""
    for place in walk(screen):
        if path in (place.name, place.name.removeprefix("filters.")):
            model = place.parent.model if isinstance(place.parent, Grid) else screen.model
            if may_see_field(actor, model, place.node.name):
                info = screens.info(model, place.node.name)
                if info.target:
                    return info, place.node
    raise NoSuchChoiceError(path)


def find_choices(
    session: Any, screens: ScreenSet, info: FieldInfo, node: Any, q: str, actor: Actor
) -> list[Choice]:
    """The records of the field's target that match `q`, those that begin with it first."""
    cls = screens.models.model(info.target)
    label = _text(label_column(cls))
    hint, searched = _searched(screens, info.target, cls, actor)
    # Names of their own: where the label is the key as text, both would be called after its column.
    shown = (getattr(cls, info.target_column).label("key"), label.label("shown"))
    query = select(*shown, hint if hint is not None else literal(""))
    if cls._label_shipped:
        return _translated_choices(session.execute(query.order_by(label)), cls, q)
    for word in q.split()[:6]:
        query = query.where(or_(*(contains(c, word) for c in (label, *searched))))
    if isinstance(node, Field) and node.where is not None:
        query = query.where(node.where(cls))
    begins = case((label.istartswith(q, autoescape=True), 0), else_=1) if q else label
    rows = session.execute(query.order_by(begins, label).limit(LIMIT))
    return [
        Choice(key, text, str(more) if hint is not None and more != text else "") for key, text, more in rows
    ]


def _translated_choices(rows: Iterable[Any], cls: Any, q: str) -> list[Choice]:
    """Those whose name has the words of `q` in the user's language, which the database does not know."""
    named = [(key, label_text(cls, text)) for key, text, _more in rows]
    words = q.casefold().split()
    fitting = [(key, name) for key, name in named if all(word in name.casefold() for word in words)]
    fitting.sort(key=lambda one: (not one[1].casefold().startswith(q.casefold()), one[1]))
    return [Choice(key, name) for key, name in fitting[:LIMIT]]


def _text(column: Any) -> Any:
    """The column as text; one that is text already stays itself, so that its index serves."""
    return column if isinstance(column.type, String) else cast(column, String)


def _searched(screens: ScreenSet, model: str, cls: Any, actor: Actor) -> tuple[Any, list[Any]]:
    """A column that tells namesakes apart, and the columns that the model's list searches."""
    listed = screens.list_of(model)
    names = [n for n in (listed.search if listed else ()) if screens.info(model, n).kind == "text"]
    names = [n for n in names if may_see_field(actor, model, n)]
    columns = [getattr(cls, n) for n in names]
    hint = next((c for n, c in zip(names, columns, strict=True) if n != cls._label), None)
    return hint, columns


@dataclass(frozen=True)
class Hit:
    """A record that the palette offers."""

    #: The list that it was found in.
    screen: str
    kind: str
    label: str
    hint: str
    url: str
    #: 0 where what was typed is its label, 1 where it is another of its texts, such as its code; more where
    #: it is a piece of one.
    rank: int

    @property
    def exact(self) -> bool:
        """Whether it is what was typed, and not only holds it."""
        return self.rank <= 1


def search_everywhere(session: Any, screens: ScreenSet, q: str, actor: Actor, each: int = 4) -> list[Hit]:
    """Records of the lists that the actor may read whose label or search columns match.

    One query a list: record rules are added to each by the session, which a union would go around.
    """
    hits: list[Hit] = []
    for screen in _searchable(screens, actor):
        hits += _hits(session, screens, screen, q, actor, each)
    return hits


def _searchable(screens: ScreenSet, actor: Actor) -> list[ListScreen]:
    found: dict[str, ListScreen] = {}
    for screen in screens.lists():
        if screen.search and screens.form_of(screen) and actor.may(model_rights(screen.model).read):
            found.setdefault(screen.model, screen)
    return list(found.values())


def _hits(session: Any, screens: ScreenSet, screen: ListScreen, q: str, actor: Actor, each: int) -> list[Hit]:
    cls = screens.models.model(screen.model)
    label = _text(label_column(cls))
    hint, columns = _searched(screens, screen.model, cls, actor)
    searched = [label, *columns]
    query = select(cls.id, label, hint if hint is not None else literal(""))
    query = query.where(or_(*(contains(c, q) for c in searched)))
    if screen.where is not None:
        query = query.where(screen.where(cls))
    rank = case(
        (_equals(label, q), 0),
        (or_(*(_equals(c, q) for c in columns)), 1),
        (label.istartswith(q, autoescape=True), 2),
        else_=3,
    )
    form = screens.form_of(screen)
    rows = session.execute(query.add_columns(rank).order_by(rank, label).limit(each))
    return [
        Hit(
            screen.name,
            str(screen.title),
            label_text(cls, text),
            str(more) if hint is not None and more != text else "",
            f"/m/{form.name}/{key}",
            order,
        )
        for key, text, more, order in rows
        if form is not None
    ]


def _equals(column: Any, q: str) -> Any:
    return column.ilike(_escaped(q), escape="\\")


def _escaped(q: str) -> str:
    return q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
