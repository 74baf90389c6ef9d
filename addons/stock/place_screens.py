"""Screens of warehouses, of the places in and around them, and of lots."""

from core.i18n import _l
from core.screens import Column, Field, Filter, Screens, Section, archiving

PLACES = {
    "internal": _l("Ours"),
    "supplier": _l("Suppliers"),
    "customer": _l("Customers"),
    "loss": _l("Losses"),
    "transit": _l("On the road"),
}


def declare(screens: Screens) -> None:
    """Add them to the addon's screens."""
    _lots(screens)
    _locations(screens)
    _warehouses(screens)


def _lots(screens: Screens) -> None:
    screens.list(
        "stock.lot.list",
        model="stock.lot",
        title=_l("Lots"),
        columns=["number", "product_id", "date_code", "maker_lot", "full_quantity", "received"],
        filters=["product_id", "received"],
        search=["number", "maker_lot", "date_code"],
        group_by=["product_id"],
        order="number",
        empty=_l("Reels and date codes are listed here."),
    )
    screens.form(
        "stock.lot.form",
        model="stock.lot",
        title=_l("Lot"),
        nodes=[
            Section(
                "main",
                "number",
                "product_id",
                Field("date_code", help=_l("Year and week, such as 2614.")),
                Field("maker_lot", _l("Maker's lot")),
                Field("full_quantity", help=_l("What a whole reel has; zero where nobody knows.")),
                "received",
            )
        ],
    )


def _locations(screens: Screens) -> None:
    screens.list(
        "stock.location.list",
        model="stock.location",
        title=_l("Locations"),
        columns=["code", Column("kind", choices=PLACES), "warehouse_id", "pickable", "active"],
        filters=[Filter("kind", choices=PLACES), "warehouse_id", "active"],
        actions=archiving("stock.configure"),
        search=["code"],
        group_by=["kind", "warehouse_id"],
        order="code",
        empty=_l("The places of your warehouses, and those around them, are made with the first transfer."),
    )
    screens.form(
        "stock.location.form",
        model="stock.location",
        title=_l("Location"),
        nodes=[
            Section(
                "main",
                "code",
                Field("kind", choices=PLACES),
                Field("warehouse_id", help=_l("Of a place that is ours.")),
                Field("pickable", help=_l("Whether deliveries take from it.")),
                "active",
            )
        ],
    )


def _warehouses(screens: Screens) -> None:
    screens.list(
        "stock.warehouse.list",
        model="stock.warehouse",
        title=_l("Warehouses"),
        columns=["code", "name", "active"],
        filters=["active"],
        actions=archiving("stock.configure"),
        search=["code", "name"],
        order="code",
        empty=_l("Your warehouses; the first is made with the first transfer."),
    )
    screens.form(
        "stock.warehouse.form",
        model="stock.warehouse",
        title=_l("Warehouse"),
        nodes=[Section("main", "code", "name", "active")],
    )
