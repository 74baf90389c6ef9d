"""Screens of the shelf."""

from sqlalchemy import ColumnElement

from addons.shelf import services
from core.i18n import _l
from core.screens import BulkAction, Button, Column, Field, Filter, Grid, Screens, Section, archiving

screens = Screens()

screens.list(
    "shelf.maker.list",
    model="shelf.maker",
    title=_l("Makers"),
    columns=["name", "country"],
    search=["name"],
    order="name",
)
screens.form(
    "shelf.maker.form", model="shelf.maker", title=_l("Maker"), nodes=[Section("main", "name", "country")]
)


def in_stock(part: type) -> ColumnElement[bool]:
    """Parts that can be sold now."""
    return part.stock > 0


screens.list(
    "shelf.part.list",
    model="shelf.part",
    title=_l("Parts"),
    columns=[
        "mpn",
        Column("description", editable=True),
        Column("maker_id", editable=True),
        "state",
        Column("price", editable=True),
        Column("cost", editable=True),
        Column("stock", editable=True),
        "pack",
        "since",
        "active",
        Column("value", _l("Stock value"), value=lambda part: part.price * part.stock, show="money"),
        Column("note", shown=False),
    ],
    filters=[
        "state",
        "maker_id",
        "since",
        "stock",
        "active",
        "cost",
        Filter("in_stock", _l("In stock"), where=in_stock),
    ],
    search=["mpn", "description"],
    actions=[
        "maker_id",
        "cost",
        BulkAction("praise", _l("Praise"), action="addons.shelf.services:praise", permission="shelf.write"),
        BulkAction(
            "discontinue",
            _l("Discontinue"),
            action="retire",
            permission="shelf.write",
            bulk=lambda part: part.state == "sample",
        ),
        *archiving("shelf.write"),
    ],
    group_by=["state", "maker_id", "since", "active"],
    order="mpn",
    empty=_l("Every part that you buy or sell is listed here."),
)
screens.form(
    "shelf.part.form",
    model="shelf.part",
    title=_l("Part"),
    nodes=[
        Section(
            "main",
            Field("mpn", _l("Part number"), help=_l("As the maker writes it.")),
            Field("description", wide=True),
            "maker_id",
            "state",
            "since",
            "active",
            title=_l("Part"),
        ),
        Section("sale", "price", "currency_code", "cost", "stock", "pack", title=_l("Price and stock")),
        Section("more", Field("note", multiline=True), title=_l("Note")),
        Button(
            "retire",
            _l("Retire"),
            action="retire",
            permission="shelf.retire",
            visible=lambda part: part.state == "active",
            confirm=_l("Retire this part?"),
            bulk=True,
        ),
    ],
)

screens.list(
    "shelf.order.list",
    model="shelf.order",
    title=_l("Orders"),
    columns=["number", "date", "maker_id", "state", "total"],
    filters=["state", "date", "maker_id"],
    search=["number", "maker_id"],
    group_by=["state", "date"],
    order="-date",
)
screens.form(
    "shelf.order.form",
    model="shelf.order",
    title=_l("Order"),
    readonly=lambda order: order.state != "draft",
    on_save=services.sum_up,
    nodes=[
        Section(
            "main",
            "number",
            "date",
            "maker_id",
            "currency_code",
            Field("total", readonly=True),
            Field("state", readonly=True),
        ),
        Grid("lines", model="shelf.order_line", columns=["part_id", "quantity", "price"], title=_l("Lines")),
        Button(
            "confirm",
            _l("Confirm"),
            action="addons.shelf.services:confirm",
            permission="shelf.write",
            style="primary",
            visible=lambda order: order.state == "draft",
            bulk=True,
        ),
    ],
)
