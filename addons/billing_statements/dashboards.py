"""What finance has to do about statements."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from addons.billing_statements.customer_screens import unreachable
from core import m
from core.i18n import _l
from core.screens import Dashboards, Figure

dashboards = Dashboards()
STATEMENTS = "/m/billing.statement.list"


def to_release(session: Any, _today: date) -> Figure:
    """Statements that are printed and wait for a person's word."""
    return _counted(session, "rendered")


def to_send(session: Any, _today: date) -> Figure:
    """Statements that were released and not sent."""
    return _counted(session, "released")


def _counted(session: Any, state: str) -> Figure:
    statement = m.BillingStatement
    count = session.scalar(select(func.count(statement.id)).where(statement.state == state))
    return Figure(number=count, link=f"{STATEMENTS}?f.state={state}")


def without_address(session: Any, _today: date) -> Figure:
    """Customers who get statements and have no address to send them to."""
    count = session.scalar(select(func.count(m.Partner.id)).where(unreachable(m.Partner)))
    return Figure(number=count, link="/m/partner.list?f.unreachable=yes", tone="bad" if count else "")


dashboards.figure(
    "finance", "to_release", _l("Statements to release"), to_release, permission="billing_statements.read"
)
dashboards.figure(
    "finance", "to_send", _l("Statements to send"), to_send, permission="billing_statements.read"
)
dashboards.figure(
    "finance",
    "without_address",
    _l("Customers without an address for statements"),
    without_address,
    permission="billing_statements.read",
)
