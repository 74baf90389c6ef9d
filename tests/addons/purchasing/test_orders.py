"""Orders are priced, confirmed, approved, changed and cancelled; what can't be done says why."""

from datetime import date
from decimal import Decimal

import pytest
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.orders.changing import Amendment
from core import m
from core.clock import today
from core.db import db
from core.documents import render_html
from core.screens.fields import field_info
from core.security.actor import Actor, acting
from core.security.acts import NotAllowedError

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
DAY = date(2026, 3, 2)


def terms(desk, part, *prices, **values):
    """The supplier's terms for a part, with prices as (currency, from, price, valid from, valid until)."""
    made = m.PurchasingSupplierPart(
        company_id=desk.company_id, partner_id=desk.supplier, product_id=part, **values
    )
    made.prices = [
        m.PurchasingSupplierPrice(
            currency_code=currency,
            min_quantity=least,
            unit_price=Decimal(price),
            valid_from=since,
            valid_until=until,
        )
        for currency, least, price, since, until in prices
    ]
    db.session.add(made)
    db.session.flush()


@pytest.mark.parametrize(
    ("quantity", "currency", "on", "price", "origin"),
    [
        (999, "EUR", date(2026, 9, 30), "0.0100", "supplier's list"),
        (1000, "EUR", date(2026, 9, 30), "0.0080", "supplier's list, break 1,000+"),
        (1200, "EUR", date(2026, 10, 5), "0.0085", "supplier's list of Oct 1, 2026, break 1,000+"),
        (10, "EUR", date(2026, 10, 5), "0.0105", "supplier's list of Oct 1, 2026"),
        # The list of October has ended, and the one without days holds again.
        (10, "EUR", date(2027, 1, 1), "0.0100", "supplier's list"),
        (10, "USD", date(2026, 10, 5), None, ""),
    ],
)
def test_the_suppliers_list_gives_the_price_of_the_day(desk, quantity, currency, on, price, origin):
    part, until = desk.parts[0], date(2026, 12, 31)
    terms(
        desk,
        part,
        ("EUR", 1, "0.0100", None, None),
        ("EUR", 1000, "0.0080", None, None),
        ("EUR", 1, "0.0105", date(2026, 10, 1), until),
        ("EUR", 1000, "0.0085", date(2026, 10, 1), until),
    )
    line = desk.ask((part, quantity, None), currency_code=currency, on=on).lines[0]
    assert (line.unit_price, line.price_origin) == (price and Decimal(price), origin)


def test_the_supplier_reads_on_the_paper_that_it_is_its_own_list(desk):
    part = desk.parts[0]
    terms(
        desk,
        part,
        ("USD", 1, "0.0100", None, None),
        ("USD", 1000, "0.0080", date(2026, 1, 1), None),
    )
    order = desk.order((part, 10, None), (part, 1000, None))
    words = [line.told_origin for line in order.lines]
    assert words == ["your list", "your list of Jan 1, 2026, break 1,000+"]
    assert "Price: your list of Jan 1, 2026" in render_html("purchasing.order", order, locale="en")
    assert "价格：贵司 2026年1月1日 起的价目表" in render_html("purchasing.order", order, locale="zh_CN")


def test_a_price_that_a_form_fills_in_keeps_where_it_comes_from(desk):
    part = desk.parts[0]
    terms(desk, part, ("USD", 1, "0.0100", None, None))
    order = desk.ask((part, 10, "0.0100"))
    (line,) = order.lines
    for price, origin in (("0.0100", "supplier's list"), ("0.0110", "typed"), ("0.0100", "supplier's list")):
        line.unit_price = Decimal(price)
        m.PurchasingOrder.compute(db.session, [order])
        assert line.price_origin == origin


def test_without_a_list_the_last_order_gives_the_price(desk):
    part = desk.parts[0]
    first = desk.order((part, 10, "0.125"))
    line = desk.ask((part, 500, None)).lines[0]
    assert line.unit_price == Decimal("0.125") and first.number in line.price_origin


