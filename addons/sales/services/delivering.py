"""Plan deliveries of orders, reserve for them, and let the goods go.

An order has a delivery for each day on which something of it is promised; a blanket order one for each
call-off. What is in none of them by now is planned: so the same statement serves a new order, a line that
was added and a quantity that was raised.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.sales.services.errors import SalesError
from addons.sales.services.tying import forget_orders
from addons.stock.services.drafts import MoveDraft, TransferDraft
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

DELIVER = "sales.deliver"
_ZERO = Decimal(0)
#: What of each line of goods is neither delivered, nor planned, nor given up.
_OPEN = text("""
    SELECT l.id, l.order_id, l.product_id, o.company_id, o.partner_id, o.reference, o.number,
           coalesce(l.promised, o.promised, o.date) AS promised,
           l.quantity - l.cancelled - l.delivered - coalesce(v.planned, 0) AS quantity
      FROM sales_order o
      JOIN sales_order_line l ON l.order_id = o.id
      JOIN product p ON p.id = l.product_id AND p.kind = 'goods'
      LEFT JOIN (SELECT v.order_line_id, sum(v.quantity) AS planned
                   FROM sales_order_line x JOIN stock_move v ON v.order_line_id = x.id
                  WHERE x.order_id = ANY(:ids) AND v.state IN ('planned', 'reserved') AND v.returns_id IS NULL
                  GROUP BY v.order_line_id) v ON v.order_line_id = l.id
     WHERE o.id = ANY(:ids) ORDER BY o.id, l.position
""")
_SCHEDULES = text("""
    SELECT s.line_id, s.date, s.quantity FROM sales_schedule s JOIN sales_order_line l ON l.id = s.line_id
     WHERE l.order_id = ANY(:ids) ORDER BY s.line_id, s.date, s.id
""")
#: From the lines outwards: the planner would begin with all that is planned, as long as nobody has counted.
_DRAFTS = text("""
    WITH own AS MATERIALIZED (
      SELECT DISTINCT l.order_id, v.transfer_id
        FROM sales_order_line l JOIN stock_move v ON v.order_line_id = l.id
       WHERE l.order_id = ANY(:ids) AND v.state NOT IN ('done', 'cancelled'))
    SELECT own.order_id, t.id, t.planned,
           EXISTS (SELECT 1 FROM stock_move WHERE transfer_id = t.id AND state = 'reserved') AS is_ready
      FROM own JOIN stock_transfer t ON t.id = own.transfer_id AND t.kind = 'delivery' AND t.state = 'draft'
     ORDER BY t.id
""")
#: Freight and fees go with the first delivery.
_SERVICES = text("""
    UPDATE sales_order_line l SET delivered = l.quantity - l.cancelled
     WHERE l.order_id = ANY(:ids) AND l.delivered < l.quantity - l.cancelled
       AND NOT EXISTS (SELECT 1 FROM product p WHERE p.id = l.product_id AND p.kind = 'goods')
    RETURNING l.order_id
