"""What an address asks of a list: filters by column, order, page, and which fields.

    ?state=posted&date.from=2026-01-01&sort=-date,number&limit=50&fields=number,total&include=lines

The next page begins after the last row (`after`): after its id, and with `sort` after its values, which the
link to the next page carries. That costs the same however far down it is, and no row is repeated or left out
when others write meanwhile. `page` counts instead, for whoever wants to jump.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from werkzeug.datastructures import MultiDict

from core.api.problems import ApiProblem, FieldError
from core.api.resources import Resource
from core.api.values import ValueRefusedError, from_json, from_text
from core.i18n import _
from core.screens.fields import FieldInfo
from core.screens.lists.narrowing import contains
from core.security.actor import Actor

LIMIT, LARGEST_LIMIT, LAST_PAGE = 50, 500, 10_000
_RANGED = frozenset({"integer", "money", "price", "quantity", "rate", "exchange_rate", "date", "moment"})
#: A column with one of these names is asked for as `page.eq`.
RESERVED = ("sort", "limit", "page", "after", "fields", "include", "count")


@dataclass
class Question:
    """What is asked, checked against what the caller may see."""

    where: list[ColumnElement[bool]] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    limit: int = LIMIT
    page: int = 1
    #: The row that the page begins after: the values of what it is ordered by, its id the last of them.
    after: tuple[Any, ...] | None = None
    fields: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    count: bool = False


def operators(info: FieldInfo) -> tuple[str, ...]:
    """What can be asked of a column: `""` is equality, by its name alone."""
    if info.kind == "other":
        return ()
    found = ["eq" if info.name in RESERVED else "", *(("from", "to") if info.kind in _RANGED else ())]
    found += ["contains"] if info.kind == "text" else []
    return (*found, *(("empty",) if info.nullable else ()))


def parse(resource: Resource, actor: Actor, args: MultiDict[str, str]) -> Question:
    """Read the address; raises ApiProblem naming each parameter that is wrong."""
    reader = _Reader(resource, actor)
    for name, values in args.lists():
        try:
            reader.take(name, values)
        except ValueRefusedError as error:
            reader.errors.append(FieldError(name, str(error)))
    if reader.after and not reader.errors:
        try:
            reader.asked.after = reader.position()
        except ValueRefusedError as error:
            reader.errors.append(FieldError("after", str(error)))
    if reader.errors:
        raise ApiProblem("bad-request", errors=reader.errors)
    return reader.asked


class _Reader:
    """Takes one parameter after the other."""

    def __init__(self, resource: Resource, actor: Actor) -> None:
        self.resource, self.visible = resource, resource.visible(actor)
        self.line_names = resource.visible_lines(actor)
        self.asked, self.errors = Question(), list[FieldError]()
        self.after = ""

    def position(self) -> tuple[Any, ...]:
        """What `after` says, once it is known what the rows are ordered by."""
        if self.asked.page > 1:
            raise ValueRefusedError(_("Use “after” without “page”."))
        if not self.asked.order:
            return (_between(self.after, 0, 2**63 - 1),)
        infos = [
            *(self.resource.columns[name] for name, _down in self.asked.order),
            self.resource.columns["id"],
        ]
        try:
            values = json.loads(urlsafe_b64decode(self.after.encode()))
            if not isinstance(values, list) or len(values) != len(infos):
                raise ValueError(values)
            return tuple(from_json(self.resource, i, v) for i, v in zip(infos, values, strict=True))
        except (ValueError, RecursionError) as error:
            raise ValueRefusedError(_("Take “after” from the link to the next page.")) from error

    def take(self, name: str, values: list[str]) -> None:
        if name not in RESERVED:
            self.asked.where.append(self._condition(name, values))
        elif len(values) > 1:
            raise ValueRefusedError(_("Give it once."))
        else:
            getattr(self, f"_{name}")(values[0])

    def _condition(self, name: str, values: list[str]) -> ColumnElement[bool]:
        column, _dot, operator = name.partition(".")
        info = self.visible.get(column)
        if info is None or operator not in operators(info):
            raise ValueRefusedError(_("There is no such parameter."))
        if operator not in ("", "eq") and len(values) > 1:
            raise ValueRefusedError(_("Give it once."))
        stored = getattr(self.resource.cls, column)
        if operator == "empty":
            return _emptiness(stored, values[0])
        if operator == "contains":
            from_text(self.resource, info, values[0])
            return contains(stored, values[0])
        read = [from_text(self.resource, info, value) for value in values]
        if operator in ("from", "to"):
            return stored >= read[0] if operator == "from" else stored <= read[0]  # type: ignore[no-any-return]  # of any type
        return or_(*(stored == value for value in read))

    def _sort(self, text: str) -> None:
        for name in filter(None, text.split(",")):
            info = self.visible.get(name.removeprefix("-"))
            if info is None or info.kind == "other":
                raise ValueRefusedError(_("There is no field “%(name)s” to sort by.", name=name[:80]))
            self.asked.order.append((info.name, name.startswith("-")))

    def _limit(self, text: str) -> None:
        self.asked.limit = _between(text, 1, LARGEST_LIMIT)

    def _page(self, text: str) -> None:
        self.asked.page = _between(text, 1, LAST_PAGE)

    def _after(self, text: str) -> None:
        self.after = text

    def _fields(self, text: str) -> None:
        self.asked.fields = _named(text, self.visible)

    def _include(self, text: str) -> None:
        self.asked.include = _named(text, self.line_names)

    def _count(self, text: str) -> None:
        if text not in ("true", "false"):
            raise ValueRefusedError(_("Give true or false."))
        self.asked.count = text == "true"


def cursor_of(asked: Question, values: list[Any]) -> str:
    """What `after` says of a row with these values in JSON, its id the last of them."""
    if not asked.order:
        return str(values[-1])
    return urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode()


def beyond(resource: Resource, asked: Question) -> ColumnElement[bool]:
    """Whether a row comes after the one that `after` names; empty values are last, and with `-` first."""
    assert asked.after is not None
    by = [*asked.order, ("id", False)]
    same: list[ColumnElement[bool]] = []
    found: list[ColumnElement[bool]] = []
    for (name, down), value in zip(by, asked.after, strict=True):
        column = getattr(resource.cls, name)
        if value is None:
            further = column.is_not(None) if down else false()
        elif down:
            further = column < value
        else:
            further = or_(column > value, column.is_(None))
        found.append(and_(*same, further))
        same.append(column.is_not_distinct_from(value))
    return or_(*found)


def _emptiness(stored: Any, text: str) -> ColumnElement[bool]:
    if text not in ("true", "false"):
        raise ValueRefusedError(_("Give true or false."))
    found: ColumnElement[bool] = stored.is_(None) if text == "true" else stored.is_not(None)
    return found


def _between(text: str, least: int, most: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most:
        return int(text)
    raise ValueRefusedError(_("Give a number from %(least)s to %(largest)s.", least=least, largest=most))


def _named(text: str, known: Any) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for name in text.split(",") if name))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueRefusedError(_("There is no “%(name)s” here.", name=unknown[0][:80]))
    return names
