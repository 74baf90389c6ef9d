"""Lists and forms of products."""

from typing import Any

from sqlalchemy import ColumnElement, or_

from core.i18n import _l
from core.screens import Column, Field, Filter, Screens, Section, archiving

screens = Screens()

KINDS = {"goods": _l("Goods"), "service": _l("Service")}


def incomplete(product: Any) -> ColumnElement[bool]:
    """The condition that nobody can order a part by its maker's number."""
    return or_(product.maker_id.is_(None), product.mpn == "")


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
        Column("unit", editable=True),
        Column("cost", _l("Cost"), shown=False),
    ],
    filters=[
        "kind",
        "maker_id",
        "active",
        Filter("incomplete", _l("No maker or part number"), where=incomplete),
    ],
    search=["code", "mpn", "description"],
    actions=["maker_id", *archiving("products.write")],
    group_by=["maker_id", "kind", "active"],
    order="code",
    empty=_l("Every part and service that you trade is listed here."),
)
screens.form(
    "product.form",
    model="product",
    title=_l("Product"),
    nodes=[
        Section(
            "main",
            "code",
            Field("mpn", _l("Part number"), help=_l("As the maker writes it.")),
            "maker_id",
            Field("kind", choices=KINDS),
            "unit",
            Field("cost", _l("Cost"), help=_l("Of one unit, in the company's currency.")),
            "active",
            Field("description", wide=True),
        ),
    ],
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
