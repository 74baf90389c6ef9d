"""The claim on a supplier as a paper, in its language: what was billed for each line, and what holds."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money
from core.sayings import retold

documents = Documents()

CLAIM = "pricing.claim"


def identity_of(claim: Any) -> Identity:
    """A claim is kept as it was written, so it has one version."""
    made = datetime(claim.date.year, claim.date.month, claim.date.day, tzinfo=UTC)
    return Identity(CLAIM, claim.number, claim.partner.code, made)


def lines_of(claim: Any) -> list[dict[str, Any]]:
    """Each line with the supplier's delivery, our order, and what was billed and should have been."""
    return [_line(line) for line in claim.lines]


def _line(line: Any) -> dict[str, Any]:
    move = line.run_line.move
    ordered = move.purchase_line
    return {
        "part": line.product.mpn or line.product.code,
        "partner_number": ordered.partner_number if ordered is not None else "",
        "order": ordered.order.number if ordered is not None else "",
        "delivery": move.transfer.reference or move.transfer.number,
        "day": move.date,
        "quantity": line.quantity,
        "billed_price": line.billed_price,
        "price": line.price,
        "origin": retold(line.run_line.origin),
        "amount": line.amount,
    }


def context(claim: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": claim.company,
        "recipient": claim.partner.postal_address,
        "title": _("Price difference"),
        "number": claim.number,
        "facts": [
            (_("Date"), format_date(claim.date)),
            (_("Supplier no."), claim.partner.code),
            (_("Currency"), claim.currency_code),
        ],
        "currency": claim.currency_code,
        "lines": lines_of(claim),
        "owed": abs(claim.amount),
        "is_ours": claim.amount < 0,
    }


def words(claim: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {
        "number": claim.number,
        "partner": claim.partner.name,
        "company": claim.company.name,
        "date": format_date(claim.date),
        "amount": format_money(abs(claim.amount), claim.currency_code),
        "is_ours": claim.amount < Decimal(0),
    }


documents.define(
    CLAIM,
    title=_l("Claim on a supplier"),
    template="pricing/claim.html",
    filename=lambda claim: f"{_('Price difference')} {claim.number}.pdf",
    context=context,
    slots=("after_header", "after_lines"),
    delivery=Delivery(
        identity=identity_of,
        locale=lambda claim: claim.partner.language,
        recipients=lambda claim: claim.partner.addresses_for("order"),
        mail=lambda claim: CLAIM,
        words=words,
        permission="purchasing.send",
        ready=lambda claim: claim.state != "withdrawn" and bool(claim.lines),
    ),
)
