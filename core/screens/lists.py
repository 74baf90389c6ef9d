"""A list: its state is wholly in the URL, its rows come as column tuples in one query.

    /m/sales.order.list?q=acme&f.state=draft&f.state=confirmed&f.date.from=2026-01-01&sort=-total&page=2

Related records show by their label through an outer join, so that the number of queries does not depend on
the number of rows. What the user may not see is left out of columns, filters, search, order and groups: a
hidden cost must not be found out by sorting.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, String, and_, cast, func, literal, or_, select
from sqlalchemy import inspect as orm_inspect
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from core.errors import UserError
from core.i18n import _
from core.screens.composition import ScreenSet
from core.screens.fields import FieldInfo, kind_of, label_of
from core.screens.tree import Column, Filter, ListScreen
from core.security.actor import Actor
from core.security.rights import may_see_field

PAGE_SIZE = 80
PAGE_SIZES = (20, 80, 200, 500)
#: Counting further than this costs more than it tells.
COUNT_LIMIT = 10_000
#: What a bigint holds.
_LARGEST = 2**63


class ListStateError(UserError):
    """The address of a list names something that the list does not have."""


@dataclass(frozen=True)
class ListState:
    """What the address of a list says."""

    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    page: int = 1
    size: int = PAGE_SIZE
    group: str = ""
    #: `state` → ("draft", "confirmed"), `date.from` → ("2026-01-01",).
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def args(self) -> list[tuple[str, str]]:
        """The address' arguments, without what is as usual."""
        pairs = [
            ("q", self.q),
            ("sort", self.sort),
            ("columns", ",".join(self.columns)),
            ("group", self.group),
        ]
        pairs += [(f"f.{name}", value) for name, values in self.filters.items() for value in values]
        pairs += [("size", str(self.size) if self.size != PAGE_SIZE else "")]
        pairs += [("page", str(self.page) if self.page > 1 else "")]
        return [(name, value) for name, value in pairs if value]

    def but(self, **changes: Any) -> "ListState":
        """The same list with some of its state changed; anything but a page change starts at page 1."""
        return replace(self, **{"page": 1, **changes})

    def without_filter(self, name: str) -> "ListState":
        """The same list with one filter (all its bounds) taken off."""
        kept = {n: v for n, v in self.filters.items() if n.split(".")[0] != name}
        return self.but(filters=kept)


@dataclass(frozen=True)
class PlannedColumn:
    """A column with its SQL, made once an app."""

    node: Column
    info: FieldInfo | None
    kind: str
    #: What is shown, sorted and searched: the label of a related record, else the value.
    shown: Any
    #: What is stored.
    stored: Any
    alias: Any = None
    on: Any = None
    #: The ISO code beside an amount.
    currency: Any = None


@dataclass(frozen=True)
class ListPlan:
    """What is the same for every request of one list."""

    screen: ListScreen
    cls: Any
    columns: dict[str, PlannedColumn]
    conditions: dict[str, ColumnElement[bool]]


def plan_of(screens: ScreenSet, screen: ListScreen) -> ListPlan:
    """The list's SQL parts: for its columns, its search, its filters and its groups."""
    cls = screens.models.model(screen.model)
    nodes = {column.name: column for column in screen.columns}
    names = [*screen.search, *screen.group_by, screen.order.lstrip("-")]
    names += [f.name for f in screen.filters if f.where is None]
    for name in names:
        nodes.setdefault(name, Column(name, shown=False))
    columns = {name: _planned(screens, screen.model, cls, node) for name, node in nodes.items()}
    conditions = {f.name: f.where(cls) for f in screen.filters if f.where is not None}
    return ListPlan(screen, cls, columns, conditions)


def _planned(screens: ScreenSet, model: str, cls: Any, node: Column) -> PlannedColumn:
    if node.value is not None:
        value = node.value(cls)
        kind = node.show or kind_of(value.type)
        return PlannedColumn(node, None, kind, value, value, currency=_currency(cls, node, kind))
    info = screens.info(model, node.name)
    stored = getattr(cls, node.name)
    if info.kind != "ref":
        kind = node.show or info.kind
        return PlannedColumn(node, info, kind, stored, stored, currency=_currency(cls, node, kind))
    target = aliased(screens.models.model(info.target), name=f"{node.name}_target")
    on = stored == getattr(target, info.target_column)
    label = label_column(target)
    if label.key == info.target_column:
        return PlannedColumn(node, info, "ref", stored, stored)
    return PlannedColumn(node, info, "ref", label, stored, alias=target, on=on)


def label_column(entity: Any) -> Any:
    """The column that names a record of the model, its id where it declares none."""
    mapper = orm_inspect(entity).mapper
    name = mapper.class_._label
    return getattr(entity, name if name in mapper.columns else "id")


