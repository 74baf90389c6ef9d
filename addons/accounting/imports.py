"""Invoices and credit notes from files: a row a line, rows with one document number make one document.

What other systems export as a cancellation, lines with negative quantities, becomes a credit note with
positive ones: the sign of the document's total decides. Customers and parts that are not known yet are
made. A document that was imported before is found by its number: with the same lines it is left as it is,
with others it is refused, since what is posted does not change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Text, cast, func, select

from addons.accounting.amounts import line_net
from addons.accounting.services import batch
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.invoices import Line
from addons.partners.services import ensure_partners
from addons.products.services import ensure_products
from core import m
from core.db import smallest_unit
from core.exchange.convert import code_of, currency, date, decimal, identifier, integer, rate, text
from core.exchange.targets import Document, Row, Target, TargetField, TargetOption, Targets, headings
from core.i18n import _, _l
from core.security.actor import actor_of

targets = Targets()


def book(session: Any, documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Book and post the documents that are new; see the module."""
    company_id = actor_of(session).company_id
    if company_id is None:
        raise ValueError("an import belongs to a company")
    books = books_of(session, company_id)
    if options.get("repeated") != "book":
        for document in documents:
            _report_repeated(document)
    parties = _Parties.of(session, company_id, documents)
    known = _known(session, company_id, [d.key for d in documents])
    drafts = []
    for document in documents:
        draft = _draft(document, parties, books, options)
        if draft is not None and not _settled_before(document, draft, known):
            drafts.append((document, draft))
    batch.book(session, books, [draft for _document, draft in drafts])
    for document, draft in drafts:
        document.booked(draft.id)


