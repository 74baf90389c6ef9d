"""Read UN/CEFACT Cross Industry Invoices: CII, Factur-X, and ZUGFeRD from its first version on."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from addons.accounting.services.einvoice import tree
from addons.accounting.services.einvoice.invoice import (
    Charge,
    EFile,
    EInvoice,
    EInvoiceError,
    EInvoiceLine,
    Party,
    TaxSum,
)
from addons.accounting.services.einvoice.tree import Element, amount, every, first, number, text, texts
from addons.accounting.services.einvoice.ubl import CREDITS
from core.i18n import _l

ROOTS = {"CrossIndustryInvoice", "CrossIndustryDocument"}
#: The first version of ZUGFeRD has other names for the same.
_DEAL = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_AGREED = "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_BROUGHT = "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery"
_SETTLED = "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMS = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_PERCENT = "RateApplicablePercent|ApplicablePercent"
_ID = "IssuerAssignedID|ID"


def read(root: Element) -> EInvoice:
    """What the document says; raises EInvoiceError."""
    head, deal = first(root, "ExchangedDocument|HeaderExchangedDocument"), first(root, _DEAL)
    agreed, brought, settled = first(deal, _AGREED), first(deal, _BROUGHT), first(deal, _SETTLED)
    sums, date = first(settled, _SUMS), _day(head, "IssueDateTime")
    if date is None:
        raise EInvoiceError(tree.lacks(_l("its date")))
    currency = text(settled, "InvoiceCurrencyCode")
    return EInvoice(
        syntax="cii",
        kind="credit_note" if text(head, "TypeCode") in CREDITS else "bill",
        number=text(head, "ID"),
        date=date,
        due_date=_day(settled, "SpecifiedTradePaymentTerms/DueDateDateTime"),
        currency=currency,
        seller=_party(first(agreed, "SellerTradeParty")),
        buyer=_party(first(agreed, "BuyerTradeParty")),
        net=tree.needed(sums, "TaxBasisTotalAmount", _l("its net amount")),
        tax=_tax(sums, currency),
        total=tree.needed(sums, "GrandTotalAmount", _l("its total")),
        lines=[_line(one) for one in every(deal, "IncludedSupplyChainTradeLineItem") if _counts(one)],
        charges=list(_charges(settled)),
        taxes=list(map(_tax_sum, every(settled, "ApplicableTradeTax"))),
        orders=texts(agreed, *(f"BuyerOrderReferencedDocument/{name}" for name in _ID.split("|"))),
        deliveries=texts(brought, f"DespatchAdviceReferencedDocument|DeliveryNoteReferencedDocument/{_ID}"),
        corrects=texts(settled, f"InvoiceReferencedDocument/{_ID}"),
        prepaid=amount(sums, "TotalPrepaidAmount"),
        files=list(_files(agreed)),
    )


def _day(element: Element | None, path: str) -> dt.date | None:
    return tree.day(element, f"{path}/DateTimeString|DateString")


def _party(party: Element | None) -> Party:
    return Party(
        names=texts(party, "Name", "SpecifiedLegalOrganization/TradingBusinessName"),
        tax_numbers=texts(party, "SpecifiedTaxRegistration/ID"),
        ids=texts(
            party, "ID", "GlobalID", "SpecifiedLegalOrganization/ID", "URIUniversalCommunication/URIID"
        ),
    )


def _tax(sums: Element | None, currency: str) -> Decimal:
    """The taxes in the currency of the document: they may stand in that of the books too."""
    stated = list(every(sums, "TaxTotalAmount"))
    own = [one for one in stated if one.get("currencyID") in (None, currency)] or stated
    return tree.decimal(tree.words(own[0])) if own else Decimal(0)


def _tax_sum(one: Element) -> TaxSum:
    return TaxSum(number(one, _PERCENT), amount(one, "BasisAmount"), amount(one, "CalculatedAmount"))


def _charges(settled: Element | None) -> Iterator[Charge]:
    for one in every(settled, "SpecifiedTradeAllowanceCharge"):
        is_charge = text(one, "ChargeIndicator").lower() in ("true", "1")
        reason = text(one, "Reason") or text(one, "ReasonCode")
        percent = number(one, f"CategoryTradeTax/{_PERCENT}")
        yield Charge(reason, (1 if is_charge else -1) * amount(one, "ActualAmount"), percent)
    for one in every(settled, "SpecifiedLogisticsServiceCharge"):
        percent = number(one, f"AppliedTradeTax/{_PERCENT}")
        yield Charge(text(one, "Description"), amount(one, "AppliedAmount"), percent)


def _counts(line: Element) -> bool:
    """Whether a line is none that only groups others or tells something."""
    return text(line, "AssociatedDocumentLineDocument/LineStatusReasonCode") not in ("GROUP", "INFORMATION")


def _line(line: Element) -> EInvoiceLine:
    agreed = first(line, "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement")
    brought = first(line, "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery")
    settled = first(line, "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement")
    price = first(agreed, "NetPriceProductTradePrice")
    item, order = first(line, "SpecifiedTradeProduct"), first(agreed, "BuyerOrderReferencedDocument")
    quantity, counted = number(brought, "BilledQuantity"), first(brought, "BilledQuantity")
    sums = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
    return EInvoiceLine(
        number=text(line, "AssociatedDocumentLineDocument/LineID"),
        description=text(item, "Name") or text(item, "Description"),
        quantity=Decimal(1) if quantity is None else quantity,
        unit_price=amount(price, "ChargeAmount") / (number(price, "BasisQuantity") or 1),
        net=amount(settled, f"{sums}/LineTotalAmount"),
        tax_percent=number(settled, f"ApplicableTradeTax/{_PERCENT}"),
        unit=counted.get("unitCode", "") if counted is not None else "",
        seller_number=text(item, "SellerAssignedID"),
        buyer_number=text(item, "BuyerAssignedID"),
        maker_number=text(item, "ManufacturerAssignedID|ModelID"),
        standard_number=text(item, "GlobalID"),
        order=text(order, _ID),
        order_line=text(order, "LineID"),
        delivery=text(brought, f"DespatchAdviceReferencedDocument|DeliveryNoteReferencedDocument/{_ID}"),
    )


def _files(agreed: Element | None) -> Iterator[EFile]:
    for reference in every(agreed, "AdditionalReferencedDocument"):
        yield from tree.files(reference, "AttachmentBinaryObject", text(reference, _ID))
