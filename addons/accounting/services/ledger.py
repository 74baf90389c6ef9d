"""Write entries: the one door to the ledger, for one document or for thousands.

An entry goes in as a draft, its lines follow, and it is posted in a last statement, at which the database
checks that every entry of the statement balances. Amounts come in the document's currency and are
converted line by line; what the rounding leaves over goes to the line that carries the whole document.
Example: 100.00 + 13.00 tax at 7.12345 → 712.35 and 92.60, so the receivable is 804.95 and not 113.00 ×
7.12345 = 804.95 by luck of rounding. An amount may say by itself what it is worth in the books, as goods have
that were received at another rate: its line has this value, and what the rate of the document says beyond
it is an exchange difference. Example: 100.00 at 7.20 whose goods stand in the books with 700.00 → payable
720.00, goods 700.00, exchange difference 20.00.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books
from core import m
from core.db import AnySession, round_to, smallest_unit
from core.records.sequences import numbers_and_ids

_POST = text("UPDATE accounting_entry SET state = 'posted', posted_at = now() WHERE id = ANY(:ids)")


@dataclass(frozen=True)
class Amount:
    """A debit (positive) or credit (negative) of one account, in the document's currency."""

    account_id: int
    amount: Decimal
    partner_id: int | None = None
    description: str = ""
    #: What it is worth in the books, signed alike; left out, the amount at the rate of the document.
    value: Decimal | None = None
    #: What it leaves on its partner's account, where it is not the counterpart.
    item: "Item | None" = None

    def times(self, sign: int) -> "Amount":
        """The same amount, or its opposite where `sign` is -1."""
        value = None if self.value is None else sign * self.value
        return replace(self, amount=sign * self.amount, value=value)


@dataclass(frozen=True)
class Item:
    """The open item that a document leaves on its partner's account."""

    document: str
    number: str
    reference: str
    due_date: date
    side: str = "receivable"
    #: What whoever pays up to this day need not pay, signed as the amount.
    discount: Decimal = Decimal(0)
    discount_until: date | None = None


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
    #: Set when the entry has been written; the item is the counterpart's.
    id: int = 0
    item_id: int = 0


class UnbalancedDraftError(ValueError):
    """The amounts of a draft don't sum to nothing in the document's currency."""


@dataclass(frozen=True)
class _Line:
    """A line to be: so much of an amount in the books, and what it leaves open."""

    draft: EntryDraft
    amount: Amount
    value: Decimal
    item: Item | None


def write_entries(session: AnySession, books: Books, drafts: Sequence[EntryDraft]) -> None:
    """Write and post the entries and their open items; sets `id`, `number` and `item_id` of each draft."""
    if not drafts:
        return
    lines = [line for draft in drafts for line in _lines(books, draft)]
    line_ids, item_ids = _number(session, books, drafts, lines)
    m.AccountingEntry._bulk(session, (_entry_row(books, draft) for draft in drafts))
    m.AccountingEntryLine._bulk(session, map(_line_row, lines, line_ids))
    _write_items(session, books, zip(lines, line_ids, strict=True), item_ids)
    session.execute(_POST, {"ids": [draft.id for draft in drafts]})


def _number(
    session: AnySession, books: Books, drafts: Sequence[EntryDraft], lines: Sequence[_Line]
) -> tuple[Sequence[int], Sequence[int]]:
    """Give entries their numbers and ids; returns ids for the lines and the open items."""
    series = [("accounting.entry", books.company_id, draft.date.year) for draft in drafts]
    counts = {
        m.AccountingEntry.__table__: len(drafts),
        m.AccountingEntryLine.__table__: len(lines),
        m.AccountingOpenItem.__table__: sum(1 for line in lines if line.item),
    }
    numbers, (entry_ids, line_ids, item_ids) = numbers_and_ids(session, series, counts)
    for draft, number, entry_id in zip(drafts, numbers, entry_ids, strict=True):
        draft.number, draft.id = number, entry_id
    return line_ids, item_ids


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


def _lines(books: Books, draft: EntryDraft) -> Iterator[_Line]:
    """The counterpart's line, which makes the entry balance, comes first."""
    if draft.counterpart.amount + sum(a.amount for a in draft.amounts) != 0:
        raise UnbalancedDraftError(f"{draft.narration}: the amounts don't sum to zero")
    unit = smallest_unit(books.currency)
    others = [_Line(draft, amount, value, amount.item) for amount, value in _valued(books, draft, unit)]
    whole = -sum((line.value for line in others), Decimal(0))
    yield _Line(draft, draft.counterpart, whole, draft.item)
    yield from others


def _valued(books: Books, draft: EntryDraft, unit: Decimal) -> Iterator[tuple[Amount, Decimal]]:
    """Each amount with its value, and what values that are given leave of the document's rate."""
    left = Decimal(0)
    for amount in _merged(draft.amounts):
        by_rate = round_to(amount.amount * draft.exchange_rate, unit)
        value = by_rate if amount.value is None else amount.value
        left += by_rate - value
        yield amount, value
    if left:
        yield Amount(books.account("exchange_difference"), Decimal(0)), left


def _merged(amounts: Iterable[Amount]) -> Iterator[Amount]:
    """One line an account and partner: an invoice of 500 lines is no ledger of 500 lines."""
    sums: dict[tuple[Any, ...], Amount] = {}
    for a in amounts:
        key = (a.account_id, a.partner_id, a.description, a.value is None, a.item)
        before = sums.get(key)
        sums[key] = a if before is None else _together(before, a)
    return iter(sums.values())


def _together(one: Amount, other: Amount) -> Amount:
    value = None if one.value is None or other.value is None else one.value + other.value
    return replace(one, amount=one.amount + other.amount, value=value)


def _line_row(line: _Line, line_id: int) -> dict[str, Any]:
    return {
        "id": line_id,
        "entry_id": line.draft.id,
        "account_id": line.amount.account_id,
        "partner_id": line.amount.partner_id,
        "debit": max(line.value, Decimal(0)),
        "credit": max(-line.value, Decimal(0)),
        "amount_currency": line.amount.amount,
        "currency_code": line.draft.currency,
        "description": line.amount.description,
    }


def _write_items(
    session: AnySession, books: Books, lines: Iterable[tuple[_Line, int]], item_ids: Sequence[int]
) -> None:
    with_item = [(line, line_id) for line, line_id in lines if line.item]
    for (line, _line_id), item_id in zip(with_item, item_ids, strict=True):
        if line.amount is line.draft.counterpart:
            line.draft.item_id = item_id
    rows = (
        _item_row(books, line, line_id, i) for (line, line_id), i in zip(with_item, item_ids, strict=True)
    )
    m.AccountingOpenItem._bulk(session, rows)


def _item_row(books: Books, line: _Line, line_id: int, item_id: int) -> dict[str, Any]:
    draft, item = line.draft, line.item
    assert item is not None  # only lines with an item come here
    return {
        "id": item_id,
        "company_id": books.company_id,
        "entry_line_id": line_id,
        "partner_id": line.amount.partner_id,
        "side": item.side,
        "document": item.document,
        "number": item.number,
        "reference": item.reference,
        "date": draft.date,
        "due_date": item.due_date,
        "currency_code": draft.currency,
        "exchange_rate": draft.exchange_rate,
        "amount": line.amount.amount,
        "company_amount": line.value,
        "discount": item.discount,
        "discount_until": item.discount_until,
    }