def _currency(cls: Any, node: Column, kind: str) -> Any:
    if kind not in ("money", "price"):
        return None
    return getattr(cls, node.currency or "currency_code", None)


def read_state(screen: ListScreen, args: MultiDict[str, str]) -> ListState:
    """The state that an address holds; raises ListStateError for what the list does not have."""
    filters = {n[2:]: tuple(v for v in args.getlist(n) if v) for n in args if n.startswith("f.")}
    state = ListState(
        q=args.get("q", "").strip(),
        sort=args.get("sort", ""),
        columns=tuple(name for name in args.get("columns", "").split(",") if name),
        page=max(1, _whole(args.get("page", "1"))),
        size=min(max(1, _whole(args.get("size", str(PAGE_SIZE)))), PAGE_SIZES[-1]),
        group=args.get("group", ""),
        filters={name: values for name, values in filters.items() if values},
    )
    _refuse_unknown(screen, state)
    return state


def _whole(text: str) -> int:
    # Nineteen digits and more do not fit PostgreSQL's OFFSET.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _refuse_unknown(screen: ListScreen, state: ListState) -> None:
    columns = {c.name for c in screen.columns}
    known = {f.name for f in screen.filters}
    asked = [(_("column"), n, columns) for n in state.columns]
    asked += [(_("column"), state.sort.lstrip("-"), columns | {""})]
    asked += [(_("group"), state.group, {*screen.group_by, ""})]
    asked += [(_("filter"), n.split(".")[0], known) for n in state.filters]
    for what, name, there in asked:
        if name not in there:
            raise ListStateError(
                _(
                    "This list has no %(what)s “%(name)s”. Open it without it and choose again.",
                    what=what,
                    name=name,
                )
            )


def visible_columns(plan: ListPlan, state: ListState, actor: Actor) -> list[PlannedColumn]:
    """The chosen columns, without those that the actor may not see."""
    wanted = state.columns or [c.name for c in plan.screen.columns if c.shown]
    chosen = [plan.columns[name] for name in wanted]
    return [c for c in chosen if may_see(plan, c.node.name, actor)]


def may_see(plan: ListPlan, name: str, actor: Actor) -> bool:
    """Whether the actor may see this column, and so sort and filter by it."""
    return may_see_field(actor, plan.screen.model, name)


@dataclass(frozen=True)
class ListQuery:
    """One request's question to the database."""

    plan: ListPlan
    state: ListState
    columns: Sequence[PlannedColumn]
    where: tuple[ColumnElement[bool], ...]

    def rows(self) -> Select[Any]:
        """The rows of the page: id, the columns in order, the currencies, then the group."""
        statement = self.everything().limit(self.state.size)
        return statement.offset((self.state.page - 1) * self.state.size)

    def everything(self) -> Select[Any]:
        """All rows that match, in order."""
        shown = [c.shown.label(f"c_{i}") for i, c in enumerate(self.columns)]
        entities = [self.plan.cls.id, *shown, *self.currencies()]
        group = self.group_key()
        entities += [group.label("group_key")] if group is not None else []
        statement = self._joined(select(*entities), self._needed()).where(*self.where)
        return statement.order_by(*self._order())

    def currencies(self) -> list[Any]:
        """The distinct currency columns of the amounts shown."""
        return list({id(c.currency): c.currency for c in self.columns if c.currency is not None}.values())

    def count(self) -> Select[Any]:
        """How many match, at most one more than the limit."""
        matching = self._joined(select(self.plan.cls.id), self._searched()).where(*self.where)
        return select(func.count()).select_from(matching.limit(COUNT_LIMIT + 1).subquery())

    def groups(self) -> Select[Any]:
        """For each group its key, how many it holds, and the sums of the amounts."""
        key = self.group_key()
        summed = [func.sum(self.columns[i].stored) for i in self.summed()]
        keys = [key, *self.currencies()]
        statement = select(key.label("group_key"), func.count().label("n"), *keys[1:], *summed)
        names = {self.state.group, *self._searched()}
        return self._joined(statement, names).where(*self.where).group_by(*keys)

    def summed(self) -> list[int]:
        """The positions of the columns that `groups` sums."""
        return [i for i, c in enumerate(self.columns) if c.kind in ("money", "quantity")]

    def group_key(self) -> Any:
        """What rows are grouped by, None for no groups; days go by month."""
        if not self.state.group:
            return None
        column = self.plan.columns[self.state.group]
        if column.kind in ("date", "moment"):
            return func.date_trunc("month", column.shown)
        return column.shown

    def _needed(self) -> Iterable[str]:
        sort = (self.state.sort or self.plan.screen.order).lstrip("-")
        return dict.fromkeys(
            [*(c.node.name for c in self.columns), sort, self.state.group, *self._searched()]
        )

    def _searched(self) -> Sequence[str]:
        return self.plan.screen.search if self.state.q else ()

    def _joined(self, statement: Select[Any], names: Iterable[str]) -> Select[Any]:
        for name in names:
            column = self.plan.columns.get(name)
            if column is not None and column.alias is not None:
                statement = statement.outerjoin(column.alias, column.on)
        return statement

    def _order(self) -> list[Any]:
        sort = self.state.sort or self.plan.screen.order
        column = self.plan.columns[sort.lstrip("-")]
        by = column.shown.desc() if sort.startswith("-") else column.shown.asc()
        if column.info is None or not _never_null(column):
            by = by.nulls_last()
        key = self.plan.cls.id.desc() if sort.startswith("-") else self.plan.cls.id.asc()
        group = self.group_key()
        return [*([group.nulls_last()] if group is not None else []), by, key]


