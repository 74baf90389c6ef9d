"""The columns that suppliers' price lists may have, and how the trade calls them; breaks as headings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from addons.matching.services.sheets import Layouts
from core.exchange.convert import DecimalCell, date, decimal, text
from core.exchange.targets import Target, TargetField, headings
from core.i18n import _l

#: Codes that lists write for a currency with an ISO code of its own.
NAMES = {"RMB": "CNY", "CN¥": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR", "€": "EUR", "US$": "USD"}
#: What a price is for, where a list says it in words.
UNITS = {
    **dict.fromkeys(
        ("PC", "PCS", "PIECE", "PIECES", "EA", "EACH", "UNIT", "UNITS", "个", "片", "只", "PCE"), 1
    ),
    **dict.fromkeys(("K", "KPCS", "MPCS", "千", "千个", "KPC", "TSD"), 1000),
}


def _never(_session: Any, _documents: Any, _options: Any) -> None:
    """Lists are read by what imports them."""


#: The target that headings are recognised by.
PRICES = Target(
    name="pricing.supplier_list",
    title=_l("Supplier's price list"),
    permission="pricing.write",
    book=_never,
    fields=(
        TargetField(
            "price",
            _l("Price"),
            decimal(6),
            aliases=headings(
                "Unit price, Price each, Net price, U/P, Price per unit, Cost, Unit cost, List price",
                "New price",
                "Preis, Einzelpreis, Stückpreis, Nettopreis",
                "单价, 未税单价, 不含税单价, 单价未税, 单价不含税, 报价, 新单价, 最新单价, 价格",
            ),
        ),
        TargetField(
            "part",
            _l("Part no."),
            text(),
            aliases=headings(
                "Part number, Part, P/N, PN, Item, Item no., Item number, Item code, Material, Article, SKU",
                "Code, Artikel, Artikelnummer, Artikelnr., Product, Product code, Supplier part no.",
                "Our part no.",
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
            "least",
            _l("From quantity"),
            DecimalCell(6, positive=True),
            aliases=headings(
                "Break, Break qty, Price break, Qty break, Quantity break, From, Min. qty, Quantity, Qty",
                "MOQ, Staffel, Ab Menge, Menge, Mindestmenge",
                "数量, 起订量, 阶梯数量, 数量起, 最小起订量, 批量",
            ),
        ),
        TargetField(
            "per",
            _l("Per"),
            text(),
            aliases=headings(
                "Price unit, Price per, Unit, UOM, PE, Preiseinheit, Preis pro, Per qty",
                "单位, 计价单位, 价格单位, 每",
            ),
        ),
        TargetField(
            "currency",
            _l("Currency"),
            text(),
            aliases=headings("Curr., Cur, CCY, Währung", "币种, 币别, 货币"),
        ),
        TargetField(
            "since",
            _l("Valid from"),
            date(),
            aliases=headings(
                "Effective, Effective date, Effective from, Start date, Valid as of, Price valid from",
                "Gültig ab, Gültig von, Preis ab",
                "生效日期, 生效日, 有效期自, 执行日期, 起始日期, 开始日期",
            ),
        ),
        TargetField(
            "until",
            _l("Valid until"),
            date(),
            aliases=headings(
                "Valid to, Valid till, Expiry date, Expires, End date, Price valid until",
                "Gültig bis",
                "失效日期, 有效期至, 截止日期, 结束日期",
            ),
        ),
    ),
)
_THOUSANDS = re.compile(r"(?<=\d)[,.' ](?=\d{3}(?!\d))")
_BREAK = re.compile(
    r"(?:qty|quantity|price|from|ab|unit price|preis|单价|数量)?\s*[:@(]?\s*(?:>=?|≥)?\s*"
    r"(?P<least>\d+)\s*(?P<kilo>k)?\s*(?:\+|[-–~]\s*\d+\s*k?)?\s*"
    r"(?:pcs?\.?|pieces|ea|stk\.?|stück|up|and up|以上|起|个|片|只|个以上|pcs以上)?\s*\)?",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3}|US\$|€|CN¥|人民币|美元|欧元)(?![A-Za-z])")
_IN_BRACKETS = re.compile(
    r"[(（\[/,]\s*([A-Z]{3}|US\$|€|CN¥|人民币|美元|欧元)\s*[)）\]]?\s*$|\s+(in\s+)?[A-Z]{3}$"
)


def break_of(heading: str) -> Decimal | None:
    """From which quantity on the prices below a heading hold: 100 for `100+`, `100-499` and `1,000 pcs`."""
    plain = _THOUSANDS.sub("", unicodedata.normalize("NFKC", heading)).strip()
    found = _BREAK.fullmatch(plain)
    if not found or not 0 < int(found["least"]) < 10**9:
        return None
    return Decimal(found["least"]) * (1000 if found["kilo"] else 1)


def without_currency(heading: str) -> str:
    """A heading without the currency that it names: `Unit price` for `Unit price (USD)`."""
    return _IN_BRACKETS.sub("", heading).strip() or heading


def currencies_in(cell: str, known: Sequence[str]) -> set[str]:
    """The currencies that a text names, of those that are known."""
    named = {NAMES.get(code, code) for code in _CODE.findall(unicodedata.normalize("NFKC", cell))}
    return named & set(known)


def _breaks(header: Sequence[str]) -> list[str]:
    return [heading for heading in header if break_of(heading) is not None]


def _suffices(header: Sequence[str], mapping: Mapping[str, str]) -> bool:
    named = {"part", "customer_part", "mpn"} & set(mapping)
    return bool(named and ("price" in mapping or _breaks(header)))


LISTS = Layouts(PRICES, _suffices, lambda header: len(_breaks(header)), without_currency)
