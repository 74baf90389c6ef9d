"""Post invoices, bills and their credit notes, one or thousands in the same statements.

What is posted was computed when it was created or saved, perhaps by an older rate of its tax: the amounts are
computed anew from the lines, but for a reversal, which takes a document back as it was booked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from addons.accounting.amounts import TaxAmount, TaxRule, Totals, totals_of
from addons.accounting.services.booking import mark_posted, numbers_of, refuse_outside, refuse_posted
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from addons.accounting.services.papers import Paper, tax_rows
from core.db import AnySession, round_to, smallest_unit
from core.i18n import _
from core.security import acts

POST = "accounting.post"

#: The sums of the lines by what they say of their tax, and what is stored of each tax.
_SUMS = """
    SELECT {key} AS document_id, false AS stored, tax_id, sum(net) AS net, sum(tax_within) AS tax
      FROM {table}_line WHERE {key} = ANY(:ids) GROUP BY {key}, tax_id
    UNION ALL
    SELECT {key}, true, tax_id, base, amount FROM {table}_tax WHERE {key} = ANY(:ids)
"""
#: Lines whose tax has come into their price since they were saved, or left it, or has another rate.
_PRICE_ANEW = """
    UPDATE {table}_line l SET net = w.amount - w.within, tax_within = w.within
      FROM (SELECT x.id, x.net + x.tax_within AS amount,
                   CASE WHEN t.included
                        THEN x.net + x.tax_within - round((x.net + x.tax_within) / (1 + t.rate), y.digits)
                        ELSE 0 END AS within
              FROM {table}_line x JOIN {table} d ON d.id = x.{key} AND d.reverses_id IS NULL
              JOIN accounting_tax t ON t.id = x.tax_id JOIN currency y ON y.code = d.currency_code
             WHERE x.{key} = ANY(:ids)) w
     WHERE l.id = w.id AND l.tax_within <> w.within RETURNING l.id
"""
_STORE = """
    UPDATE {table} i SET net = p.net, tax = p.tax, total = p.net + p.tax
      FROM unnest(CAST(:ids AS bigint[]), CAST(:nets AS numeric[]), CAST(:taxes AS numeric[]))
           AS p (id, net, tax)
     WHERE i.id = p.id
"""


@dataclass
class _Sums:
    """Of a document: its lines as `totals_of` takes them, and its taxes as they are stored."""

    lines: list[tuple[Decimal, int | None, Decimal]] = field(default_factory=list)
    taxes: list[TaxAmount] = field(default_factory=list)


@dataclass
class Posting:
    """A document on its way into the ledger."""

    row: Any
    totals: Totals
    number: str = ""


def post(session: AnySession, paper: Paper, documents: Iterable[Any]) -> None:
    """Number the drafts and write them to the ledger, all or none; raises the paper's error."""
    acts.require(session, POST)
    rows = acts.locked(session, paper.cls, documents, of_few_lines=True)
    refuse_posted(paper.error, rows)
    if paper.why_not is not None:
        paper.error.refuse(paper.why_not(rows))
    books = {company_id: books_of(session, company_id) for company_id in {row.company_id for row in rows}}
    sums = _priced(session, paper, books.values(), [row.id for row in rows])
    paper.error.refuse({row.id: _without_lines() for row in rows if not sums[row.id].lines})
    for company_id, own_books in sorted(books.items()):
        own = [row for row in rows if row.company_id == company_id]
        refuse_outside(paper.error, own_books, own)
        postings = [Posting(row, _totals(row, sums[row.id], own_books.tax_rules)) for row in own]
        _post(session, paper, own_books, postings, sums)
    acts.forget(session, paper.cls, (row.id for row in rows))


def _without_lines() -> str:
    return _("The document has no lines: add one before you post it.")


def _priced(
    session: AnySession, paper: Paper, books: Iterable[Books], ids: Sequence[int]
) -> dict[int, _Sums]:
    """The sums of the documents; lines are priced anew where taxes are in prices."""
    included = {tax_id for one in books for tax_id, rule in one.tax_rules.items() if rule.included}
    sums = _sums(session, paper, ids)
    doubtful = [
        document_id
        for document_id, found in sums.items()
        if any(within or tax_id in included for _net, tax_id, within in found.lines)
    ]
    if doubtful and session.execute(paper.sql(_PRICE_ANEW), {"ids": doubtful}).all():
        sums |= _sums(session, paper, doubtful)
    return sums


def _sums(session: AnySession, paper: Paper, ids: Sequence[int]) -> dict[int, _Sums]:
    found = {document_id: _Sums() for document_id in ids}
    for row in session.execute(paper.sql(_SUMS), {"ids": list(ids)}):
        if row.stored:
            found[row.document_id].taxes.append(TaxAmount(row.tax_id, row.net, row.tax))
        else:
            found[row.document_id].lines.append((row.net, row.tax_id, row.tax))
    return found


def _totals(row: Any, sums: _Sums, rules: Mapping[int, TaxRule]) -> Totals:
    if row.reverses_id is None:
        return totals_of(sums.lines, rules, smallest_unit(row.currency_code))
    return Totals(row.net, tuple(sorted(sums.taxes, key=lambda tax: tax.tax_id)))


def _post(
    session: AnySession, paper: Paper, books: Books, postings: Sequence[Posting], sums: Mapping[int, _Sums]
) -> None:
    _store(session, paper, [p for p in postings if _differs(p, sums[p.row.id])])
    _number(session, paper, books.company_id, postings)
    amounts = paper.amounts(session, books, postings)
    drafts = [_entry_of(paper, books, posting, amounts[posting.row.id]) for posting in postings]
    write_entries(session, books, drafts)
    entries = {p.row.id: draft.id for p, draft in zip(postings, drafts, strict=True)}
    mark_posted(session, paper.model, entries, {p.row.id: p.number for p in postings})


def _differs(posting: Posting, sums: _Sums) -> bool:
    """Whether the stored amounts are not those that are to be posted."""
    row, totals = posting.row, posting.totals
    return set(sums.taxes) != set(totals.taxes) or (row.net, row.tax) != (totals.net, totals.tax)


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
        item=Item(
            row.kind,
            posting.number,
            row.reference,
            row.due_date,
            paper.side,
            discount=_early(row, total),
            discount_until=row.discount_until,
        ),
    )


def _early(row: Any, total: Decimal) -> Decimal:
    """What paying early takes off the total."""
    if row.discount_until is None:
        return Decimal(0)
    return round_to(total * row.early_discount / 100, smallest_unit(row.currency_code))
