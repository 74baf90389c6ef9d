"""The start page of purchasing, and the list of what is late with whom it holds up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from addons.purchasing import dashboards, line_screens
from addons.stock.services.drafts import MoveDraft
from core import m
from core.clock import today
from core.db import db
from tests.addons.purchasing.test_landing import land, post

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


def figures():
    """Each figure by its name."""
    names = (
        "to_order",
        "to_send",
        "to_approve",
        "late_orders",
        "awaited",
        "receipts",
        "inspections",
        "bills",
        "accrued",
    )
    db.session.flush()
    return {name: getattr(dashboards, name)(db.session, today()).number for name in names}


def test_what_waits_is_counted_and_what_is_late_says_whom_it_holds_up(desk, company):
    assert set(figures().values()) == {0}
    ago = today() - timedelta(days=20)
    late = desk.order((desk.parts[0], 100, 1), on=ago, promised=ago)
    desk.order((desk.parts[1], 100, 1), on=today(), promised=today() + timedelta(days=9))
    billed = desk.order((desk.parts[2], 5, 1), on=ago, promised=ago)
    receipt = desk.come((billed.lines[0], 5), on=today())
    post(land(desk, [receipt], ("1", "value"), on=today()))
    desk.ask((desk.parts[1], 1, 1), on=today())
    company.approval_limit = Decimal(10)
    held = desk.ask((desk.parts[1], 100, 1), on=today())
    assert held.id in m.PurchasingOrder.confirm(db.session, [held])
    customer = m.Partner(company_id=company.id, code="C1", name="Quay Robotics")
    db.session.add(customer)
    db.session.flush()
    for number, part in enumerate((desk.parts[0], desk.parts[0], desk.parts[2])):
        wanted = MoveDraft(part, Decimal(60))
        desk.create("delivery", wanted, on=today(), partner_id=customer.id, reference=f"PO 471{number}")
    db.session.expire_all()
    assert figures() == {
        "to_order": 2,  # 20 more of the first than are coming, and 55 of the third
        "to_send": 2,
        "to_approve": 1,
        "late_orders": 1,
        "awaited": 1,
        "receipts": 2,
        "inspections": 0,
        "bills": 1,
        "accrued": 1,
    }
    line = m.PurchasingOrderLine
    query = select(line.id, line_screens.holds_up(line)).where(line_screens.is_awaited(line))
    assert db.session.execute(query).all() == [
        (late.lines[0].id, "Quay Robotics PO 4710, Quay Robotics PO 4711")
    ]
    assert db.session.scalar(select(func.count()).select_from(line).where(line_screens.is_late(line))) == 1
