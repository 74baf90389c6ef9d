"""The invoice and the credit note as a document."""

from datetime import UTC
from typing import Any

from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money

documents = Documents()

INVOICE = "accounting.invoice"


def identity_of(invoice: Any) -> Identity:
    """What the PDF says of itself; what is posted never changes, so it has one version."""
    return Identity(INVOICE, invoice.number, invoice.partner.code, invoice.posted_at.astimezone(UTC))


def title_of(invoice: Any) -> str:
    """What stands above the lines."""
    return _("Credit note") if invoice.kind == "credit_note" else _("Invoice")


def percent(rate: Any) -> str:
    """A rate as documents show it: `13 %` for 0.13."""
    return f"{(rate * 100).normalize():f}\u00a0%"


def facts(invoice: Any) -> list[tuple[str, str]]:
    """What stands beside the address."""
    found = [
        (_("Date"), format_date(invoice.date)),
        (_("Customer no."), invoice.partner.code),
        (_("Currency"), invoice.currency_code),
    ]
    if invoice.kind == "invoice":
        found.append((_("Due date"), format_date(invoice.due_date)))
    if invoice.reference:
        found.append((_("Your reference"), invoice.reference))
    if invoice.partner.tax_number:
        found.append((_("Your tax no."), invoice.partner.tax_number))
    if invoice.reverses is not None:
        found.append((_("For invoice"), invoice.reverses.number))
    return found


def terms(invoice: Any) -> str:
    """By when it is to be paid, or what becomes of a credit."""
    amount = format_money(invoice.total, invoice.currency_code)
    if invoice.kind == "credit_note":
        return _("We credit %(amount)s to your account.", amount=amount)
    if invoice.due_date == invoice.date:
        return _("Please pay %(amount)s on receipt.", amount=amount)
    days = (invoice.due_date - invoice.date).days
    return _(
        "Please pay %(amount)s by %(day)s, within %(days)s days of the date of the invoice.",
        amount=amount,
        day=format_date(invoice.due_date),
        days=days,
    )


def context(invoice: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": invoice.company,
        "recipient": invoice.partner.postal_address,
        "title": title_of(invoice),
        "number": invoice.number or "",
        "facts": facts(invoice),
        "terms": terms(invoice),
        "currency": invoice.currency_code,
        "percent": percent,
        "discounted": any(line.discount for line in invoice.lines),
    }


def words(invoice: Any) -> dict[str, Any]:
    """What the mail template may name."""
    return {
        "title": title_of(invoice),
        "number": invoice.number,
        "partner": invoice.partner.name,
        "company": invoice.company.name,
        "date": format_date(invoice.date),
        "total": format_money(invoice.total, invoice.currency_code),
        "terms": terms(invoice),
    }


documents.define(
    INVOICE,
    title=_l("Invoice"),
    template="accounting/invoice.html",
    filename=lambda invoice: f"{title_of(invoice)} {invoice.number}.pdf",
    context=context,
    slots=("after_header", "after_lines", "after_totals"),
    delivery=Delivery(
        identity=identity_of,
        locale=lambda invoice: invoice.partner.language,
        recipients=lambda invoice: invoice.partner.addresses_for("invoice"),
        mail=lambda invoice: INVOICE,
        words=words,
        permission="accounting.send",
        ready=lambda invoice: invoice.state == "posted",
    ),
)
