"""Take in what has come for orders.

What comes is rarely what was planned: one delivery is for three orders, a line comes in two lots, 40 of 100
now and 60 next week. Each delivery is a receipt of its own, and what it brings is taken off the plan, the
earliest first. Example: 100 planned for Monday, 40 come → 40 on the new receipt, 60 stay planned.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services import pricing
from addons.purchasing.services.buying import BUYING
from addons.purchasing.services.drafts import Arrival, DeliveryDraft, LineMove
from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.drafts import LotDraft, TransferDraft
from addons.stock.services.orders.holding import refuse_held
from addons.stock.services.orders.planning import drop_empty
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

RECEIVE = "purchasing.receive"
_ZERO = Decimal(0)
#: From the lines outwards: the planner would begin with all that is planned, as long as nobody has counted.
_DRAFTS = text("""
    WITH own AS MATERIALIZED (
        SELECT l.order_id, v.transfer_id, bool_or(p.inspected) AS is_inspected
          FROM purchasing_order_line l JOIN stock_move v ON v.purchase_line_id = l.id
          JOIN product p ON p.id = v.product_id
         WHERE l.order_id = ANY(:ids) AND v.state NOT IN ('done', 'cancelled') AND v.returns_id IS NULL
         GROUP BY 1, 2)
    SELECT own.order_id, t.id, t.planned, own.is_inspected OR s.inspected AS is_inspected
      FROM own JOIN stock_transfer t ON t.id = own.transfer_id AND t.state = 'draft' AND t.inspection = ''
      JOIN purchasing_order o ON o.id = own.order_id JOIN partner s ON s.id = o.partner_id
     ORDER BY t.id
""")
#: Freight and fees come with the first receipt.
_SERVICES = text("""
    UPDATE purchasing_order_line l SET received = l.quantity - l.cancelled
     WHERE l.order_id = ANY(:ids) AND l.received < l.quantity - l.cancelled
       AND NOT EXISTS (SELECT 1 FROM product p WHERE p.id = l.product_id AND p.kind = 'goods')
    RETURNING l.order_id
""")
_ARRIVING = text("""
    SELECT l.id, l.order_id, l.product_id, l.company_id, o.partner_id, o.number,
           s.inspected OR coalesce(p.inspected, false) AS is_inspected, coalesce(p.kind, 'service') AS kind
      FROM purchasing_order_line l JOIN purchasing_order o ON o.id = l.order_id
      JOIN partner s ON s.id = o.partner_id LEFT JOIN product p ON p.id = l.product_id
     WHERE l.id = ANY(:ids)
""")
#: Take what has come off the plan, the earliest first.
_SHRINK = text("""
    UPDATE stock_move v
       SET state = CASE WHEN p.before + p.quantity <= p.came THEN 'cancelled' ELSE 'planned' END,
           quantity = CASE WHEN p.before + p.quantity <= p.came THEN p.quantity
                           ELSE p.quantity - (p.came - p.before) END, picked = NULL
      FROM (SELECT v.id, v.quantity, a.came,
                   sum(v.quantity) OVER (PARTITION BY v.purchase_line_id ORDER BY v.date, v.id) - v.quantity
                       AS before
              FROM unnest(CAST(:lines AS bigint[]), CAST(:quantities AS numeric[])) AS a (line, came)
              JOIN stock_move v ON v.purchase_line_id = a.line AND v.state = 'planned'
               AND v.returns_id IS NULL
              JOIN stock_transfer t ON t.id = v.transfer_id AND t.inspection = '') p
     WHERE v.id = p.id AND p.before < p.came
    RETURNING v.transfer_id
