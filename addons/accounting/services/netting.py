"""Net what a partner owes us with what we owe the partner.

Problem: a partner that buys and sells has two balances, which nothing settles with each other by itself.
Rule: a netting takes so much off both accounts in one entry, at the rate of its day, and settles what is due
earliest on each; it is never more than the smaller of the two sums that are open. Example: invoices of
300.00 and 200.00 are open, and a bill of 400.00 → a netting of 400.00 settles the bill, the first invoice
and 100.00 of the second. A reversal opens all of it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select, text

from addons.accounting.services.allocation import Pair, items_by_id, live_allocations, oldest_first
from addons.accounting.services.booking import book, refuse_outside, refuse_posted, refuse_taken_back
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import NettingDraft, rows_of
from addons.accounting.services.invoices import WRITE
from addons.accounting.services.ledger import Amount, EntryDraft, Item
from addons.accounting.services.posting import POST
from addons.accounting.services.rates import fill_rates
from addons.accounting.services.window import why_outside
from core import m
from core.db import AnySession, reserve_ids
from core.errors import UserError
from core.i18n import _, format_money
from core.security import acts
from core.security.audit import record

#: Both open items of each netting.
_ITEMS = text("""
    SELECT n.id AS netting_id, o.id, o.side
      FROM accounting_netting n
      JOIN accounting_entry_line l ON l.entry_id = n.entry_id
      JOIN accounting_open_item o ON o.entry_line_id = l.id
     WHERE n.id = ANY(:ids)
""")

Account = tuple[int, int, str]


class NettingError(UserError):
    """The two sides can't be netted like this; says why and what to do."""


