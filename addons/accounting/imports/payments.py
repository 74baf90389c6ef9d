"""Payments from files: rows with one payment number make one payment, and each may name what it is for.

Example: two rows of payment B-17, 80.00 for INV/2026/00001 and 30.00 for INV/2026/00002, make a payment
of 110.00 that settles these two. A document is found by our number, or by the one that it was imported
under, a bill also by its supplier's. What is more than is open, and a row that names nothing, goes by the
option: what is due earliest, or on the account.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import text as sql

from addons.accounting.services import early
from addons.accounting.services.bills import BILLS
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.accounting.services.invoices import INVOICES
from addons.accounting.services.papers import Paper
from addons.accounting.services.rates import no_rate, rates_on
from addons.accounting.services.window import why_outside
from addons.partners.services import ids_by_code
from core import m
from core.exchange.convert import code_of, currency, date, decimal, identifier, rate, text
from core.exchange.targets import Document, Row, Target, TargetField, TargetOption, headings
from core.i18n import _, _l
from core.security.actor import actor_of

_OPEN = """
    SELECT o.id, o.number, i.external_id, i.reference, o.partner_id, o.currency_code, o.side,
           o.amount - o.allocated AS residual, abs(o.discount) AS discount, o.discount_until
      FROM accounting_open_item o
      LEFT JOIN {table} i ON i.company_id = o.company_id AND i.number = o.number
     WHERE o.company_id = :company AND o.side = :side AND (o.number = ANY(:numbers) OR o.id IN (
           SELECT x.id FROM accounting_open_item x JOIN {table} y
               ON y.company_id = x.company_id AND y.number = x.number
            WHERE y.company_id = :company AND x.side = :side
              AND (y.external_id = ANY(:numbers) OR :by_reference AND y.reference = ANY(:numbers))))
"""


@dataclass(frozen=True)
class Way:
    """Whose payments the rows are: of customers, or to suppliers."""

    paper: Paper
    #: The field with the partner's code.
    partner: str
    #: Where money goes whose amount is positive, and where it comes back.
    directions: tuple[str, str]
    unknown: Callable[[str], str]


def book(way: Way, session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Book and post the payments that are new; see the module."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    books = books_of(session, company_id)
    values = [row.values for document in documents for row in document.rows]
    partners = ids_by_code(session, company_id, {v[way.partner] for v in values})
    items = _items(session, way, company_id, {v["document"] for v in values if v["document"]})
    known = _known(session, company_id, [document.key for document in documents])
    new = []
    for document in documents:
        draft = _draft(session, way, document, books, partners, items, options)
        if draft is not None and not _settled_before(document, draft, known):
            new.append((document, draft))
    ids = m.AccountingPayment.create(session, [draft for _document, draft in new])
    m.AccountingPayment.post(session, ids)
    for (document, _new), payment_id in zip(new, ids, strict=True):
        document.booked(payment_id)


def _items(session: Any, way: Way, company_id: int, numbers: set[str]) -> dict[str, list[Any]]:
    """The open items that rows name, by each of the numbers that they may be called by."""
    found: dict[str, list[Any]] = {}
    by_reference = way.paper.side == "payable"
    values = {"company": company_id, "side": way.paper.side, "by_reference": by_reference}
    query = way.paper.sql(_OPEN)
    for row in session.execute(query, {**values, "numbers": sorted(numbers)}) if numbers else ():
        item = _Open(row)
        for name in {row.number, row.external_id, row.reference if by_reference else None} - {None}:
            found.setdefault(name, []).append(item)
    return found


class _Open:
    """An open item, and what payments before this one in the file have left of it."""

    def __init__(self, row: Any) -> None:
        self.id, self.number = row.id, row.number
        self.partner_id, self.currency = row.partner_id, row.currency_code
        self.left: Decimal = row.residual
        self.discount, self.until = row.discount, row.discount_until
        self.receivable: bool = row.side == "receivable"


def _draft(
    session: Any,
    way: Way,
    document: Document,
    books: Books,
    partners: Mapping[str, int],
    items: Mapping[str, list[Any]],
    options: Mapping[str, Any],
) -> PaymentDraft | None:
    first = document.rows[0].values
    currency = first["currency"] or books.currency
    reason, field = _why_not(way, document, books, partners)
    if reason:
        document.refuse(reason, field)
        return None
    rate = _rate(session, document, books, currency)
    lines = _lines(document, partners[first[way.partner]], currency, items)
    if rate is None or lines is None:
        return None
    total = sum((row.values["amount"] for row in document.rows), Decimal(0))
    return PaymentDraft(
        company_id=books.company_id,
        partner_id=partners[first[way.partner]],
        date=first["date"],
        amount=abs(total),
        direction=way.directions[total < 0],
        side=way.paper.side,
        currency_code=currency,
        exchange_rate=rate,
        reference=first["reference"] or document.key,
        external_id=document.key,
        lines=lines,
        remainder=options.get("remainder") or "oldest",
    )


def _why_not(way: Way, document: Document, books: Books, partners: Mapping[str, int]) -> tuple[str, str]:
    """Why the payment can't be booked, and the field that is to blame; empty where it can."""
    first = document.rows[0].values
    for name, label in ((way.partner, _("partners")), ("currency", _("currencies")), ("date", _("dates"))):
        if any(row.values[name] != first[name] for row in document.rows):
            return _("One payment has two %(what)s: give each its own number.", what=label), name
    if first[way.partner] not in partners:
        return way.unknown(first[way.partner]), way.partner
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
    document: Document, partner_id: int, currency: str, items: Mapping[str, list[Any]]
) -> list[PaymentLine] | None:
    """What the rows name, each with so much as is open of it; None where one is wrong."""
    lines: dict[int, PaymentLine] = {}
    for row in document.rows:
        named = row.values["document"]
        called = items.get(named, []) if named else []
        # Two suppliers may have given the same number.
        item = next((one for one in called if one.partner_id == partner_id), next(iter(called), None))
        reason = _why_not_for(row, item, partner_id, currency) if named else ""
        if reason:
            row.report(reason, "document")
            document.refuse(_("Row %(row)s of this document is wrong.", row=row.number))
            return None
        if item is not None:
            off = early.earned(abs(item.left), item.discount, item.until, row.values["date"])
            taken, off = early.split(abs(row.values["amount"]), abs(item.left), off)
            item.left -= taken + off if item.left > 0 else -(taken + off)
            if taken:
                line = lines.setdefault(item.id, PaymentLine(item.id, Decimal(0)))
                line.amount, line.discount = line.amount + taken, line.discount + off
    return list(lines.values())


