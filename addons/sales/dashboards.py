"""What a rep sees first: what is to be confirmed, what is short or late, what ends this week.

Every query goes through the record rules, so that a rep's figures are those of the rep's customers.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, func, literal_column, select, true

from addons.sales.screens import is_late, is_uninvoiced, short
from addons.stock.services.orders.running import is_running
from core import m
from core.i18n import _l
from core.screens import Dashboards, Figure, shared

dashboards = Dashboards()
QUOTATIONS, ORDERS = "/m/sales.quotation.list", "/m/sales.order.list"
READ = "sales.read"


@shared
def _open(session: Any, today: date) -> Any:
    """Of orders that are not done, in one pass: quotations, those that end within a week, and held ones."""
    order, count = m.SalesOrder, func.count()
    quoted = order.state == "quotation"
    ending = quoted & order.valid_until.between(today, today + timedelta(days=7))
    figures = (count.filter(quoted), count.filter(ending), count.filter(order.hold != ""))
    return session.execute(select(*figures).where(order.state != literal_column("'done'", String()))).one()


@shared
def _running(session: Any, _today: date) -> Any:
    """Of running orders, in one pass over their lines: the late ones, and those to invoice or credit."""
    order, line, count = m.SalesOrder, m.SalesOrderLine, func.count()
    says = (func.bool_or(condition(line, order)) for condition in (is_late, is_uninvoiced))
    # Order by order: few are running, and a join would read the lines of all.
    of_one = select(*says).where(line.order_id == order.id).lateral()
    query = select(*(count.filter(said) for said in of_one.c)).select_from(order).join(of_one, true())
    return session.execute(query.where(is_running(order))).one()


def to_confirm(session: Any, today: date) -> Figure:
    """Quotations that nobody has confirmed or given up."""
    return Figure(_open(session, today)[0], link=QUOTATIONS)


def ending(session: Any, today: date) -> Figure:
    """Quotations that end within a week."""
    until = today + timedelta(days=7)
    link = f"{QUOTATIONS}?f.valid_until.from={today}&f.valid_until.to={until}"
    return Figure(_open(session, today)[1], link=link)


def held(session: Any, today: date) -> Figure:
    """Orders that somebody has to release."""
    return Figure(_open(session, today)[2], link="/m/sales.hold.list")


def short_orders(session: Any, today: date) -> Figure:
    """Orders for which something is lacking."""
    number = session.scalar(select(func.count(m.SalesOrder.id)).where(short(m.SalesOrder)))
    return Figure(int(number or 0), link=f"{ORDERS}?f.short=yes")


def late_orders(session: Any, today: date) -> Figure:
    """Orders of which something should have gone."""
    return Figure(_running(session, today)[0], link=f"{ORDERS}?f.late=yes")


def invoices(session: Any, today: date) -> Figure:
    """Orders of which something has moved that is not invoiced or credited."""
    return Figure(_running(session, today)[1], link=f"{ORDERS}?f.to_invoice=yes")


dashboards.board("orders", _l("Orders"), permission=READ, position=5, leads="sales.write")
dashboards.figure("orders", "to_confirm", _l("Quotations to confirm"), to_confirm, permission=READ)
dashboards.figure("orders", "ending", _l("Quotations that end this week"), ending, permission=READ)
dashboards.figure("orders", "held", _l("Held orders"), held, permission=READ)
dashboards.figure("orders", "short", _l("Short orders"), short_orders, permission=READ)
dashboards.figure("orders", "late", _l("Late orders"), late_orders, permission=READ)
dashboards.figure("orders", "to_invoice", _l("Orders to invoice or credit"), invoices, permission=READ)