def create(session: AnySession, nettings: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records; returns their ids in the same order."""
    acts.require(session, WRITE)
    complete(session, nettings)
    drafts = [netting for netting in nettings if isinstance(netting, NettingDraft)]
    table = m.AccountingNetting.__table__
    for draft, draft_id in zip(
        drafts, reserve_ids(session, table, len(drafts)) if drafts else (), strict=True
    ):
        draft.id = draft_id
    m.AccountingNetting._bulk(session, rows_of(table, drafts))
    session.add_all(netting for netting in nettings if not isinstance(netting, NettingDraft))
    session.flush()
    if drafts:
        record(session, "create", "accounting.netting", [draft.id for draft in drafts])
    return [netting.id for netting in nettings]


def complete(session: AnySession, nettings: Sequence[Any]) -> None:
    """Set rate and amount of drafts that say none; raises NettingError and RateError."""
    with session.no_autoflush:
        books = {i: books_of(session, i) for i in {netting.company_id for netting in nettings}}
        for netting in nettings:
            problem = why_outside(books[netting.company_id], netting.date)
            if problem:
                raise NettingError(problem)
        fill_rates(session, books, nettings)
        lacking = [netting for netting in nettings if netting.amount is None]
        most = nettable(session, [netting.partner_id for netting in lacking])
        for netting in lacking:
            netting.amount = most.get(_account(netting), Decimal(0))
            if netting.amount <= 0:
                raise NettingError(_nothing(netting))


def _account(netting: Any) -> Account:
    return (netting.company_id, netting.partner_id, netting.currency_code)


def _nothing(netting: Any) -> str:
    return _(
        "There is nothing to net in %(currency)s: the partner must owe something and be owed something.",
        currency=netting.currency_code,
    )


def nettable(session: AnySession, partner_ids: Iterable[int]) -> dict[Account, Decimal]:
    """Up to how much can be netted, by company, partner and currency: the smaller of the two sums."""
    item = m.AccountingOpenItem.__table__.c
    left = item.amount - item.allocated
    owed = func.coalesce(func.sum(left).filter(item.side == "receivable", item.amount > 0), 0)
    owing = func.coalesce(func.sum(-left).filter(item.side == "payable", item.amount < 0), 0)
    account = (item.company_id, item.partner_id, item.currency_code)
    query = select(*account, func.least(owed, owing)).where(
        item.partner_id == func.any(sorted(set(partner_ids))), item.allocated != item.amount
    )
    return {(c, p, code): most for c, p, code, most in session.execute(query.group_by(*account))}


def post(session: AnySession, nettings: Iterable[Any]) -> None:
    """Write the nettings to the ledger and settle with both sides; all or none.

    Raises NettingError and AllocationError.
    """
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingNetting, nettings)
    refuse_posted(NettingError, rows)
    for company_id in sorted({row.company_id for row in rows}):
        books = books_of(session, company_id)
        own = [row for row in rows if row.company_id == company_id]
        refuse_outside(NettingError, books, own)
        book(session, "accounting.netting", books, own, partial(_entry_of, books))
    _settle(session, [row for row in rows if row.reverses_id is None])
    acts.forget(session, m.AccountingNetting, (row.id for row in rows))


def _entry_of(books: Books, row: Any, number: str) -> EntryDraft:
    """Both accounts in one entry, each with an open item; a reversal the other way round."""
    amount = row.amount if row.reverses_id is None else -row.amount
    document = "netting" if row.reverses_id is None else "reversal"
    items = {side: Item(document, number, "", row.date, side) for side in ("receivable", "payable")}
    return EntryDraft(
        journal="general",
        date=row.date,
        currency=row.currency_code,
        exchange_rate=row.exchange_rate,
        narration=number,
        counterpart=Amount(books.account("receivable"), -amount, row.partner_id, number),
        item=items["receivable"],
        amounts=[Amount(books.account("payable"), amount, row.partner_id, number, item=items["payable"])],
    )


def _settle(session: AnySession, rows: Sequence[Any]) -> None:
    """What is due earliest on each side; refuses a netting of more than is open on one of them."""
    items = _items(session, [row.id for row in rows])
    of = {item_id: row for row in rows for item_id in items[row.id].values()}
    pairs = oldest_first(session, items_by_id(session, sorted(of)))
    settled = dict.fromkeys(of, Decimal(0))
    for pair in pairs:
        for item_id in {pair.debit_id, pair.credit_id} & of.keys():
            settled[item_id] += pair.amount
    NettingError.refuse(
        {of[i].id: _too_much(of[i], done) for i, done in settled.items() if done < of[i].amount}
    )
    if pairs:
        m.AccountingAllocation.settle(session, pairs, rows[0].date)


def _too_much(row: Any, done: Decimal) -> str:
    if not done:
        return _nothing(row)
    return _(
        "Only %(most)s can be netted, not %(amount)s: lower the amount.",
        most=format_money(done, row.currency_code),
        amount=format_money(row.amount, row.currency_code),
    )


def _items(session: AnySession, ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    """The two open items of each netting, by their side."""
    found: dict[int, dict[str, int]] = {}
    for row in session.execute(_ITEMS, {"ids": list(ids)}):
        found.setdefault(row.netting_id, {})[row.side] = row.id
    return found


def reverse(session: AnySession, nettings: Iterable[Any], on: date) -> list[int]:
    """Take posted nettings back: both sides are open again, and opposite nettings clear them.

    Returns the ids of the opposites. Raises NettingError.
    """
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingNetting, nettings)
    _refuse_reversal(session, rows)
    items = _items(session, [row.id for row in rows])
    live = live_allocations(session, [i for sides in items.values() for i in sides.values()])
    m.AccountingAllocation.take_back(session, live, on)
    opposites: list[int] = m.AccountingNetting.create(session, [_opposite(row, on) for row in rows])
    m.AccountingNetting.post(session, opposites)
    back = _items(session, opposites)
    pairs = []
    for row, opposite in zip(rows, opposites, strict=True):
        pairs.append(Pair(back[opposite]["receivable"], items[row.id]["receivable"], row.amount))
        pairs.append(Pair(items[row.id]["payable"], back[opposite]["payable"], row.amount))
    m.AccountingAllocation.settle(session, pairs, on)
    acts.forget(session, m.AccountingNetting, (row.id for row in rows))
    return opposites


def _refuse_reversal(session: AnySession, rows: Sequence[Any]) -> None:
    reason = _("Only a posted netting that is no reversal itself can be reversed.")
    NettingError.refuse({r.id: reason for r in rows if r.state != "posted" or r.reverses_id is not None})
    refuse_taken_back(session, NettingError, "accounting_netting", rows)


def _opposite(row: Any, on: date) -> NettingDraft:
    return NettingDraft(
        company_id=row.company_id,
        partner_id=row.partner_id,
        date=on,
        currency_code=row.currency_code,
        amount=row.amount,
        exchange_rate=row.exchange_rate,
        reverses_id=row.id,
    )
