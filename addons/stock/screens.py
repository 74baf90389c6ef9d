"""Lists and forms of stock."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from addons.stock import place_screens, value_screens
from addons.stock.services import creation
from addons.stock.services.places import OURS
from core import m
from core.clock import today
from core.i18n import _, _l, format_number
from core.screens import Button, Column, Field, Filter, Grid, Part, Screens, Section

screens = Screens()
place_screens.declare(screens)
value_screens.declare(screens)

KINDS = {
    "receipt": _l("Receipt"),
    "delivery": _l("Delivery"),
    "return": _l("Return"),
    "move": _l("Move"),
    "count": _l("Count"),
    "scrap": _l("Scrap"),
}
STATES = {"draft": _l("Draft"), "done": _l("Done"), "cancelled": _l("Cancelled")}
MOVE_STATES = {
    "planned": _l("Planned"),
    "reserved": _l("Reserved"),
    "done": _l("Done"),
    "cancelled": _l("Cancelled"),
}
METHODS = {"fifo": _l("First in, first out"), "average": _l("Moving average")}


def is_draft(record: Any) -> bool:
    """Whether it can still be changed."""
    return bool(record.state == "draft")


def reserve(session: Any, transfer: Any) -> str:
    """Reserve for one transfer, from its form."""
    lacking = sum(m.StockTransfer.reserve(session, [transfer]).values())
    if lacking:
        return _("%(quantity)s are lacking; the rest is reserved.", quantity=format_number(lacking))
    return _("Everything is reserved.")


def release(session: Any, transfer: Any) -> str:
    """Give back what is reserved for one transfer."""
    m.StockTransfer.release(session, [transfer])
    return _("It is free again.")


def do(session: Any, transfer: Any) -> str:
    """Do one transfer, today."""
    rests = m.StockTransfer.do(session, [transfer])
    if rests:
        rest = session.get(m.StockTransfer, rests[transfer.id])
        return _(
            "%(number)s is done; %(rest)s is for what is left.", number=transfer.number, rest=rest.number
        )
    return _("%(number)s is done.", number=transfer.number)


def cancel(session: Any, transfer: Any) -> str:
    """Give one transfer up."""
    m.StockTransfer.cancel(session, [transfer])
    return _("%(number)s is cancelled.", number=transfer.number)


def do_count(session: Any, count: Any) -> str:
    """Book the differences of one count."""
    m.StockCount.do(session, [count])
    if count.transfer_id is None:
        return _("Everything was as it should be.")
    return _("The differences are booked.")


def is_ours(location: Any) -> Any:
    """The condition that what is in a place is ours."""
    return location.kind.in_(OURS)


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


def _available(product: Any) -> Any:
    return _there("on_hand")(product) - _there("reserved")(product)


def _projected(product: Any) -> Any:
    return _available(product) + _moving(incoming)(product) - _moving(outgoing)(product)


def has_stock(product: Any) -> Any:
    """The condition that something of a part is there, or moves."""
    balance, move = aliased(m.StockBalance), aliased(m.StockMove)
    there = select(balance.product_id).where(balance.on_hand > 0)
    moving = select(move.product_id).where(move.state.in_(("planned", "reserved")))
    return product.id.in_(there) | product.id.in_(moving)


def quantity(name: str, label: Any, value: Any) -> Column:
    """A column with a computed quantity."""
    return Column(name, label, value=value, show="quantity", sortable=False)


screens.extend("company.form").after(
    "currency_code",
    Field(
        "cost_method",
        _l("Value of stock"),
        choices=METHODS,
        help=_l("It stays as soon as something was received."),
    ),
)
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
        quantity("available", _l("Available"), _available),
        quantity("incoming", _l("Incoming"), _moving(incoming)),
        quantity("outgoing", _l("Outgoing, not reserved"), _moving(outgoing)),
        quantity("projected", _l("Projected"), _projected),
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


def _lot_text(balance: Any, name: str) -> Any:
    lot = aliased(m.StockLot)
    return select(getattr(lot, name)).where(lot.id == balance.lot_id).scalar_subquery()


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
screens.list(
    "stock.transfer.list",
    model="stock.transfer",
    title=_l("Transfers"),
    columns=[
        "number",
        Column("kind", choices=KINDS),
        "planned",
        "date",
        "partner_id",
        "from_id",
        "to_id",
        "reference",
        Column("state", choices=STATES),
        Column("rest_of_id", _l("Rest of"), shown=False),
    ],
    filters=[
        Filter(
            "due",
            _l("Due by today"),
            where=lambda t: (t.state == "draft") & (t.planned <= func.current_date()),
        ),
        Filter("kind", choices=KINDS),
        Filter("state", choices=STATES),
        "partner_id",
        "planned",
        "date",
    ],
    search=["number", "reference", "partner_id"],
    group_by=["kind", "state", "partner_id", "planned"],
    order="-planned",
    empty=_l("Receipts, deliveries, returns and moves between places are listed here."),
)
screens.form(
    "stock.transfer.form",
    model="stock.transfer",
    title=_l("Transfer"),
    readonly=lambda transfer: not is_draft(transfer),
    on_save=lambda session, transfer: creation.check(session, [transfer]),
    defaults=lambda session: {"planned": today(), "kind": "delivery"},
    nodes=[
        Section(
            "main",
            Field("number", readonly=True),
            Field("kind", choices=KINDS),
            "partner_id",
            "planned",
            Field("date", _l("Done on"), readonly=True),
            Field("from_id", _l("From"), required=False, help=_l("Left empty, the usual place of its kind.")),
            Field("to_id", _l("To"), required=False),
            "reference",
            Field("state", choices=STATES, readonly=True),
        ),
        Grid(
            "moves",
            model="stock.move",
            title=_l("Moves"),
            order="position",
            columns=[
                "product_id",
                "lot_id",
                "quantity",
                Column("picked", _l("Of that now")),
                Column("unit_cost", _l("Unit cost")),
                Column("from_id", _l("From"), readonly=True),
                Column("to_id", _l("To"), readonly=True),
                Column("state", choices=MOVE_STATES, readonly=True),
            ],
        ),
        Section(
            "links",
            Field("rest_of_id", _l("Rest of"), readonly=True),
            Field("entry_id", readonly=True),
            title=_l("Links"),
            visible=lambda t: t.rest_of_id is not None or t.entry_id is not None,
        ),
        Button(
            "reserve",
            _l("Reserve"),
            action=reserve,
            permission="stock.write",
            visible=is_draft,
            bulk=lambda transfer: transfer.state == "draft",
        ),
        Button(
            "do",
            _l("Do"),
            action=do,
            permission="stock.do",
            visible=is_draft,
            style="primary",
            bulk=lambda transfer: transfer.state == "draft",
        ),
        Button(
            "release",
            _l("Release"),
            action=release,
            permission="stock.write",
            visible=is_draft,
            bulk=lambda transfer: transfer.state == "draft",
        ),
        Button(
            "cancel",
            _l("Cancel"),
            action=cancel,
            permission="stock.write",
            visible=is_draft,
            style="danger",
            confirm=_l("Give this transfer up?"),
            bulk=lambda transfer: transfer.state == "draft",
        ),
    ],
)
screens.list(
    "stock.move.list",
    model="stock.move",
    title=_l("Moves"),
    columns=[
        "date",
        "transfer_id",
        "product_id",
        "lot_id",
        "quantity",
        Column("from_id", _l("From")),
        Column("to_id", _l("To")),
        Column("state", choices=MOVE_STATES),
        Column("unit_cost", _l("Unit cost"), shown=False),
    ],
    filters=[
        Filter("open", _l("Not done yet"), where=lambda v: v.state.in_(("planned", "reserved"))),
        Filter("incoming", _l("Incoming"), where=incoming),
        Filter("outgoing", _l("Outgoing, not reserved"), where=outgoing),
        Filter("state", choices=MOVE_STATES),
        "product_id",
        "lot_id",
        "transfer_id",
        "from_id",
        "to_id",
        "date",
    ],
    search=["transfer_id", "product_id", "lot_id"],
    group_by=["product_id", "state", "date"],
    order="-date",
    create=False,
    source=(_l("Transfers"), "stock.transfer.list"),
    empty=_l("Every line of a transfer is a move."),
)
screens.form(
    "stock.move.form",
    model="stock.move",
    title=_l("Move"),
    readonly=lambda move: True,
    create=False,
    nodes=[
        Section(
            "main",
            "transfer_id",
            "product_id",
            "lot_id",
            "quantity",
            Field("from_id", _l("From")),
            Field("to_id", _l("To")),
            Field("state", choices=MOVE_STATES),
            "date",
            Field("unit_cost", _l("Unit cost")),
            Field("returns_id", _l("Brings back")),
        )
    ],
)
screens.list(
    "stock.count.list",
    model="stock.count",
    title=_l("Counts"),
    columns=["date", "location_id", Column("state", choices=STATES), "note", "transfer_id"],
    filters=[Filter("state", choices=STATES), "location_id", "date"],
    search=["note"],
    group_by=["location_id", "state"],
    order="-date",
    empty=_l("Count a place part by part: the differences are booked."),
)
screens.form(
    "stock.count.form",
    model="stock.count",
    title=_l("Count"),
    readonly=lambda count: not is_draft(count),
    defaults=lambda session: {"date": today()},
    nodes=[
        Section(
            "main",
            "date",
            Field("location_id", where=is_ours),
            Field("state", choices=STATES, readonly=True),
            "note",
            Field("transfer_id", _l("Differences"), readonly=True),
        ),
        Grid(
            "lines",
            model="stock.count_line",
            title=_l("Lines"),
            order="position",
            columns=["product_id", "lot_id", "counted", Column("expected", readonly=True)],
        ),
        Button(
            "do",
            _l("Book differences"),
            action=do_count,
            permission="stock.do",
            visible=is_draft,
            style="primary",
            bulk=lambda count: count.state == "draft",
        ),
    ],
)
