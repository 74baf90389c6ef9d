"""Invoices to customers and their credit notes, as a paper."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from addons.accounting.services.chart import Books
from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.accounting.services.ledger import Amount
from addons.accounting.services.papers import Paper
from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _

WRITE = "accounting.write"


class InvoiceError(UserError):
    """The document does not allow this; says why and what to do."""


def _amounts(_session: AnySession, books: Books, postings: Sequence[Any]) -> Mapping[int, list[Amount]]:
    return {
        posting.row.id: [
            Amount(books.account("sales"), posting.totals.net),
            *(Amount(books.tax_accounts[tax.tax_id], tax.amount) for tax in posting.totals.taxes),
        ]
        for posting in postings
    }


def _credited(session: AnySession, rows: Sequence[Any]) -> dict[int, str]:
    """Of which of these invoices some lines are credited already."""
    numbers, note = {row.id: row.number for row in rows}, m.AccountingInvoice.__table__.c
    query = select(note.credits_id, note.number).where(note.credits_id == func.any(list(numbers)))
    return {
        i: _(
            "%(number)s is credited in part by %(by)s: credit the rest line by line.",
            number=numbers[i],
            by=by,
        )
        for i, by in session.execute(query)
    }


INVOICES = Paper(
    model="accounting.invoice",
    kind="invoice",
    key="invoice_id",
    side="receivable",
    journal="sale",
    signs={"invoice": 1, "credit_note": -1},
    sequences={"invoice": "accounting.invoice", "credit_note": "accounting.credit_note"},
    write=WRITE,
    error=InvoiceError,
    draft=InvoiceDraft,
    line=Line,
    amounts=_amounts,
    why_not_reversed=_credited,
)


def item_of(session: AnySession, document: Any) -> Any:
    """The open item of a posted document."""
    item, line = m.AccountingOpenItem, m.AccountingEntryLine
    query = select(item).join(line, line.id == item.entry_line_id).where(line.entry_id == document.entry_id)
    return session.scalars(query.execution_options(populate_existing=True)).one()
