"""Payments from files: rows with one payment number make one payment, and each may name what it is for.

Example: two rows of payment B-17, 80.00 for INV/2026/00001 and 30.00 for INV/2026/00002, make a payment
of 110.00 that settles these two. A document is found by our number, or by the one that it was imported
under. What is more than is open, and a row that names nothing, goes by the option: what is due earliest,
or on the account.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql

from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.accounting.services.rates import no_rate, rates_on
from addons.accounting.services.window import why_outside
from addons.partners.services import ids_by_code
from core import m
from core.exchange.convert import code_of, currency, date, decimal, identifier, rate, text
from core.exchange.targets import Document, Row, Target, TargetField, TargetOption, headings
from core.i18n import _, _l
from core.security.actor import actor_of

_OPEN = sql("""
    SELECT o.id, o.number, i.external_id, o.partner_id, o.currency_code, o.amount - o.allocated AS residual
      FROM accounting_open_item o
      LEFT JOIN accounting_invoice i ON i.company_id = o.company_id AND i.number = o.number
     WHERE o.company_id = :company AND o.side = 'receivable' AND (o.number = ANY(:numbers) OR o.id IN (
           SELECT x.id FROM accounting_open_item x JOIN accounting_invoice y
               ON y.company_id = x.company_id AND y.number = x.number
            WHERE y.company_id = :company AND y.external_id = ANY(:numbers)))
""")


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Book and post the payments that are new; see the module."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    books = books_of(session, company_id)
    values = [row.values for document in documents for row in document.rows]
    partners = ids_by_code(session, company_id, {v["customer"] for v in values})
    items = _items(session, company_id, {v["document"] for v in values if v["document"]})
    known = _known(session, company_id, [document.key for document in documents])
    new = []
    for document in documents:
        draft = _draft(session, document, books, partners, items, options)
        if draft is not None and not _settled_before(document, draft, known):
            new.append((document, draft))
    ids = m.AccountingPayment.create(session, [draft for _document, draft in new])
    m.AccountingPayment.post(session, ids)
    for (document, _new), payment_id in zip(new, ids, strict=True):
        document.booked(payment_id)


def _items(session: Any, company_id: int, numbers: set[str]) -> dict[str, Any]:
    """The open items that rows name, by our number and by the one that they were imported under."""
    found: dict[str, Any] = {}
    if numbers:
        for row in session.execute(_OPEN, {"company": company_id, "numbers": sorted(numbers)}):
            item = _Open(row)
            found[row.number] = item
            if row.external_id:
                found.setdefault(row.external_id, item)
    return found


class _Open:
    """An open item, and what payments before this one in the file have left of it."""

    def __init__(self, row: Any) -> None:
        self.id, self.number = row.id, row.number
        self.partner_id, self.currency = row.partner_id, row.currency_code
        self.left: Decimal = row.residual


def _draft(
    session: Any,
    document: Document,
    books: Books,
    partners: Mapping[str, int],
    items: Mapping[str, Any],
    options: Mapping[str, Any],
) -> PaymentDraft | None:
    first = document.rows[0].values
    currency = first["currency"] or books.currency
    reason, field = _why_not(document, books, partners)
    if reason:
        document.refuse(reason, field)
        return None
    rate = _rate(session, document, books, currency)
    lines = _lines(document, partners[first["customer"]], currency, items)
    if rate is None or lines is None:
        return None
    total = sum((row.values["amount"] for row in document.rows), Decimal(0))
    return PaymentDraft(
        company_id=books.company_id,
        partner_id=partners[first["customer"]],
        date=first["date"],
        amount=abs(total),
        direction="in" if total > 0 else "out",
        currency_code=currency,
        exchange_rate=rate,
        reference=first["reference"] or document.key,
        external_id=document.key,
        lines=lines,
        remainder=options.get("remainder") or "oldest",
    )


def _why_not(document: Document, books: Books, partners: Mapping[str, int]) -> tuple[str, str]:
    """Why the payment can't be booked, and the field that is to blame; empty where it can."""
    first = document.rows[0].values
    for name, label in (("customer", _("customers")), ("currency", _("currencies")), ("date", _("dates"))):
        if any(row.values[name] != first[name] for row in document.rows):
            return _("One payment has two %(what)s: give each its own number.", what=label), name
    if first["customer"] not in partners:
        unknown = _(
            "There is no customer %(code)s: import or add the customer first.", code=first["customer"]
        )
        return unknown, "customer"
    if sum((row.values["amount"] for row in document.rows), Decimal(0)) == 0:
        return _("The amounts of this payment sum to nothing."), "amount"
    return why_outside(books, first["date"]), "date"