def _why_not_for(row: Row, item: Any, partner_id: int, currency: str) -> str:
    if item is None:
        return _("There is no posted document %(number)s.", number=row.values["document"])
    if item.partner_id != partner_id:
        return _("%(number)s is another partner's.", number=item.number)
    if item.currency != currency:
        return _("%(number)s is in %(currency)s.", number=item.number, currency=item.currency)
    if item.left and (item.left < 0) == ((row.values["amount"] > 0) == item.receivable):
        return _("%(number)s is on the same side as this payment.", number=item.number)
    return ""


def _known(session: Any, company_id: int, keys: Sequence[str]) -> dict[str, Any]:
    query = sql("""
        SELECT external_id, id, number, partner_id, date, side, direction, amount, currency_code
          FROM accounting_payment WHERE company_id = :company AND external_id = ANY(:keys)
    """)
    return {
        row.external_id: row for row in session.execute(query, {"company": company_id, "keys": list(keys)})
    }


def _way_of(payment: Any) -> tuple[Any, ...]:
    return (payment.side, payment.direction, payment.amount)


def _settled_before(document: Document, draft: PaymentDraft, known: Mapping[str, Any]) -> bool:
    """Whether the payment is there already; says so, or refuses it where it differs."""
    before = known.get(document.key)
    if before is None:
        return False
    compared = {
        _("partner"): before.partner_id == draft.partner_id,
        _("date"): before.date == draft.date,
        _("amount"): _way_of(before) == _way_of(draft),
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


_CUSTOMER = TargetField(
    "customer",
    _l("Customer code"),
    code_of("partner"),
    required=True,
    aliases=headings("CustomerID, Customer, 客户编号, Customer No., Kundennummer, Code client, 客户编码"),
)
_SUPPLIER = TargetField(
    "supplier",
    _l("Supplier code"),
    code_of("partner"),
    required=True,
    aliases=headings(
        "SupplierID, Supplier, Vendor, Vendor No., Vendor Code, 供应商编号, 供应商编码",
        "Lieferantennummer, Kreditor, Code fournisseur, Código de proveedor",
    ),
)
_REMAINDER = TargetOption(
    "remainder",
    _l("What names no document"),
    default="oldest",
    choices={"oldest": _l("settles what is due earliest"), "keep": _l("stays on the account")},
)


def _fields(partner: TargetField, back: Any, pays: Any) -> tuple[TargetField, ...]:
    return (
        TargetField(
            "payment",
            _l("Payment no."),
            identifier(),
            required=True,
            aliases=("Payment", "PaymentNo", "Receipt no.", "Bank reference", "付款单号", "收款单号"),
        ),
        TargetField(
            "date",
            _l("Date"),
            date(),
            required=True,
            aliases=("Payment date", "日期", "收款日期", "付款日期"),
        ),
        partner,
        TargetField(
            "amount",
            _l("Amount"),
            decimal(2),
            required=True,
            aliases=("Paid", "Received", "金额", "收款金额", "付款金额"),
            help=back,
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
            aliases=("Invoice", "InvoiceNo", "Bill", "Document", "发票号", "单据编号"),
            help=pays,
        ),
        TargetField("reference", _l("Reference"), text(200), aliases=("Text", "备注", "摘要")),
    )


FROM_CUSTOMERS = Way(
    INVOICES,
    "customer",
    ("in", "out"),
    lambda code: _("There is no customer %(code)s: import or add the customer first.", code=code),
)
TO_SUPPLIERS = Way(
    BILLS,
    "supplier",
    ("out", "in"),
    lambda code: _("There is no supplier %(code)s: import or add the supplier first.", code=code),
)
TARGETS = (
    Target(
        name="accounting.payment",
        title=_l("Payments"),
        permission="accounting.import",
        group_by="payment",
        book=partial(book, FROM_CUSTOMERS),
        fields=_fields(
            _CUSTOMER,
            _l("Negative for money paid back."),
            _l("The number of the invoice that this row pays."),
        ),
        options=(_REMAINDER,),
    ),
    Target(
        name="accounting.supplier_payment",
        title=_l("Payments to suppliers"),
        permission="accounting.import",
        group_by="payment",
        book=partial(book, TO_SUPPLIERS),
        fields=_fields(
            _SUPPLIER,
            _l("Negative for money that the supplier paid back."),
            _l("The number of the bill that this row pays, ours or the supplier's."),
        ),
        options=(_REMAINDER,),
    ),
)
