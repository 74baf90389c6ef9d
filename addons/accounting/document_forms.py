"""What the forms of documents do: their acts, what follows from what is typed, what they are worth."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased

from addons.accounting.services import early, entry
from addons.accounting.services import settlement as settled
from addons.accounting.services.dso import outstanding
from addons.accounting.services.invoices import INVOICES
from addons.accounting.services.netting import nettable
from addons.accounting.services.papers import Paper
from core import m
from core.clock import today
from core.i18n import _, _l, format_date, format_money, format_number
from core.screens import (
    Derived,
    Fact,
    Typed,
)
from core.security.actor import actor_of
from core.security.rights import current_actor

Derive = Callable[[Any, Typed, Mapping[str, Sequence[Typed]]], Derived]

KINDS = {"invoice": _l("Invoice"), "credit_note": _l("Credit note")}
STATES = {"draft": _l("Draft"), "posted": _l("Posted")}
DIRECTIONS = {"in": _l("Received"), "out": _l("Paid out")}
#: On which of a partner's accounts an open item stands, or a payment.
SIDES = {"receivable": _l("Receivable"), "payable": _l("Payable")}
#: What becomes of what a payment's documents leave of it.
REMAINDERS = {"oldest": _l("Settles what is due earliest"), "keep": _l("Stays on the account")}
BILL_KINDS = {"bill": _l("Bill"), "credit_note": _l("Credit note")}
DOCUMENTS = {
    **KINDS,
    **BILL_KINDS,
    "payment": _l("Payment"),
    "refund": _l("Refund"),
    "netting": _l("Netting"),
    "write_off": _l("Write-off"),
    "reversal": _l("Reversal"),
}


def is_posted(record: Any) -> bool:
    """Whether the document can no longer be changed."""
    return bool(record.state == "posted")


def is_draft(record: Any) -> bool:
    """Whether the document can still be changed."""
    return not is_posted(record)


def is_reversed(document: Any) -> Any:
    """Whether another document takes it back, as a condition in SQL."""
    other = aliased(document)
    return exists().where(other.reverses_id == document.id)


def post(session: Any, document: Any) -> str:
    """Post one document from its form; a payment settles what it names, and what is due earliest."""
    type(document).post(session, [document])
    return _("%(number)s is posted.", number=document.number)


def has_reversal(document: Any) -> bool:
    """Whether it reverses another document, or was reversed."""
    return document is not None and (document.reverses is not None or document.reversed_by is not None)


def is_untouched(invoice: Any) -> bool:
    """Whether it is an invoice of which nothing is taken back or credited yet."""
    return bool(invoice.kind == "invoice" and invoice.reversed_by is None and not invoice.credited_by)


def has_credits(invoice: Any) -> bool:
    """Whether it credits lines of an invoice, or lines of it are credited."""
    return invoice is not None and (invoice.credits is not None or bool(invoice.credited_by))


def reverse(session: Any, document: Any) -> str:
    """Take one document back from its form, today."""
    (opposite,) = type(document).reverse(session, [document], today())
    return _("%(number)s takes it back.", number=session.get(type(document), opposite).number)


def document_defaults(session: Any) -> dict[str, Any]:
    """A new document is of today, in the company's currency."""
    company = session.get(m.Company, actor_of(session).company_id)
    return {"date": today(), "due_date": today(), "currency_code": company.currency_code}


def derive_paper(paper: Paper) -> Derive:
    """What follows on the form of an invoice or bill: from a partner, the parts of the lines, all amounts."""

    def derive(session: Any, values: Typed, lines: Mapping[str, Sequence[Typed]]) -> Derived:
        rows, partner_id = lines.get("lines", ()), values.get("partner_id")
        chosen = "partner_id" in values.changed
        found = entry.usual_values(session, paper, partner_id, values["date"]) if chosen else {}
        currency = found.get("currency_code") or values.get("currency_code") or ""
        found |= rate_of(session, values, currency)
        made = _made(session, paper, partner_id, currency, rows)
        full = [{**row, **more} for row, more in zip(rows, made, strict=True)]
        nets, totals = entry.amounts_of(session, full, currency)
        answered = [{**more, "net": net} for more, net in zip(made, nets, strict=True)]
        amounts = {"net": totals.net, "tax": totals.tax, "total": totals.total}
        return Derived({**found, **amounts}, {"lines": answered})

    return derive


