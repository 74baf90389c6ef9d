"""What is agreed for months is called off part by part; a supplier's confirmation in parts is the same."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.purchasing.services.drafts import OrderLineDraft, ScheduleDraft
from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.orders.changing import Amendment
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)


def calls(*parts):
    return [ScheduleDraft(day, Decimal(quantity)) for day, quantity in parts]


def test_each_call_off_is_a_receipt_of_its_own(desk):
    draft = OrderLineDraft(
        desk.parts[0], Decimal(1000), Decimal(1), schedules=calls((MARCH, 300), (APRIL, 300), (MAY, 400))
    )
    order = desk.order(draft)
    assert desk.planned(order) == [(MARCH, 300), (APRIL, 300), (MAY, 400)]
    desk.come((order.lines[0], 250))
    assert desk.planned(order) == [(MARCH, 50), (APRIL, 300), (MAY, 400)]


def test_call_offs_are_written_anew_with_a_trace(desk):
    order = desk.order((desk.parts[0], 1000, 1), (desk.parts[1], 5, 1), promised=MARCH)
    line = order.lines[0]
    before = order.revision
    m.PurchasingOrder.call_off(db.session, {line.id: calls((APRIL, 600), (MARCH, 400))})
    assert desk.planned(order) == [(MARCH, 405), (APRIL, 600)] and order.revision == before + 1
    trace = select(m.PurchasingChange.what, m.PurchasingChange.before, m.PurchasingChange.after)
    assert db.session.execute(trace).all() == [
        ("schedules", "2026-03-02: 1000", "2026-03-02: 400; 2026-04-01: 600")
    ]
    # The same again changes nothing; what has come is off the first, and a smaller order off the last.
    m.PurchasingOrder.call_off(db.session, {line.id: calls((MARCH, 400), (APRIL, 600))})
    assert order.revision == before + 1
    desk.come((line, 400))
    m.PurchasingOrder.call_off(db.session, {line.id: calls((MARCH, 400), (APRIL, 200), (MAY, 400))})
    assert desk.planned(order) == [(MARCH, 5), (APRIL, 200), (MAY, 400)]
    m.PurchasingOrder.amend(db.session, [Amendment(line.id, quantity=Decimal(900))])
    assert desk.planned(order) == [(MARCH, 5), (APRIL, 100), (MAY, 400)]
    assert desk.lines_differ() == []


def test_no_more_than_is_agreed_is_called_off(desk):
    order = desk.order((desk.parts[0], 100, 1))
    line = order.lines[0].id
    with pytest.raises(PurchasingError, match="come to 110, and 100 are agreed"):
        m.PurchasingOrder.call_off(db.session, {line: calls((MARCH, 50), (APRIL, 60))})
    with pytest.raises(PurchasingError, match="above zero"):
        m.PurchasingOrder.call_off(db.session, {line: calls((MARCH, 0))})
    asked = desk.ask((desk.parts[0], 100, 1))
    with pytest.raises(PurchasingError, match="no confirmed order"):
        m.PurchasingOrder.call_off(db.session, {asked.lines[0].id: calls((MARCH, 50))})
    assert db.session.scalar(text("SELECT count(*) FROM purchasing_schedule")) == 0
