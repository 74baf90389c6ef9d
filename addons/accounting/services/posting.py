"""Post invoices, bills and their credit notes, one or thousands in the same statements.

What is posted was computed when it was created or saved, perhaps by an older rate of its tax: the amounts are
computed anew from the lines, but for a reversal, which takes a document back as it was booked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from addons.accounting.amounts import TaxAmount, Totals, totals_of
from addons.accounting.services.booking import mark_posted, numbers_of, refuse_outside, refuse_posted
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from addons.accounting.services.papers import Paper, tax_rows
from core.db import AnySession, smallest_unit
from core.i18n import _
from core.security import acts

POST = "accounting.post"

#: The sum of the lines and what is stored of each tax, of documents with and without tax.
_SUMS = """
    SELECT l.{key} AS document_id, l.tax_id, sum(l.net) AS base, min(t.base) AS stored_base,
           min(t.amount) AS amount
      FROM {table}_line l
      LEFT JOIN {table}_tax t ON t.{key} = l.{key} AND t.tax_id = l.tax_id
     WHERE l.{key} = ANY(:ids) GROUP BY l.{key}, l.tax_id
"""
_STORE = """
    UPDATE {table} i SET net = p.net, tax = p.tax, total = p.net + p.tax
      FROM unnest(CAST(:ids AS bigint[]), CAST(:nets AS numeric[]), CAST(:taxes AS numeric[]))
           AS p (id, net, tax)
     WHERE i.id = p.id
"""


@dataclass
class Posting:
    """A document on its way into the ledger."""

    row: Any
    totals: Totals
    number: str = ""


def post(session: AnySession, paper: Paper, documents: Iterable[Any]) -> None:
    """Number the drafts and write them to the ledger, all or none; raises the paper's error."""
    acts.require(session, POST)
    rows = acts.locked(session, paper.cls, documents)
    refuse_posted(paper.error, rows)
    if paper.why_not is not None:
        paper.error.refuse(paper.why_not(rows))
    sums = _sums(session, paper, [row.id for row in rows])
    paper.error.refuse({row.id: _without_lines() for row in rows if row.id not in sums})
    for company_id in sorted({row.company_id for row in rows}):
        books = books_of(session, company_id)
        own = [row for row in rows if row.company_id == company_id]
        refuse_outside(paper.error, books, own)
        postings = [Posting(row, _totals(row, sums[row.id], books.tax_rates)) for row in own]
        _post(session, paper, books, postings, sums)
    acts.forget(session, paper.cls, (row.id for row in rows))


def _without_lines() -> str:
    return _("The document has no lines: add one before you post it.")


def _sums(session: AnySession, paper: Paper, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(paper.sql(_SUMS), {"ids": list(ids)}):
        found.setdefault(row.document_id, []).append(row)
    return found


def _totals(row: Any, sums: Sequence[Any], rates: Mapping[int, Decimal]) -> Totals:
    if row.reverses_id is None:
        return totals_of(((s.base, s.tax_id) for s in sums), rates, smallest_unit(row.currency_code))
    booked = (TaxAmount(s.tax_id, s.stored_base, s.amount) for s in sums if s.tax_id is not None)
    return Totals(row.net, tuple(sorted(booked, key=lambda tax: tax.tax_id)))


def _post(
    session: AnySession, paper: Paper, books: Books, postings: Sequence[Posting], sums: Mapping[int, Any]
) -> None:
    _store(session, paper, [p for p in postings if _differs(p, sums[p.row.id])])
    _number(session, paper, books.company_id, postings)
    amounts = paper.amounts(session, books, postings)
    drafts = [_entry_of(paper, books, posting, amounts[posting.row.id]) for posting in postings]
    write_entries(session, books, drafts)
    entries = {p.row.id: draft.id for p, draft in zip(postings, drafts, strict=True)}
    mark_posted(session, paper.model, entries, {p.row.id: p.number for p in postings})


def _differs(posting: Posting, sums: Sequence[Any]) -> bool:
    """Whether the stored amounts are not those that are to be posted."""
    stored = {s.tax_id: (s.stored_base, s.amount) for s in sums if s.tax_id is not None}
    computed = {t.tax_id: (t.base, t.amount) for t in posting.totals.taxes}
    row, totals = posting.row, posting.totals
    return stored != computed or (row.net, row.tax) != (totals.net, totals.tax)


def _store(session: AnySession, paper: Paper, postings: Sequence[Posting]) -> None:
    if not postings:
        return
    ids = [p.row.id for p in postings]
    session.execute(paper.sql("DELETE FROM {table}_tax WHERE {key} = ANY(:ids)"), {"ids": ids})
    rows = (row for p in postings for row in tax_rows(paper, p.row.id, p.totals.taxes))
    paper.tax_cls._bulk(session, rows)
    nets, taxes = [p.totals.net for p in postings], [p.totals.tax for p in postings]
    session.execute(paper.sql(_STORE), {"ids": ids, "nets": nets, "taxes": taxes})


def _number(session: AnySession, paper: Paper, company_id: int, postings: Sequence[Posting]) -> None:
    """Give each document the next number of its kind and year, in the order given."""
    groups: dict[str, list[Posting]] = {}
    for posting in postings:
        groups.setdefault(posting.row.kind, []).append(posting)
    for kind, group in sorted(groups.items()):
        numbers = numbers_of(session, paper.sequences[kind], company_id, [p.row for p in group])
        for posting in group:
            posting.number = numbers[posting.row.id]


def _entry_of(paper: Paper, books: Books, posting: Posting, amounts: Sequence[Amount]) -> EntryDraft:
    """The entry of a document: the partner's account against what its lines and taxes go to."""
    row, sign = posting.row, paper.signs[posting.row.kind]
    total = sign * posting.totals.total
    return EntryDraft(
        journal=paper.journal,
        date=row.date,
        currency=row.currency_code,
        exchange_rate=row.exchange_rate,
        narration=posting.number,
        counterpart=Amount(books.account(paper.side), total, row.partner_id, posting.number),
        amounts=[amount.times(-sign) for amount in amounts],
        item=Item(row.kind, posting.number, row.reference, row.due_date, paper.side),
    )
