"""The columns of files with orders: those of invoices, where both have them, and the orders' own."""

from dataclasses import replace

from addons.accounting.imports.fields import INVOICE
from core.exchange.convert import date, identifier, text
from core.exchange.targets import TargetField, headings
from core.i18n import _l

_INVOICED = {field.name: field for field in INVOICE}

FIELDS = (
    TargetField(
        "order",
        _l("Their order no."),
        identifier(),
        required=True,
        aliases=headings(
            "PO, PO No., PO Number, Our PO, Our PO No., Our order",
            "Order, Order No., Order Number, Purchase order, Customer PO",
            "Your reference, InvoiceNo, Bestellnummer, Bestellnr., Bestellung, N° de commande, Commande",
            "N.º de pedido, Pedido, 订单号, 采购单号, 采购订单号, 客户订单号, 订单编号, 合同号",
        ),
        help=_l("The customer's number of the order; rows with the same number make one order."),
    ),
    replace(
        _INVOICED["customer"],
        required=False,
        help=_l("Left out, the customer that is chosen for the whole file."),
    ),
    TargetField(
        "date",
        _l("Date"),
        date(),
        aliases=headings(
            "Order date, PO date, InvoiceDate, Bestelldatum, Datum, Date de commande, Fecha de pedido, Fecha",
            "日期, 订单日期, 下单日期",
        ),
    ),
    TargetField(
        "part",
        _l("Part number"),
        identifier(),
        required=True,
        aliases=headings(
            "Part, Part No., P/N, PN, MPN, CPN, Customer part number, Item, Item No., SKU, StockCode",
            "Material",
            "Manufacturer part number, Artikelnummer, Artikel, Teil, Teilenummer",
            "Référence, Código, Barcode, EAN",
            "料号, 物料编码, 客户料号, 型号, 规格型号, 产品编号",
        ),
        help=_l("Our code, the maker's number, the customer's own number or a barcode, in any spelling."),
    ),
    _INVOICED["description"],
    replace(
        _INVOICED["quantity"],
        required=True,
        aliases=(*_INVOICED["quantity"].aliases, *headings("Order qty, 订购数量")),
    ),
    replace(
        _INVOICED["unit_price"],
        aliases=(*_INVOICED["unit_price"].aliases, *headings("Target price, 目标价")),
        help=_l("Left out, the price of the list, or the customer's last one."),
    ),
    _INVOICED["currency"],
    TargetField(
        "promised",
        _l("Wanted on"),
        date(),
        aliases=headings(
            "Delivery date, Due date, Required date, Request date, Need by, Liefertermin, Wunschtermin",
            "Date de livraison, Fecha de entrega, 交期, 交货日期, 需求日期, 要求交期",
        ),
    ),
    TargetField("note", _l("Note"), text(500), aliases=headings("Remark, Remarks, Comment, Bemerkung, 备注")),
)
