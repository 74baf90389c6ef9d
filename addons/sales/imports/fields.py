"""The columns of files with orders, and the headings by which customers and other programs call them."""

from core.exchange.convert import code_of, currency, date, decimal, identifier, text
from core.exchange.targets import TargetField, headings
from core.i18n import _l

FIELDS = (
    TargetField(
        "order",
        _l("Their order no."),
        identifier(),
        required=True,
        aliases=headings(
            "PO, PO No., PO Number, Order, Order No., Order Number, Purchase order, Customer PO",
            "Your reference, InvoiceNo, Bestellnummer, Bestellnr., Bestellung, N° de commande, Commande",
            "N.º de pedido, Pedido",
            "订单号, 采购单号, 采购订单号, 客户订单号, 订单编号, 合同号",
        ),
        help=_l("The customer's number of the order; rows with the same number make one order."),
    ),
    TargetField(
        "customer",
        _l("Customer code"),
        code_of("partner"),
        aliases=headings(
            "CustomerID, Customer, Customer No., Client Code, Kundennummer, Code client, Código de cliente",
            "客户编号, 客户编码, 客户代码",
        ),
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
            "Manufacturer part number, Artikelnummer, Artikel, Référence, Código, Barcode, EAN",
            "料号, 物料编码, 客户料号, 型号, 规格型号, 产品编号",
        ),
        help=_l("Our code, the maker's number, the customer's own number or a barcode, in any spelling."),
    ),
    TargetField(
        "description",
        _l("Description"),
        text(500),
        aliases=headings("Item description, Bezeichnung, Désignation, Descripción, 品名, 描述, 品名规格"),
    ),
    TargetField(
        "quantity",
        _l("Quantity"),
        decimal(4),
        required=True,
        aliases=headings("Qty, Order qty, Menge, Anzahl, Quantité, Qté, Cantidad, 数量, 订购数量"),
    ),
    TargetField(
        "unit_price",
        _l("Unit price"),
        decimal(6),
        aliases=headings(
            "Price, UnitPrice, Target price, Einzelpreis, Preis, Prix unitaire, Precio unitario",
            "单价, 目标价",
        ),
        help=_l("Left out, the price of the list, or the customer's last one."),
    ),
    TargetField(
        "currency",
        _l("Currency"),
        currency(),
        aliases=headings("Currency Code, Währung, Devise, Moneda, 币种, 币别, 货币"),
    ),
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
