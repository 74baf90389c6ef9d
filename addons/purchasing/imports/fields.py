"""The columns of files with orders and prices: those of invoices, where both have them, and their own."""

from dataclasses import replace

from addons.accounting.imports.fields import INVOICE
from core.exchange.convert import code_of, date, decimal, identifier, integer, text
from core.exchange.targets import TargetField, headings
from core.i18n import _l

SUPPLIER = TargetField(
    "supplier",
    _l("Supplier code"),
    code_of("partner"),
    required=True,
    aliases=headings(
        "Supplier, Vendor, Vendor Code, Vendor ID, Supplier No., 供应商编号, 供应商编码, 供应商代码",
        "Lieferantennummer, Lieferantennr., Lieferant, Code fournisseur, Fournisseur",
        "Código de proveedor, Proveedor, 供应商",
    ),
)
PART = TargetField(
    "product",
    _l("Part code"),
    code_of("product"),
    required=True,
    aliases=headings(
        "SKU, Part, Item, Item Code, Item No., Part Number, Part No., Product Code, Product ID, 料号",
        "Artikelnummer, Artikelnr., Référence article, Code article, Código de artículo",
        "物料编码, 商品编码, 产品编号",
    ),
)
THEIR_NUMBER = TargetField(
    "number",
    _l("Their part no."),
    text(200),
    aliases=headings("Supplier Part Number, Vendor Part No., Supplier SKU, 供应商料号, Bestellnummer"),
)
_INVOICED = {field.name: field for field in INVOICE}
CURRENCY = _INVOICED["currency"]
PRICE = replace(
    _INVOICED["unit_price"], aliases=(*_INVOICED["unit_price"].aliases, *headings("Cost, 采购单价"))
)
ORDER = (
    TargetField(
        "document",
        _l("Order no."),
        identifier(),
        required=True,
        aliases=headings(
            "PO, PO Number, PO No., Purchase Order, Order Number, 采购单号, 采购订单号, 订单号",
            "Bestellnr., Bestellung, N° de commande, Número de pedido",
        ),
    ),
    TargetField(
        "date",
        _l("Date"),
        date(),
        required=True,
        aliases=headings(
            "Order Date, 日期, 下单日期, 订单日期, Bestelldatum, Datum, Date de commande, Fecha"
        ),
    ),
    SUPPLIER,
    PART,
    _INVOICED["description"],
    THEIR_NUMBER,
    replace(
        _INVOICED["quantity"],
        required=True,
        aliases=(*_INVOICED["quantity"].aliases, *headings("Order Qty, 采购数量")),
    ),
    PRICE,
    _INVOICED["discount"],
    CURRENCY,
    TargetField(
        "promised",
        _l("Promised"),
        date(),
        aliases=headings("Due Date, Delivery Date, Promised Date, 交期, 交货日期, 承诺日, Liefertermin"),
    ),
    TargetField(
        "reference",
        _l("Their order no."),
        text(200),
        aliases=headings("Supplier Order, Confirmation No., 供应商单号, Auftragsnummer"),
    ),
)
PRICES = (
    SUPPLIER,
    PART,
    THEIR_NUMBER,
    CURRENCY,
    TargetField(
        "min_quantity",
        _l("From quantity"),
        decimal(4),
        aliases=headings("Break, Break Qty, Min Qty, 起订数量, 阶梯数量, Ab Menge, À partir de"),
        help=_l("Left empty, from the first unit on."),
    ),
    replace(PRICE, required=True),
    TargetField("valid_from", _l("Valid from"), date(), aliases=headings("From, 生效日期, Gültig ab")),
    TargetField("valid_until", _l("Valid until"), date(), aliases=headings("To, 失效日期, Gültig bis")),
    TargetField(
        "lead_days",
        _l("Lead time, days"),
        integer(),
        aliases=headings("Lead Time, Lead Days, 交期天数, 采购周期, Lieferzeit"),
    ),
    TargetField(
        "moq",
        _l("Minimum order quantity"),
        decimal(4),
        aliases=headings("MOQ, 最小起订量, 最小订购量, Mindestmenge"),
    ),
    TargetField(
        "multiple",
        _l("Order multiple"),
        decimal(4),
        aliases=headings("Multiple, SPQ, 包装倍数, 最小包装量, Verpackungseinheit"),
    ),
)
