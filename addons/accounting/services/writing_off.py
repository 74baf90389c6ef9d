"""Give up what is open of a document.

Problem: a customer pays 999.97 of 1,000.00, or never pays; the item must not stay open for ever, and nobody
may give up more than the company allows. Rule: a write-off takes so much off one open item, at the rate of
the item, so that no exchange difference hides in it, and books it with a reason to the account of its kind,
or one that is named. Whoever posts may write off up to the limit of the company of one document, counting
what was written off of it before; above that it takes a right of its own. Example: limit 10.00, an invoice
of which 0.03 are open → debit write-offs 0.03, credit receivable 0.03; of another one 8.00 were written off,
and 3.00 more are refused without the right. A reversal opens the item again. What we owe, or what a customer
paid too much, is written off the other way round.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select, text

from addons.accounting.services.allocation import Pair, items_of, live_allocations
from addons.accounting.services.booking import book, refuse_outside, refuse_posted, refuse_taken_back
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import WriteOffDraft, rows_of
from addons.accounting.services.invoices import WRITE
from addons.accounting.services.ledger import Amount, EntryDraft, Item
from addons.accounting.services.posting import POST
from addons.accounting.services.window import why_outside
from core import m
from core.db import AnySession, lock_rows, reserve_ids
from core.errors import UserError
from core.i18n import _, format_date, format_money
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

#: What writing off more than the limit of the company takes.
ABOVE = "accounting.write_off"
#: Why something is given up; each is the purpose of an account.
KINDS = ("small_difference", "bad_debt")
TABLE = "accounting_write_off"
_GIVEN_UP = text("""
    SELECT w.open_item_id, sum(w.amount) AS amount
      FROM accounting_write_off w
     WHERE w.open_item_id = ANY(:items) AND w.state = 'posted' AND w.reverses_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM accounting_write_off b WHERE b.reverses_id = w.id AND b.state = 'posted')
     GROUP BY w.open_item_id
""")
_ACCOUNTS = text("""
    UPDATE accounting_write_off w SET account_id = a.id
      FROM accounting_account a
     WHERE w.id = ANY(:ids) AND w.account_id IS NULL AND a.company_id = w.company_id AND a.purpose = w.kind
""")
_LIMITS = text("SELECT id, write_off_limit, currency_code FROM company WHERE id = ANY(:ids)")


class WriteOffError(UserError):
    """So much can't be written off; says why and what to do."""