def _made(
    session: Any, paper: Paper, partner_id: int | None, currency: str, rows: Sequence[Typed]
) -> list[dict[str, Any]]:
    """What the part brings to each line in which it was just chosen."""
    chosen = [row["product_id"] for row in rows if "product_id" in row.changed and row["product_id"]]
    usual = entry.usual_lines(session, paper, partner_id, currency, chosen)
    return [usual.get(row["product_id"], {}) if "product_id" in row.changed else {} for row in rows]


def derive_payment(session: Any, values: Typed, lines: Mapping[str, Sequence[Typed]]) -> Derived:
    """What follows from a partner and the side, and for each line from the item that it names."""
    found, rows = _of_partner(session, values), lines.get("lines", ())
    chosen = ["open_item_id" in row.changed for row in rows]
    made = settled.named_amounts(session, {**values, **found}, rows, chosen)
    off = sum(
        ({**row, **more}.get("discount") or 0 for row, more in zip(rows, made, strict=True)), Decimal(0)
    )
    return Derived({**found, "discount": off}, {"lines": made})


def _of_partner(session: Any, values: Typed) -> dict[str, Any]:
    """A partner brings the currency in which most is open, and all of that; a side brings its direction."""
    side = values.get("side") or "receivable"
    turned = {"direction": "out" if side == "payable" else "in"} if "side" in values.changed else {}
    if not values.changed & {"partner_id", "side"} or not values.get("partner_id"):
        return {**turned, **rate_of(session, values, values.get("currency_code") or "")}
    sign = -1 if side == "payable" else 1
    owed = settled.owed(session, values["partner_id"], today(), side)
    if not owed:
        found = entry.usual_values(session, INVOICES, values["partner_id"], None)
        return {**turned, **found, **_rate(session, values, found.get("currency_code", ""))}
    currency, balance, _overdue = max(owed, key=lambda one: sign * one[1])
    found = {"currency_code": currency, "amount": sign * balance if sign * balance > 0 else None}
    return {**turned, **found, **_rate(session, values, currency)}


def derive_netting(session: Any, values: Typed, _lines: Mapping[str, Sequence[Typed]]) -> Derived:
    """A partner brings the currency in which most can be netted, and all of it."""
    partner_id, company_id = values.get("partner_id"), actor_of(session).company_id
    if "partner_id" not in values.changed or not partner_id:
        return Derived(rate_of(session, values, values.get("currency_code") or ""))
    sums = {
        code: most
        for (owner, _p, code), most in nettable(session, [partner_id]).items()
        if owner == company_id
    }
    if not sums:
        return Derived({"amount": None})
    currency = max(sums, key=lambda code: sums[code])
    found = {"currency_code": currency, "amount": sums[currency] or None}
    return Derived({**found, **_rate(session, values, currency)})


def rate_of(session: Any, values: Typed, currency: str) -> dict[str, Any]:
    """The rate of the day, where its currency or day has just been chosen."""
    if values.changed & {"partner_id", "currency_code", "date"}:
        return _rate(session, values, currency)
    return {}


def _rate(session: Any, values: Typed, currency: str) -> dict[str, Any]:
    return entry.usual_rate(session, actor_of(session).company_id, currency, values.get("date"))


def open_amount(item: Any) -> Any:
    """What is open of an item, in SQL, whichever side it is on."""
    return func.abs(item.amount - item.allocated)


def still_open(session: Any, payment: Any) -> dict[str, Any]:
    """What the payment will settle when it is posted: what is due earliest first."""
    return {"rows": settled.next_items(session, payment), "names": DOCUMENTS}


def settlement(session: Any, document: Any) -> dict[str, Any]:
    """What settled an invoice or bill, or what a payment settles; for whoever may open those."""
    may = current_actor().may("accounting.read")
    return {"rows": settled.settlements(session, document.entry_id) if may else [], "names": DOCUMENTS}


def facts_of_document(session: Any, document: Any) -> list[Fact]:
    """What of a posted document is settled, what is open, and since when it should not be."""
    items = settled.items_of(session, document.entry_id)
    total, done = abs(sum(i.amount for i in items)), abs(sum(i.allocated for i in items))
    left, currency = total - done, document.currency_code
    facts = [
        Fact(_l("Total"), total, currency),
        Fact(_l("Paid") if hasattr(document, "kind") else _l("Settled"), done, currency),
        Fact(_l("Open"), left, currency, tone="" if left else "good"),
    ]
    due = getattr(document, "due_date", None)
    if due is not None:
        late = bool(left) and due < today() and document.kind != "credit_note"
        facts.append(Fact(_l("Due"), text=format_date(due), tone="bad" if late else ""))
    return facts + _unused(items) + _early(items, currency)


