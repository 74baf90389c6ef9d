"""The choices of a search field, and the palette: few rows, by what a person types."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import aliased

from core.db import decimals_of
from core.i18n import _, format_date, locale_code
from core.screens.composition import ScreenSet, field_of
from core.screens.fields import FieldInfo, label_column, label_text, number_text
from core.screens.forms.everywhere import EACH, Everywhere
from core.screens.forms.inputs import LONGEST_ID
from core.screens.forms.lookup import SIMILAR, Found, Lookup
from core.screens.tree import Column, Field, Grid, ListScreen, Named, Offers, Screen, walk
from core.security.actor import Actor
from core.security.rights import may_see_field, model_rights

LIMIT = 12
#: Decimals of a number that a choice shows, where it has so many.
_MOST = 6


class NoSuchChoiceError(LookupError):
    """The screen has no search field of that name."""


class HiddenChoiceError(NoSuchChoiceError):
    """There is such a field, which the actor may not see."""


@dataclass(frozen=True)
class Choice:
    """A record to choose."""

    id: Any
    label: str
    #: What else tells it apart.
    hint: str = ""
    #: What the screen shows of it besides, each in a column of its own.
    columns: tuple[str, ...] = ()
    #: Whether it is called exactly so, by its label or another of its texts, and no other is.
    exact: bool = False
    #: Whether it is merely one slip away: people choose it, nothing does by itself.
    similar: bool = False

    def json(self) -> dict[str, Any]:
        """As `combobox.js` reads it."""
        return asdict(self)


def choice_field(screens: ScreenSet, screen: Screen, path: str, actor: Actor) -> tuple[FieldInfo, Any]:
    """The search field at `path` (`partner_id`, `lines.part_id`) and its node.

    Raises NoSuchChoiceError, and HiddenChoiceError of a field that the actor may not see.
    """
    for place in walk(screen):
        if path in (place.name, place.name.removeprefix("filters.")):
            model = place.parent.model if isinstance(place.parent, Grid) else screen.model
            if not may_see_field(actor, model, place.node.name):
                raise HiddenChoiceError(path)
            info = screens.info(model, place.node.name)
            if info.target:
                return info, place.node
    raise NoSuchChoiceError(path)


def find_choices(
    session: Any,
    screens: ScreenSet,
    info: FieldInfo,
    node: Any,
    q: str,
    actor: Actor,
    held: Mapping[str, Any],
) -> list[Choice]:
    """The records of the field's target that match `q`: what is called so first, then what begins so.

    `held` are the values of the document that narrow what is offered.
    """
    cls = screens.models.model(info.target)
    lookup = lookup_of(screens, info, node, actor, held)
    if cls._label_shipped:
        rows = session.execute(select(lookup.key, lookup.label).order_by(lookup.label))
        return _translated_choices(rows, cls, q)
    currency = held.get("currency_code")
    least = decimals_of(currency) if currency else 0
    offers = offers_of(screens, info, actor) if node_offers(node) else []
    named = {one.key: one for one in named_by(session, offers, [q], held)} if q else {}
    found = _with_named(session, lookup, q, named)
    shown = [one.shows(session, [f.key for f in found], held) for one in offers if one.shows is not None]
    only = sum(one.rank <= 1 for one in found) == 1
    return [_choice(one, least, [beside.get(one.key) for beside in shown], named, only) for one in found]


def _with_named(session: Any, lookup: Lookup, q: str, named: Mapping[Any, Named]) -> list[Found]:
    """What is found by its own columns and by further names, the best first."""
    exact = [key for key, one in named.items() if one.exact]
    begun = [key for key, one in named.items() if not one.exact]
    found = {one.key: one for one in lookup.find(session, q, LIMIT) if not named or one.rank < SIMILAR}
    for keys, rank in ((exact, 1), (begun, 3)):
        for one in lookup.those(session, keys, rank) if keys else ():
            if one.key not in found or found[one.key].rank > rank:
                found[one.key] = one
    return sorted(found.values(), key=lambda one: one.rank)[:LIMIT]


def _choice(
    found: Found, least: int, beside: Sequence[Any], named: Mapping[Any, Named], only: bool
) -> Choice:
    label = "" if found.label is None else str(found.label)
    hint = "" if found.hint in (None, found.label) else str(found.hint)
    more = tuple(_said(value, least) for value in (*found.more, *beside))
    similar = found.rank == SIMILAR
    told = _("similar") if similar else named[found.key].name if found.key in named else "" if more else hint
    return Choice(found.key, label, told, more, found.rank == 0 or (found.rank == 1 and only), similar)


def node_offers(node: Any) -> bool:
    """Whether a field gets what addons add to offered records: those of forms do, filters don't."""
    return isinstance(node, Field | Column)