def create(session: AnySession, write_offs: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records; returns their ids in the same order."""
    acts.require(session, WRITE)
    m.AccountingWriteOff.complete(session, write_offs)
    drafts = [one for one in write_offs if isinstance(one, WriteOffDraft)]
    table = m.AccountingWriteOff.__table__
    ids = reserve_ids(session, table, len(drafts)) if drafts else ()
    for draft, draft_id in zip(drafts, ids, strict=True):
        draft.id = draft_id
    m.AccountingWriteOff._bulk(session, rows_of(table, drafts))
    session.add_all(one for one in write_offs if not isinstance(one, WriteOffDraft))
    session.flush()
    if drafts:
        record(session, "create", "accounting.write_off", [draft.id for draft in drafts])
    return [one.id for one in write_offs]


def complete(session: AnySession, write_offs: Sequence[Any]) -> None:
    """Take partner, side, currency and rate of each from its item, and all that is open where no amount is
    given; raises WriteOffError."""
    with session.no_autoflush:
        items = _items(session, [one.open_item_id for one in write_offs])
        books = {i: books_of(session, i) for i in {one.company_id for one in write_offs}}
        for one in write_offs:
            item = items.get(one.open_item_id)
            if item is None or item.company_id != one.company_id:
                raise WriteOffError(_("Choose the open item of which something is written off."))
            problem = why_outside(books[one.company_id], one.date) or _why_not(one, item)
            if problem:
                raise WriteOffError(problem)
            for name in ("partner_id", "side", "currency_code", "exchange_rate"):
                setattr(one, name, getattr(item, name))
            one.reason = one.reason.strip()
            if one.amount is None:
                one.amount = abs(item.amount - item.allocated)


def _items(session: AnySession, ids: Iterable[int | None]) -> Mapping[int, Any]:
    table = m.AccountingOpenItem.__table__
    asked = sorted({i for i in ids if i is not None})
    return {row.id: row for row in session.execute(select(table).where(table.c.id.in_(asked)))}


def _why_not(one: Any, item: Any) -> str:
    if not (one.reason or "").strip():
        return _("Say why it is written off: the reason stands in the books.")
    if one.date < item.date:
        return _(
            "%(number)s is of %(day)s: it cannot be written off before.",
            number=item.number,
            day=format_date(item.date),
        )
    if one.reverses_id is None and item.amount == item.allocated:
        return _("Nothing of %(number)s is open.", number=item.number)
    return ""


def post(session: AnySession, write_offs: Iterable[Any]) -> None:
    """Write them to the ledger and settle their items; all or none.

    Raises WriteOffError, and AllocationError where more is written off than is open.
    """
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingWriteOff, write_offs)
    refuse_posted(WriteOffError, rows)
    # Two who give up parts of one document are counted one after the other.
    items = lock_rows(session, m.AccountingOpenItem, sorted({row.open_item_id for row in rows}))
    own = [row for row in rows if row.reverses_id is None]
    WriteOffError.refuse(_above_limit(session, own))
    ids = [row.id for row in rows]
    for company_id in sorted({row.company_id for row in rows}):
        _book(session, books_of(session, company_id), company_id, rows, {item.id: item for item in items})
    _settle(session, own)
    acts.forget(session, m.AccountingWriteOff, ids)


def _book(
    session: AnySession, books: Books, company_id: int, rows: Sequence[Any], items: Mapping[int, Any]
) -> None:
    own = [row for row in rows if row.company_id == company_id]
    refuse_outside(WriteOffError, books, own)
    for kind in {row.kind for row in own if row.account_id is None}:
        books.account(kind)  # says which account is missing
    session.execute(_ACCOUNTS, {"ids": [row.id for row in own]})
    book(session, "accounting.write_off", books, own, partial(_entry_of, books, items))


def _above_limit(session: AnySession, rows: Sequence[Any]) -> dict[int, str]:
    """Which of these take more of their document than the company's limit, for whom that is the limit."""
    if not rows or actor_of(session).may(ABOVE):
        return {}
    limits = {c.id: c for c in session.execute(_LIMITS, {"ids": sorted({r.company_id for r in rows})})}
    before = session.execute(_GIVEN_UP, {"items": [row.open_item_id for row in rows]})
    given_up: dict[int, Decimal] = {item_id: amount for item_id, amount in before}
    found = {}
    for row in rows:
        given_up[row.open_item_id] = given_up.get(row.open_item_id, Decimal(0)) + row.amount
        company = limits[row.company_id]
        worth = given_up[row.open_item_id] * row.exchange_rate
        if worth > company.write_off_limit:
            found[row.id] = _too_much(worth, company)
    return found


def _too_much(worth: Decimal, company: Any) -> str:
    return _(
        "%(worth)s of the document would be written off, and the limit is %(limit)s: ask somebody with a "
        "role that may write off above the limit to post it.",
        worth=format_money(worth, company.currency_code),
        limit=format_money(company.write_off_limit, company.currency_code),
    )


def _entry_of(books: Books, items: Mapping[int, Any], row: Any, number: str) -> EntryDraft:
    """The opposite of what is open of the item; a reversal as the item itself."""
    item = items[row.open_item_id]
    sign = (1 if item.amount < 0 else -1) * (1 if row.reverses_id is None else -1)
    account = row.account_id or books.account(row.kind)
    return EntryDraft(
        journal="general",
        date=row.date,
        currency=row.currency_code,
        exchange_rate=row.exchange_rate,
        narration=f"{number} / {item.number}",
        counterpart=Amount(books.account(row.side), sign * row.amount, row.partner_id, number),
        amounts=[Amount(account, -sign * row.amount, None, item.number)],
        item=Item(
            "write_off" if row.reverses_id is None else "reversal", number, item.number, row.date, row.side
        ),
    )


def _settle(session: AnySession, rows: Sequence[Any]) -> None:
    """Each takes its amount off its own item."""
    left = items_of(session, TABLE, [row.id for row in rows])
    pairs = [_pair(left[row.id], row.open_item_id, row) for row in rows]
    if pairs:
        m.AccountingAllocation.settle(session, pairs, rows[0].date)


def _pair(item: Any, other_id: int, row: Any) -> Pair:
    debit, credit = (other_id, item.id) if item.amount < 0 else (item.id, other_id)
    return Pair(debit, credit, row.amount, row.date)


def reverse(session: AnySession, write_offs: Iterable[Any], on: date) -> list[int]:
    """Take posted write-offs back: their items are open again, and opposite ones clear them.

    Returns the ids of the opposites. Raises WriteOffError.
    """
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingWriteOff, write_offs)
    _refuse_reversal(session, rows)
    items = items_of(session, TABLE, [row.id for row in rows])
    m.AccountingAllocation.take_back(
        session, live_allocations(session, [item.id for item in items.values()]), on
    )
    opposites: list[int] = m.AccountingWriteOff.create(session, [_opposite(row, on) for row in rows])
    m.AccountingWriteOff.post(session, opposites)
    back = items_of(session, TABLE, opposites)
    pairs = [
        _pair(items[row.id], back[opposite].id, row) for row, opposite in zip(rows, opposites, strict=True)
    ]
    m.AccountingAllocation.settle(session, pairs, on)
    acts.forget(session, m.AccountingWriteOff, (row.id for row in rows))
    return opposites


def _refuse_reversal(session: AnySession, rows: Sequence[Any]) -> None:
    reason = _("Only a posted write-off that is no reversal itself can be reversed.")
    WriteOffError.refuse({r.id: reason for r in rows if r.state != "posted" or r.reverses_id is not None})
    refuse_taken_back(session, WriteOffError, TABLE, rows)


def _opposite(row: Any, on: date) -> WriteOffDraft:
    return WriteOffDraft(
        company_id=row.company_id,
        open_item_id=row.open_item_id,
        date=on,
        reason=row.reason,
        kind=row.kind,
        amount=row.amount,
        account_id=row.account_id,
        reverses_id=row.id,
    )
