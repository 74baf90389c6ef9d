"""A list: its state is wholly in the URL, its rows come as column tuples in one query.

Related records show by their label through an outer join, so that the number of queries does not depend on
the number of rows. What the user may not see is left out of columns, filters, search, order and groups: a
hidden cost must not be found out by sorting.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)

from core.i18n import _
from core.screens.fields import label_column
from core.screens.lists.narrowing import narrow, search
from core.screens.lists.plan import ListPlan, PlannedColumn, may_see
from core.screens.lists.state import ListState, ListStateError
from core.security.actor import Actor
from core.security.rules import KEPT

#: Counting further than this costs more than it tells.
COUNT_LIMIT = 10_000
#: Pages that end behind so many rows are looked up by their keys first.
DEEP = 1000
#: Statements of one list that are kept.
STATEMENTS = 200


def visible_columns(plan: ListPlan, state: ListState, actor: Actor) -> list[PlannedColumn]:
    """The chosen columns, without those that the actor may not see."""
    wanted = state.columns or [c.name for c in plan.screen.columns if c.shown]
    chosen = [plan.columns[name] for name in wanted]
    return [c for c in chosen if may_see(plan, c.node.name, actor)]


@dataclass(frozen=True)
class Grouping:
    """What the rows are grouped by at one level."""

    name: str
    #: Equal for the rows of one group; days go by month.
    key: Any
    #: What people read where that is not the key itself: the label of a related record.
    label: Any = None
    #: Whether days or moments are grouped by their month, and the column of those days.
    by_month: bool = False
    day: Any = None

    def order(self, *, descending: bool) -> list[Any]:
        """By the label, so that people find a group, and by the key, so that it stays together."""
        parts = [part for part in (self.label, self.key) if part is not None]
        return [(part.desc() if descending else part).nulls_last() for part in parts]

    def one_of(self, keys: Collection[Any]) -> ColumnElement[bool]:
        """Whether a row is in one of the groups of these keys; days are asked for as an index has them."""
        known = [key for key in keys if key is not None]
        if self.day is not None:
            within = [and_(self.day >= month, self.day < _next_month(month)) for month in known]
        else:
            within = [self.key.in_(known)] if known else []
        return or_(false(), *within, *([self.key.is_(None)] if None in keys else []))


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True)
class ListQuery:
    """One request's question to the database."""

    plan: ListPlan
    state: ListState
    columns: Sequence[PlannedColumn]
    where: tuple[ColumnElement[bool], ...]

    @property
    def counted(self) -> bool:
        """Whether the rows of the page have `total`: where nothing narrows the list, it is longer than a page
        nearly always, and its count is asked along."""
        return not self.where and not self.deep

    def rows(self) -> Select[Any]:
        """The rows of the page that `window` gives: id, the columns, the currencies, the keys of the groups,
        their labels, and where the list is `counted` how many there are."""
        if self.deep:
            return self._leafed()
        if not self.counted:
            return _windowed(self.everything())
        return self._kept("rows", lambda: _windowed(self._ordered().add_columns(self._total())))

    @property
    def deep(self) -> bool:
        """Whether so many rows come before the page that they are better passed over by their keys alone."""
        return self.state.page * self.state.size > DEEP and not self.state.group

    def _leafed(self) -> Select[Any]:
        """The rows of a page far behind: an index passes over those before it, only the page's are read."""
        if self.where:
            return self._far(self.where)
        return self._kept("far", lambda: self._far(()).execution_options(**KEPT))

    def _far(self, where: tuple[ColumnElement[bool], ...]) -> Select[Any]:
        cls = self.plan.cls
        keys = self._joined(select(cls.id), [self._sort().lstrip("-")]).where(*where)
        page = _windowed(keys.order_by(*self._order())).subquery()
        return self._ordered().join(page, page.c.id == cls.id)

    def window(self) -> dict[str, int]:
        """The parameters of `rows`."""
        return {"size": self.state.size, "skip": (self.state.page - 1) * self.state.size}

    def everything(self) -> Select[Any]:
        """All rows that match, in order."""
        return self._kept("all", self._ordered).where(*self.where)

    def _kept(self, kind: str, build: Callable[[], Select[Any]]) -> Select[Any]:
        columns = [column.node.name for column in self.columns]
        built, key = self.plan.built, (kind, *columns, self._sort(), self.state.group)
        if key not in built:
            if len(built) >= STATEMENTS:
                built.clear()
            built[key] = build()
        statement: Select[Any] = built[key]
        return statement

    def _ordered(self) -> Select[Any]:
        return self._select().order_by(*self._order())

    def one(self, record_id: int) -> Select[Any]:
        """The row of this record, whether it matches or not."""
        return self._select().where(self.plan.cls.id == record_id)

    def chosen(self, ids: Sequence[int]) -> "ListQuery":
        """The same list of these records only, as far as they match."""
        # As one array: a parameter for each of 50,000 ids takes seconds, and PostgreSQL knows 65,535 of them.
        wanted = cast(literal("{" + ",".join(map(str, ids)) + "}", Text), ARRAY(BigInteger))
        return self.where_also(self.plan.cls.id == func.any(wanted))

    def where_also(self, condition: ColumnElement[bool]) -> "ListQuery":
        """The same list of what fits this condition too."""
        return replace(self, where=(*self.where, condition))

    def ids(self) -> Select[Any]:
        """(id, label) of all that match, in order."""
        label = label_column(self.plan.cls)
        statement = self._joined(
            select(self.plan.cls.id, label), [self._sort().lstrip("-"), *self.state.group]
        )
        return statement.where(*self.where).order_by(*self._order())

    def _select(self) -> Select[Any]:
        shown = [c.shown.label(f"c_{i}") for i, c in enumerate(self.columns)]
        groups = self.groupings()
        keys = [g.key.label(f"g_{i}") for i, g in enumerate(groups)]
        labels = [g.label.label(f"l_{i}") for i, g in enumerate(groups) if g.label is not None]
        statement = select(self.plan.cls.id, *shown, *self.currencies(), *keys, *labels)
        return self._joined(statement, self._needed())

    def currencies(self) -> list[Any]:
        """The distinct currency columns of the amounts shown."""
        return list({id(c.currency): c.currency for c in self.columns if c.currency is not None}.values())

    def count(self) -> Select[Any]:
        """How many match, at most one more than the limit."""
        matching = select(self.plan.cls.id).where(*self.where).limit(literal_column(str(COUNT_LIMIT + 1)))
        return select(func.count()).select_from(matching.subquery())

    def _total(self) -> Any:
        return self.count().scalar_subquery().label("total")

    def exact_count(self) -> Select[Any]:
        """How many match, however many that are."""
        return select(func.count()).select_from(self.plan.cls).where(*self.where)

    def groups(self, outermost: Collection[Any]) -> Select[Any]:
        """Of these outermost groups and all within: level, keys, currencies, count, sums of the amounts."""
        groups = self.groupings()
        keys = [g.key for g in groups]
        currencies = self.currencies()
        level = sum((func.grouping(key) for key in keys), literal(0))
        summed = [func.sum(self.columns[i].stored) for i in self.summed()]
        sets = [tuple_(*keys[: n + 1], *currencies) for n in range(len(keys))]
        statement: Select[Any] = select(level, *keys, *currencies, func.count(), *summed).select_from(
            self.plan.cls
        )
        statement = self._joined(statement, [g.name for g in groups if g.label is None])
        return statement.where(*self.where, groups[0].one_of(outermost)).group_by(func.grouping_sets(*sets))

    def summed(self) -> list[int]:
        """The positions of the columns that `groups` sums."""
        return [i for i, c in enumerate(self.columns) if c.kind in ("money", "quantity")]

    def groupings(self) -> list[Grouping]:
        """What rows are grouped by, the outermost level first."""
        return [_grouping(name, self.plan.columns[name]) for name in self.state.group]

    def _sort(self) -> str:
        return self.state.sort or self.plan.screen.order

    def _needed(self) -> Iterable[str]:
        return [*(c.node.name for c in self.columns), self._sort().lstrip("-"), *self.state.group]

    def _joined(self, statement: Select[Any], names: Iterable[str]) -> Select[Any]:
        for name in dict.fromkeys(names):
            column = self.plan.columns.get(name)
            if column is not None and column.alias is not None:
                statement = statement.outerjoin(column.alias, column.on)
        return statement

    def _order(self) -> list[Any]:
        sort = self._sort()
        column = self.plan.columns[sort.lstrip("-")]
        by = column.shown.desc() if sort.startswith("-") else column.shown.asc()
        if column.info is None or not _never_null(column):
            by = by.nulls_last()
        key = self.plan.cls.id.desc() if sort.startswith("-") else self.plan.cls.id.asc()
        name, descending = sort.lstrip("-"), sort.startswith("-")
        groups = self.groupings()
        if len(groups) == 1 and groups[0].by_month and groups[0].name == name:
            return [by, key]  # days in order are months in order, and days may have an index
        grouped = [part for g in groups for part in g.order(descending=descending and g.name == name)]
        return [*grouped, by, key]


