"""Request, order and change order as documents, in the supplier's language."""

from datetime import UTC, datetime
from typing import Any

from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money

documents = Documents()

ORDER = "purchasing.order"


def is_changed(order: Any) -> bool:
    """Whether it was changed after it was confirmed: the supplier gets it as a change order."""
    return order.state not in ("request", "cancelled") and bool(order.changes)


def title_of(order: Any) -> str:
    """What stands above the lines."""
    if order.state == "request":
        return _("Request for quotation")
    return _("Change order") if is_changed(order) else _("Purchase order")


def identity_of(order: Any) -> Identity:
    """What the PDF says of itself; an order that was changed since has another version."""
    since = order.confirmed_at or datetime(order.date.year, order.date.month, order.date.day, tzinfo=UTC)
    return Identity(ORDER, order.number, order.partner.code, since.astimezone(UTC), order.revision)


def facts(order: Any) -> list[tuple[str, str]]:
    """What stands beside the address."""
    found = [
        (_("Date"), format_date(order.date)),
        (_("Supplier no."), order.partner.code),
        (_("Currency"), order.currency_code),
    ]
    if order.reference:
        found.append((_("Your offer"), order.reference))
    inquiry = order.inquiry
    if order.state == "request" and inquiry is not None:
        found.append((_("Inquiry"), inquiry.number))
        if inquiry.answers_until:
            found.append((_("Answer until"), format_date(inquiry.answers_until)))
    if order.buyer is not None:
        found.append((_("Your contact"), order.buyer.name))
    return found


def context(order: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": order.company,
        "recipient": order.partner.postal_address,
        "title": title_of(order),
        "number": order.number or "",
        "facts": facts(order),
        "currency": order.currency_code,
        "amounts_with_tax": any(line.tax_within for line in order.lines),
        "with_prices": order.state != "request" or any(line.unit_price for line in order.lines),
        "changes": order.changes if is_changed(order) else [],
        "changed": {
            "quantity": _("Quantity"),
            "unit_price": _("Unit price"),
            "discount": _("Discount %"),
            "promised": _("Promised"),
            "added": _("Added"),
            "cancelled": _("Cancelled"),
        },
    }


def words(order: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {
        "title": title_of(order),
        "number": order.number,
        "partner": order.partner.name,
        "company": order.company.name,
        "date": format_date(order.date),
        "total": format_money(order.total, order.currency_code),
        "reference": order.reference,
        "is_request": order.state == "request",
    }


documents.define(
    ORDER,
    title=_l("Purchase order"),
    template="purchasing/order.html",
    filename=lambda order: f"{title_of(order)} {order.number}.pdf",
    context=context,
    slots=("after_header", "after_lines", "after_totals"),
    delivery=Delivery(
        identity=identity_of,
        locale=lambda order: order.partner.language,
        recipients=lambda order: order.partner.addresses_for("order"),
        mail=lambda order: ORDER,
        words=words,
        permission="purchasing.send",
        ready=lambda order: order.state != "cancelled" and bool(order.lines),
    ),
)