def test_the_line_knows_what_the_supplier_calls_the_part(desk):
    part = desk.parts[0]
    for partner, kind, number in ((desk.supplier, "supplier", "S-77"), (desk.partner("S2"), "supplier", "X")):
        db.session.add(m.ProductPartNumber(product_id=part, partner_id=partner, kind=kind, number=number))
    db.session.flush()
    assert desk.ask((part, 1, 1)).lines[0].partner_number == "S-77"


@pytest.mark.parametrize("quantity", [0, -5])
def test_no_line_is_of_nothing_or_less(desk, quantity):
    with pytest.raises(PurchasingError, match="above zero"):
        desk.ask((desk.parts[0], quantity, 1))


def test_what_lacks_a_price_or_an_approved_supplier_or_is_archived_is_not_confirmed(desk):
    part, other = desk.parts[:2]
    with pytest.raises(PurchasingError, match="has no price"):
        m.PurchasingOrder.confirm(db.session, [desk.ask((part, 5, None))])
    terms(desk, other, approved=False)
    with pytest.raises(PurchasingError, match="not approved for P1"):
        m.PurchasingOrder.confirm(db.session, [desk.ask((other, 5, 1))])
    request = desk.ask((part, 5, 1))
    db.session.get(m.Product, part).active = False
    with pytest.raises(PurchasingError, match="archived"):
        m.PurchasingOrder.confirm(db.session, [request])


def test_an_order_over_the_limit_waits_for_a_second_role_with_a_reason(desk):
    db.session.get(m.Company, desk.company_id).approval_limit = Decimal(100)
    desk.rate("EUR", "1.10", today())
    part = desk.parts[0]
    small, large = desk.ask((part, 100, 1)), desk.ask((part, 91, 1), currency_code="EUR")
    held = m.PurchasingOrder.confirm(db.session, [small, large])
    assert list(held) == [large.id] and "need an approval" in held[large.id]
    assert (small.state, large.state, large.hold) == ("confirmed", "request", held[large.id])
    with pytest.raises(PurchasingError, match="Say why"):
        m.PurchasingOrder.approve(db.session, [large], " ")
    buyer = Actor(None, "buyer", desk.company_id, permissions=frozenset({"purchasing.confirm"}))
    with acting(db.session, buyer), pytest.raises(NotAllowedError):
        m.PurchasingOrder.approve(db.session, [large], "Urgent")
    m.PurchasingOrder.approve(db.session, [large], "Urgent")
    assert (large.state, large.hold, large.approval_reason) == ("confirmed", "", "Urgent")
    assert desk.planned(large) == [(DAY, 91)]


def test_a_changed_order_keeps_its_trace_and_plans_anew(desk):
    part = desk.parts[0]
    order = desk.order((part, 40, 2))
    line = order.lines[0]
    desk.come((line, 10))
    later = date(2026, 4, 1)
    change = Amendment(
        line.id, quantity=Decimal(70), unit_price=Decimal("1.9"), promised=later, reason="Mail"
    )
    m.PurchasingOrder.amend(db.session, [change])
    assert (line.quantity, order.net, desk.planned(order)) == (70, 133, [(later, 60)])
    trace = db.session.execute(
        text("SELECT what, before, after, reason FROM purchasing_change ORDER BY id")
    ).all()
    assert [tuple(row) for row in trace] == [
        ("quantity", "40", "70", "Mail"),
        ("unit_price", "2", "1.9", "Mail"),
        ("promised", "", "2026-04-01", "Mail"),
    ]
    m.PurchasingOrder.receive(db.session, [order], later)
    # What came first keeps its price: 10 at 2.00, and 60 at 1.90.
    assert desk.account("inventory") == 20 + 114
    with pytest.raises(PurchasingError, match="can't go below"):
        m.PurchasingOrder.amend(db.session, [Amendment(line.id, quantity=Decimal(69))])
    m.PurchasingOrder.add_lines(
        db.session, order, [m.PurchasingOrderLine(product_id=part, quantity=5, unit_price=1)]
    )
    assert [x.position for x in order.lines] == [1, 2] and desk.planned(order) == [(DAY, 5)]
    assert desk.differences() == []


