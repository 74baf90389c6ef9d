"""What the list template gets: headings, rows as HTML, filters and addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import select

from core import m
from core.db import db
from core.i18n import _, locale_code
from core.screens.composition import ScreenSet
from core.screens.fields import choice_text, label_column, label_of, number_text
from core.screens.lists.plan import ListPlan, PlannedColumn, may_see, plan_of
from core.screens.lists.query import COUNT_LIMIT, ListQuery
from core.screens.lists.rows import Group, css_of, groups_of, row_maker
from core.screens.lists.state import LEVELS, PAGE_SIZES, ListState
from core.screens.tree import Filter, FormScreen, ListScreen
from core.security.actor import Actor
from core.security.rights import model_rights


@dataclass(frozen=True)
class Head:
    """A column heading."""

    name: str
    label: str
    css: str
    sort_url: str = ""
    #: `ascending`, `descending` or empty.
    sorted: str = ""
    #: Whether its cells may be changed in place.
    editable: bool = False
    #: The currency of its amounts that stand without a code.
    currency: str = ""


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
    #: For each level that may be chosen, (name, label, chosen) of what to group by.
    group_choices: list[list[tuple[str, str, bool]]]
    form: FormScreen | None
    company: Any = None

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

    def address(self, path: str) -> str:
        """The address of what is done with the same rows: `export.csv`, `bulk/post`."""
        return self.state.address(f"/m/{self.screen.name}/{path}")

    @property
    def sizes(self) -> list[int]:
        """How many rows a page may have."""
        return sorted({*PAGE_SIZES, self.state.size})


def url_of(screen: ListScreen, state: ListState) -> str:
    """The address of a list in a state."""
    return state.address(f"/m/{screen.name}")


def plan_for(screens: ScreenSet, screen: ListScreen) -> ListPlan:
    """The plan of a list, made once an app."""
    plans: dict[str, ListPlan] = current_app.extensions["list_plans"]
    if screen.name not in plans:
        plans[screen.name] = plan_of(screens, screen)
    return plans[screen.name]


def page_of(screens: ScreenSet, query: ListQuery, actor: Actor) -> ListPage:
    """Ask the database and lay the answer out: at most two queries, three with groups."""
    plan, state = query.plan, query.state
    editable = editable_columns(screens, plan, actor)
    rows = db.session.execute(query.rows(), query.window()).all()
    form = screens.form_of(plan.screen)
    # Held until the page is shown, whose layout names the company.
    company = company_of(actor)
    own = company.currency_code if company is not None else ""
    make = row_maker(query, plan.screen.address or base_of(form), editable, own)
    return ListPage(
        screen=plan.screen,
        state=state,
        title=str(plan.screen.title),
        heads=[_head(plan, c, state, editable, own) for c in query.columns],
        groups=groups_of(query, rows, make, lambda s: url_of(plan.screen, s)),
        total=_total(query, rows),
        filters=[
            _filter_view(screens, query, node, rows)
            for node in plan.screen.filters
            if may_see(plan, node.name, actor)
        ],
        columns=_column_choices(plan, query.columns, actor),
        group_choices=_group_choices(plan, state, actor),
        form=form,
        company=company,
    )


def company_of(actor: Actor) -> Any:
    """The company that the actor works in, whose currency goes without saying; None where there is none."""
    return db.session.get(m.Company, actor.company_id) if actor.company_id is not None else None


def _total(query: ListQuery, rows: Sequence[Any]) -> int:
    """How many match, counted up to a limit."""
    if query.state.page == 1 and len(rows) < query.state.size:
        return len(rows)
    if query.counted and rows:
        return int(rows[0].total)
    return int(db.session.scalar(query.count()) or 0)


def base_of(form: FormScreen | None) -> str:
    """What the addresses of the records begin with, empty where no form shows them."""
    return f"/m/{form.name}/" if form else ""


def editable_columns(screens: ScreenSet, plan: ListPlan, actor: Actor) -> frozenset[str]:
    """The columns whose cells this actor may change in place."""
    form = screens.form_of(plan.screen)
    if form is None or not actor.may(model_rights(form.model).write):
        return frozenset()
    names = (c.name for c in plan.screen.columns if c.editable)
    return frozenset(name for name in names if may_see(plan, name, actor))


def _group_choices(plan: ListPlan, state: ListState, actor: Actor) -> list[list[tuple[str, str, bool]]]:
    names = [n for n in plan.screen.group_by if may_see(plan, n, actor)]
    levels = [*state.group, ""][: min(LEVELS, len(names))]
    return [
        [(n, _label(plan, n), n == chosen) for n in names if n not in state.group[:level]]
        for level, chosen in enumerate(levels)
    ]


def _label(plan: ListPlan, name: str) -> str:
    column = plan.columns[name]
    return label_of(column.node, column.info)


def _head(
    plan: ListPlan, column: PlannedColumn, state: ListState, editable: frozenset[str], own: str
) -> Head:
    name = column.node.name
    current = state.sort or plan.screen.order
    order = "" if current.lstrip("-") != name else "descending" if current.startswith("-") else "ascending"
    url = ""
    if column.node.sortable:
        url = url_of(plan.screen, state.but(sort=f"-{name}" if order == "ascending" else name))
    label = label_of(column.node, column.info)
    in_own = own if column.currency is not None else ""
    return Head(name, label, css_of(column), url, order, name in editable, in_own)


def _column_choices(
    plan: ListPlan, shown: Sequence[PlannedColumn], actor: Actor
) -> list[tuple[str, str, bool]]:
    chosen = {c.node.name for c in shown}
    names = [c.name for c in plan.screen.columns if may_see(plan, c.name, actor)]
    return [(name, _label(plan, name), name in chosen) for name in names]


def _filter_view(screens: ScreenSet, query: ListQuery, node: Filter, rows: Sequence[Any]) -> FilterView:
    plan, state = query.plan, query.state
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
    if view.kind == "ref" and mine:
        view.values["text"] = ", ".join(_ref_labels(screens, query, column, rows))
    if mine:
        view.summary = _summary(view)
    return view


def _filter_kind(column: PlannedColumn) -> str:
    if column.kind in ("date", "moment"):
        return "date"
    if column.kind in ("money", "price", "quantity", "rate", "exchange_rate", "integer"):
        return "number"
    return column.kind if column.kind in ("choice", "bool", "ref") else "text"


def _choices(column: PlannedColumn, node: Filter, chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    if column.kind == "bool":
        texts = [("yes", _("Yes")), ("no", _("No"))]
    else:
        named = node.choices or column.node.choices
        values = (column.info.values if column.info else ()) or tuple(named or ())
        texts = [(v, choice_text(v, named)) for v in values]
    return [(value, text, value in chosen) for value, text in texts]


def _summary(view: FilterView) -> str:
    if view.choices:
        return ", ".join(text for _v, text, chosen in view.choices if chosen)
    return view.values["text"] if view.kind == "ref" else " ".join(_bounds(view))


def _bounds(view: FilterView) -> Iterator[str]:
    for bound, value in view.values.items():
        yield {"from": "≥ ", "to": "≤ "}.get(bound, "") + value


def _ref_labels(
    screens: ScreenSet, query: ListQuery, column: PlannedColumn, rows: Sequence[Any]
) -> list[str]:
    """What people read for the related records that are chosen."""
    values, info = query.state.filters.get(column.node.name, ()), column.info
    if info is None:
        return list(values)
    shown_at = next((at for at, c in enumerate(query.columns, start=1) if c is column), 0)
    if len(values) == 1 and rows and shown_at:
        # All rows have it, and say what it is called.
        label = rows[0][shown_at]
        return [_("None")] if values == ("none",) else [str(label)] if label is not None else []
    keys = [v for v in values if v != "none"]
    labels = _ask_labels(screens.models.model(info.target), info.target_column, keys)
    return labels + ([_("None")] if "none" in values else [])


def _ask_labels(cls: Any, key: str, keys: Sequence[str]) -> list[str]:
    wanted = [int(v) for v in keys] if key == "id" else keys
    found = db.session.scalars(select(label_column(cls)).where(getattr(cls, key).in_(wanted)))
    return [str(label) for label in found]
