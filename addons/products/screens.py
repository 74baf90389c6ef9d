"""Lists and forms of products."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from addons.products.models import MOISTURE_LEVELS
from addons.products.services import partners
from addons.products.services.datasheets import newest_pdf
from addons.products.words import KINDS, LIFECYCLES, NUMBER_KINDS, REACH, ROHS
from core import m
from core.db import db
from core.i18n import _, _l
from core.screens import Button, Column, Field, Filter, Grid, Named, Part, Screens, Section, archiving

screens = Screens()


def incomplete(product: Any) -> ColumnElement[bool]:
    """The condition that nobody can order a part by its maker's number."""
    return or_(product.maker_id.is_(None), product.mpn == "")


def undeclared(product: Any) -> ColumnElement[bool]:
    """The condition that a part lacks what customs and customers ask for."""
    unsaid = or_(product.rohs == "unknown", product.reach == "unknown")
    return (product.kind == "goods") & or_(unsaid, product.origin == "", product.hs_code == "")


def mpn_of(number: Any) -> Any:
    """The maker's number of the part, in SQL."""
    return select(m.Product.mpn).where(m.Product.id == number.product_id).scalar_subquery()


def mark_datasheet(session: Any, product: Any) -> str:
    """Make the newest PDF beside the part its datasheet."""
    m.Product.mark_datasheet(session, [product])
    return _("“%(name)s” is the datasheet.", name=product.datasheet.filename)


def named_by_partner(session: Any, texts: Sequence[str], values: Mapping[str, Any]) -> list[Named]:
    """The parts that the partner of a document calls so; nothing where it names none."""
    return partners.named(session, values["partner_id"], texts) if values["partner_id"] else []


def has_another_pdf(product: Any) -> bool:
    """Whether a PDF beside the part is newer than its datasheet, or is the first."""
    newest = newest_pdf(db.session, [product.id])
    return product.id in newest and newest[product.id] != product.datasheet_id


