"""The invoice and the credit note as a document."""

import re
from datetime import UTC
from typing import Any

from addons.accounting.services.paying import Paying, paying_of
from core.db import round_to, smallest_unit
from core.documents import Delivery, Documents, Identity
from core.i18n import _, _l, format_date, format_money, format_number

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


def tax_title(tax: Any) -> str:
    """A tax with its rate, which is not said again where its name says it: 3 % is not said by “13 %”."""
    rate = percent(tax.rate)
    said = re.search(rf"(?<![\d.,]){re.escape(rate[:-2])}\s?%", tax.name)
    return str(tax.name) if said else f"{tax.name} {rate}"


def tax_rate(line: Any) -> str:
    """The rates of a line's taxes, and that they are in its price."""
    if line.tax is None:
        return ""
    rates = " + ".join(percent(rate) for rate in line.tax.rates)
    return _("incl. %(rates)s", rates=rates) if line.tax_within else rates


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
    taken = invoice.reverses or invoice.credits
    if taken is not None:
        found.append((_("For invoice"), taken.number))
    return found


def terms(invoice: Any) -> str:
    """By when it is to be paid, or what becomes of a credit."""
    amount = format_money(invoice.total, invoice.currency_code)
    if invoice.kind == "credit_note":
        return _("We credit %(amount)s to your account.", amount=amount)
    if invoice.due_date == invoice.date:
        words = _("Please pay %(amount)s on receipt.", amount=amount)
    else:
        words = _by_due_date(invoice, amount)
    return f"{words} {early_terms(invoice)}".strip()


def early_terms(invoice: Any) -> str:
    """What is to be paid up to which day, where that is less."""
    if invoice.discount_until is None or not invoice.early_discount:
        return ""
    unit = smallest_unit(invoice.currency_code)
    off = round_to(invoice.total * invoice.early_discount / 100, unit)
    return _(
        "Pay by %(day)s and take %(percent)s %% off: %(rest)s.",
        day=format_date(invoice.discount_until),
        percent=format_number(invoice.early_discount),
        rest=format_money(invoice.total - off, invoice.currency_code),
    )


def _by_due_date(invoice: Any, amount: str) -> str:
    days = (invoice.due_date - invoice.date).days
    return _(
        "Please pay %(amount)s by %(day)s, within %(days)s days of the date of the invoice.",
        amount=amount,
        day=format_date(invoice.due_date),
        days=days,
    )


def paying(invoice: Any) -> Paying | None:
    """The code by which an invoice is paid; of a credit, and of a draft, none."""
    if invoice.kind != "invoice" or not invoice.number:
        return None
    return paying_of(invoice.company, invoice.partner, invoice.total, invoice.currency_code, invoice.number)


def context(invoice: Any) -> dict[str, Any]:
    """What the template names."""
    return {
        "company": invoice.company,
        "recipient": invoice.partner.postal_address,
        "title": title_of(invoice),
        "number": invoice.number or "",
        "facts": facts(invoice),
        "terms": terms(invoice),
        "paying": paying(invoice),
        "currency": invoice.currency_code,
        "tax_title": tax_title,
        "tax_rate": tax_rate,
        "amounts_with_tax": any(line.tax_within for line in invoice.lines),
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
