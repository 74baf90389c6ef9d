"""The columns of files with invoices, and the headings by which other programs call them."""

from core.exchange.convert import code_of, currency, date, decimal, identifier, rate, text
from core.exchange.targets import TargetField, headings
from core.i18n import _l

INVOICE = (
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
            "Kundennummer, Kundennr., Kunden-Nr., Code client, Numéro client, N° client",
            "Código de cliente, N.º de cliente, 客户编码, 客户代码",
            "Kunde, Client, Cliente, 客户",
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
            "StockCode, SKU, Part, 料号, Teil, Teilenummer, Item Code, Item No., Part Number, Part No.",
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
        aliases=headings("Qty, 数量, Menge, Anzahl, Quantité, Qté, Cantidad"),
    ),
    TargetField(
        "unit_price",
        _l("Unit price"),
        decimal(6),
        aliases=headings(
            "UnitPrice, Price, 单价, Price each, Unit cost, Item Price, Rate, Einzelpreis, Stückpreis, Preis",
            "Prix unitaire, Prix, Precio unitario, Precio, 销售单价",
        ),
    ),
    TargetField(
        "discount",
        _l("Discount %"),
        decimal(4),
        aliases=headings("Discount, Discount rate, 折扣率, 折扣率(%), Rabatt, Rabatt %, Remise, Descuento"),
        help=_l("In percent of quantity × unit price: 2.5 is 2.5 %."),
    ),
    TargetField(
        "amount",
        _l("Net amount"),
        decimal(2),
        aliases=headings(
            "Amount, Line total, Net, 金额, 不含税金额, Nettobetrag, Betrag, Montant HT, Montant, Importe"
        ),
        help=_l("Of the line, without tax; quantity and unit price may then be missing."),
    ),
    TargetField(
        "tax",
        _l("Tax"),
        text(60),
        aliases=headings(
            "Tax rate, Tax code, VAT, VAT rate, 税率, 税码, MwSt, Steuersatz, USt, TVA, Taux de TVA, IVA"
        ),
        help=_l("The name of a tax, or its rate: 13 %, 0.13 or 13."),
    ),
    TargetField(
        "tax_amount",
        _l("Tax amount"),
        decimal(2),
        aliases=headings("VAT amount, 税额, Steuerbetrag, Montant TVA, Importe IVA"),
        help=_l("Of the line: the tax that gives this amount is taken."),
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
        aliases=headings("汇率, Wechselkurs, Umrechnungskurs, Taux de change, Tipo de cambio, 兑换率"),
    ),
)
