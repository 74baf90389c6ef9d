"""Invoices and credit notes: compute and create them, one or thousands."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.amounts import Totals, line_net, totals_of
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import InvoiceDraft, rows_of
from addons.accounting.services.rates import fill_rates
from addons.accounting.services.terms import due_date, terms_of
from addons.accounting.services.window import why_outside
from core import m
from core.db import AnySession, reserve_ids, smallest_unit
from core.errors import UserError
from core.i18n import _
from core.security import acts
from core.security.audit import record

WRITE = "accounting.write"


class InvoiceError(UserError):
    """The document does not allow this; says why and what to do."""


def create(session: AnySession, invoices: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records, with their amounts computed; returns their ids in the same order."""
    acts.require(session, WRITE)
    compute(session, invoices)
    drafts = [invoice for invoice in invoices if isinstance(invoice, InvoiceDraft)]
    _write(session, drafts)
    session.add_all(invoice for invoice in invoices if not isinstance(invoice, InvoiceDraft))
    session.flush()
    return [invoice.id for invoice in invoices]


def _write(session: AnySession, drafts: Sequence[InvoiceDraft]) -> None:
    if not drafts:
        return
    table = m.AccountingInvoice.__table__
    for draft, draft_id in zip(drafts, reserve_ids(session, table, len(drafts)), strict=True):
        draft.id = draft_id
    m.AccountingInvoice._bulk(session, rows_of(table, drafts))
    m.AccountingInvoiceLine._bulk(session, (row for draft in drafts for row in _line_rows(draft)))
    m.AccountingInvoiceTax._bulk(session, (row for draft in drafts for row in _tax_rows(draft)))
    record(session, "create", "accounting.invoice", [draft.id for draft in drafts])


def _line_rows(draft: InvoiceDraft) -> Iterator[dict[str, Any]]:
    rows = rows_of(m.AccountingInvoiceLine.__table__, draft.lines, invoice_id=draft.id)
    for position, row in enumerate(rows, start=1):
        yield {**row, "position": position}


def _tax_rows(draft: InvoiceDraft) -> Iterator[dict[str, Any]]:
    for tax in draft.taxes:
        yield {"invoice_id": draft.id, "tax_id": tax.tax_id, "base": tax.base, "amount": tax.amount}


def compute(session: AnySession, invoices: Sequence[Any]) -> None:
    """Set rate, due date and amounts of drafts from what was agreed; raises InvoiceError and RateError."""
    with session.no_autoflush:  # a line without its net is not ready for the database
        books = {company_id: books_of(session, company_id) for company_id in {i.company_id for i in invoices}}
        _fill_due_dates(session, invoices)
        for invoice in invoices:
            _complete(invoice, books[invoice.company_id])
        fill_rates(session, books, invoices)
        for invoice in invoices:
            _compute(invoice, books[invoice.company_id].tax_rates)


def _fill_due_dates(session: AnySession, invoices: Sequence[Any]) -> None:
    """By what the partner has agreed; else on the day of the document."""
    missing = [invoice for invoice in invoices if invoice.due_date is None]
    terms = terms_of(session, [invoice.partner_id for invoice in missing]) if missing else {}
    for invoice in missing:
        term = terms.get(invoice.partner_id) if invoice.kind != "credit_note" else None
        invoice.due_date = due_date(term, invoice.date) if term else invoice.date


def _complete(invoice: Any, books: Books) -> None:
    problem = why_outside(books, invoice.date)
    if problem:
        raise InvoiceError(problem)
    if invoice.due_date < invoice.date:
        raise InvoiceError(_("The due date lies before the date of the document."))


def _compute(invoice: Any, rates: Mapping[int, Decimal]) -> None:
    unit = smallest_unit(invoice.currency_code)
    for line in invoice.lines:
        line.net = line_net(line.quantity, line.unit_price, unit, line.discount)
    if invoice.reverses_id is None:  # else it takes back what was booked, by whatever rates that was
        nets = ((line.net, line.tax_id) for line in invoice.lines)
        _store(invoice, totals_of(nets, rates, unit))


def _store(invoice: Any, totals: Totals) -> None:
    invoice.net, invoice.tax, invoice.total = totals.net, totals.tax, totals.total
    if isinstance(invoice, InvoiceDraft):
        invoice.taxes = totals.taxes
        return
    known = {t.tax_id: t for t in invoice.taxes}
    for tax in totals.taxes:
        row = known.pop(tax.tax_id, None)
        if row is None:
            invoice.taxes.append(m.AccountingInvoiceTax(tax_id=tax.tax_id, base=tax.base, amount=tax.amount))
        else:
            row.base, row.amount = tax.base, tax.amount
    for gone in known.values():
        invoice.taxes.remove(gone)


def item_of(session: AnySession, document: Any) -> Any:
    """The open item of a posted document."""
    item, line = m.AccountingOpenItem, m.AccountingEntryLine
    query = select(item).join(line, line.id == item.entry_line_id).where(line.entry_id == document.entry_id)
    return session.scalars(query.execution_options(populate_existing=True)).one()
