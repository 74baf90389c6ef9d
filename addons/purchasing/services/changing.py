"""Change orders that are confirmed, with a trace of what they were.

An order that was agreed is changed by acts and not by its form: each leaves what it was before, who changed
it and why. What is planned and not done follows: a line that changed is taken off its open receipts, and
planned anew by what is open then. What has come keeps the price at which it came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import books_of
from addons.purchasing.services.creation import complete_lines, tolerance_of, total
from addons.purchasing.services.errors import PurchasingError
from addons.purchasing.services.pricing import forget_orders
from addons.purchasing.services.receiving import plan
from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

AMEND, WRITE = "purchasing.confirm", "purchasing.write"
_ZERO = Decimal(0)
_LINES = text("SELECT id, order_id FROM purchasing_order_line WHERE id = ANY(:ids)")
#: What a line no longer wants: its open moves, with those of transfers that are left empty.
_UNPLAN = text("""
    WITH gone AS (
        UPDATE stock_move v SET state = 'cancelled', picked = NULL FROM stock_transfer t
         WHERE v.purchase_line_id = ANY(:lines) AND v.state = 'planned' AND v.returns_id IS NULL
           AND t.id = v.transfer_id AND t.inspection <> 'waiting'
        RETURNING v.transfer_id)
    SELECT DISTINCT transfer_id FROM gone ORDER BY 1
""")
_EMPTY = text("""
    UPDATE stock_transfer t SET state = 'cancelled'
     WHERE t.id = ANY(:ids) AND t.state = 'draft'
       AND NOT EXISTS (SELECT 1 FROM stock_move v WHERE v.transfer_id = t.id AND v.state <> 'cancelled')
""")
_REST = text("""
    UPDATE purchasing_order_line SET cancelled = quantity - received
     WHERE order_id = ANY(:ids) AND quantity > received + cancelled RETURNING id, order_id, cancelled
