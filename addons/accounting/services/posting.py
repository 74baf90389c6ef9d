"""Post invoices and credit notes, one or thousands in the same statements.

What is posted was computed when it was created or saved, perhaps by an older rate of its tax: the amounts are
computed anew from the lines, but for a reversal, which takes a document back as it was booked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.amounts import TaxAmount, Totals, totals_of
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.invoices import InvoiceError
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from addons.accounting.services.window import why_outside
from core import m
from core.db import AnySession, smallest_unit
from core.i18n import _
from core.records.sequences import next_numbers
from core.security import acts
from core.security.audit import record

POST = "accounting.post"
#: A document raises (+1) or lowers (-1) what the customer owes.
SIGN = {"invoice": 1, "credit_note": -1}

#: The sum of the lines and what is stored of each tax, of documents with and without tax.
_SUMS = text("""
    SELECT l.invoice_id, l.tax_id, sum(l.net) AS base, min(t.base) AS stored_base, min(t.amount) AS amount
      FROM accounting_invoice_line l
      LEFT JOIN accounting_invoice_tax t ON t.invoice_id = l.invoice_id AND t.tax_id = l.tax_id
     WHERE l.invoice_id = ANY(:ids) GROUP BY l.invoice_id, l.tax_id
""")
_STORE = text("""
    UPDATE accounting_invoice i SET net = p.net, tax = p.tax, total = p.net + p.tax
      FROM unnest(CAST(:ids AS bigint[]), CAST(:nets AS numeric[]), CAST(:taxes AS numeric[]))
           AS p (id, net, tax)
     WHERE i.id = p.id
""")
_POST = text("""
    UPDATE accounting_invoice i SET state = 'posted', number = p.number, entry_id = p.entry, posted_at = :now
      FROM unnest(CAST(:ids AS bigint[]), CAST(:entries AS bigint[]), CAST(:numbers AS text[]))
           AS p (id, entry, number)
     WHERE i.id = p.id
""")


@dataclass
class Posting:
    """A document on its way into the ledger."""

    row: Any
    totals: Totals
    number: str = ""


def post(session: AnySession, invoices: Iterable[Any]) -> None:
    """Number the drafts and write them to the ledger, all or none; raises InvoiceError."""
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingInvoice, invoices)
    InvoiceError.refuse({row.id: _posted_already(row.number) for row in rows if row.state != "draft"})
    sums = _sums(session, [row.id for row in rows])
    InvoiceError.refuse({row.id: _without_lines() for row in rows if row.id not in sums})
    for company_id in sorted({row.company_id for row in rows}):
        books = books_of(session, company_id)
        own = [row for row in rows if row.company_id == company_id]
        InvoiceError.refuse({row.id: why for row in own if (why := why_outside(books, row.date))})
        _post(
            session, books, [Posting(row, _totals(row, sums[row.id], books.tax_rates)) for row in own], sums
        )
    acts.forget(session, m.AccountingInvoice, (row.id for row in rows))


def _posted_already(number: str) -> str:
    return _("%(number)s is posted already: reverse it to take it back.", number=number)


def _without_lines() -> str:
    return _("The document has no lines: add one before you post it.")


def _sums(session: AnySession, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(_SUMS, {"ids": list(ids)}):
        found.setdefault(row.invoice_id, []).append(row)
    return found


def _totals(row: Any, sums: Sequence[Any], rates: Mapping[int, Decimal]) -> Totals:
    if row.reverses_id is None:
        return totals_of(((s.base, s.tax_id) for s in sums), rates, smallest_unit(row.currency_code))
    booked = (TaxAmount(s.tax_id, s.stored_base, s.amount) for s in sums if s.tax_id is not None)
    return Totals(row.net, tuple(sorted(booked, key=lambda tax: tax.tax_id)))


def _post(session: AnySession, books: Books, postings: Sequence[Posting], sums: Mapping[int, Any]) -> None:
    _store(session, [p for p in postings if _differs(p, sums[p.row.id])])
    _number(session, books.company_id, postings)
    drafts = [_entry_of(books, posting) for posting in postings]
    write_entries(session, books, drafts)
    ids = [p.row.id for p in postings]
    values = {"ids": ids, "entries": [d.id for d in drafts], "numbers": [p.number for p in postings]}
    session.execute(_POST, {**values, "now": datetime.now(UTC)})
    record(session, "post", "accounting.invoice", ids)


def _differs(posting: Posting, sums: Sequence[Any]) -> bool:
    """Whether the stored amounts are not those that are to be posted."""
    stored = {s.tax_id: (s.stored_base, s.amount) for s in sums if s.tax_id is not None}
    computed = {t.tax_id: (t.base, t.amount) for t in posting.totals.taxes}
    row, totals = posting.row, posting.totals
    return stored != computed or (row.net, row.tax) != (totals.net, totals.tax)


def _store(session: AnySession, postings: Sequence[Posting]) -> None:
    if not postings:
        return
    ids = [p.row.id for p in postings]
    session.execute(text("DELETE FROM accounting_invoice_tax WHERE invoice_id = ANY(:ids)"), {"ids": ids})
    rows = (
        {"invoice_id": p.row.id, "tax_id": t.tax_id, "base": t.base, "amount": t.amount}
        for p in postings
        for t in p.totals.taxes
    )
    m.AccountingInvoiceTax._bulk(session, rows)
    nets, taxes = [p.totals.net for p in postings], [p.totals.tax for p in postings]
    session.execute(_STORE, {"ids": ids, "nets": nets, "taxes": taxes})


def _number(session: AnySession, company_id: int, postings: Sequence[Posting]) -> None:
    """Give each document the next number of its kind and year, in the order given."""
    groups: dict[tuple[str, int], list[Posting]] = {}
    for posting in postings:
        groups.setdefault((posting.row.kind, posting.row.date.year), []).append(posting)
    for (kind, year), group in sorted(groups.items()):
        numbers = next_numbers(session, f"accounting.{kind}", company_id, year, len(group))
        for posting, number in zip(group, numbers, strict=True):
            posting.number = number


def _entry_of(books: Books, posting: Posting) -> EntryDraft:
    """The entry of an invoice or credit note: receivable against sales and taxes."""
    row, totals = posting.row, posting.totals
    sign = SIGN[row.kind]
    amounts = [Amount(books.account("sales"), -sign * totals.net)]
    amounts += [Amount(books.tax_accounts[t.tax_id], -sign * t.amount) for t in totals.taxes]
    receivable = Amount(books.account("receivable"), sign * totals.total, row.partner_id, posting.number)
    return EntryDraft(
        journal="sale",
        date=row.date,
        currency=row.currency_code,
        exchange_rate=row.exchange_rate,
        narration=posting.number,
        counterpart=receivable,
        amounts=amounts,
        item=Item(row.kind, posting.number, row.reference, row.due_date),
    )
