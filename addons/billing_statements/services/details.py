"""The lines of the documents on a statement, as a customer checks them against its own list.

Posted documents never change, so that what is printed today is what stood there when the statement was made.
Other addons add what they know: whose order it was, and by which delivery it came.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession

_LINES = text("""
    SELECT l.id, i.number, i.date, i.reference, coalesce(nullif(p.mpn, ''), p.code, '') AS part,
           coalesce(k.name, '') AS maker, l.description, l.unit_price, l.discount, t.rate AS tax,
           CASE i.kind WHEN 'credit_note' THEN -l.quantity ELSE l.quantity END AS quantity,
           CASE i.kind WHEN 'credit_note' THEN -l.net ELSE l.net END AS net
      FROM billing_statement_line s
      JOIN accounting_open_item o ON o.id = s.open_item_id
      JOIN accounting_entry_line e ON e.id = o.entry_line_id
      JOIN accounting_invoice i ON i.entry_id = e.entry_id
      JOIN accounting_invoice_line l ON l.invoice_id = i.id
      LEFT JOIN product p ON p.id = l.product_id LEFT JOIN maker k ON k.id = p.maker_id
      LEFT JOIN accounting_tax t ON t.id = l.tax_id
     WHERE s.statement_id = :id AND s.kind <> 'brought_forward'
     ORDER BY s.position, l.position
""")


@dataclass
class Detail:
    """A line of an invoice or a credit note; what is credited has a quantity and a net below zero."""

    line_id: int
    date: dt.date
    number: str
    #: The customer's own numbers of the order and of the part, and the deliveries by which it came.
    order: str
    partner_number: str
    delivery: str
    part: str
    maker: str
    description: str
    quantity: Decimal
    #: Net of one unit; in percent what was taken off it; the rate of the tax, 0.13 for 13 %.
    unit_price: Decimal
    discount: Decimal
    tax: Decimal | None
    net: Decimal


def details(session: AnySession, statement: Any) -> Sequence[Detail]:
    """The lines of a statement's documents, in the order of these."""
    return [
        Detail(
            line_id=row.id,
            date=row.date,
            number=row.number,
            order=row.reference,
            partner_number="",
            delivery="",
            part=row.part,
            maker=row.maker,
            description=row.description,
            quantity=row.quantity,
            unit_price=row.unit_price,
            discount=row.discount,
            tax=row.tax,
            net=row.net,
        )
        for row in session.execute(_LINES, {"id": statement.id})
    ]
