"""Payments: create, post, settle, reverse; one or thousands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import text

from addons.accounting.services import early
from addons.accounting.services.allocation import Pair, items_of, live_allocations, oldest_first
from addons.accounting.services.booking import book, refuse_outside, refuse_posted, refuse_taken_back
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import PaymentDraft, rows_of
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

_ZERO = Decimal(0)
_LINES = text("""
    SELECT payment_id, open_item_id, amount, discount FROM accounting_payment_line
     WHERE payment_id = ANY(:ids) ORDER BY payment_id, position
""")


class PaymentError(UserError):
    """The payment does not allow this; says why and what to do."""


def create(session: AnySession, payments: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records; returns their ids in the same order."""
    acts.require(session, WRITE)
    complete(session, payments)
    drafts = [payment for payment in payments if isinstance(payment, PaymentDraft)]
    _write_drafts(session, drafts)
    session.add_all(payment for payment in payments if not isinstance(payment, PaymentDraft))
    session.flush()
    return [payment.id for payment in payments]


def complete(session: AnySession, payments: Sequence[Any]) -> None:
    """Set the rate of drafts, and refuse what cannot be posted; raises PaymentError and RateError."""
    with session.no_autoflush:
        books = {company_id: books_of(session, company_id) for company_id in {p.company_id for p in payments}}
        for payment in payments:
            problem = why_outside(books[payment.company_id], payment.date)
            if problem:
                raise PaymentError(problem)
            if payment.reverses_id is None:
                payment.discount = sum((line.discount or _ZERO for line in payment.lines), _ZERO)
        fill_rates(session, books, payments)


def _write_drafts(session: AnySession, drafts: Sequence[PaymentDraft]) -> None:
    if not drafts:
        return
    table = m.AccountingPayment.__table__
    for draft, draft_id in zip(drafts, reserve_ids(session, table, len(drafts)), strict=True):
        draft.id = draft_id
    m.AccountingPayment._bulk(session, rows_of(table, drafts))
    m.AccountingPaymentLine._bulk(session, (row for draft in drafts for row in _line_rows(draft)))
    record(session, "create", "accounting.payment", [draft.id for draft in drafts])


def _line_rows(draft: PaymentDraft) -> Iterator[dict[str, Any]]:
    rows = rows_of(m.AccountingPaymentLine.__table__, draft.lines, payment_id=draft.id)
    for position, row in enumerate(rows, start=1):
        yield {**row, "position": position}


def post(session: AnySession, payments: Iterable[Any]) -> None:
    """Write the payments to the ledger and settle what they name, then what their rule says; all or none.

    Raises PaymentError and AllocationError.
    """
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingPayment, payments, of_few_lines=True)
    refuse_posted(PaymentError, rows)
    lines = _lines(session, [row.id for row in rows])
    PaymentError.refuse(_too_much(rows, lines))
    PaymentError.refuse(early.refusals(session, rows, lines))
    for company_id in sorted({row.company_id for row in rows}):
        books = books_of(session, company_id)
        own = [row for row in rows if row.company_id == company_id]
        refuse_outside(PaymentError, books, own)
        taxes = early.taxes_of(session, books, own)
        book(session, "accounting.payment", books, own, partial(_entry_of, books, taxes))
    _settle(session, rows, lines)
    acts.forget(session, m.AccountingPayment, (row.id for row in rows))


