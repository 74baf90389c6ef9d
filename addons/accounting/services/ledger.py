"""Write entries: the one door to the ledger, for one document or for thousands.

An entry goes in as a draft, its lines follow, and it is posted in a last statement, at which the database
checks that every entry of the statement balances. Amounts come in the document's currency and are
converted line by line; what the rounding leaves over goes to the line that carries the whole document.
Example: 100.00 + 13.00 tax at 7.12345 → 712.35 and 92.60, so the receivable is 804.95 and not 113.00 ×
7.12345 = 804.95 by luck of rounding.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, update

from addons.accounting.services.chart import Books
from core import m
from core.db import AnySession, reserve_many, round_to, smallest_unit
from core.records.sequences import next_numbers


@dataclass(frozen=True)
class Amount:
    """A debit (positive) or credit (negative) of one account, in the document's currency."""

    account_id: int
    amount: Decimal
    partner_id: int | None = None
    description: str = ""


@dataclass(frozen=True)
class Item:
    """The open item that a document leaves on its partner's account."""

    document: str
    number: str
    reference: str
    due_date: date
    side: str = "receivable"


@dataclass
class EntryDraft:
    """An entry to be: its counterpart is the line that makes it balance."""

    journal: str
    date: date
    currency: str
    exchange_rate: Decimal
    narration: str
    counterpart: Amount
    amounts: list[Amount] = field(default_factory=list)
    item: Item | None = None
    reverses_id: int | None = None
    number: str = ""
    #: Set when the entry has been written.
    id: int = 0
    item_id: int = 0


class UnbalancedDraftError(ValueError):
    """The amounts of a draft don't sum to nothing in the document's currency."""


def write_entries(session: AnySession, books: Books, drafts: Sequence[EntryDraft]) -> None:
    """Write and post the entries and their open items; sets `id`, `number` and `item_id` of each draft."""
    if not drafts:
        return
    _number(session, books, drafts)
    # A line of each amount, and one that makes it balance.
    lines = [(draft, list(_merged(draft.amounts))) for draft in drafts]
    entry_ids, line_ids, item_ids = reserve_many(
        session,
        {
            m.AccountingEntry.__table__: len(drafts),
            m.AccountingEntryLine.__table__: sum(1 + len(amounts) for _draft, amounts in lines),
            m.AccountingOpenItem.__table__: sum(1 for draft in drafts if draft.item),
        },
    )
    for draft, entry_id in zip(drafts, entry_ids, strict=True):
        draft.id = entry_id
    m.AccountingEntry._bulk(session, (_entry_row(books, draft) for draft in drafts))
    _write_lines(session, books, lines, line_ids, item_ids)
    ids = [draft.id for draft in drafts]
    entry = m.AccountingEntry.__table__
    posting = update(entry).where(entry.c.id == func.any(ids)).values(state="posted", posted_at=func.now())
    session.execute(posting)


def _number(session: AnySession, books: Books, drafts: Sequence[EntryDraft]) -> None:
    by_year: dict[int, list[EntryDraft]] = {}
    for draft in drafts:
        by_year.setdefault(draft.date.year, []).append(draft)
    for year, group in sorted(by_year.items()):
        numbers = next_numbers(session, "accounting.entry", books.company_id, year, len(group))
        for draft, number in zip(group, numbers, strict=True):
            draft.number = number


def _entry_row(books: Books, draft: EntryDraft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "company_id": books.company_id,
        "number": draft.number,
        "journal_id": books.journals[draft.journal],
        "date": draft.date,
        "narration": draft.narration,
        "state": "draft",
        "reverses_id": draft.reverses_id,
    }


def _write_lines(
    session: AnySession,
    books: Books,
    lines: Sequence[tuple[EntryDraft, list[Amount]]],
    line_ids: Sequence[int],
    item_ids: Sequence[int],
) -> None:
    rows = [row for draft, amounts in lines for row in _line_rows(books, draft, amounts)]
    for row, line_id in zip(rows, line_ids, strict=True):
        row["id"] = line_id
    first = {row["entry_id"]: row for row in reversed(rows)}
    m.AccountingEntryLine._bulk(session, rows)
    with_item = [draft for draft, _amounts in lines if draft.item]
    for draft, item_id in zip(with_item, item_ids, strict=True):
        draft.item_id = item_id
    m.AccountingOpenItem._bulk(session, (_item_row(books, d, first[d.id]) for d in with_item))


def _line_rows(books: Books, draft: EntryDraft, amounts: Sequence[Amount]) -> Iterator[dict[str, Any]]:
    """The counterpart's line comes first: it is the one that an open item points to."""
    if draft.counterpart.amount + sum(a.amount for a in amounts) != 0:
        raise UnbalancedDraftError(f"{draft.narration}: the amounts don't sum to zero")
    unit = smallest_unit(books.currency)
    converted = [(a, round_to(a.amount * draft.exchange_rate, unit)) for a in amounts]
    whole = -sum((value for _, value in converted), Decimal(0))
    yield _line_row(draft, draft.counterpart, whole)
    for amount, value in converted:
        yield _line_row(draft, amount, value)


def _merged(amounts: Iterable[Amount]) -> Iterator[Amount]:
    """One line an account and partner: an invoice of 500 lines is no ledger of 500 lines."""
    sums: dict[tuple[int, int | None, str], Decimal] = {}
    for a in amounts:
        key = (a.account_id, a.partner_id, a.description)
        sums[key] = sums.get(key, Decimal(0)) + a.amount
    for (account_id, partner_id, description), amount in sums.items():
        yield Amount(account_id, amount, partner_id, description)


def _line_row(draft: EntryDraft, amount: Amount, value: Decimal) -> dict[str, Any]:
    return {
        "entry_id": draft.id,
        "account_id": amount.account_id,
        "partner_id": amount.partner_id,
        "debit": max(value, Decimal(0)),
        "credit": max(-value, Decimal(0)),
        "amount_currency": amount.amount,
        "currency_code": draft.currency,
        "description": amount.description,
    }


def _item_row(books: Books, draft: EntryDraft, line: dict[str, Any]) -> dict[str, Any]:
    item = draft.item
    assert item is not None  # only drafts with an item come here
    return {
        "id": draft.item_id,
        "company_id": books.company_id,
        "entry_line_id": line["id"],
        "partner_id": draft.counterpart.partner_id,
        "side": item.side,
        "document": item.document,
        "number": item.number,
        "reference": item.reference,
        "date": draft.date,
        "due_date": item.due_date,
        "currency_code": draft.currency,
        "exchange_rate": draft.exchange_rate,
        "amount": draft.counterpart.amount,
        "company_amount": line["debit"] - line["credit"],
    }
