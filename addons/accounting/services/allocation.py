"""Settle debits with credits.

Problem: a payment of 1,000 at rate 7.10 settles an invoice of 1,000 that was posted at 7.00; the account
must show nothing open, in either currency. Rule: each allocation takes the same share of an item's
ledger value as of its amount, computed on the running total so that the last one takes what rounding
left; what the two ledger values differ by is posted as an exchange difference. Example: invoice 7,000 in
the ledger, payment 7,100 → the receivable is debited with 100 and exchange differences are credited with
100. An allocation, and its difference, is dated when both its sides exist: a prepayment of 5 March on an
invoice of 20 March settles it on the 20th.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, or_, select, text

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.ledger import Amount, EntryDraft, write_entries
from core import m
from core.db import AnySession, lock_rows, reserve_ids, round_money
from core.errors import UserError
from core.i18n import _, format_money
from core.security import acts
from core.security.audit import record

SETTLE = "accounting.post"
#: The open items of posted documents, by the document that each is of.
_ITEMS = """
    SELECT d.id AS document_id, o.id, o.amount, o.amount - o.allocated AS residual, o.date, o.partner_id,
           o.company_id, o.side, o.currency_code
      FROM {table} d
      JOIN accounting_entry_line l ON l.entry_id = d.entry_id
      JOIN accounting_open_item o ON o.entry_line_id = l.id
     WHERE d.id = ANY(:ids)
"""


class AllocationError(UserError):
    """The items can't be settled like this; says why and what to do."""


@dataclass(frozen=True)
class Pair:
    """So much of a credit is to settle so much of a debit, in their common currency."""

    debit_id: int
    credit_id: int
    amount: Decimal
    #: The day, where it is not that of the whole act.
    on: date | None = None


def settle(session: AnySession, pairs: Sequence[Pair], on: date) -> list[int]:
    """Allocate all pairs or none, not before both sides exist; returns the allocations' ids.

    Raises AllocationError.
    """
    acts.require(session, SETTLE)
    items = _locked(session, pairs)
    AllocationError.refuse(_refusals(items, pairs))
    taken = {item_id: item.allocated for item_id, item in items.items()}
    for pair in pairs:
        _refuse_unless_settleable(items, pair, taken)
        taken[pair.debit_id] += pair.amount
        taken[pair.credit_id] -= pair.amount
    ids = _allocate(session, items, [(pair, None) for pair in pairs], on)
    record(session, "settle", "accounting.allocation", ids)
    return ids


def take_back(session: AnySession, allocations: Iterable[Any], on: date) -> list[int]:
    """Undo allocations by rows with the opposite amounts, and what they posted as exchange difference.

    Returns the ids of the opposite rows. Raises AllocationError for one that was taken back already.
    """
    acts.require(session, SETTLE)
    rows = acts.locked(session, m.AccountingAllocation, allocations)
    gone = _taken_back(session, [row.id for row in rows])
    AllocationError.refuse({i: _("This settlement was taken back already.") for i in gone})
    pairs = [(Pair(row.debit_id, row.credit_id, -row.amount), row.id) for row in rows]
    ids = _allocate(session, _locked(session, [pair for pair, _id in pairs]), pairs, on)
    record(session, "take_back", "accounting.allocation", [row.id for row in rows])
    return ids


def _taken_back(session: AnySession, ids: Sequence[int]) -> list[int]:
    """Those of these allocations that are undone, or undo another one."""
    row = m.AccountingAllocation.__table__.c
    undone = select(row.reverses_id).where(row.reverses_id == func.any(list(ids)))
    undoing = select(row.id).where(row.id == func.any(list(ids)), row.reverses_id.is_not(None))
    return [i for i in session.scalars(undone.union(undoing)) if i is not None]


def _refusals(items: dict[int, Any], pairs: Sequence[Pair]) -> dict[int, str]:
    """What is wrong with the sides of the pairs, by the item that is to blame."""
    found = {}
    for pair in pairs:
        for item_id in (pair.debit_id, pair.credit_id):
            if item_id not in items:
                found[item_id] = _("There is no such open item: it may be another company's.")
        if pair.debit_id in items and items[pair.debit_id].amount < 0:
            found[pair.debit_id] = _("%(number)s is no debit.", number=items[pair.debit_id].number)
        if pair.credit_id in items and items[pair.credit_id].amount > 0:
            found[pair.credit_id] = _("%(number)s is no credit.", number=items[pair.credit_id].number)
        if pair.amount <= 0:
            found[pair.credit_id] = _("Settle with an amount above zero.")
    return found


def _locked(session: AnySession, pairs: Sequence[Pair]) -> dict[int, Any]:
    ids = sorted({i for pair in pairs for i in (pair.debit_id, pair.credit_id)})
    return {item.id: item for item in lock_rows(session, m.AccountingOpenItem, ids)} if ids else {}


