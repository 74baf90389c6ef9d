"""Lines of purchase orders: what is late and still to come, and the form that changes a confirmed one."""

from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import aliased

from addons.purchasing import order_forms as forms
from addons.stock.part_screens import outgoing, quantity
from addons.stock.services.orders.running import is_running
from core import m
from core.clock import today
from core.i18n import _l
from core.screens import Column, Field, Filter, Grid, Screens, Section


def promised(line: Any) -> Any:
    """When a line is promised, in SQL: its own day, else the order's."""
    order = aliased(m.PurchasingOrder)
    own = select(func.coalesce(line.promised, order.promised, order.date)).where(order.id == line.order_id)
    return own.correlate(inspect(line).selectable).scalar_subquery()


def _supplier(line: Any) -> Any:
    order, partner = aliased(m.PurchasingOrder), aliased(m.Partner)
    name = select(partner.name).join(order, order.partner_id == partner.id)
    return name.where(order.id == line.order_id).scalar_subquery()


def is_open(line: Any) -> Any:
    """The condition that something of a line is still to come."""
    order = aliased(m.PurchasingOrder)
    return line.order_id.in_(select(order.id).where(is_running(order))) & is_to_come(line)


def is_to_come(line: Any) -> Any:
    """The same of a line of a running order."""
    return line.quantity - line.cancelled > line.received


def is_late(line: Any) -> Any:
    """The condition that something of a line should have come before today."""
    return is_open(line) & (promised(line) < today())


def is_awaited(line: Any) -> Any:
    """The condition that a line is late, and deliveries wait for its part."""
    return is_late(line) & is_waited_for(line)


def is_waited_for(line: Any) -> Any:
    """The condition that deliveries wait for the part of a line."""
    move = aliased(m.StockMove)
    return line.product_id.in_(select(move.product_id).where(outgoing(move)))


def holds_up(line: Any) -> Any:
    """Who waits for a line, in SQL: the first deliveries of its part that nothing is reserved for."""
    move, transfer, partner = aliased(m.StockMove), aliased(m.StockTransfer), aliased(m.Partner)
    number = func.coalesce(func.nullif(transfer.reference, ""), transfer.number)
    waiting = select(func.concat_ws(" ", partner.name, number).label("who")).join_from(
        move, transfer, transfer.id == move.transfer_id
    )
    waiting = waiting.outerjoin(partner, partner.id == transfer.partner_id).where(outgoing(move))
    waiting = waiting.where(move.product_id == inspect(line).selectable.c.product_id)
    first = waiting.order_by(move.date, move.id).limit(3).correlate(inspect(line).selectable).subquery()
    return select(func.string_agg(first.c.who, ", ")).scalar_subquery()


def is_unbilled(line: Any) -> Any:
    """The condition that what has come of a line is not what is billed of it."""
    order = aliased(m.PurchasingOrder)
    running = select(order.id).where(is_running(order))  # one that is done is billed as it came
    return line.order_id.in_(running) & differs_from_bills(line)


def differs_from_bills(line: Any) -> Any:
    """The same of a line of a running order."""
    return line.received - line.returned != line.billed


def declare(screens: Screens) -> None:
    """The list and the form of lines."""
    screens.list(
        "purchasing.order_line.list",
        model="purchasing.order_line",
        palette=False,
        title=_l("Purchase order lines"),
        columns=[
            "order_id",
            "position",
            Column("supplier", _l("Supplier"), value=_supplier, sortable=False),
            "product_id",
            Column("description", shown=False),
            Column("partner_number", _l("Their part no."), shown=False),
            Column("due", _l("Promised"), value=promised, show="date", sortable=False),
            "quantity",
            "received",
            quantity("left", _l("To receive"), _left),
            Column("holds_up", _l("Holds up"), value=holds_up, sortable=False),
            Column("returned", shown=False),
            Column("rejected", shown=False),
            "billed",
            "unit_price",
            "net",
            Column("price_origin", _l("Price from"), shown=False),
            Column("note", shown=False),
        ],
        filters=[
            Filter("open", _l("To receive"), where=is_open),
            Filter("late", _l("Late"), where=is_late),
            Filter("awaited", _l("Late, and deliveries wait"), where=is_awaited),
            Filter("to_bill", _l("Received, not billed"), where=is_unbilled),
            Filter("rejected", _l("Rejected"), where=lambda line: line.rejected > 0),
            "product_id",
            "order_id",
        ],
        search=["description", "partner_number", "product_id"],
        group_by=["product_id"],
        order="-id",
        create=False,
        source=(_l("Purchase orders"), "purchasing.order.list"),
        empty=_l("Every line of a request or a purchase order stands here."),
    )
    screens.form(
        "purchasing.order_line.form",
        model="purchasing.order_line",
        title=_l("Purchase order line"),
        create=False,
        readonly=lambda line: not forms.is_ordered(line.order),
        on_change=forms.amend_line,
        delete=False,
        nodes=[
            Section(
                "main",
                Field("order_id", _l("Purchase order"), readonly=True),
                Field("position", readonly=True),
                Field("product_id", readonly=True),
                Field("description", readonly=True),
                Field("partner_number", _l("Their part no."), readonly=True),
                "quantity",
                "unit_price",
                Field("discount", _l("Discount %")),
                Field("promised", _l("Promised")),
                Field(
                    "change_reason",
                    _l("Reason"),
                    wide=True,
                    help=_l("Why it is changed: kept with the change, and on the order."),
                ),
                Field("net", readonly=True),
                Field("price_origin", _l("Price from"), readonly=True),
                Field("tolerance", readonly=True, help=_l("How much more than ordered may come.")),
                Field("note", readonly=True, wide=True),
            ),
            Section(
                "done",
                Field("received", readonly=True),
                Field("returned", readonly=True),
                Field("rejected", readonly=True),
                Field("billed", readonly=True),
                Field("cancelled", readonly=True),
                title=_l("What became of it"),
            ),
            Grid(
                "schedules",
                model="purchasing.schedule",
                title=_l("Call-offs"),
                order="date",
                filled=("quantity",),
                columns=["date", "quantity"],
            ),
        ],
    )


def _left(line: Any) -> Any:
    return func.greatest(line.quantity - line.cancelled - line.received, 0)
