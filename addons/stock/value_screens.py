"""Screens of what stock is worth: the sums, the rows behind them, and what issues took from receipts."""

from typing import Any

from sqlalchemy import case

from core.i18n import _l
from core.screens import Column, Field, Filter, Screens, Section

KINDS = {
    "receipt": _l("Receipt"),
    "issue": _l("Issue"),
    "landed_cost": _l("Landed cost"),
    "repricing": _l("Repricing"),
    "count": _l("Count"),
    "rounding": _l("Rounding"),
}


def declare(screens: Screens) -> None:
    """Add them to the addon's screens."""
    _worth(screens)
    _values(screens)
    _takes(screens)


def _of_one(worth: Any) -> Any:
    return case((worth.quantity > 0, worth.amount / worth.quantity), else_=None)


def _worth(screens: Screens) -> None:
    screens.list(
        "stock.worth.list",
        model="stock.worth",
        title=_l("Stock value"),
        columns=[
            "product_id",
            "quantity",
            Column("amount", _l("Value")),
            Column("of_one", _l("Value of one"), value=_of_one, show="price", sortable=False),
        ],
        filters=[Filter("there", _l("On hand"), where=lambda worth: worth.quantity > 0), "product_id"],
        search=["product_id"],
        order="product_id",
        create=False,
        source=(_l("Transfers"), "stock.transfer.list"),
        empty=_l("What each part in stock is worth; the sum is the inventory account."),
    )
    screens.form(
        "stock.worth.form",
        model="stock.worth",
        title=_l("Stock value"),
        readonly=lambda worth: True,
        create=False,
        nodes=[Section("main", "product_id", "quantity", Field("amount", _l("Value")))],
    )


def _values(screens: Screens) -> None:
    screens.list(
        "stock.value.list",
        model="stock.value",
        title=_l("Value by move"),
        columns=[
            "date",
            "product_id",
            Column("kind", choices=KINDS),
            "quantity",
            Column("amount", _l("Value")),
            Column("taken", _l("Of that gone")),
            Column("entry_id", _l("Journal entry")),
        ],
        filters=[
            Filter("open", _l("Receipts not used up"), where=lambda value: value.taken < value.quantity),
            Filter("kind", choices=KINDS),
            "product_id",
            "date",
        ],
        search=["product_id"],
        group_by=["product_id", "kind", "date"],
        order="-date",
        create=False,
        source=(_l("Transfers"), "stock.transfer.list"),
        empty=_l("What every move did to the value of a part."),
    )
    screens.form(
        "stock.value.form",
        model="stock.value",
        title=_l("Value"),
        readonly=lambda value: True,
        create=False,
        nodes=[
            Section(
                "main",
                "date",
                "product_id",
                Field("kind", choices=KINDS),
                "move_id",
                "quantity",
                Field("amount", _l("Value")),
                Field("taken", _l("Of that gone")),
                Field("entry_id", _l("Journal entry")),
            )
        ],
    )


def _takes(screens: Screens) -> None:
    screens.list(
        "stock.layer_take.list",
        model="stock.layer_take",
        title=_l("Cost of issues"),
        columns=[
            Column("issue_id", _l("Issue")),
            Column("layer_id", _l("Receipt")),
            "quantity",
            Column("amount", _l("Cost")),
        ],
        filters=["issue_id", "layer_id"],
        search=[],
        order="-id",
        create=False,
        source=(_l("Transfers"), "stock.transfer.list"),
        empty=_l("From which receipts issues took, at what cost."),
    )
