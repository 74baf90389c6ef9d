"""The advice that tells a supplier what a payment is for, in its language."""

from datetime import UTC
from typing import Any

from sqlalchemy import select

from core import m
from core.db import db
from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money

documents = Documents()

ADVICE = "payment.advice"


def lines_of(payment: Any) -> list[Any]:
    """What of a run the payment is for, credit notes after bills."""
    line = m.PaymentRunLine
    query = select(line).where(line.payment_id == payment.id, line.taken).order_by(line.position)
    return list(db.session.scalars(query))


def identity_of(payment: Any) -> Identity:
    """A posted payment never changes, so it has one version."""
    return Identity(ADVICE, payment.number, payment.partner.code, payment.posted_at.astimezone(UTC))


def context(payment: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": payment.company,
        "recipient": payment.partner.postal_address,
        "title": _("Payment advice"),
        "number": payment.number,
        "facts": [
            (_("Date"), format_date(payment.date)),
            (_("Supplier no."), payment.partner.code),
            (_("Currency"), payment.currency_code),
        ],
        "currency": payment.currency_code,
        "lines": lines_of(payment),
    }


def words(payment: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {
        "partner": payment.partner.name,
        "company": payment.company.name,
        "date": format_date(payment.date),
        "amount": format_money(payment.amount, payment.currency_code),
    }


documents.define(
    ADVICE,
    model="accounting.payment",
    title=_l("Payment advice"),
    template="supplier_payments/advice.html",
    filename=lambda payment: f"{_('Payment advice')} {payment.number}.pdf",
    context=context,
    slots=("after_header", "after_lines"),
    replayed=True,
    delivery=Delivery(
        identity=identity_of,
        locale=lambda payment: payment.partner.language,
        recipients=lambda payment: payment.partner.addresses_for("invoice"),
        mail=lambda payment: ADVICE,
        words=words,
        permission="supplier_payments.pay",
        ready=lambda payment: payment.state == "posted" and bool(lines_of(payment)),
    ),
)
