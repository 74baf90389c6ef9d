"""Take posted invoices and bills back by credit notes with the same lines and amounts.

The note is written as the invoice was booked: a tax whose rate has changed since is taken back by what
it was. Example: 100.00 at 13 % is taken back by 113.00 though the rate is 15 % by now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from addons.accounting.amounts import TaxAmount
from addons.accounting.services.allocation import Pair, items_of
from addons.accounting.services.booking import refuse_taken_back
from addons.accounting.services.papers import Paper
from addons.accounting.services.posting import POST
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts

#: The lines as they were booked, and the taxes.
_LINES = "SELECT * FROM {table}_line WHERE {key} = ANY(:ids) ORDER BY {key}, position"
_TAXES = """
    SELECT {key} AS document_id, tax_id, base, amount FROM {table}_tax
     WHERE {key} = ANY(:ids) ORDER BY tax_id
"""


def reverse(session: AnySession, paper: Paper, documents: Iterable[Any], on: date) -> list[int]:
    """Write, post and settle a credit note of each, dated `on`; returns their ids.

    Raises the paper's error.
    """
    acts.require(session, POST)
    rows = acts.locked(session, paper.cls, documents, of_few_lines=True)
    _refuse(session, paper, rows)
    notes = _notes(session, paper, rows, on)
    paper.cls.post(session, notes)
    settle_with_notes(session, paper, rows, notes, on)
    acts.forget(session, paper.cls, (row.id for row in rows))
    return notes


def _refuse(session: AnySession, paper: Paper, rows: Sequence[Any]) -> None:
    reason = _("Only a posted document that is no credit note can be reversed.")
    paper.error.refuse({r.id: reason for r in rows if r.state != "posted" or r.kind != paper.kind})
    refuse_taken_back(session, paper.error, paper.table, rows)
    if paper.why_not_reversed is not None:
        paper.error.refuse(paper.why_not_reversed(session, rows))


def _notes(session: AnySession, paper: Paper, rows: Sequence[Any], on: date) -> list[int]:
    """The credit notes as drafts, with the amounts that were booked."""
    lines, taxes = _booked(session, paper, [row.id for row in rows])
    notes = [
        paper.draft(
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
    return list(paper.cls.create(session, notes))


def _booked(
    session: AnySession, paper: Paper, ids: list[int]
) -> tuple[dict[int, list[Any]], dict[int, list[TaxAmount]]]:
    lines: dict[int, list[Any]] = {}
    for row in session.execute(paper.sql(_LINES), {"ids": ids}).mappings():
        lines.setdefault(row[paper.key], []).append(_copy(paper, row))
    taxes: dict[int, list[TaxAmount]] = {}
    for document_id, *tax in session.execute(paper.sql(_TAXES), {"ids": ids}):
        taxes.setdefault(document_id, []).append(TaxAmount(*tax))
    return lines, taxes


def _copy(paper: Paper, row: Any) -> Any:
    return paper.line(**{field.name: row[field.name] for field in fields(paper.line)})


def settle_with_notes(
    session: AnySession, paper: Paper, rows: Sequence[Any], notes: Sequence[int], on: date
) -> None:
    """Settle what is still open of each document with its note."""
    items = items_of(session, paper.table, [*(row.id for row in rows), *notes])
    pairs = []
    for row, note in zip(rows, notes, strict=True):
        # A bill is a credit; and an invoice comes out as one when its discounts outweigh its goods.
        credit, debit = sorted((items[row.id], items[note]), key=lambda item: item.amount)
        amount = min(debit.residual, -credit.residual)
        if amount > 0:
            pairs.append(Pair(debit.id, credit.id, amount))
    m.AccountingAllocation.settle(session, pairs, on)