""")


@dataclass
class LineMove(MoveDraft):
    """A move for a line of an order."""

    order_line_id: int | None = None


def plan(session: AnySession, ids: Sequence[int]) -> list[int]:
    """Plan what is in no delivery yet, and reserve for it; returns the new deliveries."""
    calls: dict[int, list[Any]] = {}
    for row in session.execute(_SCHEDULES, {"ids": list(ids)}):
        calls.setdefault(row.line_id, []).append(row)
    groups: dict[tuple[int, date], list[tuple[Any, Decimal]]] = {}
    for line in session.execute(_OPEN, {"ids": list(ids)}):
        for day, quantity in _parts(line, calls.get(line.id, ())):
            groups.setdefault((line.order_id, day), []).append((line, quantity))
    drafts = [_draft(day, lines) for (_order, day), lines in groups.items()]
    if not drafts:
        return []
    made: list[int] = m.StockTransfer.create(session, drafts)
    m.StockTransfer.reserve(session, made)
    return made


def _parts(line: Any, calls: Sequence[Any]) -> Iterable[tuple[date, Decimal]]:
    """How much of what is open goes when: the last call-offs, since the first are what has gone."""
    left = line.quantity
    found: dict[date, Decimal] = {}
    for call in reversed(calls):
        part = min(left, call.quantity)
        if part > _ZERO:
            found[call.date] = found.get(call.date, _ZERO) + part
            left -= part
    if left > _ZERO and not calls:
        found[line.promised] = left
    elif left > _ZERO:
        first = calls[0].date
        found[first] = found.get(first, _ZERO) + left
    return sorted(found.items())


def _draft(day: date, lines: Sequence[tuple[Any, Decimal]]) -> TransferDraft:
    line = lines[0][0]
    moves = [LineMove(row.product_id, quantity, order_line_id=row.id) for row, quantity in lines]
    reference = line.reference or line.number
    return TransferDraft(line.company_id, "delivery", moves, line.partner_id, day, reference)


def reserve(session: AnySession, orders: Iterable[Any]) -> None:
    """Reserve for the open deliveries of orders, the earliest first."""
    rows = acts.locked(session, m.SalesOrder, orders)
    _refuse_closed(rows)
    drafts = session.execute(_DRAFTS, {"ids": [row.id for row in rows]}).all()
    m.StockTransfer.reserve(session, [d.id for d in sorted(drafts, key=lambda d: (d.planned, d.id))])
    forget_orders(session)


def _refuse_closed(rows: Sequence[Any]) -> None:
    SalesError.refuse({row.id: _closed(row) for row in rows if row.state != "confirmed"})


def _closed(row: Any) -> str:
    if row.state == "quotation":
        return _("%(number)s is a quotation: confirm it first.", number=row.number)
    if row.state == "cancelled":
        return _("%(number)s is cancelled: reopen it first.", number=row.number)
    return _("Everything of %(number)s is delivered and invoiced.", number=row.number)


def deliver(session: AnySession, orders: Iterable[Any], on: date | None) -> list[int]:
    """Do what is reserved for orders; what is not stays on a delivery of its own. Raises SalesError."""
    acts.require(session, DELIVER)
    rows = acts.locked(session, m.SalesOrder, orders)
    _refuse_closed(rows)
    ids = [row.id for row in rows]
    day = on or today()
    drafts = session.execute(_DRAFTS, {"ids": ids}).all()
    ready = _due(drafts, day)
    served = {order for (order,) in session.execute(_SERVICES, {"ids": ids})}
    served |= {draft.order_id for draft in ready}
    SalesError.refuse({row.id: _nothing(row) for row in rows if row.id not in served})
    done = list(dict.fromkeys(draft.id for draft in ready))
    if done:
        m.StockTransfer.do(session, done, day)
    record(session, "deliver", "sales.order", ids)
    forget_orders(session)
    return done


def _due(drafts: Sequence[Any], day: date) -> list[Any]:
    """What is ready and due by the day; of an order of which nothing is due yet, what comes next."""
    ready = [draft for draft in drafts if draft.is_ready]
    due = [draft for draft in ready if draft.planned <= day]
    first: dict[int, Any] = {}
    for draft in sorted(ready, key=lambda d: (d.planned, d.id)):
        first.setdefault(draft.order_id, draft)
    has_due = {draft.order_id for draft in due}
    return due + [draft for order, draft in first.items() if order not in has_due]


def _nothing(row: Any) -> str:
    return _("Nothing of %(number)s is reserved: reserve what has come in first.", number=row.number)


def open_deliveries(session: AnySession, ids: Sequence[int]) -> Mapping[int, list[int]]:
    """The drafts of deliveries, by the order's id."""
    found: dict[int, list[int]] = {}
    for row in session.execute(_DRAFTS, {"ids": list(ids)}):
        found.setdefault(row.order_id, []).append(row.id)
    return found