screens.list(
    "product.list",
    model="product",
    title=_l("Products"),
    columns=[
        "code",
        Column("mpn", _l("Part number"), editable=True),
        Column("maker_id", editable=True),
        Column("description", editable=True),
        "kind",
        Column("lifecycle", choices=LIFECYCLES),
        Column("unit", editable=True),
        Column("list_price", _l("List price"), currency="list_currency_code"),
        Column("min_order_quantity", _l("MOQ"), editable=True, shown=False),
        Column("order_multiple", _l("Multiple"), editable=True, shown=False),
        Column("pack_quantity", _l("Pack"), editable=True, shown=False),
        Column("weight", _l("Weight, g"), editable=True, shown=False),
        Column("rohs", _l("RoHS"), choices=ROHS, shown=False),
        Column("reach", _l("REACH"), choices=REACH, shown=False),
        Column("origin", _l("Origin"), editable=True, shown=False),
        Column("hs_code", _l("HS code"), editable=True, shown=False),
        Column("barcode", editable=True, shown=False),
        Column("cost", _l("Cost"), shown=False),
    ],
    filters=[
        "kind",
        "maker_id",
        Filter("lifecycle", choices=LIFECYCLES),
        "active",
        Filter("incomplete", _l("No maker or part number"), where=incomplete),
        Filter("undeclared", _l("No RoHS, REACH, origin or HS code"), where=undeclared),
        Filter("unpriced", _l("Without a list price"), where=lambda product: product.list_price.is_(None)),
    ],
    search=["code", "mpn", "barcode", "description"],
    actions=["maker_id", "lifecycle", "rohs", "reach", "origin", *archiving("products.write")],
    group_by=["maker_id", "kind", "lifecycle", "active"],
    order="code",
    empty=_l("Every part and service that you trade is listed here."),
)
screens.form(
    "product.form",
    model="product",
    title=_l("Product"),
    head=("mpn", "maker_id", "lifecycle"),
    nodes=[
        Section(
            "main",
            "code",
            Field("mpn", _l("Part number"), help=_l("As the maker writes it.")),
            "maker_id",
            Field("kind", choices=KINDS),
            Field("barcode", help=_l("EAN, UPC, or a label of your own.")),
            "active",
            Field("description", wide=True),
        ),
        Section(
            "trade",
            "unit",
            Field("countable", _l("Whole units only")),
            Field("pack_quantity", _l("Pack quantity"), help=_l("Of a full reel, tray or tube.")),
            Field("min_order_quantity", _l("Minimum order quantity")),
            Field("order_multiple", _l("Order multiple")),
            Field("weight", _l("Weight, g"), help=_l("Of one unit; freight is spread by it.")),
            Field("list_price", _l("List price"), help=_l("Of one unit; price breaks go before it.")),
            Field("list_currency_code", _l("Currency of the list price")),
            Field("cost", _l("Cost"), help=_l("Of one unit, in the company's currency.")),
            title=_l("Trade"),
        ),
        Grid(
            "price_breaks",
            model="product.price_break",
            columns=[
                "currency_code",
                Column("min_quantity", _l("From quantity")),
                Column("unit_price", _l("Unit price")),
            ],
            title=_l("Price breaks"),
            order="currency_code",
        ),
        Grid(
            "units",
            model="product.unit",
            columns=["name", Column("factor", _l("Base units in one"))],
            title=_l("Further units"),
        ),
        Section(
            "compliance",
            Field("lifecycle", choices=LIFECYCLES),
            Field("last_buy_date", _l("Last buy date")),
            Field("rohs", _l("RoHS"), choices=ROHS),
            Field("reach", _l("REACH"), choices=REACH),
            Field("eccn", _l("ECCN"), help=_l("Export control classification, such as EAR99.")),
            Field("hs_code", _l("HS code")),
            Field("origin", _l("Country of origin"), help=_l("Two letters, such as CN.")),
            Field(
                "moisture_level",
                _l("Moisture level"),
                choices={level: level or _l("Not known") for level in MOISTURE_LEVELS},
            ),
            title=_l("Compliance and origin"),
        ),
        Part(
            "datasheet", template="products/datasheet.html", visible=lambda part: part.datasheet is not None
        ),
        Grid(
            "attributes",
            model="product.attribute",
            columns=["name", Column("value", _l("Attribute value")), "unit"],
            title=_l("Technical attributes"),
            order="name",
        ),
        Grid(
            "part_numbers",
            model="product.part_number",
            columns=["partner_id", Column("kind", _l("Whose"), choices=NUMBER_KINDS), "number"],
            title=_l("Part numbers of partners"),
        ),
        Button(
            "mark_datasheet",
            _l("Mark as datasheet"),
            action=mark_datasheet,
            permission="products.write",
            visible=has_another_pdf,
        ),
    ],
)
screens.list(
    "product.part_number.list",
    model="product.part_number",
    title=_l("Part numbers of partners"),
    columns=[
        "number",
        "partner_id",
        Column("kind", _l("Whose"), choices=NUMBER_KINDS),
        "product_id",
        Column("mpn", _l("Part number"), value=mpn_of),
    ],
    filters=["partner_id", Filter("kind", _l("Whose"), choices=NUMBER_KINDS)],
    search=["number", "partner_id", "product_id"],
    order="number",
    create=False,
    source=(_l("Products"), "product.list"),
    empty=_l("What customers and suppliers call your parts is listed here."),
)
screens.list(
    "maker.list",
    model="maker",
    title=_l("Makers"),
    columns=["name"],
    search=["name"],
    order="name",
    empty=_l("The makers of your parts are listed here."),
)
screens.form("maker.form", model="maker", title=_l("Maker"), nodes=[Section("main", "name")])
# On every document of a partner, parts are found by what that partner calls them.
screens.offers("product", by=("partner_id",), finds=named_by_partner)
