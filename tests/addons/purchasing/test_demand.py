"""What is short is suggested with its reasons, and becomes one request a supplier."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from addons.purchasing.services.demand import needs_of
from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.drafts import MoveDraft
from core import m
from core.clock import today
from core.db import db
from tests.addons.purchasing.test_orders import terms

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


def need(desk, part):
    """What is wanted of a part; nothing where nothing is."""
    return next((one for one in needs_of(db.session, desk.company_id) if one.part.id == part), None)


def test_the_example_of_the_module(desk):
    part = desk.parts[0]
    db.session.get(m.Product, part).min_stock = Decimal(1000)
    terms(desk, part, min_quantity=Decimal(2000), multiple=Decimal(500), lead_days=14)
    desk.receive(part, 300)
    m.StockTransfer.reserve(db.session, [desk.create("delivery", MoveDraft(part, Decimal(200)))])
    desk.order((part, 500, 1))
    desk.create("delivery", MoveDraft(part, Decimal(1400)), on=date(2026, 3, 9))
    found = need(desk, part)
    assert (found.wanted, found.quantity, found.supplier.name) == (1800, 2000, "Supplier S1")
    assert found.reason == ("1,400 for DEL/2026/00002 on Mar 9, 2026; minimum 1,000; at least 2,000")
    (made,) = m.PurchasingOrder.order_short(db.session, {part: None})
    (line,) = db.session.get(m.PurchasingOrder, made).lines
    assert (line.quantity, line.note, line.promised) == (2000, found.reason, today() + timedelta(days=14))
    # What is on a request is not suggested again.
    assert need(desk, part) is None
    with pytest.raises(PurchasingError, match="somebody was quicker"):
        m.PurchasingOrder.order_short(db.session, {part: None})


def test_parts_of_two_suppliers_become_two_requests(desk):
    first, second, third = desk.parts
    other = desk.partner("S2", currency_code="EUR")
    for part, supplier in ((first, desk.supplier), (second, other), (third, desk.supplier)):
        m.StockTransfer.reserve(db.session, [desk.create("delivery", MoveDraft(part, Decimal(10)))])
        desk.order((part, 1, "0.5"), partner=supplier)
    made = m.PurchasingOrder.order_short(db.session, {first: None, second: None, third: Decimal(25)})
    orders = [db.session.get(m.PurchasingOrder, key) for key in made]
    assert [(o.partner_id, o.currency_code, [x.quantity for x in o.lines]) for o in orders] == [
        (desk.supplier, "USD", [9, 25]),
        (other, "EUR", [9]),
    ]
    assert orders[0].lines[0].unit_price == Decimal("0.5")


def test_a_part_that_nobody_sells_is_said_and_nothing_is_ordered(desk):
    known, unknown = desk.parts[:2]
    terms(desk, known)
    for part in (known, unknown):
        db.session.get(m.Product, part).min_stock = Decimal(5)
    db.session.flush()
    with pytest.raises(PurchasingError, match="Nobody is known to sell P1"):
        m.PurchasingOrder.order_short(db.session, {known: None, unknown: None})
    assert need(desk, known).supplier is not None and need(desk, unknown).supplier is None


def test_a_supplier_that_is_not_approved_is_not_suggested(desk):
    part = desk.parts[0]
    desk.order((part, 1, 1))
    terms(desk, part, approved=False)
    db.session.get(m.Product, part).min_stock = Decimal(50)
    db.session.flush()
    assert need(desk, part).supplier is None


def test_an_inquiry_to_three_asks_for_the_same_goods_once(desk):
    part = desk.parts[0]
    db.session.get(m.Product, part).min_stock = Decimal(100)
    inquiry = m.PurchasingInquiry(company_id=desk.company_id)
    inquiry.lines = [m.PurchasingInquiryLine(product_id=part, quantity=Decimal(60))]
    inquiry.suppliers = [
        m.PurchasingInquirySupplier(partner_id=partner)
        for partner in (desk.supplier, desk.partner("S2"), desk.partner("S3"))
    ]
    m.PurchasingInquiry.create(db.session, [inquiry])
    m.PurchasingInquiry.ask(db.session, [inquiry])
    assert need(desk, part).wanted == 40
