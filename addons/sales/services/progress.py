"""What became of an order, for its form and its papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession

_LINES = text("""
    SELECT l.id, l.position, p.code, l.description, l.quantity, l.delivered, l.returned, l.invoiced,
           l.credited,
           l.cancelled, coalesce(l.promised, o.promised, o.date) AS promised,
           coalesce(v.reserved, 0) AS reserved, coalesce(v.planned, 0) AS short
      FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
      LEFT JOIN product p ON p.id = l.product_id
      LEFT JOIN LATERAL (SELECT sum(quantity) FILTER (WHERE state = 'reserved') AS reserved,
                                sum(quantity) FILTER (WHERE state = 'planned') AS planned
                           FROM stock_move WHERE order_line_id = l.id AND returns_id IS NULL) v ON true
     WHERE l.order_id = :id ORDER BY l.position
""")
_TRANSFERS = text("""
    SELECT t.id, t.number, t.kind, t.state, coalesce(t.date, t.planned) AS date, sum(v.quantity) AS quantity
      FROM sales_order_line l JOIN stock_move v ON v.order_line_id = l.id
      JOIN stock_transfer t ON t.id = v.transfer_id
     WHERE l.order_id = :id GROUP BY t.id ORDER BY t.id
""")
_INVOICES = text("""
    SELECT DISTINCT i.id, i.number, i.kind, i.state, i.date, i.total, i.currency_code
      FROM sales_order_line l JOIN accounting_invoice_line x ON x.order_line_id = l.id
      JOIN accounting_invoice i ON i.id = x.invoice_id
     WHERE l.order_id = :id ORDER BY i.id
""")
_SUMS = text("""
    SELECT sum(net) AS ordered, sum(net * (delivered - returned) / quantity) AS delivered,
           sum(net * (invoiced - credited) / quantity) AS invoiced,
           sum(net * (quantity - cancelled - delivered) / quantity) AS open
      FROM sales_order_line WHERE order_id = :id
""")
#: What went out costs what it does by now, whatever its receipts came to cost since; the rest what it did on
#: the day of the order.
_MARGIN = text("""
    SELECT sum(l.net) AS net,
           sum(coalesce(g.cost, 0) + CASE WHEN coalesce(g.quantity, 0) = l.quantity THEN 0
               ELSE (l.quantity - coalesce(g.quantity, 0))
                    * coalesce(l.unit_cost, w.amount / nullif(w.quantity, 0), p.cost) END) AS cost
      FROM sales_order_line l JOIN product p ON p.id = l.product_id
      LEFT JOIN stock_worth w ON w.product_id = p.id
     CROSS JOIN LATERAL (
           SELECT sum(v.quantity) AS quantity, sum(x.cost) AS cost
             FROM stock_move v
            CROSS JOIN LATERAL (SELECT -sum(amount) AS cost FROM stock_value WHERE move_id = v.id) x
            WHERE v.order_line_id = l.id AND v.state = 'done' AND v.returns_id IS NULL
              AND x.cost IS NOT NULL) g
     WHERE l.order_id = :id
""")
_ORDERS_OF_INVOICE = text("""
    SELECT DISTINCT o.id, o.number FROM accounting_invoice_line x
      JOIN sales_order_line l ON l.id = x.order_line_id JOIN sales_order o ON o.id = l.order_id
     WHERE x.invoice_id = :id ORDER BY o.id
""")
_ORDERS_OF_TRANSFER = text("""
    SELECT DISTINCT o.id, o.number FROM stock_move v
      JOIN sales_order_line l ON l.id = v.order_line_id JOIN sales_order o ON o.id = l.order_id
     WHERE v.transfer_id = :id ORDER BY o.id
""")


@dataclass(frozen=True)
class Progress:
    """An order line by line, with its deliveries and invoices."""

    lines: Sequence[Any]
    transfers: Sequence[Any]
    invoices: Sequence[Any]


def progress_of(session: AnySession, order_id: int, *, with_invoices: bool = True) -> Progress:
    """What became of an order."""
    values = {"id": order_id}
    return Progress(
        session.execute(_LINES, values).all(),
        session.execute(_TRANSFERS, values).all(),
        session.execute(_INVOICES, values).all() if with_invoices else (),
    )


def sums_of(session: AnySession, order_id: int) -> Mapping[str, Decimal]:
    """Net amounts: ordered, delivered, invoiced, still to deliver."""
    row = session.execute(_SUMS, {"id": order_id}).mappings().one()
    return {name: value or Decimal(0) for name, value in row.items()}


def margin_of(session: AnySession, order_id: int) -> tuple[Decimal, Decimal] | None:
    """The net of goods in the order's currency, and their cost in the company's where it is known."""
    row = session.execute(_MARGIN, {"id": order_id}).one()
    return None if row.net is None or row.cost is None else (row.net, row.cost)


def orders_of_invoice(session: AnySession, invoice_id: int) -> Sequence[Any]:
    """The orders that an invoice or credit note is for."""
    return session.execute(_ORDERS_OF_INVOICE, {"id": invoice_id}).all()


def orders_of_transfer(session: AnySession, transfer_id: int) -> Sequence[Any]:
    """The orders that a delivery or return is for."""
    return session.execute(_ORDERS_OF_TRANSFER, {"id": transfer_id}).all()
