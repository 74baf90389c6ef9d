"""Which order and which delivery the lines of a statement are from."""

from collections.abc import Sequence

from sqlalchemy import text

from addons.billing_statements.services.details import Detail
from core.db import AnySession

_TRADE = text("""
    SELECT l.id, coalesce(nullif(o.reference, ''), o.number) AS order_number, x.partner_number,
           coalesce((SELECT string_agg(DISTINCT t.number, ', ' ORDER BY t.number)
                       FROM sales_invoiced_move v JOIN stock_move w ON w.id = v.move_id
                       JOIN stock_transfer t ON t.id = w.transfer_id
                      WHERE v.invoice_line_id = l.id), '') AS deliveries
      FROM accounting_invoice_line l JOIN sales_order_line x ON x.id = l.order_line_id
      JOIN sales_order o ON o.id = x.order_id
     WHERE l.id = ANY(:ids)
""")


def complete(session: AnySession, lines: Sequence[Detail]) -> Sequence[Detail]:
    """The same lines, those of orders with the customer's numbers and their deliveries."""
    found = {row.id: row for row in session.execute(_TRADE, {"ids": [line.line_id for line in lines]})}
    for line in lines:
        if row := found.get(line.line_id):
            line.order, line.partner_number = row.order_number, row.partner_number
            line.delivery = row.deliveries
    return lines