def _rate(session: Any, document: Document, books: Books, currency: str) -> Decimal | None:
    values = document.rows[0].values
    given: Decimal | None = values["exchange_rate"]
    if currency == books.currency:
        if given in (None, 1):
            return Decimal(1)
        document.refuse(
            _("%(currency)s is the currency of the books: its rate is 1.", currency=currency), "exchange_rate"
        )
        return None
    rate = given or rates_on(session, books, [(currency, values["date"])]).get((currency, values["date"]))
    if rate is None:
        document.refuse(no_rate(currency, values["date"]), "currency")
    return rate


def _lines(
    document: Document, partner_id: int, currency: str, items: Mapping[str, Any]
) -> list[PaymentLine] | None:
    """What the rows name, each with so much as is open of it; None where one is wrong."""
    lines: dict[int, PaymentLine] = {}
    for row in document.rows:
        named = row.values["document"]
        item = items.get(named) if named else None
        reason = _why_not_for(row, item, partner_id, currency) if named else ""
        if reason:
            row.report(reason, "document")
            document.refuse(_("Row %(row)s of this document is wrong.", row=row.number))
            return None
        if item is not None:
            taken = min(abs(row.values["amount"]), abs(item.left))
            item.left -= taken if item.left > 0 else -taken
            if taken:
                lines.setdefault(item.id, PaymentLine(item.id, Decimal(0))).amount += taken
    return list(lines.values())


def _why_not_for(row: Row, item: Any, partner_id: int, currency: str) -> str:
    if item is None:
        return _("There is no posted document %(number)s.", number=row.values["document"])
    if item.partner_id != partner_id:
        return _("%(number)s is another customer's.", number=item.number)
    if item.currency != currency:
        return _("%(number)s is in %(currency)s.", number=item.number, currency=item.currency)
    if (item.left < 0) == (row.values["amount"] > 0) and item.left:
        return _("%(number)s is on the same side as this payment.", number=item.number)
    return ""


def _known(session: Any, company_id: int, keys: Sequence[str]) -> dict[str, Any]:
    query = sql("""
        SELECT external_id, id, number, partner_id, date, direction, amount, currency_code
          FROM accounting_payment WHERE company_id = :company AND external_id = ANY(:keys)
    """)
    return {
        row.external_id: row for row in session.execute(query, {"company": company_id, "keys": list(keys)})
    }


def _settled_before(document: Document, draft: PaymentDraft, known: Mapping[str, Any]) -> bool:
    """Whether the payment is there already; says so, or refuses it where it differs."""
    before = known.get(document.key)
    if before is None:
        return False
    compared = {
        _("customer"): before.partner_id == draft.partner_id,
        _("date"): before.date == draft.date,
        _("amount"): (before.direction, before.amount) == (draft.direction, draft.amount),
        _("currency"): before.currency_code == draft.currency_code,
    }
    changed = [name for name, same in compared.items() if not same]
    if not changed:
        document.unchanged(before.id)
        return True
    document.refuse(
        _(
            "Payment %(key)s was imported as %(number)s; this file has another %(changed)s: reverse "
            "%(number)s, or give this one another number.",
            key=document.key,
            number=before.number,
            changed=", ".join(changed),
        )
    )
    return True


TARGET = Target(
    name="accounting.payment",
    title=_l("Payments"),
    permission="accounting.import",
    group_by="payment",
    book=book,
    fields=(
        TargetField(
            "payment",
            _l("Payment no."),
            identifier(),
            required=True,
            aliases=("Payment", "PaymentNo", "Receipt no.", "Bank reference", "付款单号", "收款单号"),
        ),
        TargetField("date", _l("Date"), date(), required=True, aliases=("Payment date", "日期", "收款日期")),
        TargetField(
            "customer",
            _l("Customer code"),
            code_of("partner"),
            required=True,
            aliases=headings(
                "CustomerID, Customer, 客户编号, Customer No., Kundennummer, Code client, 客户编码"
            ),
        ),
        TargetField(
            "amount",
            _l("Amount"),
            decimal(2),
            required=True,
            aliases=("Paid", "Received", "金额", "收款金额"),
            help=_l("Negative for money paid back."),
        ),
        TargetField(
            "currency",
            _l("Currency"),
            currency(),
            aliases=headings("币种, Currency Code, Währung, Devise, Moneda, 币别, 货币"),
        ),
        TargetField(
            "exchange_rate",
            _l("Exchange rate"),
            rate(),
            aliases=headings("汇率, Wechselkurs, Taux de change, Tipo de cambio"),
        ),
        TargetField(
            "document",
            _l("For document"),
            identifier(),
            aliases=("Invoice", "InvoiceNo", "Document", "发票号", "单据编号"),
            help=_l("The number of the invoice that this row pays."),
        ),
        TargetField("reference", _l("Reference"), text(200), aliases=("Text", "备注", "摘要")),
    ),
    options=(
        TargetOption(
            "remainder",
            _l("What names no document"),
            default="oldest",
            choices={"oldest": _l("settles what is due earliest"), "keep": _l("stays on the account")},
        ),
    ),
)
