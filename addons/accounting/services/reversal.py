"""Take posted invoices back by credit notes with the same lines and amounts.

The note is written as the invoice was booked: a tax whose rate has changed since is taken back by what
it was. Example: 100.00 at 13 % is taken back by 113.00 though the rate is 15 % by now.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from addons.accounting.amounts import TaxAmount
from addons.accounting.services.allocation import Pair, items_of
from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.accounting.services.invoices import InvoiceError
from addons.accounting.services.posting import POST
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts

_TAKEN_BACK = text("SELECT reverses_id, number FROM accounting_invoice WHERE reverses_id = ANY(:ids)")
#: The lines as they were booked, and the taxes.
_LINES = text("""
    SELECT invoice_id, description, quantity, unit_price, product_id, tax_id, discount, net
      FROM accounting_invoice_line WHERE invoice_id = ANY(:ids) ORDER BY invoice_id, position
""")
_TAXES = text("""
    SELECT invoice_id, tax_id, base, amount FROM accounting_invoice_tax
     WHERE invoice_id = ANY(:ids) ORDER BY tax_id
""")


def reverse(session: AnySession, invoices: Iterable[Any], on: date) -> list[int]:
    """Write, post and settle a credit note of each, dated `on`; returns their ids. Raises InvoiceError."""
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingInvoice, invoices)
    _refuse(session, rows)
    notes = _notes(session, rows, on)
    m.AccountingInvoice.post(session, notes)
    _settle(session, rows, notes, on)
    acts.forget(session, m.AccountingInvoice, (row.id for row in rows))
    return notes


def _refuse(session: AnySession, rows: Sequence[Any]) -> None:
    refused = {r.id: _("Only a posted invoice can be reversed.") for r in rows if not _reversible(r)}
    InvoiceError.refuse(refused)
    numbers = {row.id: row.number for row in rows}
    taken = session.execute(_TAKEN_BACK, {"ids": list(numbers)})
    InvoiceError.refuse(
        {i: _("%(number)s was reversed by %(by)s already.", number=numbers[i], by=by) for i, by in taken}
    )


def _reversible(row: Any) -> bool:
    return bool(row.state == "posted" and row.kind == "invoice")


def _notes(session: AnySession, rows: Sequence[Any], on: date) -> list[int]:
    """The credit notes as drafts, with the amounts that were booked."""
    lines, taxes = _booked(session, [row.id for row in rows])
    notes = [
        InvoiceDraft(
            company_id=row.company_id,
            partner_id=row.partner_id,
            date=on,
            due_date=on,
            currency_code=row.currency_code,
            exchange_rate=row.exchange_rate,
            kind="credit_note",
            reference=row.number,
            reverses_id=row.id,
            lines=lines[row.id],
            net=row.net,
            tax=row.tax,
            total=row.total,
            taxes=taxes.get(row.id, ()),
        )
        for row in rows
    ]
    return list(m.AccountingInvoice.create(session, notes))


def _booked(session: AnySession, ids: list[int]) -> tuple[dict[int, list[Line]], dict[int, list[TaxAmount]]]:
    lines: dict[int, list[Line]] = {}
    for invoice_id, *values in session.execute(_LINES, {"ids": ids}):
        lines.setdefault(invoice_id, []).append(Line(*values))
    taxes: dict[int, list[TaxAmount]] = {}
    for invoice_id, *tax in session.execute(_TAXES, {"ids": ids}):
        taxes.setdefault(invoice_id, []).append(TaxAmount(*tax))
    return lines, taxes


def _settle(session: AnySession, rows: Sequence[Any], notes: Sequence[int], on: date) -> None:
    """Settle what is still open of each invoice with its note."""
    items = items_of(session, "accounting_invoice", [*(row.id for row in rows), *notes])
    pairs = []
    for row, note in zip(rows, notes, strict=True):
        debit, credit = items[row.id], items[note]
        if debit.amount < 0:  # an invoice may come out negative when its discounts outweigh its goods
            debit, credit = credit, debit
        amount = min(debit.residual, -credit.residual)
        if amount > 0:
            pairs.append(Pair(debit.id, credit.id, amount))
    m.AccountingAllocation.settle(session, pairs, on)
