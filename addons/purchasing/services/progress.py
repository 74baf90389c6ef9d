"""What became of an order, for its form and its papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession

_LINES = text("""
    SELECT l.id, l.position, p.code, l.description, l.quantity, l.received, l.returned, l.rejected, l.billed,
           l.cancelled, coalesce(l.promised, o.promised, o.date) AS promised,
           coalesce(v.waiting, 0) AS waiting
      FROM purchasing_order_line l JOIN purchasing_order o ON o.id = l.order_id
      LEFT JOIN product p ON p.id = l.product_id
      LEFT JOIN LATERAL (SELECT sum(v.quantity) AS waiting
                           FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id
                          WHERE v.purchase_line_id = l.id AND v.state = 'planned'
                            AND t.inspection = 'waiting') v ON true
     WHERE l.order_id = :id ORDER BY l.position
""")
_TRANSFERS = text("""
    SELECT t.id, t.number, t.kind, t.state, t.inspection, t.reference, coalesce(t.date, t.planned) AS date,
           sum(v.quantity) AS quantity
      FROM purchasing_order_line l JOIN stock_move v ON v.purchase_line_id = l.id AND v.state <> 'cancelled'
      JOIN stock_transfer t ON t.id = v.transfer_id
     WHERE l.order_id = :id GROUP BY t.id ORDER BY t.id
""")
_SUMS = text("""
    SELECT sum(net) AS ordered, sum(net * (received - returned) / quantity) AS received,
           sum(net * billed / quantity) AS billed,
           sum(net * greatest(quantity - cancelled - received, 0) / quantity) AS open
      FROM purchasing_order_line WHERE order_id = :id
""")
_BILLS = text("""
    SELECT DISTINCT b.id, b.number, b.reference, b.kind, b.state, b.date, b.total, b.currency_code
      FROM purchasing_order_line l JOIN accounting_bill_line x ON x.purchase_line_id = l.id
      JOIN accounting_bill b ON b.id = x.bill_id
     WHERE l.order_id = :id ORDER BY b.id
""")
_ORDERS_OF_BILL = text("""
    SELECT DISTINCT o.id, o.number FROM accounting_bill_line x
      JOIN purchasing_order_line l ON l.id = x.purchase_line_id JOIN purchasing_order o ON o.id = l.order_id
     WHERE x.bill_id = :id ORDER BY o.id
""")
_ORDERS_OF_TRANSFER = text("""
    SELECT DISTINCT o.id, o.number FROM stock_move v
      JOIN purchasing_order_line l ON l.id = v.purchase_line_id JOIN purchasing_order o ON o.id = l.order_id
     WHERE v.transfer_id = :id ORDER BY o.id
""")


@dataclass(frozen=True)
class Progress:
    """An order line by line, with its receipts."""

    lines: Sequence[Any]
    transfers: Sequence[Any]


def progress_of(session: AnySession, order_id: int) -> Progress:
    """What became of an order."""
    values = {"id": order_id}
    return Progress(
        session.execute(_LINES, values).all(),
        session.execute(_TRANSFERS, values).all(),
    )


def sums_of(session: AnySession, order_id: int) -> Mapping[str, Decimal]:
    """Net amounts: ordered, received, billed, still to come."""
    row = session.execute(_SUMS, {"id": order_id}).mappings().one()
    return {name: value or Decimal(0) for name, value in row.items()}


def bills_of(session: AnySession, order_id: int) -> Sequence[Any]:
    """The bills and credit notes that are for an order."""
    return session.execute(_BILLS, {"id": order_id}).all()


def orders_of_bill(session: AnySession, bill_id: int) -> Sequence[Any]:
    """The orders that a bill is for."""
    return session.execute(_ORDERS_OF_BILL, {"id": bill_id}).all()


def orders_of_transfer(session: AnySession, transfer_id: int) -> Sequence[Any]:
    """The orders that a receipt or return is for."""
    return session.execute(_ORDERS_OF_TRANSFER, {"id": transfer_id}).all()