def _windowed(statement: Select[Any]) -> Select[Any]:
    # As literals: how many rows are wanted decides on the plan, and PostgreSQL would make it anew each time.
    size, skip = (bindparam(name, type_=Integer(), literal_execute=True) for name in ("size", "skip"))
    return statement.limit(size).offset(skip).execution_options(**KEPT)


def _grouping(name: str, column: PlannedColumn) -> Grouping:
    if column.kind == "date":
        # Through `timestamp`: with a time zone each day takes half a microsecond, and PostgreSQL no index.
        month = func.date_trunc(literal_column("'month'"), cast(column.shown, DateTime))
        return Grouping(name, cast(month, Date), by_month=True, day=column.stored)
    if column.kind == "moment":
        return Grouping(name, func.date_trunc(literal_column("'month'"), column.shown), by_month=True)
    # Two partners may have one name: they are told apart by their key.
    return Grouping(name, column.stored, column.shown if column.alias is not None else None)


def _never_null(column: PlannedColumn) -> bool:
    # NULLS LAST on a column that has none would keep PostgreSQL from its index.
    return column.alias is None and not column.stored.property.columns[0].nullable


def query_of(plan: ListPlan, state: ListState, actor: Actor, locale: str) -> ListQuery:
    """The query of a state; raises ListStateError for a value that cannot be read."""
    hidden = [n for n in named_by(state) if not may_see(plan, n, actor)]
    if hidden:
        raise ListStateError(_("You may not see “%(name)s”.", name=hidden[0]))
    where = [plan.screen.where(plan.cls)] if plan.screen.where is not None else []
    where += search(plan, [n for n in plan.screen.search if may_see(plan, n, actor)], state.q)
    for node in plan.screen.filters:
        where += narrow(plan, node, state)
    return ListQuery(plan, state, visible_columns(plan, state, actor), tuple(where))


def named_by(state: ListState) -> list[str]:
    """The columns whose values decide which rows show, and in which order."""
    names = [state.sort.lstrip("-"), *state.group, *(name.split(".")[0] for name in state.filters)]
    return [name for name in names if name]
