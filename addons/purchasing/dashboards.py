"""What a buyer sees first: what to order and to approve, what is late, what comes, what is not billed."""

from datetime import date
from typing import Any

from sqlalchemy import String, func, literal_column, select, true

from addons.purchasing import landing_screens, line_screens
from addons.purchasing.services.demand import short_ids
from addons.stock.services.orders.running import is_running
from core import m
from core.i18n import _l
from core.screens import Dashboards, Figure, shared

dashboards = Dashboards()
ORDERS, LINES = "/m/purchasing.order.list", "/m/purchasing.order_line.list"
READ = "purchasing.read"


def _count(session: Any, model: Any, *conditions: Any) -> int:
    return int(session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0)


@shared
def _open(session: Any, _today: date) -> Any:
    """Of orders that are not done, in one pass: requests, and orders that somebody has to approve."""
    order, count = m.PurchasingOrder, func.count()
    figures = (count.filter(order.state == "request"), count.filter(order.hold != ""))
    return session.execute(select(*figures).where(order.state != literal_column("'done'", String()))).one()


@shared
def _running(session: Any, today: date) -> Any:
    """Of running orders, in one pass over their lines: late orders and those to bill; lines to come, and late
    ones for which deliveries wait."""
    order, line, count = m.PurchasingOrder, m.PurchasingOrderLine, func.count()
    to_come = line_screens.is_to_come(line)
    late = to_come & (func.coalesce(line.promised, order.promised, order.date) < today)
    says = (
        func.bool_or(late).label("late"),
        func.bool_or(line_screens.differs_from_bills(line)).label("to_bill"),
        count.filter(to_come).label("to_come"),
        count.filter(late, line_screens.is_waited_for(line)).label("awaited"),
    )
    # Order by order: few are running, and a join would read the lines of all.
    one = select(*says).where(line.order_id == order.id).lateral()
    figures = (
        count.filter(one.c.late).label("late"),
        count.filter(one.c.to_bill).label("to_bill"),
        func.coalesce(func.sum(one.c.to_come), 0).label("to_come"),
        func.coalesce(func.sum(one.c.awaited), 0).label("awaited"),
    )
    query = select(*figures).select_from(order).join(one, true())
    return session.execute(query.where(is_running(order))).one()


def to_order(session: Any, today: date) -> Figure:
    """Parts of which something is wanted."""
    number = _count(session, m.Product, m.Product.id.in_(short_ids()))
    return Figure(number, link="/m/purchasing.demand.list")


def to_send(session: Any, today: date) -> Figure:
    """Requests that nobody has confirmed or given up."""
    return Figure(_open(session, today)[0], link="/m/purchasing.request.list")


def to_approve(session: Any, today: date) -> Figure:
    """Orders that somebody has to approve."""
    return Figure(_open(session, today)[1], link="/m/purchasing.approval.list")


def late_orders(session: Any, today: date) -> Figure:
    """Orders of which something should have come."""
    number = _running(session, today).late
    return Figure(number, link=f"{ORDERS}?f.late=yes", tone="bad" if number else "")


def awaited(session: Any, today: date) -> Figure:
    """Late lines of parts for which deliveries wait."""
    number = int(_running(session, today).awaited)
    return Figure(number, link=f"{LINES}?f.awaited=yes", tone="bad" if number else "")


def receipts(session: Any, today: date) -> Figure:
    """Lines of which something is still to come."""
    return Figure(int(_running(session, today).to_come), link=f"{LINES}?f.open=yes")


def inspections(session: Any, today: date) -> Figure:
    """Receipts that somebody has to look at."""
    transfer = m.StockTransfer
    number = _count(session, transfer, transfer.inspection == "waiting")
    return Figure(number, link="/m/purchasing.inspection.list")


def bills(session: Any, today: date) -> Figure:
    """Orders of which something has come that is not billed."""
    return Figure(_running(session, today).to_bill, link=f"{ORDERS}?f.to_bill=yes")


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
