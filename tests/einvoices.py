"""Electronic invoices of our own making, in the shapes in which suppliers send them."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

from pypdf import PdfWriter

CENT = Decimal("0.01")


@dataclass
class PaperLine:
    """A line as the supplier writes it."""

    quantity: str
    price: str
    net: str = ""
    name: str = "Capacitor 100 nF"
    tax: str = "0"
    seller: str = ""
    buyer: str = ""
    maker: str = ""
    order: str = ""
    order_line: str = ""
    delivery: str = ""

    def __post_init__(self) -> None:
        self.net = self.net or str((Decimal(self.quantity) * Decimal(self.price)).quantize(CENT))


@dataclass
class Paper:
    """A supplier's bill, whose sums follow from its lines unless they are said."""

    lines: Sequence[PaperLine]
    number: str = "R-2026-118"
    date: str = "2026-03-20"
    due: str = ""
    currency: str = "EUR"
    code: str = "380"
    seller: str = "Rhein Components GmbH"
    seller_tax: str = "DE123456789"
    buyer: str = "Harbour Devices"
    buyer_tax: str = ""
    order: str = ""
    delivery: str = ""
    #: (reason, amount, tax), below zero for an allowance.
    charges: Sequence[tuple[str, str, str]] = ()
    files: Sequence[tuple[str, bytes]] = ()
    net: str = ""
    total: str = ""
    tax_sums: dict[Decimal, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bases: dict[Decimal, Decimal] = {}
        for tax, amount in [(x.tax, x.net) for x in self.lines] + [(t, a) for _r, a, t in self.charges]:
            bases[Decimal(tax)] = bases.get(Decimal(tax), Decimal(0)) + Decimal(amount)
        self.tax_sums = {rate: (base, (base * rate / 100).quantize(CENT)) for rate, base in bases.items()}
        self.net = self.net or str(sum(bases.values()))
        self.total = self.total or str(Decimal(self.net) + self.tax)

    @property
    def tax(self) -> Decimal:
        """All taxes."""
        return sum((amount for _base, amount in self.tax_sums.values()), Decimal(0))


def _el(name: str, value: object, **attributes: str) -> str:
    given = "".join(f' {key}="{escape(text)}"' for key, text in attributes.items())
    return f"<{name}{given}>{escape(str(value))}</{name}>" if value != "" else ""


def ubl(paper: Paper) -> bytes:
    """It as UBL 2.1."""
    is_credit = paper.code == "381"
    root = "CreditNote" if is_credit else "Invoice"
    space = "urn:oasis:names:specification:ubl:schema:xsd"
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{space}:{root}-2" '
        f'xmlns:cac="{space}:CommonAggregateComponents-2" xmlns:cbc="{space}:CommonBasicComponents-2">',
        _el("cbc:ID", paper.number) + _el("cbc:IssueDate", paper.date) + _el("cbc:DueDate", paper.due),
        _el(f"cbc:{root}TypeCode", paper.code) + _el("cbc:DocumentCurrencyCode", paper.currency),
        f"<cac:OrderReference>{_el('cbc:ID', paper.order)}</cac:OrderReference>",
        f"<cac:DespatchDocumentReference>{_el('cbc:ID', paper.delivery)}</cac:DespatchDocumentReference>",
        *(_ubl_file(name, content) for name, content in paper.files),
        _ubl_party("AccountingSupplierParty", paper.seller, paper.seller_tax),
        _ubl_party("AccountingCustomerParty", paper.buyer, paper.buyer_tax),
        *(_ubl_charge(*charge) for charge in paper.charges),
        f"<cac:TaxTotal>{_el('cbc:TaxAmount', paper.tax, currencyID=paper.currency)}",
        *(_ubl_tax(rate, base, amount) for rate, (base, amount) in paper.tax_sums.items()),
        "</cac:TaxTotal><cac:LegalMonetaryTotal>",
        _el("cbc:TaxExclusiveAmount", paper.net) + _el("cbc:TaxInclusiveAmount", paper.total),
        _el("cbc:PayableAmount", paper.total) + "</cac:LegalMonetaryTotal>",
        *(_ubl_line(n, line, root) for n, line in enumerate(paper.lines, start=1)),
        f"</{root}>",
    ]
    return "".join(parts).encode()


