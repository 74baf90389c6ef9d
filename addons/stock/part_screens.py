"""What there is: of each part, and in each place."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from addons.stock.services.availability import availability_of, next_arrivals
from addons.stock.services.places import OURS
from core import m
from core.i18n import _, _l, format_date, format_number
from core.screens import Column, Field, Filter, Part, Screens, Section


def declare(screens: Screens) -> None:
    """Stock by part and by place, and what the form of a part shows of it."""
    _parts(screens)
    _balances(screens)
    screens.offers("product", shows=free_of, permission="stock.read")


def free_of(session: Any, products: Sequence[int], _values: Mapping[str, Any]) -> dict[int, str]:
    """What is free of each part, and when more comes, beside it wherever a form offers parts."""
    product = m.Product
    goods = session.scalars(select(product.id).where(product.id.in_(products), product.kind == "goods")).all()
    coming = next_arrivals(session, goods)
    found = availability_of(session, goods)
    return {key: _free(one.available, coming.get(key)) for key, one in found.items()}


def _free(available: Decimal, coming: date | None) -> str:
    free = format_number(available)
    if coming is None:
        return _("%(free)s free", free=free)
    return _("%(free)s free, more on %(day)s", free=free, day=format_date(coming))


def _crossing(move: Any, *, inwards: bool) -> Any:
    """The condition that an open move brings goods into our places, or takes them out unreserved."""
    outer = move.from_id if inwards else move.to_id
    world = aliased(m.StockLocation)
    outside = select(world.id).where(world.kind.not_in(OURS))
    states = ("planned", "reserved") if inwards else ("planned",)
    return move.state.in_(states) & outer.in_(outside)


def incoming(move: Any) -> Any:
    """The condition that a move is expected from outside."""
    return _crossing(move, inwards=True)


def outgoing(move: Any) -> Any:
    """The condition that a move is planned to leave, and not reserved."""
    return _crossing(move, inwards=False)


def _there(name: str) -> Any:
    def value(product: Any) -> Any:
        balance = aliased(m.StockBalance)
        query = select(func.coalesce(func.sum(getattr(balance, name)), 0))
        return query.where(balance.product_id == product.id).scalar_subquery()

    return value


def _moving(condition: Any) -> Any:
    def value(product: Any) -> Any:
        move = aliased(m.StockMove)
        query = select(func.coalesce(func.sum(move.quantity), 0))
        return query.where(move.product_id == product.id, condition(move)).scalar_subquery()

    return value


def available(product: Any) -> Any:
    """What nobody has been promised of a part, in SQL."""
    return _there("on_hand")(product) - _there("reserved")(product)


def projected(product: Any) -> Any:
    """What will be free of a part when all has come and gone, in SQL."""
    return available(product) + _moving(incoming)(product) - _moving(outgoing)(product)


def has_stock(product: Any) -> Any:
    """The condition that something of a part is there, or moves."""
    balance, move = aliased(m.StockBalance), aliased(m.StockMove)
    there = select(balance.product_id).where(balance.on_hand > 0)
    moving = select(move.product_id).where(move.state.in_(("planned", "reserved")))
    return product.id.in_(there) | product.id.in_(moving)


def quantity(name: str, label: Any, value: Any) -> Column:
    """A column with a computed quantity."""
    return Column(name, label, value=value, show="quantity", sortable=False)


def _lot_text(balance: Any, name: str) -> Any:
    lot = aliased(m.StockLot)
    return select(getattr(lot, name)).where(lot.id == balance.lot_id).scalar_subquery()


def _parts(screens: Screens) -> None:
    screens.extend("product.form").after(
        "main",
        Part(
            "stock",
            template="stock/part.html",
            visible=lambda product: product is not None and product.kind == "goods",
        ),
    )
    screens.list(
        "stock.part.list",
        model="product",
        title=_l("Stock by part"),
        columns=[
            "code",
            Column("mpn", _l("Part number")),
            "description",
            quantity("on_hand", _l("On hand"), _there("on_hand")),
            quantity("reserved", _l("Reserved"), _there("reserved")),
            quantity("available", _l("Available"), available),
            quantity("incoming", _l("Incoming"), _moving(incoming)),
            quantity("outgoing", _l("Outgoing, not reserved"), _moving(outgoing)),
            quantity("projected", _l("Projected"), projected),
            Column("unit", shown=False),
        ],
        filters=[Filter("stocked", _l("In stock or moving"), where=has_stock), "maker_id", "active"],
        search=["code", "mpn", "description"],
        order="code",
        create=False,
        where=lambda product: product.kind == "goods",
        source=(_l("Products"), "product.list"),
        empty=_l("What there is of each part, and what comes and goes."),
    )


def _balances(screens: Screens) -> None:
    screens.list(
        "stock.balance.list",
        model="stock.balance",
        title=_l("Stock by place"),
        columns=[
            "product_id",
            "location_id",
            "lot_id",
            Column("date_code", _l("Date code"), value=lambda b: _lot_text(b, "date_code")),
            "on_hand",
            "reserved",
            quantity("available", _l("Available"), lambda b: b.on_hand - b.reserved),
            Column("since", _l("In stock since")),
        ],
        filters=[
            Filter("there", _l("On hand"), where=lambda b: b.on_hand > 0),
            Filter("free", _l("Available"), where=lambda b: b.on_hand > b.reserved),
            "product_id",
            "location_id",
            "lot_id",
            "since",
        ],
        search=["product_id", "lot_id"],
        group_by=["product_id", "location_id", "since"],
        order="product_id",
        create=False,
        source=(_l("Transfers"), "stock.transfer.list"),
        empty=_l("What was received stands here, by place and lot."),
    )
    screens.form(
        "stock.balance.form",
        model="stock.balance",
        title=_l("Stock by place"),
        readonly=lambda balance: True,
        create=False,
        nodes=[
            Section(
                "main",
                "product_id",
                "location_id",
                "lot_id",
                "on_hand",
                "reserved",
                Field("since", _l("In stock since")),
            ),
            Part("moves", template="stock/balance.html", visible=lambda balance: balance is not None),
        ],
    )