def offers_of(screens: ScreenSet, info: FieldInfo, actor: Actor) -> list[Offers]:
    """What addons add to the records that a field offers, as far as the actor gets it."""
    return [
        one for one in screens.offers.get(info.target, ()) if not one.permission or actor.may(one.permission)
    ]


def named_by(
    session: Any, offers: Sequence[Offers], texts: Sequence[str], held: Mapping[str, Any]
) -> list[Named]:
    """Whose further names these texts are."""
    return [named for one in offers if one.finds is not None for named in one.finds(session, texts, held)]


def _said(value: Any, least: int) -> str:
    """A further column as people read it; a number with `least` decimals."""
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, Decimal):
        return number_text(value, locale_code(), least, _MOST)
    return "" if value is None else str(value)


def values_held(
    screens: ScreenSet, screen: Screen, info: FieldInfo, node: Any, given: Mapping[str, str]
) -> dict[str, Any]:
    """The values that the choices of this field depend on, from their texts; None for none."""
    narrowed = getattr(node, "narrowed", None)
    held: dict[str, Any] = {}
    for name in screens.held_by(info, narrowed):
        place = field_of(screen, name)
        known = place is not None or (narrowed is not None and name in narrowed.by)
        held[name] = _value_of(screens.info(screen.model, name), given.get(name, "")) if known else None
    return held


def _value_of(info: FieldInfo, given: str) -> Any:
    """The id that a text of the page is, or the text; None for what is empty or no id."""
    text = given.strip()
    if info.kind == "ref" and info.target_column == "id":
        return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_ID else None
    return text or None


def lookup_of(
    screens: ScreenSet, info: FieldInfo, node: Any, actor: Actor, held: Mapping[str, Any]
) -> Lookup:
    """What a field looks in, kept for all who may see the same columns; made anew where it is narrowed."""
    cls = screens.models.model(info.target)
    names = _searched(screens, info.target, actor)
    shown = [c for c in _further(node) if may_see_field(actor, info.target, c.name)]
    where = getattr(node, "where", None) if isinstance(node, Field) else None
    key = (info.target, info.target_column, *names, "", *((c.name, c.value) for c in shown), where)
    if key not in screens.lookups:
        columns = [_text(getattr(cls, name)) for name in names]
        more = [_shown(screens, info.target, cls, column) for column in shown]
        screens.lookups[key] = Lookup(
            cls, getattr(cls, info.target_column), _text(label_column(cls)), columns, more, where
        )
    made: Lookup = screens.lookups[key]
    narrowed = getattr(node, "narrowed", None)
    return made if narrowed is None else replace(made, where=lambda model: narrowed.where(model, held))


def _further(node: Any) -> list[Column]:
    """What suggestions show besides the label; a bare name is a column of the model."""
    given = getattr(node, "choice_columns", ())
    return [Column(one) if isinstance(one, str) else one for one in given]


def _shown(screens: ScreenSet, model: str, cls: Any, column: Column) -> Any:
    """A further column of a choice: of a related record its label."""
    if column.value is not None:
        return column.value(cls)
    info, stored = screens.info(model, column.name), getattr(cls, column.name)
    if info.kind != "ref":
        return stored
    target = aliased(screens.models.model(info.target))
    query = select(label_column(target)).where(getattr(target, info.target_column) == stored)
    return query.correlate(cls).scalar_subquery()


def _translated_choices(rows: Iterable[Any], cls: Any, q: str) -> list[Choice]:
    """Those whose name has the words of `q` in the user's language, which the database does not know."""
    named = [(key, label_text(cls, text)) for key, text in rows]
    words = q.casefold().split()
    fitting = [(key, name) for key, name in named if all(word in name.casefold() for word in words)]
    fitting.sort(key=lambda one: (not one[1].casefold().startswith(q.casefold()), one[1]))
    return [Choice(key, name) for key, name in fitting[:LIMIT]]


