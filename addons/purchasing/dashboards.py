"""What a buyer sees first: what to order and to approve, what is late, what comes, what is not billed."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from addons.purchasing import landing_screens, line_screens
from addons.purchasing.screens import late, unbilled
from addons.purchasing.services.demand import short_ids
from core import m
from core.i18n import _l
from core.screens import Dashboards, Figure

dashboards = Dashboards()
ORDERS, LINES = "/m/purchasing.order.list", "/m/purchasing.order_line.list"
READ = "purchasing.read"


def _count(session: Any, model: Any, *conditions: Any) -> int:
    return int(session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0)


def to_order(session: Any, today: date) -> Figure:
    """Parts of which something is wanted."""
    number = _count(session, m.Product, m.Product.id.in_(short_ids()))
    return Figure(number, link="/m/purchasing.demand.list")


def to_send(session: Any, today: date) -> Figure:
    """Requests that nobody has confirmed or given up."""
    number = _count(session, m.PurchasingOrder, m.PurchasingOrder.state == "request")
    return Figure(number, link="/m/purchasing.request.list")


def to_approve(session: Any, today: date) -> Figure:
    """Orders that somebody has to approve."""
    order = m.PurchasingOrder
    number = _count(session, order, order.hold != "")
    return Figure(number, link="/m/purchasing.approval.list")


def late_orders(session: Any, today: date) -> Figure:
    """Orders of which something should have come."""
    number = _count(session, m.PurchasingOrder, late(m.PurchasingOrder))
    return Figure(number, link=f"{ORDERS}?f.late=yes", tone="bad" if number else "")


def awaited(session: Any, today: date) -> Figure:
    """Late lines of parts for which deliveries wait."""
    line = m.PurchasingOrderLine
    number = _count(session, line, line_screens.is_awaited(line))
    return Figure(number, link=f"{LINES}?f.awaited=yes", tone="bad" if number else "")


def receipts(session: Any, today: date) -> Figure:
    """Lines of which something is still to come."""
    line = m.PurchasingOrderLine
    return Figure(_count(session, line, line_screens.is_open(line)), link=f"{LINES}?f.open=yes")


def inspections(session: Any, today: date) -> Figure:
    """Receipts that somebody has to look at."""
    transfer = m.StockTransfer
    number = _count(session, transfer, transfer.inspection == "waiting")
    return Figure(number, link="/m/purchasing.inspection.list")


def bills(session: Any, today: date) -> Figure:
    """Orders of which something has come that is not billed."""
    order = m.PurchasingOrder
    number = _count(session, order, order.state != "request", unbilled(order))
    return Figure(number, link=f"{ORDERS}?f.to_bill=yes")


def accrued(session: Any, today: date) -> Figure:
    """Landed costs that nobody has billed yet."""
    cost = m.PurchasingLandedCost
    number = _count(session, cost, landing_screens.unbilled(cost))
    return Figure(number, link="/m/purchasing.landed_cost.list?f.to_bill=yes")


dashboards.board("purchase_orders", _l("Purchasing"), permission=READ, position=15, leads="purchasing.write")
for name, label, read in (
    ("to_order", _l("Parts to order"), to_order),
    ("requests", _l("Open requests"), to_send),
    ("approve", _l("Orders to approve"), to_approve),
    ("late", _l("Late purchase orders"), late_orders),
    ("awaited", _l("Late lines that deliveries wait for"), awaited),
    ("receive", _l("Lines to receive"), receipts),
    ("inspect", _l("Receipts to inspect"), inspections),
    ("bill", _l("Received, not billed"), bills),
    ("accrued", _l("Landed costs, not billed"), accrued),
):
    dashboards.figure("purchase_orders", name, label, read, permission=READ)
