"""Price lists and their prices, and the rules that suppliers' prices follow."""

from typing import Any

from addons.pricing.services import comparing, priced
from core.clock import today
from core.i18n import _l, format_number
from core.screens import Button, Column, Fact, Facts, Field, Filter, Grid, Part, Screens, Section
from core.security.actor import actor_of

SIDES = {"purchase": _l("Supplier's prices"), "sale": _l("Prices for customers")}
RULES = {
    "list": _l("Latest list first"),
    "order": _l("Latest order first"),
    "receipt": _l("Latest receipt first"),
    "quotation": _l("Quotation first"),
    "newest": _l("Whichever is newest"),
}
RECEIPT_PRICES = {"ordered": _l("Ordered price"), "latest": _l("Latest price")}
BREAKS = {"line": _l("By line"), "order": _l("By all lines of the part on the order")}


def holds_today(price_list: Any) -> Any:
    """The condition that a list holds now."""
    begun = price_list.valid_from.is_(None) | (price_list.valid_from <= today())
    ended = price_list.valid_until.is_not(None) & (price_list.valid_until < today())
    return price_list.active & begun & ~ended


def begins_later(price_list: Any) -> Any:
    """The condition that a list will hold by itself from a day to come on."""
    return price_list.active & (price_list.valid_from > today())


def facts_of_move(session: Any, move: Any) -> list[Fact]:
    """What a run has repriced goods to, for those who may see what is paid."""
    price = priced.repriced(session, [move.id]).get(move.id)
    if price is None or not actor_of(session).may("purchasing.read"):
        return []
    return [Fact(_l("Repriced to"), text=f"{format_number(price)} {move.document_currency_code}")]


def declare(screens: Screens) -> None:
    """Price lists, prices, and what suppliers and the company say about them."""
    _lists(screens)
    _prices(screens)
    screens.extend("partner.form").after(
        "receipt_tolerance",
        Field("price_source", _l("Latest price"), choices=RULES, help=_l("Empty for what the company says.")),
        Field("receipt_price", _l("Receipts cost"), choices=RECEIPT_PRICES),
        Field("price_breaks", _l("Breaks are reached"), choices=BREAKS),
    )
    screens.extend("partner.form").after(
        "main",
        Button(
            "price_list",
            _l("Take in a price list"),
            action="pricing.list_file",
            method="get",
            permission="pricing.write",
            visible=lambda partner: partner is not None and partner.is_supplier,
        ),
    )
    screens.extend("company.form").after(
        "approval_limit",
        Field("price_source", _l("Latest price of suppliers"), choices=RULES),
        Field("reprice_tolerance", _l("Repricing needs an approval over, %")),
    )
    screens.extend("stock.move.form").after(
        "document_rate",
        Field("ordered_price", _l("Ordered price")),
        Field("price_origin", _l("Price from")),
    )
    screens.extend("stock.move.form").before(
        "main", Facts("repriced", read=facts_of_move, visible=lambda move: move is not None)
    )


def _lists(screens: Screens) -> None:
    screens.list(
        "pricing.price_list.list",
        model="pricing.price_list",
        title=_l("Price lists"),
        columns=[
            "name",
            Column("side", _l("Kind"), choices=SIDES),
            "partner_id",
            Column("partner_group_id", _l("Partner group")),
            "currency_code",
            Column("valid_from", _l("Valid from")),
            Column("valid_until", _l("Valid until")),
            Column("active", _l("Active")),
        ],
        filters=[
            Filter("now", _l("Valid today"), where=holds_today),
            Filter("later", _l("Begins later"), where=begins_later),
            Filter("side", _l("Kind"), choices=SIDES),
            "partner_id",
            Filter("partner_group_id", _l("Partner group")),
            "currency_code",
            "valid_from",
        ],
        search=["name", "partner_id"],
        group_by=["side", "partner_id", "partner_group_id"],
        actions=["active"],
        order="-valid_from",
        empty=_l("Price lists of suppliers and for customers stand here."),
    )
    screens.form(
        "pricing.price_list.form",
        model="pricing.price_list",
        title=_l("Price list"),
        head=("partner_id", "valid_from", "valid_until"),
        defaults=lambda session: {"side": "purchase", "valid_from": today()},
        nodes=[
            Section(
                "main",
                Field("name", help=_l("Papers name it: call it what their reader may know.")),
                Field("side", _l("Kind"), choices=SIDES),
                Field("partner_id", help=_l("Empty for everybody.")),
                Field(
                    "partner_group_id",
                    _l("Partner group"),
                    help=_l("For the customers of a group; it goes before everybody's."),
                ),
                "currency_code",
                Field("valid_from", _l("Valid from"), help=_l("It takes effect on that day by itself.")),
                Field("valid_until", _l("Valid until")),
                Field("replaces_id", _l("Compared with")),
                Field("active", _l("Active")),
                Field("note", multiline=True, wide=True),
            ),
            Grid(
                "prices",
                model="pricing.price",
                title=_l("Prices"),
                filled=("product_id",),
                columns=[
                    Column("product_id", choice_columns=("mpn", "maker_id")),
                    Column("min_quantity", _l("From quantity")),
                    Column("per", _l("Per")),
                    Column("unit_price", _l("Price")),
                    Column("margin", _l("Margin over cost, %"), shown=False),
                    Column("contract_quantity", _l("Contract quantity"), shown=False),
                ],
            ),
            Part(
                "faults",
                template="pricing/faults.html",
                read=lambda session, one: one.faults,
                visible=lambda one: one is not None and bool(one.faults),
            ),
            Part(
                "changes",
                template="pricing/changes.html",
                read=comparing.changes_of,
                visible=lambda one: one is not None and one.replaces_id is not None,
            ),
        ],
    )


def _prices(screens: Screens) -> None:
    columns: list[Column | str] = [
        "product_id",
        "price_list_id",
        Column("min_quantity", _l("From quantity")),
        Column("per", _l("Per")),
        Column("unit_price", _l("Price")),
        Column("contract_quantity", _l("Contract quantity"), shown=False),
    ]
    screens.list(
        "pricing.price.list",
        model="pricing.price",
        title=_l("Prices"),
        columns=columns,
        filters=["product_id", "price_list_id"],
        search=["product_id", "price_list_id"],
        group_by=["price_list_id"],
        order="-id",
        create=False,
        source=(_l("Price lists"), "pricing.price_list.list"),
        empty=_l("What parts cost by each list, from which quantity on."),
    )
    screens.form(
        "pricing.price.form",
        model="pricing.price",
        title=_l("Price"),
        readonly=lambda price: True,
        create=False,
        nodes=[
            Section(
                "main",
                "product_id",
                "price_list_id",
                Field("min_quantity", _l("From quantity")),
                Field("per", _l("Per")),
                Field("unit_price", _l("Price")),
                Field("margin", _l("Margin over cost, %")),
                Field("contract_quantity", _l("Contract quantity")),
            )
        ],
    )
