"""What suppliers sell, on which terms and at which prices."""

from typing import Any

from sqlalchemy import select

from addons.purchasing.services.demand import short_ids
from addons.stock.part_screens import available, projected, quantity
from core import m
from core.clock import today
from core.i18n import _l
from core.screens import Column, Field, Filter, Grid, Screens, Section


def their_number(terms: Any) -> Any:
    """What the supplier calls the part, in SQL."""
    number = m.ProductPartNumber
    own = (number.partner_id == terms.partner_id) & (number.product_id == terms.product_id)
    query = select(number.number).where(own, number.kind == "supplier").order_by(number.id).limit(1)
    return query.scalar_subquery()


def holds_today(price: Any) -> Any:
    """The condition that a price holds now."""
    begun = price.valid_from.is_(None) | (price.valid_from <= today())
    return begun & (price.valid_until.is_(None) | (price.valid_until >= today()))


def declare(screens: Screens) -> None:
    """What is short, and suppliers' terms and prices."""
    _demand(screens)
    _terms(screens)
    _prices(screens)


def _demand(screens: Screens) -> None:
    screens.list(
        "purchasing.demand.list",
        model="product",
        title=_l("Short parts"),
        columns=[
            "code",
            Column("mpn", _l("Part number")),
            "description",
            quantity("available", _l("Available"), available),
            quantity("projected", _l("Projected"), projected),
            Column("min_stock", _l("Minimum stock")),
        ],
        filters=["maker_id"],
        search=["code", "mpn", "description"],
        order="code",
        create=False,
        where=lambda product: product.id.in_(short_ids()),
        source=(_l("To order"), "purchasing.demand_page"),
        empty=_l("Parts of which too little will be there, or less than their minimum, stand here."),
    )


def _terms(screens: Screens) -> None:
    screens.list(
        "purchasing.supplier_part.list",
        model="purchasing.supplier_part",
        title=_l("Suppliers' terms"),
        columns=[
            "partner_id",
            "product_id",
            Column("number", _l("Their part no."), value=their_number),
            Column("rank", _l("Rank"), editable=True),
            Column("lead_days", _l("Lead time, days"), editable=True),
            Column("min_quantity", _l("MOQ"), editable=True),
            Column("multiple", _l("Multiple"), editable=True),
            Column("approved", _l("Approved")),
        ],
        filters=["partner_id", "product_id", "approved"],
        search=["partner_id", "product_id"],
        group_by=["partner_id"],
        actions=["approved"],
        order="partner_id",
        empty=_l("Which supplier sells which part, and on which terms."),
    )
    screens.form(
        "purchasing.supplier_part.form",
        model="purchasing.supplier_part",
        title=_l("Supplier's terms"),
        head=("partner_id", "product_id"),
        nodes=[
            Section(
                "main",
                "partner_id",
                "product_id",
                Field("rank", _l("Rank"), help=_l("Of several suppliers the lowest is asked first.")),
                Field("lead_days", _l("Lead time, days")),
                Field("min_quantity", _l("Minimum order quantity")),
                Field("multiple", _l("Order multiple")),
                Field("approved", _l("Approved"), help=_l("Orders of others are refused.")),
            ),
            Grid(
                "prices",
                model="purchasing.supplier_price",
                title=_l("Prices"),
                columns=[
                    "currency_code",
                    Column("min_quantity", _l("From quantity")),
                    Column("unit_price", _l("Unit price")),
                    Column("valid_from", _l("Valid from")),
                    Column("valid_until", _l("Valid until")),
                ],
            ),
        ],
    )


def _prices(screens: Screens) -> None:
    screens.list(
        "purchasing.supplier_price.list",
        model="purchasing.supplier_price",
        title=_l("Suppliers' prices"),
        columns=[
            "partner_id",
            "product_id",
            "currency_code",
            Column("min_quantity", _l("From quantity")),
            Column("unit_price", _l("Unit price"), currency="currency_code"),
            Column("valid_from", _l("Valid from")),
            Column("valid_until", _l("Valid until")),
        ],
        filters=[
            Filter("now", _l("Valid today"), where=holds_today),
            "partner_id",
            "product_id",
            "currency_code",
            "valid_from",
            "valid_until",
        ],
        search=["partner_id", "product_id"],
        group_by=["partner_id"],
        order="-id",
        create=False,
        source=(_l("Suppliers' terms"), "purchasing.supplier_part.list"),
        empty=_l("What suppliers ask for parts, by quantity and period."),
    )
    screens.form(
        "purchasing.supplier_price.form",
        model="purchasing.supplier_price",
        title=_l("Supplier's price"),
        readonly=lambda price: True,
        create=False,
        nodes=[
            Section(
                "main",
                "partner_id",
                "product_id",
                "currency_code",
                Field("min_quantity", _l("From quantity")),
                Field("unit_price", _l("Unit price")),
                Field("valid_from", _l("Valid from")),
                Field("valid_until", _l("Valid until")),
            )
        ],
    )
