"""Credit some lines of a posted invoice, each by so much of its quantity.

Problem: of an invoice over 1,000 and 500 pieces, 40 of the first are credited, and later 60 more. Rule: the
credit note has the price, discount and tax of the line, at the rate of exchange of the invoice, and names the
line; of no line more is credited than was invoiced, by all its credit notes together, which the database
holds too. The note is posted and settles what is open of its invoice. Goods are not moved by it, nor may they
be invoiced anew: what came back is credited from its order, and what was invoiced by mistake is reversed in
whole. Example: 40 × 0.25 at 13 % → 11.30.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.booking import refuse_taken_back
from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.accounting.services.invoices import INVOICES, InvoiceError
from addons.accounting.services.posting import POST
from addons.accounting.services.reversal import settle_with_notes
from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts

_ZERO = Decimal(0)
#: The lines of an invoice, and how much of each is not credited yet.
_LINES = text("""
    SELECT l.*, l.quantity - coalesce(c.credited, 0) AS creditable, coalesce(p.mpn, p.code, '') AS part
      FROM accounting_invoice_line l
      LEFT JOIN product p ON p.id = l.product_id
      LEFT JOIN (SELECT n.credits_line_id, sum(n.quantity) AS credited
                   FROM accounting_invoice_line o JOIN accounting_invoice_line n ON n.credits_line_id = o.id
                  WHERE o.invoice_id = :id GROUP BY n.credits_line_id) c ON c.credits_line_id = l.id
     WHERE l.invoice_id = :id ORDER BY l.position
""")


def creditable_lines(session: AnySession, invoice_id: int) -> Sequence[Any]:
    """The lines of an invoice of which something can be credited, each with how much."""
    return [row for row in session.execute(_LINES, {"id": invoice_id}) if row.creditable > 0]


def credit_lines(session: AnySession, invoice: Any, quantities: Mapping[int, Decimal], on: date) -> int:
    """Write, post and settle a credit note of so much of these lines; returns its id; raises InvoiceError."""
    acts.require(session, POST)
    (row,) = acts.locked(session, m.AccountingInvoice, [invoice])
    if row.state != "posted" or row.kind != INVOICES.kind:
        raise InvoiceError(_("Only a posted invoice can be credited line by line."))
    refuse_taken_back(session, InvoiceError, INVOICES.table, [row])
    lines = {line.id: line for line in creditable_lines(session, row.id)}
    _refuse(lines, quantities)
    draft = InvoiceDraft(
        company_id=row.company_id,
        partner_id=row.partner_id,
        date=on,
        due_date=on,
        currency_code=row.currency_code,
        exchange_rate=row.exchange_rate,
        kind="credit_note",
        reference=row.number,
        credits_id=row.id,
        lines=[_line(line, quantities[key]) for key, line in lines.items() if quantities.get(key)],
    )
    (note,) = m.AccountingInvoice.create(session, [draft])
    m.AccountingInvoice.post(session, [note])
    settle_with_notes(session, INVOICES, [row], [note], on)
    acts.forget(session, m.AccountingInvoice, [row.id])
    return int(note)


def _refuse(lines: Mapping[int, Any], quantities: Mapping[int, Decimal]) -> None:
    if not any(quantities.values()):
        raise InvoiceError(_("Say of at least one line how much to credit."))
    if set(quantities) - set(lines):
        raise InvoiceError(_("Nothing is left of this line to credit."))
    for key, quantity in quantities.items():
        if quantity < 0 or quantity > lines[key].creditable:
            raise InvoiceError(
                _(
                    "Of line %(position)s %(most)s can be credited, not %(quantity)s.",
                    position=lines[key].position,
                    most=format_number(lines[key].creditable),
                    quantity=format_number(quantity),
                )
            )


def _line(line: Any, quantity: Decimal) -> Line:
    made = Line(line.description, quantity, line.unit_price, line.product_id, line.tax_id)
    return replace(made, discount=line.discount, credits_line_id=line.id)