def _text(column: Any) -> Any:
    """The column as text; one that is text already stays itself, so that its index serves."""
    return column if isinstance(column.type, String) else cast(column, String)


def _searched(screens: ScreenSet, model: str, actor: Actor) -> list[str]:
    """The columns besides the label in which records are found: those of the model's list."""
    listed, label = screens.list_of(model), screens.models.model(model)._label
    names = [n for n in (listed.search if listed else ()) if screens.info(model, n).kind == "text"]
    return [n for n in names if n != label and may_see_field(actor, model, n)]


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


def search_everywhere(session: Any, screens: ScreenSet, q: str, actor: Actor) -> list[Hit]:
    """Records of the lists that the actor may read whose label or search columns match."""
    looked = [(screen, _records_of(screens, screen, actor)) for screen in _searchable(screens, actor)]
    # What narrows its records itself may ask who is asking: it is no part of what is kept for all.
    together = [(screen, lookup) for screen, lookup in looked if lookup.where is None]
    found = _everywhere(screens, [lookup for _screen, lookup in together]).find(session, q)
    hits = [(screen, ones) for (screen, _lookup), ones in zip(together, found, strict=True)]
    hits += [(screen, lookup.find(session, q, EACH)) for screen, lookup in looked if lookup.where is not None]
    return [_hit(screens, screen, one) for screen, ones in hits for one in ones]


def _searchable(screens: ScreenSet, actor: Actor) -> list[ListScreen]:
    """A list of each model: one that shows all of its records, where there is one."""
    found: dict[str, ListScreen] = {}
    for screen in _named(screens):
        if actor.may(model_rights(screen.model).read):
            found.setdefault(screen.model, screen)
    return list(found.values())


def _named(screens: ScreenSet) -> list[ListScreen]:
    """The lists whose records the palette finds and opens, kept for the life of an app."""
    key = ("named",)
    if key not in screens.lookups:
        listed = sorted(screens.lists(), key=lambda one: one.where is not None)
        screens.lookups[key] = [one for one in listed if screens.form_of(one) and _is_named(screens, one)]
    kept: list[ListScreen] = screens.lookups[key]
    return kept


def _is_named(screens: ScreenSet, screen: ListScreen) -> bool:
    """Whether people call the records of a list by a text, and not by what they belong to."""
    if not (screen.palette and screen.search):
        return False
    label = label_column(screens.models.model(screen.model))
    return isinstance(label.type, String) or any(
        screens.info(screen.model, name).kind == "text" for name in screen.search
    )


def _everywhere(screens: ScreenSet, lookups: Sequence[Lookup]) -> Everywhere:
    """What the palette looks in, kept for all who see the same lists and columns."""
    key = ("everywhere", *map(id, lookups))  # which are kept as long themselves
    if key not in screens.lookups:
        screens.lookups[key] = Everywhere(lookups)
    made: Everywhere = screens.lookups[key]
    return made


def _is_part(screens: ScreenSet, screen: ListScreen) -> bool:
    """Whether the records of a model are shared out among several lists, such as quotations and orders."""
    return screen.where is not None and len(screens.lists_of(screen.model)) > 1


def _hit(screens: ScreenSet, screen: ListScreen, found: Found) -> Hit:
    cls, form = screens.models.model(screen.model), screens.form_of(screen)
    assert form is not None  # or it would not be searched
    hint = "" if found.hint in (None, found.label) else str(found.hint)
    return Hit(
        screen.name,
        str(form.title if _is_part(screens, screen) else screen.title),
        label_text(cls, found.label),
        _("similar") if found.rank == SIMILAR else hint,
        f"/m/{form.name}/{found.key}",
        found.rank,
    )


def _records_of(screens: ScreenSet, screen: ListScreen, actor: Actor) -> Lookup:
    """What the palette looks in for the records of a list."""
    names = _searched(screens, screen.model, actor)
    key = (screen.name, *names)
    if key not in screens.lookups:
        cls = screens.models.model(screen.model)
        columns = [_text(getattr(cls, name)) for name in names]
        where = None if _is_part(screens, screen) else screen.where
        screens.lookups[key] = Lookup(cls, cls.id, _text(label_column(cls)), columns, where=where)
    made: Lookup = screens.lookups[key]
    return made
