"""What the list template gets: headings, cells as text or safe HTML, groups, filters and addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import current_app
from flask_babel import format_date, get_timezone
from markupsafe import Markup
from sqlalchemy import select

from core.db import db
from core.i18n import _, locale_code
from core.screens.composition import ScreenSet
from core.screens.fields import choice_text, label_of, number_text, shower
from core.screens.lists import (
    COUNT_LIMIT,
    ListPlan,
    ListQuery,
    ListState,
    PlannedColumn,
    label_column,
    may_see,
    plan_of,
)
from core.screens.tree import Filter, FormScreen, ListScreen
from core.security.actor import Actor


@dataclass(frozen=True)
class Head:
    """A column heading."""

    name: str
    label: str
    css: str
    sort_url: str = ""
    #: `ascending`, `descending` or empty.
    sorted: str = ""


@dataclass(frozen=True)
class Row:
    """A row: the record's id and its cells as (css, text)."""

    id: int
    cells: list[tuple[str, str]]


@dataclass
class Group:
    """Rows under one heading; the only one has no heading where nothing is grouped."""

    label: str = ""
    count: int = 0
    sums: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass
class FilterView:
    """A filter as the page shows it."""

    node: Filter
    name: str
    label: str
    kind: str
    #: (value, text, chosen) of each choice.
    choices: list[tuple[str, str, bool]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    #: What is chosen, in words; empty when the filter is off.
    summary: str = ""
    off_url: str = ""


@dataclass
class ListPage:
    """Everything that the list template shows."""

    screen: ListScreen
    state: ListState
    title: str
    heads: list[Head]
    groups: list[Group]
    total: int
    filters: list[FilterView]
    columns: list[tuple[str, str, bool]]
    group_choices: list[tuple[str, str]]
    form: FormScreen | None

    @property
    def total_text(self) -> str:
        """The number of matches; counting stops somewhere."""
        locale = locale_code()
        if self.total > COUNT_LIMIT:
            return number_text(COUNT_LIMIT, locale) + "+"
        return number_text(self.total, locale)

    @property
    def first(self) -> int:
        """The number of the first row on the page."""
        return (self.state.page - 1) * self.state.size + 1

    @property
    def last(self) -> int:
        """The number of the last row on the page."""
        return self.first - 1 + sum(len(g.rows) for g in self.groups)

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter hides rows."""
        return bool(self.state.q or self.state.filters)

    def url(self, **changes: Any) -> str:
        """The address of this list with some of its state changed."""
        return url_of(self.screen, self.state.but(**changes))

    def export_url(self, kind: str) -> str:
        """Where the same rows come as a file."""
        return f"/m/{self.screen.name}/export.{kind}?{urlencode(self.state.args())}"


def url_of(screen: ListScreen, state: ListState) -> str:
    """The address of a list in a state."""
    args = state.args()
    return f"/m/{screen.name}?{urlencode(args)}" if args else f"/m/{screen.name}"


def plan_for(screens: ScreenSet, screen: ListScreen) -> ListPlan:
    """The plan of a list, made once an app."""
    plans: dict[str, ListPlan] = current_app.extensions["list_plans"]
    if screen.name not in plans:
        plans[screen.name] = plan_of(screens, screen)
    return plans[screen.name]


def page_of(screens: ScreenSet, query: ListQuery, actor: Actor) -> ListPage:
    """Ask the database and lay the answer out: two queries, three with groups."""
    plan, state = query.plan, query.state
    rows = db.session.execute(query.rows()).all()
    full = state.page == 1 and len(rows) < state.size
    total = len(rows) if full else int(db.session.scalar(query.count()) or 0)
    return ListPage(
        screen=plan.screen,
        state=state,
        title=str(plan.screen.title),
        heads=[_head(plan, c, state) for c in query.columns],
        groups=_groups(query, rows),
        total=total,
        filters=[
            _filter_view(screens, plan, node, state)
            for node in plan.screen.filters
            if may_see(plan, node.name, actor)
        ],
        columns=_column_choices(plan, query.columns, actor),
        group_choices=[(n, _label(plan, n)) for n in plan.screen.group_by if may_see(plan, n, actor)],
        form=screens.form_of(plan.screen),
    )


def _label(plan: ListPlan, name: str) -> str:
    column = plan.columns[name]
    return label_of(column.node, column.info)


def _css(column: PlannedColumn) -> str:
    numeric = column.kind in ("money", "price", "quantity", "rate", "integer")
    return "n" if numeric else "t" if column.kind in ("text", "ref") else column.kind


def _head(plan: ListPlan, column: PlannedColumn, state: ListState) -> Head:
    name = column.node.name
    current = state.sort or plan.screen.order
    order = "" if current.lstrip("-") != name else "descending" if current.startswith("-") else "ascending"
    url = ""
    if column.node.sortable:
        url = url_of(plan.screen, state.but(sort=f"-{name}" if order == "ascending" else name))
    return Head(name, label_of(column.node, column.info), _css(column), url, order)


def cells(query: ListQuery) -> Any:
    """The function that turns a database row into the cells of a page."""
    locale, zone = locale_code(), get_timezone()
    currencies = query.currencies()
    first = 1 + len(query.columns)
    parts = []
    for position, column in enumerate(query.columns, start=1):
        at = first + next((i for i, c in enumerate(currencies) if c is column.currency), -1 - first)
        show = (
            None if column.kind in ("text", "ref") else shower(column.kind, locale, zone, column.node.choices)
        )
        parts.append((position, at, _css(column), show))

    def make(row: Sequence[Any]) -> list[tuple[str, str]]:
        out = []
        for position, at, css, show in parts:
            value = row[position]
            if value is None:
                out.append((css, ""))
            elif show is None:
                out.append((css, value))
            else:
                out.append((css, show(value, row[at] if at >= 0 else "")))
        return out

    return make


def _groups(query: ListQuery, rows: Sequence[Any]) -> list[Group]:
    make = cells(query)
    if query.group_key() is None:
        return [Group(rows=[Row(row[0], make(row)) for row in rows])]
    heads = _group_heads(query)
    groups: dict[Any, Group] = {}
    for row in rows:
        key = row.group_key
        if key not in groups:
            groups[key] = heads.get(key, Group())
        groups[key].rows.append(Row(row[0], make(row)))
    return list(groups.values())


def _group_heads(query: ListQuery) -> dict[Any, Group]:
    heads: dict[Any, Group] = {}
    summed = query.summed()
    currencies = query.currencies()
    show = {i: shower(query.columns[i].kind, locale_code(), None) for i in summed}
    for row in db.session.execute(query.groups()):
        group = heads.setdefault(
            row.group_key, Group(_group_label(query, row.group_key), sums=[""] * len(query.columns))
        )
        group.count += row.n
        for at, i in enumerate(summed):
            value = row[2 + len(currencies) + at]
            code = row[2] if currencies and query.columns[i].currency is not None else ""
            if value is not None:
                text = show[i](value, code)
                group.sums[i] = group.sums[i] + _SEPARATOR + text if group.sums[i] else text
    return heads


_SEPARATOR = Markup("<br>")


def _group_label(query: ListQuery, key: Any) -> str:
    column = query.plan.columns[query.state.group]
    if key is None or key == "":
        return _("None")
    if column.kind in ("date", "moment"):
        return str(format_date(key, "MMMM y"))
    if column.kind == "choice":
        return choice_text(key, column.node.choices)
    if column.kind == "bool":
        return _("Yes") if key else _("No")
    return str(key)


def _column_choices(
    plan: ListPlan, shown: Sequence[PlannedColumn], actor: Actor
) -> list[tuple[str, str, bool]]:
    chosen = {c.node.name for c in shown}
    names = [c.name for c in plan.screen.columns if may_see(plan, c.name, actor)]
    return [(name, _label(plan, name), name in chosen) for name in names]


def _filter_view(screens: ScreenSet, plan: ListPlan, node: Filter, state: ListState) -> FilterView:
    mine = {n: v for n, v in state.filters.items() if n.split(".")[0] == node.name}
    off = url_of(plan.screen, state.without_filter(node.name))
    if node.where is not None:
        label = label_of(node, None)
        return FilterView(node, node.name, label, "switch", summary=label if mine else "", off_url=off)
    column = plan.columns[node.name]
    view = FilterView(node, node.name, label_of(node, column.info), _filter_kind(column), off_url=off)
    view.values = {name.partition(".")[2]: values[0] for name, values in mine.items()}
    if view.kind in ("choice", "bool"):
        view.choices = _choices(column, node, mine.get(node.name, ()))
    if mine:
        view.summary = _summary(screens, column, view, mine)
    return view


def _filter_kind(column: PlannedColumn) -> str:
    if column.kind in ("date", "moment"):
        return "date"
    if column.kind in ("money", "price", "quantity", "rate", "integer"):
        return "number"
    return column.kind if column.kind in ("choice", "bool", "ref") else "text"


def _choices(column: PlannedColumn, node: Filter, chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    if column.kind == "bool":
        texts = [("yes", _("Yes")), ("no", _("No"))]
    else:
        values = column.info.values if column.info else ()
        texts = [(v, choice_text(v, node.choices or column.node.choices)) for v in values]
    return [(value, text, value in chosen) for value, text in texts]


def _summary(
    screens: ScreenSet, column: PlannedColumn, view: FilterView, mine: dict[str, tuple[str, ...]]
) -> str:
    if view.choices:
        return ", ".join(text for _v, text, chosen in view.choices if chosen)
    if view.kind == "ref":
        view.values["text"] = ", ".join(_ref_labels(screens, column, mine[view.name]))
        return view.values["text"]
    return " ".join(_bounds(view))


def _bounds(view: FilterView) -> Iterator[str]:
    for bound, value in view.values.items():
        yield {"from": "≥ ", "to": "≤ "}.get(bound, "") + value


def _ref_labels(screens: ScreenSet, column: PlannedColumn, values: Sequence[str]) -> list[str]:
    info = column.info
    if info is None:
        return list(values)
    cls = screens.models.model(info.target)
    stored = getattr(cls, info.target_column)
    keys = [v for v in values if v != "none"]
    wanted = [int(v) for v in keys] if info.target_column == "id" else keys
    labels = [str(label) for label in db.session.scalars(select(label_column(cls)).where(stored.in_(wanted)))]
    return labels + ([_("None")] if "none" in values else [])