def _ubl_file(name: str, content: bytes) -> str:
    data = base64.b64encode(content).decode()
    return (
        f"<cac:AdditionalDocumentReference>{_el('cbc:ID', name)}<cac:Attachment>"
        + _el("cbc:EmbeddedDocumentBinaryObject", data, filename=name, mimeCode="application/octet-stream")
        + "</cac:Attachment></cac:AdditionalDocumentReference>"
    )


def _ubl_party(role: str, name: str, tax: str) -> str:
    scheme = f"<cac:PartyTaxScheme>{_el('cbc:CompanyID', tax)}</cac:PartyTaxScheme>"
    legal = f"<cac:PartyLegalEntity>{_el('cbc:RegistrationName', name)}</cac:PartyLegalEntity>"
    return f"<cac:{role}><cac:Party>{scheme}{legal}</cac:Party></cac:{role}>"


def _ubl_charge(reason: str, amount: str, tax: str) -> str:
    indicator = _el("cbc:ChargeIndicator", "false" if amount.startswith("-") else "true")
    category = f"<cac:TaxCategory>{_el('cbc:Percent', tax)}</cac:TaxCategory>"
    named = _el("cbc:AllowanceChargeReason", reason) + _el("cbc:Amount", amount.lstrip("-"))
    return f"<cac:AllowanceCharge>{indicator}{named}{category}</cac:AllowanceCharge>"


def _ubl_tax(rate: Decimal, base: Decimal, amount: Decimal) -> str:
    category = f"<cac:TaxCategory>{_el('cbc:Percent', rate)}</cac:TaxCategory>"
    sums = _el("cbc:TaxableAmount", base) + _el("cbc:TaxAmount", amount)
    return f"<cac:TaxSubtotal>{sums}{category}</cac:TaxSubtotal>"


def _ubl_line(number: int, line: PaperLine, root: str) -> str:
    counted = "CreditedQuantity" if root == "CreditNote" else "InvoicedQuantity"
    order = f"<cac:OrderReference>{_el('cbc:ID', line.order)}</cac:OrderReference>" if line.order else ""
    numbers = "".join(
        f"<cac:{name}ItemIdentification>{_el('cbc:ID', value)}</cac:{name}ItemIdentification>"
        for name, value in (("Buyers", line.buyer), ("Sellers", line.seller), ("Manufacturers", line.maker))
        if value
    )
    category = f"<cac:ClassifiedTaxCategory>{_el('cbc:Percent', line.tax)}</cac:ClassifiedTaxCategory>"
    despatch = f"<cac:DocumentReference>{_el('cbc:ID', line.delivery)}</cac:DocumentReference>"
    return (
        f"<cac:{root}Line>{_el('cbc:ID', number)}{_el(f'cbc:{counted}', line.quantity, unitCode='C62')}"
        f"{_el('cbc:LineExtensionAmount', line.net)}"
        f"<cac:OrderLineReference>{_el('cbc:LineID', line.order_line)}{order}</cac:OrderLineReference>"
        f"<cac:DespatchLineReference>{despatch if line.delivery else ''}</cac:DespatchLineReference>"
        f"<cac:Item>{_el('cbc:Name', line.name)}{numbers}{category}</cac:Item>"
        f"<cac:Price>{_el('cbc:PriceAmount', line.price)}</cac:Price></cac:{root}Line>"
    )


def cii(paper: Paper) -> bytes:
    """It as a Cross Industry Invoice."""
    space = "urn:un:unece:uncefact:data:standard"
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?><rsm:CrossIndustryInvoice '
        f'xmlns:rsm="{space}:CrossIndustryInvoice:100" xmlns:udt="{space}:UnqualifiedDataType:100" '
        f'xmlns:ram="{space}:ReusableAggregateBusinessInformationEntity:100">',
        f"<rsm:ExchangedDocument>{_el('ram:ID', paper.number)}{_el('ram:TypeCode', paper.code)}"
        f"<ram:IssueDateTime>{_cii_day(paper.date)}</ram:IssueDateTime></rsm:ExchangedDocument>",
        "<rsm:SupplyChainTradeTransaction>",
        *(_cii_line(n, line) for n, line in enumerate(paper.lines, start=1)),
        "<ram:ApplicableHeaderTradeAgreement>",
        _cii_party("SellerTradeParty", paper.seller, paper.seller_tax),
        _cii_party("BuyerTradeParty", paper.buyer, paper.buyer_tax),
        _cii_reference("BuyerOrderReferencedDocument", paper.order),
        *(_cii_file(name, content) for name, content in paper.files),
        "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery>",
        _cii_reference("DespatchAdviceReferencedDocument", paper.delivery),
        "</ram:ApplicableHeaderTradeDelivery><ram:ApplicableHeaderTradeSettlement>",
        _el("ram:InvoiceCurrencyCode", paper.currency),
        *(_cii_tax(rate, base, amount) for rate, (base, amount) in paper.tax_sums.items()),
        *(_cii_charge(*charge) for charge in paper.charges),
        f"<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>{_cii_day(paper.due)}</ram:DueDateDateTime>"
        f"</ram:SpecifiedTradePaymentTerms>",
        "<ram:SpecifiedTradeSettlementHeaderMonetarySummation>",
        _el("ram:TaxBasisTotalAmount", paper.net),
        _el("ram:TaxTotalAmount", paper.tax, currencyID=paper.currency),
        _el("ram:GrandTotalAmount", paper.total),
        "</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>",
        "</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>",
    ]
    return "".join(parts).encode()


