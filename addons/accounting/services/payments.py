"""Payments: register, post, allocate, reverse."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from addons.accounting.services.allocation import (
    Pair,
    live_allocations,
    oldest_first,
    settle,
    take_back,
)
from addons.accounting.services.chart import books_of
from addons.accounting.services.invoices import item_of
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _
from core.records.sequences import next_number
from core.security.audit import record


class PaymentError(UserError):
    """The payment does not allow this; says why and what to do."""


def create_payment(
    session: AnySession,
    *,
    company_id: int,
    partner_id: int,
    date: date,
    amount: Decimal,
    currency: str,
    **values: Any,
) -> Any:
    """A draft payment; money in unless `direction="out"` is given."""
    payment = m.AccountingPayment(
        company_id=company_id,
        partner_id=partner_id,
        date=date,
        amount=amount,
        currency_code=currency,
        **values,
    )
    session.add(payment)
    session.flush()
    return payment


def post_payment(session: AnySession, payment: Any, pairs: Sequence[Pair] | None = None) -> None:
    """Write the payment to the ledger and settle with it.

    `pairs` says what it settles; left out, it settles the earliest due debits; empty, it settles nothing
    and stays as a credit on the account. The `credit_id` of a pair is filled in here.
    """
    if payment.state != "draft":
        raise PaymentError(
            _("%(number)s is posted already: reverse it to take it back.", number=payment.number)
        )
    session.flush()
    _write(session, payment)
    if payment.direction == "in":
        item = item_of(session, payment)
        chosen = oldest_first(session, item) if pairs is None else _on(item.id, pairs)
        settle(session, chosen, payment.date)


def _on(credit_id: int, pairs: Sequence[Pair]) -> list[Pair]:
    return [Pair(pair.debit_id, credit_id, pair.amount) for pair in pairs]


def _write(session: AnySession, payment: Any) -> None:
    books = books_of(session, payment.company_id)
    payment.number = next_number(session, "accounting.payment", books.company_id, payment.date.year)
    sign = -1 if payment.direction == "in" else 1
    document = "reversal" if payment.reverses_id else "payment" if sign < 0 else "refund"
    draft = EntryDraft(
        journal="bank",
        date=payment.date,
        currency=payment.currency_code,
        exchange_rate=payment.exchange_rate,
        narration=payment.number,
        counterpart=Amount(
            books.account("receivable"), sign * payment.amount, payment.partner_id, payment.number
        ),
        amounts=[Amount(books.account("bank"), -sign * payment.amount)],
        item=Item(document, payment.number, payment.reference, payment.date),
    )
    write_entries(session, books, [draft])
    payment.entry_id, payment.state, payment.posted_at = draft.id, "posted", datetime.now(UTC)
    session.flush()
    record(session, "post", "accounting.payment", [payment.id])


def reverse_payment(session: AnySession, payment: Any, on: date) -> Any:
    """Take a posted payment back: what it settled is open again, and an opposite payment clears it."""
    if payment.state != "posted" or payment.reverses_id is not None:
        raise PaymentError(_("Only a posted payment that is no reversal itself can be reversed."))
    if payment.reversed_by is not None:
        raise PaymentError(
            _(
                "%(number)s was reversed by %(by)s already.",
                number=payment.number,
                by=payment.reversed_by.number,
            )
        )
    take_back(session, live_allocations(session, item_of(session, payment).id), on)
    opposite = create_payment(
        session,
        company_id=payment.company_id,
        partner_id=payment.partner_id,
        date=on,
        amount=payment.amount,
        currency=payment.currency_code,
        exchange_rate=payment.exchange_rate,
        direction="out" if payment.direction == "in" else "in",
        reference=payment.number,
        reverses_id=payment.id,
    )
    post_payment(session, opposite, pairs=[])
    first, second = item_of(session, payment), item_of(session, opposite)
    debit, credit = (first, second) if first.amount > 0 else (second, first)
    settle(session, [Pair(debit.id, credit.id, payment.amount)], on)
    session.refresh(payment)
    return opposite
