"""Invoices and credit notes: create, post, reverse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.amounts import Totals, totals_of
from addons.accounting.services.allocation import Pair, settle
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from core import m
from core.db import AnySession, smallest_unit
from core.errors import UserError
from core.i18n import _
from core.records.sequences import next_numbers
from core.security.audit import record

#: A document raises (+1) or lowers (-1) what the customer owes.
SIGN = {"invoice": 1, "credit_note": -1}


class InvoiceError(UserError):
    """The document does not allow this; says why and what to do."""


@dataclass(frozen=True)
class Line:
    """A line as a service takes it."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    product_id: int | None = None
    tax_id: int | None = None


def create_invoice(
    session: AnySession,
    *,
    company_id: int,
    partner_id: int,
    date: date,
    due_date: date | None = None,
    currency: str,
    lines: Sequence[Line],
    kind: str = "invoice",
    **values: Any,
) -> Any:
    """A draft with its amounts computed; the caller commits."""
    invoice = m.AccountingInvoice(
        company_id=company_id,
        kind=kind,
        partner_id=partner_id,
        date=date,
        due_date=due_date or date,
        currency_code=currency,
        **values,
    )
    invoice.lines = [
        m.AccountingInvoiceLine(
            position=position,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            product_id=line.product_id,
            tax_id=line.tax_id,
        )
        for position, line in enumerate(lines, start=1)
    ]
    session.add(invoice)
    compute(session, [invoice])
    session.flush()
    return invoice


def compute(session: AnySession, invoices: Sequence[Any]) -> None:
    """Compute the amounts of drafts from their lines and store them."""
    with session.no_autoflush:  # a line without its net is not ready for the database
        books = {company_id: books_of(session, company_id) for company_id in {i.company_id for i in invoices}}
        for invoice in invoices:
            _compute(invoice, books[invoice.company_id].tax_rates)


def _compute(invoice: Any, rates: Mapping[int, Decimal]) -> None:
    for line in invoice.lines:
        line._before_write()
    nets = [(line.net, line.tax_id) for line in invoice.lines]
    _store(invoice, totals_of(nets, rates, smallest_unit(invoice.currency_code)))


def _store(invoice: Any, totals: Totals) -> None:
    invoice.net, invoice.tax, invoice.total = totals.net, totals.tax, totals.total
    known = {t.tax_id: t for t in invoice.taxes}
    for tax in totals.taxes:
        row = known.pop(tax.tax_id, None)
        if row is None:
            invoice.taxes.append(m.AccountingInvoiceTax(tax_id=tax.tax_id, base=tax.base, amount=tax.amount))
        else:
            row.base, row.amount = tax.base, tax.amount
    for gone in known.values():
        invoice.taxes.remove(gone)


def post_invoices(session: AnySession, invoices: Sequence[Any]) -> None:
    """Number the drafts and write them to the ledger, all or none; raises InvoiceError."""
    for invoice in invoices:
        _refuse_unless_postable(invoice)
    for company_id in sorted({invoice.company_id for invoice in invoices}):
        _post(session, books_of(session, company_id), [i for i in invoices if i.company_id == company_id])


def _refuse_unless_postable(invoice: Any) -> None:
    if invoice.state != "draft":
        raise InvoiceError(
            _("%(number)s is posted already: reverse it to take it back.", number=invoice.number)
        )
    if not invoice.lines:
        raise InvoiceError(_("The document has no lines: add one before you post it."))


def _post(session: AnySession, books: Books, invoices: Sequence[Any]) -> None:
    with session.no_autoflush:
        for invoice in invoices:
            _compute(invoice, books.tax_rates)
    session.flush()
    number_documents(session, books.company_id, invoices)
    drafts = [entry_of(books, i, Totals(i.net, tuple(i.taxes))) for i in invoices]
    write_entries(session, books, drafts)
    now = datetime.now(UTC)
    for invoice, draft in zip(invoices, drafts, strict=True):
        invoice.entry_id, invoice.state, invoice.posted_at = draft.id, "posted", now
    session.flush()
    record(session, "post", "accounting.invoice", [i.id for i in invoices])


def number_documents(session: AnySession, company_id: int, documents: Sequence[Any]) -> None:
    """Give each document the next number of its kind and year, in the order given."""
    groups: dict[tuple[str, int], list[Any]] = {}
    for document in documents:
        groups.setdefault((document.kind, document.date.year), []).append(document)
    for (kind, year), group in sorted(groups.items()):
        numbers = next_numbers(session, f"accounting.{kind}", company_id, year, len(group))
        for document, number in zip(group, numbers, strict=True):
            document.number = number


def entry_of(books: Books, document: Any, totals: Totals) -> EntryDraft:
    """The entry of an invoice or credit note: receivable against sales and taxes."""
    sign = SIGN[document.kind]
    amounts = [Amount(books.account("sales"), -sign * totals.net)]
    amounts += [Amount(books.tax_accounts[t.tax_id], -sign * t.amount) for t in totals.taxes]
    return EntryDraft(
        journal="sale",
        date=document.date,
        currency=document.currency_code,
        exchange_rate=document.exchange_rate,
        narration=document.number,
        counterpart=Amount(
            books.account("receivable"), sign * totals.total, document.partner_id, document.number
        ),
        amounts=amounts,
        item=Item(document.kind, document.number, document.reference, document.due_date),
    )


def reverse_invoice(session: AnySession, invoice: Any, on: date) -> Any:
    """Take a posted invoice back by a credit note with the same lines, and settle the two."""
    if invoice.state != "posted" or invoice.kind != "invoice":
        raise InvoiceError(_("Only a posted invoice can be reversed."))
    if invoice.reversed_by is not None:
        raise InvoiceError(
            _(
                "%(number)s was reversed by %(by)s already.",
                number=invoice.number,
                by=invoice.reversed_by.number,
            )
        )
    note = create_invoice(
        session,
        company_id=invoice.company_id,
        partner_id=invoice.partner_id,
        date=on,
        currency=invoice.currency_code,
        exchange_rate=invoice.exchange_rate,
        kind="credit_note",
        reference=invoice.number,
        reverses_id=invoice.id,
        lines=[Line(i.description, i.quantity, i.unit_price, i.product_id, i.tax_id) for i in invoice.lines],
    )
    post_invoices(session, [note])
    _settle_reversal(session, invoice, note, on)
    session.refresh(invoice)
    return note


def _settle_reversal(session: AnySession, invoice: Any, note: Any, on: date) -> None:
    debit, credit = item_of(session, invoice), item_of(session, note)
    if debit.amount < 0:  # an invoice may come out negative when its discounts outweigh its goods
        debit, credit = credit, debit
    amount = min(debit.residual, -credit.residual)
    if amount > 0:
        settle(session, [Pair(debit.id, credit.id, amount)], on)


def item_of(session: AnySession, document: Any) -> Any:
    """The open item of a posted document."""
    item, line = m.AccountingOpenItem, m.AccountingEntryLine
    query = select(item).join(line, line.id == item.entry_line_id).where(line.entry_id == document.entry_id)
    return session.scalars(query.execution_options(populate_existing=True)).one()
