"""The board of orders: each figure counts what the list behind it shows."""

from datetime import timedelta

from sqlalchemy import select

from addons.sales import dashboards, screens
from core import m
from core.clock import today
from core.db import db


def listed(condition):
    """The orders that the filter of the list lets through."""
    order = m.SalesOrder
    query = select(order.id).where(order.state != "quotation", condition(order))
    return set(db.session.scalars(query))


def test_late_short_and_uninvoiced_orders_are_those_of_the_list(desk):
    ago, soon = today() - timedelta(days=9), today() + timedelta(days=9)
    desk.receive(desk.parts[0], 60, 1)
    late, due, gone, quoted = (
        desk.quote((desk.parts[0], 20, 2), on=ago, promised=day) for day in (ago, soon, ago, ago)
    )
    m.SalesOrder.confirm(db.session, [late, due, gone])
    lacking = desk.quote((desk.parts[1], 20, 2), on=ago, promised=ago)
    m.SalesOrder.confirm(db.session, [lacking])
    m.SalesOrder.deliver(db.session, [gone], today())
    db.session.flush()
    assert listed(screens.late) == {late.id, lacking.id}
    assert listed(screens.short) == {lacking.id}
    assert listed(screens.to_invoice) == {gone.id}
    figures = [
        getattr(dashboards, name)(db.session, today()).number
        for name in ("late_orders", "short_orders", "invoices", "to_confirm")
    ]
    assert figures == [2, 1, 1, 1], quoted.id
    m.SalesOrder.invoice(db.session, [gone], today())
    assert not listed(screens.to_invoice) and dashboards.invoices(db.session, today()).number == 0
