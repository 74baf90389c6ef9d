"""Settle debits with credits.

Problem: a payment of 1,000 at rate 7.10 settles an invoice of 1,000 that was posted at 7.00; the account
must show nothing open, in either currency. Rule: each allocation takes the same share of an item's ledger
value as of its amount, computed on the running total so that the last one takes what rounding left; what
the two ledger values differ by is posted as an exchange difference. Example: invoice 7,000 in the ledger,
payment 7,100 → the receivable is debited with 100 and exchange differences are credited with 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from core import m
from core.db import AnySession, lock_rows, round_money
from core.errors import UserError
from core.i18n import _, format_money


class AllocationError(UserError):
    """The items can't be settled like this; says why and what to do."""


@dataclass(frozen=True)
class Pair:
    """So much of a credit is to settle so much of a debit, in their common currency."""

    debit_id: int
    credit_id: int
    amount: Decimal


def settle(session: AnySession, pairs: Sequence[Pair], on: date) -> None:
    """Allocate all pairs or none; raises AllocationError."""
    items = _locked(session, pairs)
    taken = {item_id: item.allocated for item_id, item in items.items()}
    for pair in pairs:
        _refuse_unless_settleable(items, pair, taken)
        taken[pair.debit_id] += pair.amount
        taken[pair.credit_id] -= pair.amount
    _allocate(session, items, [(pair, None) for pair in pairs], on)


def take_back(session: AnySession, allocations: Sequence[Any], on: date) -> None:
    """Undo allocations by rows with the opposite amounts, and what they posted as exchange difference."""
    pairs = [(Pair(a.debit_id, a.credit_id, -a.amount), a.id) for a in allocations]
    _allocate(session, _locked(session, [pair for pair, _ in pairs]), pairs, on)


def _locked(session: AnySession, pairs: Sequence[Pair]) -> dict[int, Any]:
    ids = sorted({i for pair in pairs for i in (pair.debit_id, pair.credit_id)})
    return {item.id: item for item in lock_rows(session, m.AccountingOpenItem, ids)} if ids else {}


def _allocate(
    session: AnySession, items: dict[int, Any], pairs: Sequence[tuple[Pair, int | None]], on: date
) -> None:
    if not pairs:
        return
    taken = {item_id: item.allocated for item_id, item in items.items()}
    books = books_of(session, items[pairs[0][0].debit_id].company_id)
    rows, drafts = [], []
    for pair, reverses_id in pairs:
        row = _row(items[pair.debit_id], pair, on, reverses_id)
        rows.append(row)
        left = _difference(items[pair.debit_id], items[pair.credit_id], pair, taken, books.currency)
        if left:
            narration = f"{items[pair.credit_id].number} / {items[pair.debit_id].number}"
            drafts.append((row, _difference_entry(books, row["partner_id"], left, narration, on)))
    write_entries(session, books, [draft for _, draft in drafts])
    for row, draft in drafts:
        row["exchange_entry_id"] = draft.id
    session.execute(insert(m.AccountingAllocation), rows)
    for item in items.values():
        session.expire(item, ["allocated"])


def _refuse_unless_settleable(items: dict[int, Any], pair: Pair, taken: dict[int, Decimal]) -> None:
    debit, credit = items[pair.debit_id], items[pair.credit_id]
    if debit.partner_id != credit.partner_id:
        raise AllocationError(
            _(
                "%(credit)s and %(debit)s belong to different partners.",
                credit=credit.number,
                debit=debit.number,
            )
        )
    if debit.currency_code != credit.currency_code:
        raise AllocationError(
            _(
                "%(credit)s is in %(one)s and %(debit)s in %(other)s: settle documents of one currency.",
                credit=credit.number,
                one=credit.currency_code,
                debit=debit.number,
                other=debit.currency_code,
            )
        )
    for item, sign in ((debit, 1), (credit, -1)):
        left = sign * (item.amount - taken[item.id])
        if pair.amount > left:
            raise AllocationError(
                _(
                    "%(number)s has %(left)s open, not %(amount)s.",
                    number=item.number,
                    left=format_money(left, item.currency_code),
                    amount=format_money(pair.amount, item.currency_code),
                )
            )


def _share(item: Any, allocated: Decimal, company_currency: str) -> Decimal:
    """The ledger value of what has been allocated of an item."""
    return round_money(item.company_amount * allocated / item.amount, company_currency)


def _difference(
    debit: Any, credit: Any, pair: Pair, taken: dict[int, Decimal], company_currency: str
) -> Decimal:
    """What is left on the receivable, in the company's currency, when the pair is settled."""
    left = Decimal(0)
    for item, amount in ((debit, pair.amount), (credit, -pair.amount)):
        before = taken[item.id]
        taken[item.id] = before + amount
        now = _share(item, taken[item.id], company_currency)
        left += now - _share(item, before, company_currency)
    return left


def _row(debit: Any, pair: Pair, on: date, reverses_id: int | None) -> dict[str, Any]:
    return {
        "debit_id": pair.debit_id,
        "credit_id": pair.credit_id,
        "company_id": debit.company_id,
        "partner_id": debit.partner_id,
        "currency_code": debit.currency_code,
        "amount": pair.amount,
        "date": on,
        "reverses_id": reverses_id,
        "exchange_entry_id": None,
    }


def _difference_entry(books: Books, partner_id: int, left: Decimal, narration: str, on: date) -> EntryDraft:
    return EntryDraft(
        journal="general",
        date=on,
        currency=books.currency,
        exchange_rate=Decimal(1),
        narration=narration,
        counterpart=Amount(books.account("receivable"), -left, partner_id, narration),
        amounts=[Amount(books.account("exchange_difference"), left, None, narration)],
    )


def oldest_first(session: AnySession, credit: Any) -> list[Pair]:
    """How a credit settles the partner's open debits: the earliest due first."""
    item = m.AccountingOpenItem
    query = (
        select(item.id, item.amount - item.allocated)
        .where(item.partner_id == credit.partner_id, item.company_id == credit.company_id)
        .where(item.currency_code == credit.currency_code, item.amount > 0, item.allocated < item.amount)
        .order_by(item.due_date, item.id)
    )
    left, pairs = -credit.residual, []
    for debit_id, residual in session.execute(query):
        if left <= 0:
            break
        pairs.append(Pair(debit_id, credit.id, min(left, residual)))
        left -= pairs[-1].amount
    return pairs


def live_allocations(session: AnySession, item_id: int) -> list[Any]:
    """The allocations of an item that have not been taken back."""
    allocation = m.AccountingAllocation
    taken_back = select(allocation.reverses_id).where(allocation.reverses_id.is_not(None))
    touching = (allocation.debit_id == item_id) | (allocation.credit_id == item_id)
    query = select(allocation).where(
        touching, allocation.reverses_id.is_(None), allocation.id.not_in(taken_back)
    )
    return list(session.scalars(query.order_by(allocation.id)))