def _unused(items: Sequence[Any]) -> list[Fact]:
    """Where somebody who may says which documents a credit or a payment is for."""
    may = current_actor().may("accounting.post")
    unused = [item for item in items if may and settled.is_unused(item)]
    label, words = _l("Belongs to nothing yet"), _("Settle by hand…")
    return [Fact(label, text=words, link=f"/accounting/settle/{item.id}") for item in unused]


def _early(items: Sequence[Any], currency: str) -> list[Fact]:
    """What a payment of today need not pay, as long as something is open."""
    facts = []
    for item in items:
        off = early.of_item(item, today())
        if off:
            facts.append(Fact(_l("Less, if paid today"), off, currency))
            facts.append(Fact(_l("Discount until"), text=format_date(item.discount_until)))
    return facts


OPEN_OF = "/m/accounting.open_item.list?f.open=yes&f.side={}&f.partner_id={}"
#: (label, list, the permission that it needs) of a partner's documents.
LISTS = (
    (_l("Invoices"), "invoice", "accounting.read"),
    (_l("Bills"), "bill", "accounting.read_bills"),
    (_l("Payments"), "payment", "accounting.read"),
)


def facts_of_partner(session: Any, partner: Any) -> list[Fact]:
    """What a partner owes and is owed in each currency, and the documents behind it."""
    may = current_actor().may
    facts = _owed_to_us(session, partner) if may("accounting.read") else []
    facts += _owed_by_us(session, partner) if may("accounting.read_bills") else []
    for label, name, permission in LISTS:
        if may(permission) and (name != "bill" or partner.is_supplier):
            listed = f"/m/accounting.{name}.list?f.partner_id={partner.id}"
            facts.append(Fact(label, text=_("Show"), link=listed))
    return facts


def _owed_to_us(session: Any, partner: Any) -> list[Fact]:
    link = OPEN_OF.format("receivable", partner.id)
    late = f"{link}&f.due_date.to={today() - timedelta(days=1)}"
    facts = []
    for currency, balance, overdue in settled.owed(session, partner.id, today()):
        facts.append(Fact(_l("Balance"), balance, currency, link=link))
        if overdue > 0:
            facts.append(Fact(_l("Overdue"), overdue, currency, link=late, tone="bad"))
    return facts + (_in_days(session, partner) if facts else [])


def _in_days(session: Any, partner: Any) -> list[Fact]:
    """How long the customer takes to pay, and how much of what it owes is overdue."""
    found = outstanding(session, today(), partner.id)
    facts = []
    if found.counted_back is not None and found.open > 0:
        days = _("%(days)s days", days=format_number(round(found.counted_back)))
        facts.append(Fact(_l("Days of sales outstanding"), text=days))
    if found.overdue_percent:
        share = f"{format_number(round(found.overdue_percent))} %"
        facts.append(Fact(_l("Share overdue"), text=share, tone="bad"))
    return facts


def _owed_by_us(session: Any, partner: Any) -> list[Fact]:
    """Whoever may not see open items, as in purchasing, is led to the bills."""
    link = OPEN_OF if current_actor().may("accounting.read") else "/m/accounting.bill.list?f.partner_id={1}"
    rows = settled.owed(session, partner.id, today(), "payable")
    return [Fact(_l("We owe"), -b, c, link=link.format("payable", partner.id)) for c, b, _overdue in rows]


def ask_to_post_bill(bill: Any) -> str:
    """What posting asks: over how much, of whom."""
    return _(
        "Post %(kind)s over %(total)s of %(partner)s? It can then only be reversed.",
        kind=str(BILL_KINDS[bill.kind]).lower(),
        total=format_money(bill.total, bill.currency_code),
        partner=bill.partner.name,
    )


def ask_to_post(invoice: Any) -> str:
    """What posting asks: over how much, to whom."""
    return _(
        "Post %(kind)s over %(total)s to %(partner)s? It can then only be reversed.",
        kind=str(KINDS[invoice.kind]).lower(),
        total=format_money(invoice.total, invoice.currency_code),
        partner=invoice.partner.name,
    )


def ask_to_post_payment(payment: Any) -> str:
    """What posting asks: how much, of whom."""
    return _(
        "Post the payment of %(total)s of %(partner)s? It can then only be reversed.",
        total=format_money(payment.amount, payment.currency_code),
        partner=payment.partner.name,
    )


def payment_defaults(session: Any) -> dict[str, Any]:
    """A new payment is of today, in the company's currency."""
    return {name: value for name, value in document_defaults(session).items() if name != "due_date"}
