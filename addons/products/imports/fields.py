"""The columns of files with parts, and the headings by which other programs call them."""

from addons.products import words as said
from addons.products.imports.cells import (
    COMPLIANCE_WORDS,
    LIFECYCLE_WORDS,
    CountryCell,
    MoistureCell,
    words,
)
from core.exchange.convert import boolean, choice, currency, date, decimal, identifier, text
from core.exchange.targets import TargetField, headings
from core.i18n import _l

#: Columns that hold one technical attribute each: the field's name → what the attribute is called.
ATTRIBUTES = {
    "package": "Package",
    "resistance": "Resistance",
    "capacitance": "Capacitance",
    "inductance": "Inductance",
    "tolerance": "Tolerance",
    "voltage": "Voltage",
    "current": "Current",
    "power": "Power",
    "dielectric": "Dielectric",
    "temperature": "Operating temperature",
}
CARD = (
    TargetField(
        "code",
        _l("Code"),
        identifier(),
        required=True,
        aliases=headings(
            "SKU, Part code, Item Code, Item No., Product Code, StockCode, Our part number, IPN",
            "Artikelnummer, Artikelnr., Référence article, Code article, Código de artículo",
            "物料编码, 商品编码, 产品编号, 料号, 物料号",
        ),
    ),
    TargetField(
        "mpn",
        _l("Part number"),
        identifier(),
        aliases=headings(
            "MPN, Manufacturer Part Number, Mfr Part #, Maker part number, Part No., Herstellernummer",
            "Référence fabricant, Referencia fabricante, 型号, 厂家型号, 制造商料号",
        ),
    ),
    TargetField(
        "maker",
        _l("Maker"),
        text(200),
        aliases=headings("Manufacturer, Brand, Mfr, Hersteller, Fabricant, Fabricante, 制造商, 品牌, 厂家"),
    ),
    TargetField(
        "description",
        _l("Description"),
        text(500),
        aliases=headings(
            "Desc, Item Name, Item Description, Bezeichnung, Beschreibung, Désignation",
            "Descripción, 品名, 描述, 规格",
        ),
    ),
    TargetField("kind", _l("Kind"), choice(said.KINDS)),
    TargetField(
        "unit", _l("Unit"), text(30), aliases=headings("UoM, Units, Einheit, Unité, Unidad, 单位, 计量单位")
    ),
    TargetField("countable", _l("Whole units only"), boolean()),
    TargetField("active", _l("In use"), boolean()),
    TargetField(
        "barcode",
        _l("Barcode"),
        identifier(),
        aliases=headings("EAN, UPC, GTIN, EAN13, Code-barres, 条码, 条形码"),
    ),
    TargetField(
        "cost",
        _l("Cost"),
        decimal(6),
        aliases=headings("Unit cost, Standard cost, Einstandspreis, 成本, 成本价"),
    ),
)
TRADE = (
    TargetField(
        "list_price",
        _l("List price"),
        decimal(6),
        aliases=headings(
            "Price, Unit price, Sales price, Listenpreis, Prix public, Precio, 标价, 单价, 目录价"
        ),
    ),
    TargetField(
        "currency",
        _l("Currency"),
        currency(),
        aliases=headings("Currency Code, Währung, Devise, Moneda, 币种, 币别, 货币"),
        help=_l("Of the list price and of the price break in the same row."),
    ),
    TargetField(
        "pack_quantity",
        _l("Pack quantity"),
        decimal(4),
        aliases=headings(
            "Reel quantity, SPQ, Standard pack, Package quantity, VPE, 包装量, 最小包装, 整盘数量"
        ),
    ),
    TargetField(
        "min_order_quantity",
        _l("Minimum order quantity"),
        decimal(4),
        aliases=headings("MOQ, Minimum, Minimum quantity, Mindestmenge, 起订量, 最小起订量"),
    ),
    TargetField(
        "order_multiple",
        _l("Order multiple"),
        decimal(4),
        aliases=headings("Multiple, Mult, Order increment, Steps, 订货倍数, 倍数"),
    ),
    TargetField(
        "weight",
        _l("Weight, g"),
        decimal(6),
        aliases=headings("Weight, Unit weight, Weight (g), Gewicht, Poids, Peso, 重量, 单重"),
    ),
    TargetField(
        "break_quantity",
        _l("Price break: from quantity"),
        decimal(4),
        aliases=headings("break_qty, Break quantity, From quantity, Staffelmenge, 阶梯数量, 起始数量"),
        help=_l("Each row of a part brings one price break."),
    ),
    TargetField(
        "break_price",
        _l("Price break: unit price"),
        decimal(6),
        aliases=headings("unit_price, Break price, Staffelpreis, 阶梯价"),
    ),
    TargetField("unit_name", _l("Further unit: name"), text(30), aliases=headings("Further unit, 辅助单位")),
    TargetField(
        "unit_factor",
        _l("Further unit: base units in one"),
        decimal(4),
        aliases=headings("Conversion factor, Factor, 换算率, 换算系数"),
    ),
)
COMPLIANCE = (
    TargetField(
        "lifecycle",
        _l("Lifecycle"),
        words(said.LIFECYCLES, LIFECYCLE_WORDS),
        aliases=headings("Lifecycle status, Status, Part status, 生命周期, 状态"),
    ),
    TargetField(
        "last_buy_date",
        _l("Last buy date"),
        date(),
        aliases=headings("LTB date, Last time buy, 最后购买日期"),
    ),
    TargetField(
        "rohs", _l("RoHS"), words(said.ROHS, COMPLIANCE_WORDS), aliases=headings("rohs_status, RoHS status")
    ),
    TargetField(
        "reach",
        _l("REACH"),
        words(said.REACH, COMPLIANCE_WORDS),
        aliases=headings("REACH SVHC, reach_svhc_compliance, REACH status"),
    ),
    TargetField("eccn", _l("ECCN"), text(40), aliases=headings("Export control, 出口管制编码")),
    TargetField(
        "hs_code",
        _l("HS code"),
        identifier(40),
        aliases=headings("HTS, HTSUS, Schedule B, Tariff number, Zolltarifnummer, 海关编码, HS编码"),
    ),
    TargetField(
        "origin",
        _l("Country of origin"),
        CountryCell(),
        aliases=headings("COO, Origin, Ursprungsland, Pays d'origine, País de origen, 原产国, 原产地"),
    ),
    TargetField(
        "moisture_level", _l("Moisture level"), MoistureCell(), aliases=headings("MSL, MSL level, 湿敏等级")
    ),
)
NUMBERS = (
    TargetField(
        "partner",
        _l("Partner code"),
        identifier(),
        aliases=headings("Customer code, Supplier code, 客户编码, 供应商编码"),
        help=_l("Whose part number the row brings."),
    ),
    TargetField("number_kind", _l("Partner is"), choice(said.NUMBER_KINDS)),
    TargetField(
        "number",
        _l("Partner's part number"),
        identifier(),
        aliases=headings("Customer part number, Supplier part number, CPN, SPN, 客户料号, 供应商料号"),
    ),
)
TECHNICAL = (
    TargetField(
        "attribute",
        _l("Attribute: name"),
        text(200),
        aliases=headings("attribute, Parameter, 参数, 参数名称"),
        help=_l("Each row of a part brings one technical attribute."),
    ),
    TargetField("attribute_value", _l("Attribute: value"), text(), aliases=headings("value, 参数值, 值")),
    TargetField("attribute_unit", _l("Attribute: unit"), text(40), aliases=headings("参数单位")),
    TargetField(
        "package",
        _l("Attribute: package"),
        text(200),
        aliases=headings("Package, Case/Package, case_package, Footprint, Bauform, 封装"),
    ),
    TargetField("resistance", _l("Attribute: resistance"), text(200), aliases=headings("Resistance, 阻值")),
    TargetField(
        "capacitance", _l("Attribute: capacitance"), text(200), aliases=headings("Capacitance, 容值")
    ),
    TargetField("inductance", _l("Attribute: inductance"), text(200), aliases=headings("Inductance, 感值")),
    TargetField(
        "tolerance", _l("Attribute: tolerance"), text(200), aliases=headings("Tolerance, Toleranz, 精度")
    ),
    TargetField(
        "voltage",
        _l("Attribute: voltage"),
        text(200),
        aliases=headings("Voltage, Voltage Rating, 电压, 耐压"),
    ),
    TargetField("current", _l("Attribute: current"), text(200), aliases=headings("Current, 电流")),
    TargetField("power", _l("Attribute: power"), text(200), aliases=headings("Power, Power Rating, 功率")),
    TargetField(
        "dielectric", _l("Attribute: dielectric"), text(200), aliases=headings("Dielectric, 介质, 温度特性")
    ),
    TargetField(
        "temperature",
        _l("Attribute: operating temperature"),
        text(200),
        aliases=headings("Operating temperature, operating_temperature, 工作温度"),
    ),
)
PART = (*CARD, *TRADE, *COMPLIANCE, *NUMBERS, *TECHNICAL)
