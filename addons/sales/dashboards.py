"""What a rep sees first: what is to be confirmed, what is short or late, what ends this week.

Every query goes through the record rules, so that a rep's figures are those of the rep's customers.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from addons.sales.screens import late, short, to_invoice
from core import m
from core.i18n import _l
from core.screens import Dashboards, Figure

dashboards = Dashboards()
QUOTATIONS, ORDERS = "/m/sales.quotation.list", "/m/sales.order.list"
READ = "sales.read"


def _count(session: Any, *conditions: Any) -> int:
    return int(session.scalar(select(func.count()).select_from(m.SalesOrder).where(*conditions)) or 0)


def to_confirm(session: Any, today: date) -> Figure:
    """Quotations that nobody has confirmed or given up."""
    return Figure(_count(session, m.SalesOrder.state == "quotation"), link=QUOTATIONS)


def ending(session: Any, today: date) -> Figure:
    """Quotations that end within a week."""
    order, until = m.SalesOrder, today + timedelta(days=7)
    number = _count(session, order.state == "quotation", order.valid_until.between(today, until))
    return Figure(number, link=f"{QUOTATIONS}?f.valid_until.from={today}&f.valid_until.to={until}")


def held(session: Any, today: date) -> Figure:
    """Orders that somebody has to release."""
    order = m.SalesOrder
    number = _count(session, order.hold != "")
    return Figure(number, link="/m/sales.hold.list")


def short_orders(session: Any, today: date) -> Figure:
    """Orders for which something is lacking."""
    return Figure(_count(session, short(m.SalesOrder)), link=f"{ORDERS}?f.short=yes")


def late_orders(session: Any, today: date) -> Figure:
    """Orders of which something should have gone."""
    return Figure(_count(session, late(m.SalesOrder)), link=f"{ORDERS}?f.late=yes")


def invoices(session: Any, today: date) -> Figure:
    """Orders of which something has moved that is not invoiced or credited."""
    order = m.SalesOrder
    number = _count(session, order.state == "confirmed", to_invoice(order))
    return Figure(number, link=f"{ORDERS}?f.to_invoice=yes")


dashboards.board("orders", _l("Orders"), permission=READ, position=5, leads="sales.write")
dashboards.figure("orders", "to_confirm", _l("Quotations to confirm"), to_confirm, permission=READ)
dashboards.figure("orders", "ending", _l("Quotations that end this week"), ending, permission=READ)
dashboards.figure("orders", "held", _l("Held orders"), held, permission=READ)
dashboards.figure("orders", "short", _l("Short orders"), short_orders, permission=READ)
dashboards.figure("orders", "late", _l("Late orders"), late_orders, permission=READ)
dashboards.figure("orders", "to_invoice", _l("Orders to invoice or credit"), invoices, permission=READ)
