"""Book finished documents by the thousand, set by set: what an import brings is posted at once.

The documents go in as drafts, their lines follow, the entries are written, and one statement posts them
all; the database checks what it checks of a single document. Nothing here knows where they come from.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.amounts import Totals, line_net, totals_of
from addons.accounting.services.chart import Books
from addons.accounting.services.invoices import Line, entry_of, number_documents
from addons.accounting.services.ledger import write_entries
from core import m
from core.db import AnySession, reserve_ids, smallest_unit
from core.security.audit import record

_POST = text("""
    UPDATE accounting_invoice i SET state = 'posted', entry_id = p.entry, posted_at = :now
      FROM unnest(CAST(:ids AS bigint[]), CAST(:entries AS bigint[])) AS p (id, entry)
     WHERE i.id = p.id
""")


@dataclass
class Document:
    """An invoice or credit note to be; `id` and `number` are set when it has been booked."""

    kind: str
    partner_id: int
    date: dt.date
    due_date: dt.date
    currency_code: str
    lines: Sequence[Line]
    reference: str = ""
    external_id: str | None = None
    exchange_rate: Decimal = Decimal(1)
    id: int = 0
    number: str = ""
    nets: list[Decimal] = field(default_factory=list)
    totals: Totals = field(default_factory=lambda: Totals(Decimal(0), ()))

    def compute(self, rates: Mapping[int, Decimal]) -> None:
        """Set the amounts from the lines."""
        unit = smallest_unit(self.currency_code)
        self.nets = [line_net(line.quantity, line.unit_price, unit) for line in self.lines]
        taxed = ((net, line.tax_id) for net, line in zip(self.nets, self.lines, strict=True))
        self.totals = totals_of(taxed, rates, unit)


def book(session: AnySession, books: Books, documents: Sequence[Document]) -> None:
    """Book and post all of them in the caller's transaction."""
    if not documents:
        return
    for document in documents:
        document.compute(books.tax_rates)
    number_documents(session, books.company_id, documents)
    ids = reserve_ids(session, m.AccountingInvoice.__table__, len(documents))
    for document, document_id in zip(documents, ids, strict=True):
        document.id = document_id
    m.AccountingInvoice._bulk(session, (_row(books, d) for d in documents))
    m.AccountingInvoiceLine._bulk(session, (row for d in documents for row in _line_rows(d)))
    m.AccountingInvoiceTax._bulk(session, (row for d in documents for row in _tax_rows(d)))
    _post(session, books, documents)


def _post(session: AnySession, books: Books, documents: Sequence[Document]) -> None:
    drafts = [entry_of(books, d, d.totals) for d in documents]
    write_entries(session, books, drafts)
    ids = [d.id for d in documents]
    session.execute(_POST, {"ids": ids, "entries": [d.id for d in drafts], "now": datetime.now(UTC)})
    record(session, "post", "accounting.invoice", ids)


def _row(books: Books, d: Document) -> dict[str, Any]:
    return {
        "id": d.id,
        "company_id": books.company_id,
        "kind": d.kind,
        "number": d.number,
        "partner_id": d.partner_id,
        "date": d.date,
        "due_date": d.due_date,
        "currency_code": d.currency_code,
        "exchange_rate": d.exchange_rate,
        "reference": d.reference,
        "external_id": d.external_id,
        "state": "draft",
        "net": d.totals.net,
        "tax": d.totals.tax,
        "total": d.totals.total,
    }


def _line_rows(d: Document) -> Iterator[dict[str, Any]]:
    for position, (line, net) in enumerate(zip(d.lines, d.nets, strict=True), start=1):
        yield {
            "invoice_id": d.id,
            "position": position,
            "product_id": line.product_id,
            "description": line.description,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "tax_id": line.tax_id,
            "net": net,
        }


def _tax_rows(d: Document) -> Iterator[dict[str, Any]]:
    for tax in d.totals.taxes:
        yield {"invoice_id": d.id, "tax_id": tax.tax_id, "base": tax.base, "amount": tax.amount}