def _cii_day(day: str) -> str:
    return _el("udt:DateTimeString", day.replace("-", ""), format="102")


def _cii_reference(name: str, number: str, line: str = "") -> str:
    inner = _el("ram:IssuerAssignedID", number) + _el("ram:LineID", line)
    return f"<ram:{name}>{inner}</ram:{name}>" if inner else ""


def _cii_file(name: str, content: bytes) -> str:
    data = _el("ram:AttachmentBinaryObject", base64.b64encode(content).decode(), filename=name)
    named = _el("ram:IssuerAssignedID", name) + data
    return f"<ram:AdditionalReferencedDocument>{named}</ram:AdditionalReferencedDocument>"


def _cii_party(role: str, name: str, tax: str) -> str:
    registered = _el("ram:ID", tax, schemeID="VA")
    registration = f"<ram:SpecifiedTaxRegistration>{registered}</ram:SpecifiedTaxRegistration>"
    return f"<ram:{role}>{_el('ram:Name', name)}{registration if tax else ''}</ram:{role}>"


def _cii_rate(name: str, rate: object, inner: str = "") -> str:
    return f"<ram:{name}>{inner}{_el('ram:RateApplicablePercent', rate)}</ram:{name}>"


def _cii_tax(rate: Decimal, base: Decimal, amount: Decimal) -> str:
    sums = _el("ram:CalculatedAmount", amount) + _el("ram:BasisAmount", base)
    return _cii_rate("ApplicableTradeTax", rate, sums)


def _cii_charge(reason: str, amount: str, tax: str) -> str:
    indicator = _el("udt:Indicator", "false" if amount.startswith("-") else "true")
    named = _el("ram:ActualAmount", amount.lstrip("-")) + _el("ram:Reason", reason)
    return (
        f"<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator>{indicator}</ram:ChargeIndicator>"
        f"{named}{_cii_rate('CategoryTradeTax', tax)}</ram:SpecifiedTradeAllowanceCharge>"
    )


def _cii_line(number: int, line: PaperLine) -> str:
    numbers = (
        _el("ram:SellerAssignedID", line.seller)
        + _el("ram:BuyerAssignedID", line.buyer)
        + _el("ram:ManufacturerAssignedID", line.maker)
    )
    asked = _el("ram:ChargeAmount", line.price)
    price = f"<ram:NetPriceProductTradePrice>{asked}</ram:NetPriceProductTradePrice>"
    total = _el("ram:LineTotalAmount", line.net)
    summation = "SpecifiedTradeSettlementLineMonetarySummation"
    return (
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>"
        f"{_el('ram:LineID', number)}</ram:AssociatedDocumentLineDocument>"
        f"<ram:SpecifiedTradeProduct>{numbers}{_el('ram:Name', line.name)}</ram:SpecifiedTradeProduct>"
        "<ram:SpecifiedLineTradeAgreement>"
        f"{_cii_reference('BuyerOrderReferencedDocument', line.order, line.order_line)}{price}"
        "</ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>"
        f"{_el('ram:BilledQuantity', line.quantity, unitCode='C62')}"
        f"{_cii_reference('DespatchAdviceReferencedDocument', line.delivery)}"
        "</ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement>"
        f"{_cii_rate('ApplicableTradeTax', line.tax)}<ram:{summation}>{total}</ram:{summation}>"
        "</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
    )


def hybrid(xml: bytes, name: str = "factur-x.xml", password: str = "") -> bytes:
    """A PDF of one empty page that carries it, as Factur-X and ZUGFeRD do."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment(name, xml)
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