def _never_null(column: PlannedColumn) -> bool:
    # NULLS LAST on a column that has none would keep PostgreSQL from its index.
    return column.alias is None and not column.stored.property.columns[0].nullable


def query_of(plan: ListPlan, state: ListState, actor: Actor, locale: str) -> ListQuery:
    """The query of a state; raises ListStateError for a value that cannot be read."""
    hidden = [
        n
        for n in (state.sort.lstrip("-"), state.group, *_filter_names(state))
        if n and not may_see(plan, n, actor)
    ]
    if hidden:
        raise ListStateError(_("You may not see “%(name)s”.", name=hidden[0]))
    where = [plan.screen.where(plan.cls)] if plan.screen.where is not None else []
    where += _search(plan, state.q, actor)
    for node in plan.screen.filters:
        where += _filter(plan, node, state)
    return ListQuery(plan, state, visible_columns(plan, state, actor), tuple(where))


def _filter_names(state: ListState) -> list[str]:
    return [name.split(".")[0] for name in state.filters]


def _search(plan: ListPlan, q: str, actor: Actor) -> list[ColumnElement[bool]]:
    columns = [plan.columns[n].shown for n in plan.screen.search if may_see(plan, n, actor)]
    texts = [c if isinstance(c.type, String) else cast(c, String) for c in columns]
    return [or_(*(t.icontains(word, autoescape=True) for t in texts)) for word in q.split()[:8] if texts]


def _filter(plan: ListPlan, node: Filter, state: ListState) -> list[ColumnElement[bool]]:
    mine = {n: v for n, v in state.filters.items() if n.split(".")[0] == node.name}
    if not mine:
        return []
    if node.where is not None:
        return [plan.conditions[node.name]]
    column = plan.columns[node.name]
    return [_bound(column, name.partition(".")[2], values) for name, values in mine.items()]


def _bound(column: PlannedColumn, bound: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    if bound in ("from", "to"):
        return _between(column, bound, values[0])
    if column.kind == "bool":
        wanted: ColumnElement[bool] = column.stored.is_(values[0] == "yes")
        return wanted
    if column.kind == "text":
        return and_(*(column.stored.icontains(value, autoescape=True) for value in values))
    return or_(column.stored.in_([_value(column, v) for v in values if v != "none"]), *_empty(column, values))


def _empty(column: PlannedColumn, values: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [column.stored.is_(None)] if "none" in values else []


def _between(column: PlannedColumn, bound: str, text: str) -> ColumnElement[bool]:
    value = _value(column, text)
    if bound == "from":
        return column.stored >= value  # type: ignore[no-any-return]  # a column of any type
    if column.kind == "moment":
        return column.stored < value + timedelta(days=1)  # type: ignore[no-any-return]  # a column of any type
    return column.stored <= value  # type: ignore[no-any-return]  # a column of any type


def _value(column: PlannedColumn, text: str) -> Any:
    """The value that an address writes as `text`: canonical, the same in every language."""
    try:
        if column.kind in ("date", "moment"):
            return date.fromisoformat(text)
        if column.kind in ("money", "price", "quantity", "rate"):
            # An amount between two cents is a fine bound, but no value of the column.
            return literal(_checked(Decimal(text)), Numeric())
        if column.kind == "integer" or (
            column.kind == "ref" and column.info and column.info.target_column == "id"
        ):
            return int(_checked(Decimal(int(text))))
    except (ValueError, InvalidOperation) as error:
        label = label_of(column.node, column.info)
        raise ListStateError(
            _("“%(text)s” cannot be a value of %(label)s.", text=text, label=label)
        ) from error
    return text


def _checked(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise ValueError(number)
    return number