def _allocate(
    session: AnySession, items: dict[int, Any], pairs: Sequence[tuple[Pair, int | None]], on: date
) -> list[int]:
    if not pairs:
        return []
    taken = {item_id: item.allocated for item_id, item in items.items()}
    books = books_of(session, items[pairs[0][0].debit_id].company_id)
    rows, drafts = [], []
    ids = reserve_ids(session, m.AccountingAllocation.__table__, len(pairs))
    for allocation_id, (pair, reverses_id) in zip(ids, pairs, strict=True):
        day = max(pair.on or on, items[pair.debit_id].date, items[pair.credit_id].date)
        row = {"id": allocation_id, **_row(items[pair.debit_id], pair, day, reverses_id)}
        rows.append(row)
        left = _difference(items[pair.debit_id], items[pair.credit_id], pair, taken, books.currency)
        if left:
            narration = f"{items[pair.credit_id].number} / {items[pair.debit_id].number}"
            drafts.append((row, _difference_entry(books, row, left, narration)))
    write_entries(session, books, [draft for _, draft in drafts])
    for row, draft in drafts:
        row["exchange_entry_id"] = draft.id
    session.execute(insert(m.AccountingAllocation), rows)
    for item in items.values():
        session.expire(item, ["allocated"])
    return list(ids)


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
    if debit.side != credit.side:
        raise AllocationError(
            _(
                "%(credit)s and %(debit)s are on different sides: what a customer owes and what a supplier "
                "is owed settle each other only by netting.",
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
    """What is left on the account, in the company's currency, when the pair is settled."""
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
        "side": debit.side,
        "currency_code": debit.currency_code,
        "amount": pair.amount,
        "date": on,
        "reverses_id": reverses_id,
        "exchange_entry_id": None,
    }


def _difference_entry(books: Books, row: Mapping[str, Any], left: Decimal, narration: str) -> EntryDraft:
    account = books.account(row["side"])
    return EntryDraft(
        journal="general",
        date=row["date"],
        currency=books.currency,
        exchange_rate=Decimal(1),
        narration=narration,
        counterpart=Amount(account, -left, row["partner_id"], narration),
        amounts=[Amount(books.account("exchange_difference"), left, None, narration)],
    )


def items_of(session: AnySession, table: str, ids: Sequence[int]) -> Mapping[int, Any]:
    """The open item of each of these posted documents, given by the table that they stand in."""
    rows = session.execute(text(_ITEMS.format(table=table)), {"ids": list(ids)})
    return {row.document_id: row for row in rows}


def items_by_id(session: AnySession, ids: Sequence[int]) -> Sequence[Any]:
    """Open items as plain rows, as `items_of` has them."""
    item = m.AccountingOpenItem.__table__.c
    query = select(item.id, item.amount, (item.amount - item.allocated).label("residual"), item.date)
    query = query.add_columns(*_account(item))
    return session.execute(query.where(item.id == func.any(list(ids))).order_by(item.id)).all()


def create(session: AnySession, allocations: Sequence[Any]) -> list[int]:
    """Settle by unsaved records, as a form makes them; the records get the ids of what was written."""
    made = []
    for new in allocations:
        if new in session:
            session.expunge(new)
        pair = Pair(new.debit_id, new.credit_id, new.amount)
        (new.id,) = m.AccountingAllocation.settle(session, [pair], new.date)
        made.append(new.id)
    return made


def oldest_first(session: AnySession, items: Sequence[Any]) -> list[Pair]:
    """How items, given as rows of `items_of`, settle what is open on the other hand of their accounts.

    Earliest due first: credits settle the debits of a customer, debits the bills of a supplier. What is
    open is locked, in the order of the ids, so that what is open now is open when it is settled.
    """
    waiting = _waiting(session, items)
    pairs = []
    for item in items:
        left = abs(item.residual)
        for other in waiting.get((*_account(item), item.amount < 0), ()):
            taken = min(left, other.left)
            if taken > 0:
                debit, credit = (other.id, item.id) if item.amount < 0 else (item.id, other.id)
                pairs.append(Pair(debit, credit, taken, item.date))
                other.left -= taken
                left -= taken
    return pairs


@dataclass
class _Waiting:
    id: int
    due: date
    left: Decimal


def _account(item: Any) -> tuple[Any, ...]:
    return (item.company_id, item.partner_id, item.side, item.currency_code)


def _waiting(session: AnySession, items: Sequence[Any]) -> dict[tuple[Any, ...], list[_Waiting]]:
    """What is open of the items' partners, by account and whether it is a debit; earliest due first."""
    item = m.AccountingOpenItem.__table__.c
    if not items:
        return {}
    # Of a batch that is all of one sign, the other items of that sign need not be read.
    signs = [item.amount > 0 if credit else item.amount < 0 for credit in {one.amount < 0 for one in items}]
    query = (
        select(item.id, item.due_date, item.amount, func.abs(item.amount - item.allocated).label("left"))
        .add_columns(*_account(item))
        .where(item.partner_id == func.any(sorted({one.partner_id for one in items})))
        .where(or_(*signs), item.allocated != item.amount)
        .order_by(item.id)
        .with_for_update()
    )
    found: dict[tuple[Any, ...], list[_Waiting]] = {}
    for row in session.execute(query):
        key = (*_account(row), row.amount > 0)
        found.setdefault(key, []).append(_Waiting(row.id, row.due_date, row.left))
    for waiting in found.values():
        waiting.sort(key=lambda one: (one.due, one.id))
    return found


def live_allocations(session: AnySession, item_ids: Sequence[int]) -> list[int]:
    """The ids of the allocations of these items that have not been taken back."""
    row = m.AccountingAllocation.__table__.c
    taken_back = select(row.reverses_id).where(row.reverses_id.is_not(None))
    ids = list(item_ids)
    touching = (row.debit_id == func.any(ids)) | (row.credit_id == func.any(ids))
    query = select(row.id).where(touching, row.reverses_id.is_(None), row.id.not_in(taken_back))
    return list(session.scalars(query.order_by(row.id)))