""")
_WAIT = text("UPDATE stock_transfer SET inspection = 'waiting' WHERE id = ANY(:ids)")


def receive(session: AnySession, orders: Iterable[Any], on: date | None) -> list[int]:
    """Take in what is planned of orders; what is inspected waits for that. Raises PurchasingError."""
    acts.require(session, RECEIVE)
    rows = acts.locked(session, m.PurchasingOrder, orders)
    _refuse_closed(rows)
    ids = [row.id for row in rows]
    drafts = session.execute(_DRAFTS, {"ids": ids}).all()
    served = {order for (order,) in session.execute(_SERVICES, {"ids": ids})}
    served |= {draft.order_id for draft in drafts}
    PurchasingError.refuse({row.id: _nothing(row) for row in rows if row.id not in served})
    waiting = sorted({draft.id for draft in drafts if draft.is_inspected})
    coming = list(dict.fromkeys(draft.id for draft in drafts if draft.id not in waiting))
    _do(session, waiting, coming, on)
    record(session, "receive", "purchasing.order", ids)
    BUYING.forget(session)
    return [*waiting, *coming]


def _do(session: AnySession, waiting: Sequence[int], coming: Sequence[int], on: date | None) -> None:
    if waiting:
        pricing.refuse_excess(session, waiting)
        session.execute(_WAIT, {"ids": list(waiting)})
        for transfer in waiting:
            acts.forget(session, m.StockTransfer, [transfer])
    if coming:
        m.StockTransfer.do(session, coming, on or today())


def _refuse_closed(rows: Sequence[Any]) -> None:
    PurchasingError.refuse({row.id: _closed(row) for row in rows if row.state not in ("confirmed", "done")})
    refuse_held(BUYING, rows)


def _closed(row: Any) -> str:
    if row.state == "request":
        return _("%(number)s is a request: confirm it first.", number=row.number)
    return _("%(number)s is cancelled: reopen it first.", number=row.number)


def _nothing(row: Any) -> str:
    return _("Nothing of %(number)s is still to come.", number=row.number)


def open_receipts(session: AnySession, ids: Sequence[int]) -> list[int]:
    """The receipts that are planned for orders and have not come."""
    return list(dict.fromkeys(row.id for row in session.execute(_DRAFTS, {"ids": list(ids)})))


def receive_deliveries(
    session: AnySession, deliveries: Sequence[DeliveryDraft], on: date | None
) -> list[int]:
    """A receipt for each delivery, done unless its goods are inspected; raises PurchasingError."""
    acts.require(session, RECEIVE)
    arrivals = [arrival for delivery in deliveries for arrival in delivery.lines]
    found = _lines(session, arrivals)
    rows = acts.locked(session, m.PurchasingOrder, sorted({line.order_id for line in found.values()}))
    _refuse_closed(rows)
    drafts = [_delivery(delivery, found, on or today()) for delivery in deliveries]
    _take_off_plan(session, arrivals)
    made: list[int] = m.StockTransfer.create(session, drafts)
    waiting = [
        transfer
        for transfer, delivery in zip(made, deliveries, strict=True)
        if any(found[arrival.line_id].is_inspected for arrival in delivery.lines)
    ]
    _do(session, waiting, [transfer for transfer in made if transfer not in waiting], on)
    session.execute(_SERVICES, {"ids": [row.id for row in rows]})
    # Not called as the button that takes all: what came may be a part.
    record(session, "receive_goods", "purchasing.order", [row.id for row in rows])
    BUYING.forget(session)
    return made


def _lines(session: AnySession, arrivals: Sequence[Arrival]) -> Mapping[int, Any]:
    found = {row.id: row for row in session.execute(_ARRIVING, {"ids": [a.line_id for a in arrivals]})}
    if not arrivals or {arrival.line_id for arrival in arrivals} - set(found):
        raise PurchasingError(_("This was never ordered: order it first, or find its order."))
    if any(arrival.quantity is None or arrival.quantity <= 0 for arrival in arrivals):
        raise PurchasingError(_("Receive a quantity above zero; what goes back is a return."))
    if any(found[arrival.line_id].kind != "goods" for arrival in arrivals):
        raise PurchasingError(_("Services are received with the first goods of their order."))
    return found


def _delivery(delivery: DeliveryDraft, lines: Mapping[int, Any], on: date) -> TransferDraft:
    own = [lines[arrival.line_id] for arrival in delivery.lines]
    if len({(line.company_id, line.partner_id) for line in own}) > 1:
        raise PurchasingError(_("One delivery comes from one supplier: receive them one by one."))
    moves = [
        LineMove(
            lines[arrival.line_id].product_id,
            arrival.quantity,
            lot=_lot(arrival),
            purchase_line_id=arrival.line_id,
        )
        for arrival in delivery.lines
    ]
    orders = ", ".join(dict.fromkeys(line.number for line in own))
    return TransferDraft(
        own[0].company_id, "receipt", moves, own[0].partner_id, on, delivery.reference or orders[:1000]
    )


def _lot(arrival: Arrival) -> LotDraft | None:
    """The lot by its own number, else by what the maker prints; nothing where nobody wrote any."""
    number = arrival.lot or arrival.maker_lot or arrival.date_code
    return LotDraft(number, arrival.date_code, arrival.maker_lot) if number else None


def _take_off_plan(session: AnySession, arrivals: Sequence[Arrival]) -> None:
    came: dict[int, Decimal] = {}
    for arrival in arrivals:
        came[arrival.line_id] = came.get(arrival.line_id, _ZERO) + arrival.quantity
    values = {"lines": list(came), "quantities": list(came.values())}
    drop_empty(session, sorted(set(session.scalars(_SHRINK, values))))