def _lines(session: AnySession, ids: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(_LINES, {"ids": ids}):
        found.setdefault(row.payment_id, []).append(row)
    return found


def _too_much(rows: Sequence[Any], lines: Mapping[int, Sequence[Any]]) -> dict[int, str]:
    named = {row.id: sum(line.amount for line in lines.get(row.id, ())) for row in rows}
    return {
        row.id: _(
            "Its documents take %(named)s of a payment of %(amount)s: lower their amounts.",
            named=format_money(named[row.id], row.currency_code),
            amount=format_money(row.amount, row.currency_code),
        )
        for row in rows
        if named[row.id] > row.amount
    }


def _entry_of(books: Books, taxes: Mapping[int, Mapping[int, Decimal]], row: Any, number: str) -> EntryDraft:
    sign = -1 if row.direction == "in" else 1
    document = "reversal" if row.reverses_id else "payment" if pays(row) else "refund"
    return EntryDraft(
        journal="bank",
        date=row.date,
        currency=row.currency_code,
        exchange_rate=row.exchange_rate,
        narration=number,
        counterpart=Amount(
            books.account(row.side), sign * (row.amount + row.discount), row.partner_id, number
        ),
        amounts=[
            Amount(books.account("bank"), -sign * row.amount),
            *_allowed(books, row, taxes.get(row.id, {}), -sign),
        ],
        item=Item(document, number, row.reference, row.date, row.side),
    )


def _allowed(books: Books, row: Any, taxes: Mapping[int, Decimal], sign: int) -> list[Amount]:
    """The discount for paying early, to customers or of suppliers, and what of it is tax."""
    if not row.discount:
        return []
    purpose = "discount_received" if row.side == "payable" else "discount_allowed"
    net = row.discount - sum(taxes.values(), _ZERO)
    parts = {books.account(purpose): net, **taxes}
    return [Amount(account, sign * part) for account, part in parts.items() if part]


def pays(payment: Any) -> bool:
    """Whether money goes the way of what is owed: from a customer, or to a supplier; else it goes back."""
    return bool(payment.direction == ("out" if payment.side == "payable" else "in"))


def _settle(session: AnySession, rows: Sequence[Any], lines: Mapping[int, Sequence[Any]]) -> None:
    """First what the payments name; then, earliest due first, what that leaves of those that go by rule."""
    items = items_of(session, "accounting_payment", [row.id for row in rows])
    named = [_pair(items[row.id], line) for row in rows for line in lines.get(row.id, ())]
    if named:
        m.AccountingAllocation.settle(session, named, rows[0].date)
        items = items_of(session, "accounting_payment", [row.id for row in rows])
    by_rule = [items[row.id] for row in rows if pays(row) and row.remainder == "oldest"]
    pairs = oldest_first(session, by_rule)
    if pairs:
        m.AccountingAllocation.settle(session, pairs, rows[0].date)


def _pair(item: Any, line: Any) -> Pair:
    """A line names the other side: a debit for money received, a credit for money paid back."""
    settles = line.amount + line.discount
    if item.amount < 0:
        return Pair(line.open_item_id, item.id, settles, item.date)
    return Pair(item.id, line.open_item_id, settles, item.date)


def reverse(session: AnySession, payments: Iterable[Any], on: date) -> list[int]:
    """Take posted payments back: what they settled is open again, and opposite payments clear them.

    Returns the ids of the opposite payments. Raises PaymentError.
    """
    acts.require(session, POST)
    rows = acts.locked(session, m.AccountingPayment, payments, of_few_lines=True)
    _refuse_reversal(session, rows)
    items = items_of(session, "accounting_payment", [row.id for row in rows])
    live = live_allocations(session, [item.id for item in items.values()])
    m.AccountingAllocation.take_back(session, live, on)
    opposites: list[int] = m.AccountingPayment.create(session, [_opposite(row, on) for row in rows])
    m.AccountingPayment.post(session, opposites)
    _settle_reversal(session, rows, opposites, on)
    acts.forget(session, m.AccountingPayment, (row.id for row in rows))
    return opposites


def _refuse_reversal(session: AnySession, rows: Sequence[Any]) -> None:
    reason = _("Only a posted payment that is no reversal itself can be reversed.")
    PaymentError.refuse({r.id: reason for r in rows if r.state != "posted" or r.reverses_id is not None})
    refuse_taken_back(session, PaymentError, "accounting_payment", rows)


def _opposite(row: Any, on: date) -> PaymentDraft:
    return PaymentDraft(
        company_id=row.company_id,
        partner_id=row.partner_id,
        date=on,
        amount=row.amount,
        discount=row.discount,
        currency_code=row.currency_code,
        exchange_rate=row.exchange_rate,
        direction="out" if row.direction == "in" else "in",
        side=row.side,
        reference=row.number,
        reverses_id=row.id,
        remainder="keep",
    )


def _settle_reversal(session: AnySession, rows: Sequence[Any], opposites: Sequence[int], on: date) -> None:
    items = items_of(session, "accounting_payment", [*(row.id for row in rows), *opposites])
    pairs = []
    for row, opposite in zip(rows, opposites, strict=True):
        sides = sorted((items[row.id], items[opposite]), key=lambda item: item.amount)
        pairs.append(Pair(sides[1].id, sides[0].id, row.amount + row.discount))
    m.AccountingAllocation.settle(session, pairs, on)