def _report_repeated(document: Document) -> None:
    """A row that says in every cell what another one of its document says is taken for a slip."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in document.rows:
        first = seen.setdefault(tuple(row.values.values()), row.number)
        if first != row.number:
            row.report(_("This row repeats row %(row)s of the same document.", row=first))


@dataclass(frozen=True)
class _Parties:
    """The customers and parts of a chunk, by their codes."""

    partners: Mapping[str, int]
    products: Mapping[str, int]

    @classmethod
    def of(cls, session: Any, company_id: int, documents: Sequence[Document]) -> "_Parties":
        partners: dict[str, dict[str, Any]] = {}
        products: dict[str, dict[str, Any]] = {}
        for row in (row for document in documents for row in document.rows):
            values = row.values
            partners.setdefault(values["customer"], _new_partner(values))
            if values["product"]:
                products.setdefault(values["product"], _new_product(values))
        return cls(
            ensure_partners(session, company_id, partners), ensure_products(session, company_id, products)
        )


def _new_partner(values: Mapping[str, Any]) -> dict[str, Any]:
    name = values["customer_name"] or _("Customer %(code)s", code=values["customer"])
    return {"name": name, "country": values["country"] or ""}


def _new_product(values: Mapping[str, Any]) -> dict[str, Any]:
    """A code without a digit is no part: postage, bank charges, a discount."""
    kind = "goods" if any(c.isdigit() for c in values["product"]) else "service"
    return {"description": values["description"] or "", "kind": kind}


def _draft(
    document: Document, parties: _Parties, books: Books, options: Mapping[str, Any]
) -> batch.Document | None:
    rows = [row for row in document.rows if not row.reason]
    first = rows[0].values
    if any(row.values["customer"] != first["customer"] for row in rows):
        document.refuse(_("One document names two customers: give each its own number."), "customer")
        return None
    on = min(row.values["date"] for row in rows)
    due = first["due_date"] or on + timedelta(days=options.get("payment_days") or 0)
    if due < on:
        document.refuse(_("The due date lies before the date of the document."), "due_date")
        return None
    currency = first["currency"] or books.currency
    unit = smallest_unit(currency)
    nets = (line_net(row.values["quantity"], row.values["unit_price"], unit) for row in rows)
    total = sum(nets, Decimal(0))
    sign = -1 if total < 0 else 1
    return batch.Document(
        kind="invoice" if sign > 0 else "credit_note",
        partner_id=parties.partners[first["customer"]],
        date=on,
        due_date=due,
        currency_code=currency,
        exchange_rate=first["exchange_rate"] or Decimal(1),
        reference=document.key,
        external_id=document.key,
        lines=[_line(row, sign, parties) for row in rows],
    )


def _line(row: Row, sign: int, parties: _Parties) -> Line:
    values = row.values
    return Line(
        description=values["description"] or "",
        quantity=sign * values["quantity"],
        unit_price=values["unit_price"],
        product_id=parties.products[values["product"]] if values["product"] else None,
    )


def _known(session: Any, company_id: int, keys: Sequence[str]) -> dict[str, Any]:
    """The documents that an earlier import brought, with what tells whether they are the same."""
    invoice, line = m.AccountingInvoice, m.AccountingInvoiceLine
    query = (
        select(
            invoice.external_id,
            invoice.id,
            invoice.number,
            invoice.partner_id,
            invoice.date,
            invoice.kind,
            func.array_agg(_fingerprint_of(line)).label("lines"),
        )
        .join(line, line.invoice_id == invoice.id)
        .where(invoice.company_id == company_id, invoice.external_id == func.any(list(keys)))
        .group_by(invoice.id)
    )
    return {row[0]: row for row in session.execute(query)}


def _fingerprint_of(line: Any) -> Any:
    """A line as text, made by the database."""
    parts = (cast(line.quantity, Text), cast(line.unit_price, Text), line.description)
    return func.concat_ws("|", *parts)


def _fingerprint(line: Line) -> str:
    """The same text, made of a line that is not in the database."""
    return f"{line.quantity:.4f}|{line.unit_price:.6f}|{line.description}"


def _settled_before(document: Document, draft: batch.Document, known: Mapping[str, Any]) -> bool:
    """Whether the document is there already; says so, or refuses it where it differs."""
    before = known.get(document.key)
    if before is None:
        return False
    same = (before.partner_id, before.date, before.kind) == (draft.partner_id, draft.date, draft.kind)
    if same and sorted(before.lines) == sorted(_fingerprint(line) for line in draft.lines):
        document.unchanged(before.id)
    else:
        document.refuse(
            _(
                "Document %(key)s was imported as %(number)s with other contents: reverse %(number)s, "
                "or give this one another number.",
                key=document.key,
                number=before.number,
            )
        )
    return True


targets.add(
    Target(
        name="accounting.invoice",
        title=_l("Invoices and credit notes"),
        permission="accounting.import",
        group_by="document",
        book=book,
        fields=(
            TargetField(
                "document",
                _l("Document no."),
                identifier(),
                required=True,
                aliases=headings(
                    "InvoiceNo, Invoice, 单据编号, 发票号, Invoice Number, Invoice No.",
                    "Document Number, Rechnungsnummer, Rechnungsnr., Belegnummer",
                    "Numéro de facture, N° de facture, Facture, Número de factura",
                    "N.º de factura, Factura, 发票号码, 单据号",
                ),
            ),
            TargetField(
                "date",
                _l("Date"),
                date(),
                required=True,
                aliases=headings(
                    "InvoiceDate, 日期, 开票日期, Document Date, Rechnungsdatum, Belegdatum",
                    "Datum, Date de facture, Date de la facture, Fecha, Fecha de factura",
                    "单据日期, 发票日期",
                ),
            ),
            TargetField(
                "due_date",
                _l("Due date"),
                date(),
                aliases=headings(
                    "到期日, Fällig am, Fälligkeit, Fälligkeitsdatum, Date d'échéance",
                    "Échéance, Fecha de vencimiento, Vencimiento, 付款到期日",
                ),
            ),
            TargetField(
                "customer",
                _l("Customer code"),
                code_of("partner"),
                required=True,
                aliases=headings(
                    "CustomerID, Customer, 客户编号, Customer No., Customer Number, Client Code",
                    "Kundennummer, Kundennr., Code client, Numéro client, N° client",
                    "Código de cliente, N.º de cliente, 客户编码, 客户代码",
                ),
            ),
            TargetField(
                "customer_name",
                _l("Customer name"),
                text(200),
                aliases=headings(
                    "客户名称, Client Name, Client, Kundenname, Kunde, Nom du client",
                    "Nombre del cliente, Cliente, 客户",
                ),
            ),
            TargetField("country", _l("Country"), text(100), aliases=headings("国家, Land, Pays, País")),
            TargetField(
                "product",
                _l("Part code"),
                code_of("product"),
                aliases=headings(
                    "StockCode, SKU, Part, 料号, Item Code, Item No., Part Number, Part No.",
                    "Product Code, Artikelnummer, Artikelnr., Référence article",
                    "Code article, Código de artículo, 物料编码, 商品编码, 产品编号",
                ),
            ),
            TargetField(
                "description",
                _l("Description"),
                text(500),
                aliases=headings(
                    "品名, 描述, Item Name, Item Description, Item Desc, Bezeichnung",
                    "Beschreibung, Désignation, Descripción, 商品名称, 产品名称, 品名规格",
                ),
            ),
            TargetField(
                "quantity",
                _l("Quantity"),
                decimal(4),
                required=True,
                aliases=headings("Qty, 数量, Menge, Anzahl, Quantité, Qté, Cantidad"),
            ),
            TargetField(
                "unit_price",
                _l("Unit price"),
                decimal(6),
                required=True,
                aliases=headings(
                    "UnitPrice, Price, 单价, Item Price, Rate, Einzelpreis, Stückpreis, Preis",
                    "Prix unitaire, Prix, Precio unitario, Precio, 销售单价",
                ),
            ),
            TargetField(
                "currency",
                _l("Currency"),
                currency(),
                aliases=headings("币种, Currency Code, Währung, Devise, Monnaie, Moneda, Divisa, 币别, 货币"),
            ),
            TargetField(
                "exchange_rate",
                _l("Exchange rate"),
                rate(),
                aliases=headings(
                    "汇率, Wechselkurs, Umrechnungskurs, Taux de change, Tipo de cambio, 兑换率"
                ),
            ),
        ),
        options=(
            TargetOption(
                "payment_days", _l("Days to pay, where no due date is given"), integer(), default=30
            ),
            TargetOption(
                "repeated",
                _l("Rows that repeat another row of their document"),
                default="report",
                choices={"report": _l("leave out and report"), "book": _l("book like any other")},
            ),
        ),
    )
)
