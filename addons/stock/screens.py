"""Lists and forms of stock."""

from typing import Any

from sqlalchemy import func

from addons.stock import count_screens, part_screens, place_screens, value_screens
from addons.stock.services import creation
from core import m
from core.clock import today
from core.i18n import _, _l, format_number
from core.screens import Button, Column, Field, Filter, Grid, Screens, Section

screens = Screens()
part_screens.declare(screens)
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


def moves_something(transfer: Any) -> bool:
    """Whether something of a draft is reserved, or comes in from outside."""
    return is_draft(transfer) and (_comes_in(transfer) or has_reserved(transfer))


def has_reserved(transfer: Any) -> bool:
    """Whether something of a draft is reserved."""
    return is_draft(transfer) and _has(transfer, "reserved")


def can_reserve(transfer: Any) -> bool:
    """Whether something of a draft goes out and is not reserved yet."""
    return is_draft(transfer) and not _comes_in(transfer) and _has(transfer, "planned")


def _comes_in(transfer: Any) -> bool:
    return transfer is not None and transfer.kind in ("receipt", "return")


def _has(transfer: Any, state: str) -> bool:
    return transfer is not None and any(move.state == state for move in transfer.moves)


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


screens.extend("company.form").after(
    "currency_code",
    Field(
        "cost_method",
        _l("Value of stock"),
        choices=METHODS,
        help=_l("It stays as soon as something was received."),
    ),
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
            visible=can_reserve,
            bulk=lambda transfer: transfer.state == "draft",
        ),
        Button(
            "do",
            _l("Do"),
            action=do,
            permission="stock.do",
            visible=moves_something,
            style="primary",
            bulk=lambda transfer: transfer.state == "draft",
        ),
        Button(
            "release",
            _l("Release"),
            action=release,
            permission="stock.write",
            visible=has_reserved,
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
        Filter("incoming", _l("Incoming"), where=part_screens.incoming),
        Filter("outgoing", _l("Outgoing, not reserved"), where=part_screens.outgoing),
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
count_screens.declare(screens)
