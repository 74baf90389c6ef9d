"""Change orders that are confirmed, with a trace of what they were, and give them up.

An order that was agreed is changed by acts and not by its form: each leaves what it was before, who changed
it and why. What is planned and not done follows: a line that changed is taken off its open transfers, and
planned anew by what is open then. What has moved keeps the price at which it did. A change that asks for more
than was let go waits for a second role again (ADR 340).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from addons.products.services.units import why_not_whole
from addons.stock.services.orders.drafts import ScheduleDraft
from addons.stock.services.orders.holding import hold_again
from addons.stock.services.orders.planning import plan, unplan
from addons.stock.services.orders.sides import Side
from addons.stock.services.orders.writing import complete_lines, refuse_promise, total
from core.db import AnySession
from core.i18n import _, format_number
from core.sayings import say
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
    cheaper: set[int] = set()
    moved: list[int] = []
    for change in changes:
        changed = _change(session, side, change)
        moved += [change.line_id] if {"quantity", "promised"} & set(changed) else []
        cheaper |= {of[change.line_id]} if _is_cheaper(changed) else set()
    replan(session, side, orders, moved, cheaper)


def _is_cheaper(changed: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether one piece costs less than before."""
    was, now = changed.get("unit_price", (0, 0))
    before, after = changed.get("discount", (0, 0))
    return bool((now or 0) < (was or 0) or after > before)


def amend_line(session: AnySession, side: Side, line: Any, was: Mapping[str, Any]) -> None:
    """Change a line as its form has, by the acts that leave a trace: what the form wrote is taken back."""
    columns = side.line_cls.__table__.c
    kept = {name: value for name, value in was.items() if name in columns}
    new = {f.name: getattr(line, f.name) for f in fields(Amendment) if f.name in kept}
    calls = [ScheduleDraft(call.date, call.quantity) for call in line.schedules]
    reason, line.change_reason = line.change_reason.strip(), ""
    if kept:
        session.execute(update(side.line_cls.__table__).where(columns.id == line.id).values(kept))
    session.refresh(line)
    if new:
        side.cls.amend(session, [Amendment(line.id, **new, reason=reason)])
    side.cls.call_off(session, {line.id: calls}, reason)


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


def _change(session: AnySession, side: Side, change: Amendment) -> Mapping[str, tuple[Any, Any]]:
    """Change one line; returns what each of its fields was and is."""
    line = session.get_one(side.line_cls, change.line_id, populate_existing=True)
    _refuse(side, line, change)
    refuse_promise(side, change.promised)
    values = {
        name: (old, new) for name, new in change.values().items() if new != (old := getattr(line, name))
    }
    for name, (old, new) in values.items():
        trace(session, side, line, name, old, new, change.reason)
        setattr(line, name, new)
    if "unit_price" in values:
        line.price_origin = say("as agreed")
    side.changed(line, list(values))
    _tell(session, side, change, values)
    return values


def _tell(session: AnySession, side: Side, change: Amendment, values: Mapping[str, tuple[Any, Any]]) -> None:
    """Note it in the audit of the line too, where people look for it: of most lines nothing is audited."""
    before = {name: _text(old) or None for name, (old, _new) in values.items()}
    after = {name: _text(new) or None for name, (_old, new) in values.items()}
    if values:
        said = {**after, "reason": change.reason}
        record(session, "update", f"{side.name}_line", [change.line_id], said, before)


def _refuse(side: Side, line: Any, change: Amendment) -> None:
    booked = side.booked_of(line)
    done = max(getattr(line, side.moved), booked) + line.cancelled
    if change.quantity is not None and change.quantity < max(done, Decimal("0.0001")):
        raise side.error(side.words.below_done % {"position": line.position, "done": format_number(done)})
    if change.quantity is not None and (why := why_not_whole(line.product, change.quantity)):
        raise side.error(why)
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


def replan(
    session: AnySession,
    side: Side,
    orders: Sequence[int],
    lines: Sequence[int],
    cheaper: Collection[int] = (),
) -> None:
    """Sum confirmed orders up anew, and plan what is open of them; these lines from the beginning.

    Those of which something is `cheaper` by now are asked for their margins again.
    """
    session.flush()
    found = [session.get_one(side.cls, order) for order in orders]
    before = {order.id: order.total for order in found}
    total(session, found)
    session.flush()
    if lines:
        unplan(session, side, lines)
    plan(session, side, orders)
    dearer = {order.id for order in found if order.total > before[order.id]}
    hold_again(session, side, orders, dearer, cheaper)
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