def test_the_rest_is_cancelled_and_is_not_expected_any_more(desk):
    order = desk.order((desk.parts[0], 50, 1))
    desk.come((order.lines[0], 30))
    with pytest.raises(PurchasingError, match="cancel the rest"):
        m.PurchasingOrder.cancel(db.session, [order])
    m.PurchasingOrder.cancel_rest(db.session, [order])
    assert (order.lines[0].received, order.lines[0].cancelled) == (30, 20)
    assert desk.planned(order) == []
    with pytest.raises(PurchasingError, match="nothing is left"):
        m.PurchasingOrder.cancel_rest(db.session, [order])
    other = desk.order((desk.parts[0], 50, 1))
    m.PurchasingOrder.cancel(db.session, [other])
    assert (other.state, desk.planned(other)) == ("cancelled", [])
    m.PurchasingOrder.reopen(db.session, [other])
    assert m.PurchasingOrder.confirm(db.session, [other]) == {} and desk.planned(other) == [(DAY, 50)]


def test_what_became_of_a_line_is_not_written_by_hand(desk):
    order = desk.order((desk.parts[0], 5, 1))
    db.session.commit()
    for statement in (
        "UPDATE purchasing_order_line SET billed = 1",
        "UPDATE purchasing_order_line SET received = 6",
        "UPDATE stock_move SET billed = 1",
        "DELETE FROM purchasing_order",
    ):
        with pytest.raises(DBAPIError):
            db.session.execute(text(statement))
        db.session.rollback()
    assert order.state == "confirmed"


def test_the_states_of_an_order_are_those_that_its_check_allows(desk):
    assert field_info(current_app.extensions["composition"], "purchasing.order", "state").values == (
        "request",
        "confirmed",
        "done",
        "cancelled",
    )


def test_several_suppliers_are_asked_and_one_answer_is_accepted(desk):
    part = desk.parts[0]
    suppliers = [desk.supplier, desk.partner("S2"), desk.partner("S3")]
    inquiry = m.PurchasingInquiry(company_id=desk.company_id, date=DAY, wanted=date(2026, 4, 1))
    inquiry.lines = [m.PurchasingInquiryLine(product_id=part, quantity=Decimal(500))]
    inquiry.suppliers = [m.PurchasingInquirySupplier(partner_id=supplier) for supplier in suppliers]
    m.PurchasingInquiry.create(db.session, [inquiry])
    made = m.PurchasingInquiry.ask(db.session, [inquiry])
    orders = [db.session.get(m.PurchasingOrder, key) for key in made]
    assert [(o.state, o.partner_id, o.lines[0].quantity) for o in orders] == [
        ("request", supplier, 500) for supplier in suppliers
    ]
    with pytest.raises(PurchasingError, match="not asked yet"):
        m.PurchasingInquiry.ask(db.session, [inquiry])
    for order, price in zip(orders, ("0.30", "0.28", "0.31"), strict=True):
        order.lines[0].unit_price = Decimal(price)
    m.PurchasingOrder.compute(db.session, orders)
    assert m.PurchasingInquiry.accept(db.session, [orders[1]]) == {}
    assert [order.state for order in orders] == ["cancelled", "confirmed", "cancelled"]
    assert (inquiry.state, desk.planned(orders[1])) == ("closed", [(date(2026, 4, 1), 500)])
    with pytest.raises(PurchasingError, match="belongs to no inquiry"):
        m.PurchasingInquiry.accept(db.session, [desk.ask((part, 1, 1))])
