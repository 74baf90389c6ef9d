"""The SQL parts of a list, made once an app: of its columns, its search, its filters and its groups."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import QueryableAttribute, aliased

from core.screens.composition import ScreenSet
from core.screens.fields import FieldInfo, kind_of, label_column
from core.screens.tree import Column, ListScreen
from core.security.actor import Actor
from core.security.rights import field_right


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
    #: Of what it points to: (key, what it is found by), for queries of their own.
    target: Any = None
    #: The ISO code beside an amount.
    currency: Any = None


@dataclass(frozen=True)
class ListPlan:
    """What is the same for every request of one list."""

    screen: ListScreen
    cls: Any
    columns: dict[str, PlannedColumn]
    conditions: dict[str, ColumnElement[bool]]
    #: The permissions that some columns need.
    needs: dict[str, str]
    #: Statements that were built before, by (columns, order, groups): what is built anew costs a millisecond.
    built: dict[tuple[Any, ...], Any] = field(default_factory=dict)


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
    needed = {name: field_right(screen.model, name) for name in columns}
    return ListPlan(screen, cls, columns, conditions, {n: right for n, right in needed.items() if right})


def _planned(screens: ScreenSet, model: str, cls: Any, node: Column) -> PlannedColumn:
    if node.value is not None:
        value = node.value(cls)
        kind = node.show or kind_of(value.type)
        return PlannedColumn(node, None, kind, value, value, currency=_currency(cls, node, None, kind))
    info = screens.info(model, node.name)
    stored = getattr(cls, node.name)
    if info.kind != "ref":
        kind = node.show or info.kind
        return PlannedColumn(node, info, kind, stored, stored, currency=_currency(cls, node, info, kind))
    cls_of_target = screens.models.model(info.target)
    target = aliased(cls_of_target, name=f"{node.name}_target")
    on = stored == getattr(target, info.target_column)
    label = label_column(target)
    if label.key == info.target_column:
        return PlannedColumn(node, info, "ref", stored, stored)
    # Under another name than the joined one, or a query within the query would mean that.
    other = aliased(cls_of_target)
    called = [label_column(other), *(getattr(other, name) for name in cls_of_target._known_by)]
    named = (getattr(other, info.target_column), called)
    return PlannedColumn(node, info, "ref", label, stored, alias=target, on=on, target=named)


def _currency(cls: Any, node: Column, info: FieldInfo | None, kind: str) -> Any:
    if kind not in ("money", "price"):
        return None
    found = getattr(cls, node.currency or (info.currency if info else "currency_code"), None)
    # What the record only computes is no column: the amount then stands without a code.
    return found if isinstance(found, QueryableAttribute) else None


def may_see(plan: ListPlan, name: str, actor: Actor) -> bool:
    """Whether the actor may see this column, and so sort and filter by it."""
    needed = plan.needs.get(name)
    return needed is None or actor.may(needed)
