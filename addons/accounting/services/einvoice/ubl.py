"""Read UBL 2.1 invoices and credit notes."""

from collections.abc import Iterator
from decimal import Decimal

from addons.accounting.services.einvoice import tree
from addons.accounting.services.einvoice.invoice import (
    Charge,
    EInvoice,
    EInvoiceError,
    EInvoiceLine,
    Party,
    TaxSum,
)
from addons.accounting.services.einvoice.tree import Element, amount, every, first, number, text, texts
from core.i18n import _l

NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
KINDS = {"Invoice": "bill", "CreditNote": "credit_note"}
#: Types of invoices that lower what is owed.
CREDITS = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
_ORDER = "OrderLineReference/OrderReference/ID"


def read(root: Element) -> EInvoice:
    """What the document says; raises EInvoiceError."""
    sums, date = first(root, "LegalMonetaryTotal"), tree.day(root, "IssueDate")
    if date is None:
        raise EInvoiceError(tree.lacks(_l("its date")))
    currency = text(root, "DocumentCurrencyCode")
    total = tree.needed(sums, "TaxInclusiveAmount|PayableAmount", _l("its total"))
    tax = _tax(root, currency)
    return EInvoice(
        syntax="ubl",
        kind=_kind(root),
        number=text(root, "ID"),
        date=date,
        due_date=tree.day(root, "DueDate") or tree.day(root, "PaymentMeans/PaymentDueDate"),
        currency=currency,
        seller=_party(first(root, "AccountingSupplierParty/Party")),
        buyer=_party(first(root, "AccountingCustomerParty/Party")),
        net=tree.needed(sums, "TaxExclusiveAmount", _l("its net amount")),
        tax=amount(tax, "TaxAmount"),
        total=total,
        lines=list(map(_line, every(root, "InvoiceLine|CreditNoteLine"))),
        charges=list(_charges(root)),
        taxes=list(map(_tax_sum, every(tax, "TaxSubtotal"))),
        orders=texts(root, "OrderReference/ID"),
        deliveries=texts(root, "DespatchDocumentReference/ID"),
        corrects=texts(root, "BillingReference/InvoiceDocumentReference/ID"),
        prepaid=amount(sums, "PrepaidAmount"),
        files=[
            file
            for reference in every(root, "AdditionalDocumentReference")
            for file in tree.files(
                reference, "Attachment/EmbeddedDocumentBinaryObject", text(reference, "ID")
            )
        ],
    )


def _kind(root: Element) -> str:
    kind = KINDS[tree.name_of(root)]
    return "credit_note" if text(root, "InvoiceTypeCode") in CREDITS else kind


def _party(party: Element | None) -> Party:
    return Party(
        names=texts(party, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        tax_numbers=texts(party, "PartyTaxScheme/CompanyID"),
        ids=texts(party, "PartyIdentification/ID", "PartyLegalEntity/CompanyID", "EndpointID"),
    )


def _tax(root: Element, currency: str) -> Element | None:
    """The taxes in the currency of the document: they may stand in that of the books too."""
    sums = list(every(root, "TaxTotal"))
    for one in sums:
        stated = first(one, "TaxAmount")
        if stated is not None and stated.get("currencyID") in (None, currency):
            return one
    return next(iter(sums), None)


def _tax_sum(one: Element) -> TaxSum:
    percent = number(one, "TaxCategory/Percent")
    percent = number(one, "Percent") if percent is None else percent
    return TaxSum(percent, amount(one, "TaxableAmount"), amount(one, "TaxAmount"))


def _charges(root: Element) -> Iterator[Charge]:
    for one in every(root, "AllowanceCharge"):
        sign = 1 if text(one, "ChargeIndicator").lower() in ("true", "1") else -1
        reason = text(one, "AllowanceChargeReason") or text(one, "AllowanceChargeReasonCode")
        yield Charge(reason, sign * amount(one, "Amount"), number(one, "TaxCategory/Percent"))


def _line(line: Element) -> EInvoiceLine:
    item, price = first(line, "Item"), first(line, "Price")
    quantity = number(line, "InvoicedQuantity|CreditedQuantity")
    counted = first(line, "InvoicedQuantity|CreditedQuantity")
    return EInvoiceLine(
        number=text(line, "ID"),
        description=text(item, "Name") or text(item, "Description"),
        quantity=Decimal(1) if quantity is None else quantity,
        unit_price=amount(price, "PriceAmount") / (number(price, "BaseQuantity") or 1),
        net=tree.needed(line, "LineExtensionAmount", _l("the net amount of a line")),
        tax_percent=number(item, "ClassifiedTaxCategory/Percent"),
        unit=counted.get("unitCode", "") if counted is not None else "",
        seller_number=text(item, "SellersItemIdentification/ID"),
        buyer_number=text(item, "BuyersItemIdentification/ID"),
        maker_number=text(item, "ManufacturersItemIdentification/ID"),
        standard_number=text(item, "StandardItemIdentification/ID"),
        order=text(line, _ORDER),
        order_line=text(line, "OrderLineReference/LineID"),
        delivery=text(line, "DespatchLineReference/DocumentReference/ID"),
    )
