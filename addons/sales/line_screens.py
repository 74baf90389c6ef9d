"""Lines of orders: what is late, short and still to go, and the form by which a confirmed one is changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from addons.sales import order_forms as forms
from addons.sales.services.prices import last_prices
from addons.stock.part_screens import quantity
from core import m
from core.clock import today
from core.i18n import _, _l, format_number
from core.screens import Column, Field, Filter, Grid, Screens, Section


def _promised(line: Any) -> Any:
    order = aliased(m.SalesOrder)
    own = select(func.coalesce(line.promised, order.promised, order.date)).where(order.id == line.order_id)
    return own.correlate(line.__table__ if hasattr(line, "__table__") else line).scalar_subquery()


def _short_of(line: Any) -> Any:
    move = aliased(m.StockMove)
    query = select(func.coalesce(func.sum(move.quantity), 0))
    return query.where(move.order_line_id == line.id, move.state == "planned").scalar_subquery()


def _open(line: Any) -> Any:
    order = aliased(m.SalesOrder)
    running = select(order.id).where(order.state == "confirmed")
    return line.order_id.in_(running) & (line.quantity - line.cancelled > line.delivered)


def _late_line(line: Any) -> Any:
    return _open(line) & (_promised(line) < today())


def _back_order(line: Any) -> Any:
    return _open(line) & (line.delivered > 0)


def last_price_of(session: Any, products: Sequence[int], values: Mapping[str, Any]) -> dict[int, str]:
    """What the customer of a form paid last for each part that is offered."""
    partner, currency = values.get("partner_id"), values.get("currency_code")
    if partner is None or not currency:
        return {}
    found = last_prices(session, partner, currency, products)
    return {product: _("last %(price)s", price=format_number(price)) for product, price in found.items()}


def declare(screens: Screens) -> None:
    """The list and the form of lines, and what stands beside parts that are offered for one."""
    screens.offers(
        "product", by=("partner_id", "currency_code"), shows=last_price_of, permission="sales.read"
    )
    screens.list(
        "sales.order_line.list",
        model="sales.order_line",
        palette=False,
        title=_l("Order lines"),
        columns=[
            "order_id",
            "position",
            "product_id",
            Column("description", shown=False),
            Column("due", _l("Promised"), value=_promised, show="date", sortable=False),
            "quantity",
            "delivered",
            quantity("left", _l("To deliver"), lambda x: x.quantity - x.cancelled - x.delivered),
            quantity("short", _l("Short"), _short_of),
            "unit_price",
            "net",
            Column("price_origin", _l("Price from"), shown=False),
            Column("unit_cost", _l("Unit cost"), shown=False),
        ],
        filters=[
            Filter("open", _l("To deliver"), where=_open),
            Filter("late", _l("Late"), where=_late_line),
            Filter("short", _l("Short"), where=lambda line: _short_of(line) > 0),
            Filter("back_order", _l("Back orders"), where=_back_order),
            "product_id",
            "order_id",
        ],
        search=["description", "partner_number", "product_id"],
        group_by=["product_id"],
        order="-id",
        create=False,
        source=(_l("Orders"), "sales.order.list"),
        empty=_l("Every line of a quotation or an order stands here."),
    )
    screens.form(
        "sales.order_line.form",
        model="sales.order_line",
        title=_l("Order line"),
        create=False,
        readonly=lambda line: not forms.is_ordered(line.order),
        on_change=forms.amend_line,
        delete=False,
        nodes=[
            Section(
                "main",
                Field("order_id", _l("Order"), readonly=True),
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
                Field("unit_cost", _l("Unit cost"), readonly=True),
            ),
            Section(
                "done",
                Field("delivered", readonly=True),
                Field("returned", readonly=True),
                Field("invoiced", readonly=True),
                Field("credited", readonly=True),
                Field("cancelled", readonly=True),
                title=_l("What became of it"),
            ),
            Grid(
                "schedules",
                model="sales.schedule",
                title=_l("Call-offs"),
                order="date",
                filled=("quantity",),
                columns=["date", "quantity"],
            ),
        ],
    )
