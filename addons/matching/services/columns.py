"""The columns that a partner's list may have, and how the trade calls them."""

from decimal import Decimal
from typing import Any

from addons.matching.services.lines import Line
from core.exchange.convert import date, decimal, text
from core.exchange.targets import Target, TargetField, headings
from core.i18n import _l


def _never(_session: Any, _documents: Any, _options: Any) -> None:
    """Lists are compared, not booked."""


#: The target that headings are recognised by.
LIST = Target(
    name="matching.list",
    title=_l("Partner's list"),
    permission="matching.read",
    book=_never,
    fields=(
        TargetField(
            "quantity",
            _l("Quantity"),
            decimal(6),
            required=True,
            aliases=headings(
                "Qty, Qty., Pcs, Pieces, QTY Shipped, Delivered qty, Invoiced qty, Menge, Stück",
                "数量, 送货数量, 入库数量, 出货数量, 对账数量, 实收数量, 交货数量, 数量PCS",
            ),
        ),
        TargetField(
            "price",
            _l("Unit price"),
            decimal(8),
            aliases=headings(
                "Price, Unit cost, U/P, Unit price excl. tax, Net price, Preis, Einzelpreis, Stückpreis",
                "单价, 单价未税, 单价不含税, 未税单价, 不含税单价, 价格, 含税单价, 单价元",
            ),
        ),
        TargetField(
            "amount",
            _l("Amount"),
            decimal(6),
            aliases=headings(
                "Total, Line total, Ext. price, Extended price, Value, Net amount, Betrag, Gesamt, Summe",
                "金额, 未税金额, 不含税金额, 总金额, 小计, 含税金额, 价税合计, 总价",
            ),
        ),
        TargetField(
            "part",
            _l("Part no."),
            text(),
            aliases=headings(
                "Part number, Part, P/N, PN, Item, Item no., Item number, Item code, Material, SKU, Code",
                "Artikel, Artikelnummer, Artikelnr., Product, Product code, Supplier part no., Our part no.",
                "料号, 物料编码, 物料编号, 编码, 编号, 产品编码, 商品编码, 品号, 存货编码, 零件号",
            ),
        ),
        TargetField(
            "customer_part",
            _l("Customer part no."),
            text(),
            aliases=headings(
                "Customer part, Cust. P/N, CPN, Your part no., Ihre Artikelnr.",
                "客户料号, 贵司料号, 客户编码",
            ),
        ),
        TargetField(
            "mpn",
            _l("MPN"),
            text(),
            aliases=headings(
                "Manufacturer part number, Mfr. part no., Mfr P/N, Maker part no., Model, Type",
                "Hersteller-Nr., Herstellernummer",
                "型号, 规格型号, 产品型号, 制造商料号, 原厂型号, 厂家型号, 规格",
            ),
        ),
        TargetField(
            "order",
            _l("PO no."),
            text(),
            aliases=headings(
                "PO, PO number, P.O., P.O. no., Purchase order, Order, Order no., Order number, Your order",
                "Customer PO, Bestellung, Bestellnummer, Bestell-Nr., Ihre Bestellung",
                "订单号, 采购单号, 采购订单号, 客户订单号, 订单编号, 合同号, PO号, 采购订单",
            ),
        ),
        TargetField(
            "delivery",
            _l("Delivery note no."),
            text(),
            aliases=headings(
                "Delivery note, DN, DN no., Delivery no., Packing slip, Packing list no., Shipment no.",
                "Lieferschein, Lieferschein-Nr., Lieferscheinnummer",
                "送货单号, 出货单号, 发货单号, 送货单, 单据编号, 出库单号, 入库单号, 单号",
            ),
        ),
        TargetField(
            "document",
            _l("Document no."),
            text(),
            aliases=headings(
                "Invoice no., Invoice number, Invoice, Invoice ID, Document, Document number, Doc. no.",
                "Rechnung, Rechnungsnummer, Rechnungs-Nr., Beleg, Belegnummer, Belegnr.",
                "发票号, 发票号码, 发票编号, 单据号, 凭证号",
            ),
        ),
        TargetField(
            "day",
            _l("Date"),
            date(),
            aliases=headings(
                "Delivery date, Ship date, Shipped, Invoice date, Document date, Datum, Lieferdatum",
                "日期, 送货日期, 出货日期, 发货日期, 交货日期, 入库日期, 单据日期",
            ),
        ),
        TargetField(
            "text",
            _l("Description"),
            text(),
            aliases=headings(
                "Product name, Name, Item description, Goods, Bezeichnung, Beschreibung",
                "品名, 名称, 产品名称, 物料名称, 商品名称, 描述, 品名规格, 摘要",
            ),
        ),
    ),
)


def line_of(key: int, values: dict[str, Any]) -> Line | None:
    """A line of what a row says; None where it gives neither a quantity nor an amount."""
    quantity, amount, price = (values.get(name) for name in ("quantity", "amount", "price"))
    if quantity is None and amount is None:
        return None
    if quantity is None:
        assert amount is not None
        # Freight and fees are often stated by their amount alone.
        quantity, price = Decimal(1 if amount >= 0 else -1), abs(amount)
    return Line(
        key,
        quantity,
        price,
        tuple(filter(None, (values.get(name) for name in ("part", "customer_part", "mpn")))),
        values.get("order") or "",
        values.get("delivery") or "",
        values.get("day"),
        values.get("text") or "",
        amount,
        values.get("document") or "",
    )
