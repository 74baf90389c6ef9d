"""Reserve for the deliveries of orders, and let the goods go."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from addons.sales.services.errors import SalesError
from addons.sales.services.selling import SELLING
from addons.stock.services.orders.holding import refuse_held
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

DELIVER = "sales.deliver"
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


def reserve(session: AnySession, orders: Iterable[Any]) -> None:
    """Reserve for the open deliveries of orders, the earliest first."""
    rows = acts.locked(session, m.SalesOrder, orders, of_few_lines=True)
    _refuse_closed(rows)
    drafts = session.execute(_DRAFTS, {"ids": [row.id for row in rows]}).all()
    m.StockTransfer.reserve(session, [d.id for d in sorted(drafts, key=lambda d: (d.planned, d.id))])
    SELLING.forget(session)


def _refuse_closed(rows: Sequence[Any]) -> None:
    SalesError.refuse({row.id: _closed(row) for row in rows if row.state != "confirmed"})
    refuse_held(SELLING, rows)


def _closed(row: Any) -> str:
    if row.state == "quotation":
        return _("%(number)s is a quotation: confirm it first.", number=row.number)
    if row.state == "cancelled":
        return _("%(number)s is cancelled: reopen it first.", number=row.number)
    return _("Everything of %(number)s is delivered and invoiced.", number=row.number)


def deliver(session: AnySession, orders: Iterable[Any], on: date | None) -> list[int]:
    """Do what is reserved for orders; what is not stays on a delivery of its own. Raises SalesError."""
    acts.require(session, DELIVER)
    rows = acts.locked(session, m.SalesOrder, orders, of_few_lines=True)
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
    SELLING.forget(session)
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
