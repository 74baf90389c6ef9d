"""Change orders that are confirmed, with a trace of what they were, and give them up.

An order that was agreed is changed by acts and not by its form: each leaves what it was before, who changed
it and why. What is planned and not done follows: a line that changed is taken off its open transfers, and
planned anew by what is open then. What has moved keeps the price at which it did.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from addons.stock.services.orders.planning import plan, unplan
from addons.stock.services.orders.sides import Side
from addons.stock.services.orders.writing import complete_lines, refuse_promise, total
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

_LINES = "SELECT id, order_id FROM {line} WHERE id = ANY(:ids)"
_REVISE = "UPDATE {order} SET revision = revision + 1 WHERE id = ANY(:ids)"


@dataclass(frozen=True)
class Amendment:
    """What becomes of a line; None leaves it as it is."""

    line_id: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    promised: date | None = None
    reason: str = ""

    def values(self) -> Mapping[str, Any]:
        """The columns that it sets."""
        names = [f.name for f in fields(self) if f.name not in ("line_id", "reason")]
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def amend(session: AnySession, side: Side, changes: Sequence[Amendment]) -> None:
    """Change lines of confirmed orders; raises the side's error."""
    acts.require(session, side.confirm)
    of = {i: order for i, order in session.execute(side.sql(_LINES), {"ids": [c.line_id for c in changes]})}
    if set(of) != {change.line_id for change in changes}:
        raise side.error(_("There is no such line: somebody has removed it."))
    orders = confirmed(session, side, set(of.values()))
    moved = [line for change in changes for line in _change(session, side, change)]
    replan(session, side, orders, moved)


def confirmed(session: AnySession, side: Side, ids: Iterable[int]) -> list[int]:
    """Lock orders and refuse those that are not confirmed; returns their ids."""
    rows = acts.locked(session, side.cls, sorted(ids))
    side.error.refuse(
        {
            row.id: _("%(number)s is no confirmed order: change it in its form.", number=row.number)
            for row in rows
            if row.state not in ("confirmed", "done")
        }
    )
    acts.forget(session, side.cls, (row.id for row in rows))
    return [row.id for row in rows]


def _change(session: AnySession, side: Side, change: Amendment) -> list[int]:
    """Change one line; returns it where its goods are to be planned anew."""
    line = session.get_one(side.line_cls, change.line_id, populate_existing=True)
    _refuse(side, line, change)
    refuse_promise(side, change.promised)
    values = {name: new for name, new in change.values().items() if new != getattr(line, name)}
    for name, new in values.items():
        trace(session, side, line, name, getattr(line, name), new, change.reason)
        setattr(line, name, new)
    if "unit_price" in values:
        line.price_origin = _("as agreed")
    side.changed(line, list(values))
    return [line.id] if {"quantity", "promised"} & set(values) else []


def _refuse(side: Side, line: Any, change: Amendment) -> None:
    booked = side.booked_of(line)
    done = max(getattr(line, side.moved), booked) + line.cancelled
    if change.quantity is not None and change.quantity < max(done, Decimal("0.0001")):
        raise side.error(side.words.below_done % {"position": line.position, "done": format_number(done)})
    prices = {change.unit_price: line.unit_price, change.discount: line.discount}
    if booked > 0 and any(new not in (None, old) for new, old in prices.items()):
        raise side.error(side.words.price_is_booked % {"position": line.position})


def trace(
    session: AnySession, side: Side, line: Any, what: str, before: Any, after: Any, reason: str = ""
) -> None:
    """Note what was changed of a line of a confirmed order, by whom and why."""
    change = side.change_cls(
        company_id=line.order.company_id,
        order_id=line.order_id,
        order_line_id=line.id,
        what=what,
        before=_text(before),
        after=_text(after),
        reason=reason,
        user_id=actor_of(session).user_id,
    )
    session.add(change)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def replan(session: AnySession, side: Side, orders: Sequence[int], lines: Sequence[int]) -> None:
    """Sum confirmed orders up anew, and plan what is open of them; these lines from the beginning."""
    session.flush()
    total(session, [session.get_one(side.cls, order) for order in orders])
    session.flush()
    if lines:
        unplan(session, side, lines)
    plan(session, side, orders)
    revise(session, side, orders, "amend")


def revise(session: AnySession, side: Side, orders: Sequence[int], act: str) -> None:
    """Their papers show something else from now on: a new revision, and a line in the audit."""
    session.execute(side.sql(_REVISE), {"ids": list(orders)})
    record(session, act, side.name, orders)
    side.forget(session)


def add_lines(session: AnySession, side: Side, order: Any, lines: Sequence[Any]) -> None:
    """Add unsaved lines to a confirmed order; raises the side's error."""
    acts.require(session, side.confirm)
    orders = confirmed(session, side, acts.ids_of(session, [order]))
    found = session.get_one(side.cls, orders[0])
    complete_lines(session, side, [(found, line) for line in lines])
    if any(line.unit_price is None for line in lines):
        raise side.error(_("Give the new line a price."))
    last = max((line.position for line in found.lines), default=0)
    for position, line in enumerate(lines, start=last + 1):
        line.position = position
        found.lines.append(line)
    session.flush()
    for line in lines:
        trace(session, side, line, "added", None, line.quantity)
    replan(session, side, orders, [])