""")
_CANCEL = text("UPDATE purchasing_order SET state = 'cancelled', hold = '' WHERE id = ANY(:ids)")
_GIVE_UP = text("UPDATE purchasing_order_line SET cancelled = quantity WHERE order_id = ANY(:ids)")
_REOPEN = text("UPDATE purchasing_order SET state = 'request', confirmed_at = NULL WHERE id = ANY(:ids)")
_TAKE_UP = text("UPDATE purchasing_order_line SET cancelled = 0 WHERE order_id = ANY(:ids)")


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


def amend(session: AnySession, changes: Sequence[Amendment]) -> None:
    """Change lines of confirmed orders; raises PurchasingError."""
    acts.require(session, AMEND)
    of = {i: order for i, order in session.execute(_LINES, {"ids": [c.line_id for c in changes]})}
    if set(of) != {change.line_id for change in changes}:
        raise PurchasingError(_("There is no such line: somebody has removed it."))
    orders = _confirmed(session, set(of.values()))
    moved = [line for change in changes for line in _change(session, orders, change)]
    _replan(session, orders, moved)


def _confirmed(session: AnySession, ids: Iterable[int]) -> list[int]:
    rows = acts.locked(session, m.PurchasingOrder, sorted(ids))
    PurchasingError.refuse(
        {
            row.id: _("%(number)s is no confirmed order: change it in its form.", number=row.number)
            for row in rows
            if row.state not in ("confirmed", "done")
        }
    )
    acts.forget(session, m.PurchasingOrder, (row.id for row in rows))
    return [row.id for row in rows]


def _change(session: AnySession, orders: Sequence[int], change: Amendment) -> list[int]:
    """Change one line; returns it where its goods are to be planned anew."""
    line = session.get_one(m.PurchasingOrderLine, change.line_id, populate_existing=True)
    _refuse(line, change)
    values = {name: new for name, new in change.values().items() if new != getattr(line, name)}
    for name, new in values.items():
        _trace(session, line, name, getattr(line, name), new, change.reason)
        setattr(line, name, new)
    if "unit_price" in values:
        line.price_origin = _("as agreed")
    if "quantity" in values:
        line.tolerance = tolerance_of(line.quantity, line.order.partner.receipt_tolerance)
    return [line.id] if {"quantity", "promised"} & set(values) else []


def _refuse(line: Any, change: Amendment) -> None:
    done = max(line.received, line.billed) + line.cancelled
    if change.quantity is not None and change.quantity < max(done, Decimal("0.0001")):
        raise PurchasingError(
            _(
                "Of line %(position)s %(done)s are received, billed or given up: it can't go below that.",
                position=line.position,
                done=format_number(done),
            )
        )
    prices = {change.unit_price: line.unit_price, change.discount: line.discount}
    if line.billed and any(new not in (None, old) for new, old in prices.items()):
        raise PurchasingError(_("Line %(position)s is billed: its price stays.", position=line.position))


def _trace(session: AnySession, line: Any, what: str, before: Any, after: Any, reason: str) -> None:
    session.add(
        m.PurchasingChange(
            company_id=line.order.company_id,
            order_id=line.order_id,
            order_line_id=line.id,
            what=what,
            before=_text(before),
            after=_text(after),
            reason=reason,
            user_id=actor_of(session).user_id,
        )
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _replan(session: AnySession, orders: Sequence[int], lines: Sequence[int]) -> None:
    session.flush()
    _total(session, orders)
    if lines:
        unplan(session, lines)
    plan(session, orders)
    session.execute(_REVISE, {"ids": list(orders)})
    record(session, "amend", "purchasing.order", orders)
    forget_orders(session)


def unplan(session: AnySession, lines: Sequence[int]) -> None:
    """Take lines off their open receipts, but for what has come and waits for its inspection."""
    transfers = session.scalars(_UNPLAN, {"lines": list(lines)}).all()
    if transfers:
        session.execute(_EMPTY, {"ids": transfers})
    for transfer in transfers:
        acts.forget(session, m.StockTransfer, [transfer])


def _total(session: AnySession, orders: Sequence[int]) -> None:
    for order_id in orders:
        order = session.get_one(m.PurchasingOrder, order_id)
        total(order, books_of(session, order.company_id).tax_rates)
    session.flush()


def add_lines(session: AnySession, order: Any, lines: Sequence[Any]) -> None:
    """Add unsaved lines to a confirmed order; raises PurchasingError."""
    acts.require(session, AMEND)
    orders = _confirmed(session, acts.ids_of(session, [order]))
    found = session.get_one(m.PurchasingOrder, orders[0])
    complete_lines(session, [(found, line) for line in lines])
    if any(line.unit_price is None for line in lines):
        raise PurchasingError(_("Give the new line a price."))
    last = max((line.position for line in found.lines), default=0)
    for position, line in enumerate(lines, start=last + 1):
        line.position = position
        found.lines.append(line)
    session.flush()
    for line in lines:
        _trace(session, line, "added", None, line.quantity, "")
    _replan(session, orders, [])


def cancel_rest(session: AnySession, orders: Iterable[Any]) -> None:
    """Give up what is not received; raises PurchasingError."""
    acts.require(session, AMEND)
    ids = _confirmed(session, acts.ids_of(session, orders))
    rows = session.execute(_REST, {"ids": ids}).all()
    PurchasingError.refuse(
        {
            i: _("Everything is received: nothing is left to cancel.")
            for i in set(ids) - {r.order_id for r in rows}
        }
    )
    unplan(session, [row.id for row in rows])
    for row in rows:
        _trace(session, session.get_one(m.PurchasingOrderLine, row.id), "cancelled", None, row.cancelled, "")
    session.flush()
    session.execute(_REVISE, {"ids": ids})
    record(session, "cancel_rest", "purchasing.order", ids)
    forget_orders(session)


def cancel(session: AnySession, orders: Iterable[Any]) -> None:
    """Give orders up; raises PurchasingError where something was received or billed."""
    acts.require(session, WRITE)
    rows = acts.locked(session, m.PurchasingOrder, orders)
    ids = [row.id for row in rows]
    PurchasingError.refuse(
        {
            row.id: _("%(number)s is cancelled already.", number=row.number)
            for row in rows
            if row.state == "cancelled"
        }
    )
    started = session.execute(_STARTED, {"ids": ids})
    PurchasingError.refuse({row.order_id: _started(row) for row in started})
    unplan(session, session.scalars(_LINES_OF, {"ids": ids}).all())
    session.execute(_GIVE_UP, {"ids": ids})
    session.execute(_CANCEL, {"ids": ids})
    record(session, "cancel", "purchasing.order", ids)
    forget_orders(session)


_REVISE = text("UPDATE purchasing_order SET revision = revision + 1 WHERE id = ANY(:ids)")
_LINES_OF = text("SELECT id FROM purchasing_order_line WHERE order_id = ANY(:ids) ORDER BY id")
_STARTED = text("""
    SELECT l.order_id, o.number FROM purchasing_order_line l JOIN purchasing_order o ON o.id = l.order_id
     WHERE l.order_id = ANY(:ids) AND (l.received > 0 OR l.billed > 0) GROUP BY 1, 2
""")


def _started(row: Any) -> str:
    return _("Something of %(number)s is received or billed: cancel the rest.", number=row.number)


def reopen(session: AnySession, orders: Iterable[Any]) -> None:
    """Turn cancelled orders into requests again; raises PurchasingError."""
    acts.require(session, WRITE)
    rows = acts.locked(session, m.PurchasingOrder, orders)
    ids = [row.id for row in rows]
    PurchasingError.refuse(
        {
            row.id: _("%(number)s is not cancelled.", number=row.number)
            for row in rows
            if row.state != "cancelled"
        }
    )
    started = session.execute(_STARTED, {"ids": ids})
    PurchasingError.refuse({row.order_id: _started(row) for row in started})
    session.execute(_REOPEN, {"ids": ids})
    session.execute(_TAKE_UP, {"ids": ids})
    record(session, "reopen", "purchasing.order", ids)
    forget_orders(session)
