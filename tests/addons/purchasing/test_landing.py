"""Freight and duty become part of what goods cost, wherever these are by now, to the cent."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from addons.accounting.services.rates import RateError
from addons.purchasing.services.errors import PurchasingError
from addons.purchasing.services.naming import names
from addons.purchasing.services.spreading import spread
from core import m
from core.db import db
from core.errors import UserError
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
DAY, LATER = date(2026, 3, 2), date(2026, 3, 20)
CENT = Decimal("0.01")


@given(
    cents=st.integers(0, 10**9),
    bases=st.lists(st.decimals("0", "99999", places=6), min_size=1, max_size=30).filter(any),
)
def test_parts_sum_to_the_amount_and_none_is_a_cent_off(cents, bases):
    amount = cents * CENT
    parts = spread(amount, bases, CENT)
    assert sum(parts) == amount
    for part, base in zip(parts, bases, strict=True):
        exact = Fraction(amount) * Fraction(base) / sum(map(Fraction, bases))
        assert abs(Fraction(part) - exact) < Fraction(CENT)
        assert part == 0 or base > 0


def test_the_cents_that_are_left_go_to_those_of_which_rounding_took_most():
    ten = Decimal("10.00")
    assert spread(ten, [Decimal(1)] * 3, CENT) == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert spread(ten, list(map(Decimal, (5, 3, 1))), CENT) == list(map(Decimal, ("5.56", "3.33", "1.11")))
    assert spread(Decimal(100), [Decimal(1)] * 3, Decimal(1)) == [34, 33, 33]


def land(desk, receipts, *lines, on=DAY, forwarder=None, currency=None, rate=None):
    """A draft: costs as (amount, spread) of what came on receipts."""
    cost = m.PurchasingLandedCost(
        company_id=desk.company_id,
        partner_id=forwarder or desk.partner(f"F{db.session.scalar(text('SELECT count(*) FROM partner'))}"),
        date=on,
        currency_code=currency,
        exchange_rate=rate,
    )
    cost.lines = [
        m.PurchasingLandedLine(position=n, amount=Decimal(amount), spread=by)
        for n, (amount, by) in enumerate(lines, start=1)
    ]
    cost.receipts = [m.PurchasingLandedReceipt(transfer_id=receipt.id) for receipt in receipts]
    m.PurchasingLandedCost.create(db.session, [cost])
    return cost


def post(cost):
    m.PurchasingLandedCost.post(db.session, [cost])
    db.session.expire_all()
    return cost


def shares(cost):
    query = """
        SELECT s.amount FROM purchasing_landed_share s
          JOIN purchasing_landed_line l ON l.id = s.landed_line_id
         WHERE l.landed_cost_id = :id ORDER BY s.id
    """
    return list(db.session.scalars(text(query), {"id": cost.id}))


def test_two_suppliers_goods_share_a_freight_that_comes_later(desk):
    desk.rate("EUR", "1.10", LATER)
    light, heavy = desk.part("L", weight=Decimal(2)), desk.part("H", weight=Decimal(7))
    other = desk.partner("S2")
    one = desk.come((desk.order((light, 1000, 1)).lines[0], 1000))
    two = desk.come((desk.order((heavy, 1000, "0.50"), partner=other).lines[0], 1000))
    desk.deliver(light, 500, on=DAY)
    cost = post(land(desk, [one, two], ("90", "weight"), on=LATER, currency="EUR"))
    assert (cost.state, cost.total, cost.value, shares(cost)) == ("posted", 90, 99, [22, 77])
    # Half of the light ones is shipped: 11.00 of their 22.00 are there.
    assert desk.account("inventory") == 500 + 500 + 11 + 77
    assert (desk.account("goods_shipped"), desk.account("accrued_landed_cost")) == (511, -99)
    assert desk.account("goods_received") == -1500 and desk.differences() == []
    with pytest.raises(PurchasingError, match="can't go back before"):
        m.PurchasingLandedCost.reverse(db.session, [cost], DAY)
    m.PurchasingLandedCost.reverse(db.session, [cost], LATER)
    db.session.expire_all()
    assert (cost.state, desk.account("accrued_landed_cost"), desk.account("inventory")) == (
        "reversed",
        0,
        1000,
    )
    assert (desk.account("goods_shipped"), desk.differences()) == (500, [])
    with pytest.raises(PurchasingError, match="Only a posted"):
        m.PurchasingLandedCost.reverse(db.session, [cost], LATER)


def test_each_cost_is_spread_by_its_own_measure(desk):
    one = desk.order((desk.parts[0], 300, "0.10"), (desk.parts[1], 100, "0.90"))
    receipt = desk.come((one.lines[0], 300), (one.lines[1], 100))
    cost = post(land(desk, [receipt], ("12", "value"), ("0.02", "quantity"), ("0.01", "quantity")))
    # 30.00 and 90.00 of value; 300 and 100 pieces, of which the first take 0.015 and 0.0075.
    assert shares(cost) == list(map(Decimal, ("3.00", "9.00", "0.02", "0.00", "0.01", "0.00")))
    assert desk.account("inventory") == Decimal("132.03") and desk.differences() == []


def test_the_supplier_is_debited_with_the_price_and_not_with_the_freight(desk):
    order = desk.order((desk.parts[0], 3, "0.333333"))
    receipt = desk.come((order.lines[0], 3))
    post(land(desk, [receipt], ("1", "value")))
    assert (desk.account("inventory"), desk.account("goods_received")) == (2, -1)
    desk.send_back(order, 1)
    # A third of the goods is owed back, 0.33; it has cost 0.67, and 0.34 of freight is lost.
    assert (desk.account("inventory"), desk.account("goods_received")) == (Decimal("1.33"), Decimal("-0.67"))
    assert desk.account("inventory_difference") == Decimal("0.34")
    desk.send_back(order, 2)
    assert (desk.account("inventory"), desk.account("goods_received")) == (0, 0)
    assert (desk.account("inventory_difference"), desk.account("accrued_landed_cost")) == (1, -1)
    assert order.lines[0].returned == 3 and desk.differences() == []


def test_freight_of_goods_that_went_back_before_is_owed_whole(desk):
    order = desk.order((desk.parts[0], 100, 1))
    receipt = desk.come((order.lines[0], 100))
    desk.send_back(order, 10)
    post(land(desk, [receipt], ("10", "quantity")))
    assert (desk.account("goods_received"), desk.account("accrued_landed_cost")) == (-90, -10)
    assert (desk.account("inventory"), desk.account("inventory_difference")) == (99, 1)


def bill_of(cost, reference, net=None, on=LATER):
    (made,) = m.PurchasingLandedCost.bill(db.session, [cost], reference, on)
    draft = db.session.get(m.AccountingBill, made)
    if net is not None:
        draft.lines[0].unit_price = Decimal(net)
        m.AccountingBill.compute(db.session, [draft])
    return draft


def test_the_forwarders_bill_clears_what_is_accrued(desk):
    desk.rate("EUR", "1.10", DAY)
    desk.rate("EUR", "1.12", LATER)
    receipt = desk.come((desk.order((desk.parts[0], 100, 1)).lines[0], 100))
    cost = post(land(desk, [receipt], ("90", "value"), currency="EUR"))
    with pytest.raises(PurchasingError, match="Only a posted"):
        m.PurchasingLandedCost.bill(db.session, [land(desk, [receipt], ("1", "value"))])
    draft = bill_of(cost, "F-77", "95")
    with pytest.raises(PurchasingError, match="the draft of its bill"):
        m.PurchasingLandedCost.bill(db.session, [cost])
    m.AccountingBill.post(db.session, [draft])
    db.session.expire_all()
    assert (desk.account("accrued_landed_cost"), desk.account("payable")) == (0, Decimal("-106.40"))
    assert desk.account("price_difference") == Decimal("5.60")
    assert desk.account("exchange_difference") == Decimal("1.80")
    with pytest.raises(PurchasingError, match="take that bill back first"):
        m.PurchasingLandedCost.reverse(db.session, [cost], LATER)
    m.AccountingBill.reverse(db.session, [draft], LATER)
    assert (desk.account("accrued_landed_cost"), cost.lines[0].billed) == (-99, False)
    m.AccountingBill.post(db.session, [bill_of(cost, "F-78")])
    assert (desk.account("accrued_landed_cost"), cost.lines[0].billed) == (0, True)


def test_only_whoever_asks_for_it_bills_it_and_once(desk):
    receipt = desk.come((desk.order((desk.parts[0], 100, 1)).lines[0], 100))
    cost = post(land(desk, [receipt], ("90", "value")))
    draft = bill_of(cost, "F-1")
    draft.partner_id = desk.supplier
    with pytest.raises(PurchasingError, match="somebody else's"):
        m.AccountingBill.post(db.session, [draft])
    draft.partner_id = cost.partner_id
    (line,) = draft.lines
    draft.lines.append(
        m.AccountingBillLine(
            position=2, description="again", quantity=1, unit_price=90, landed_line_id=line.landed_line_id
        )
    )
    m.AccountingBill.compute(db.session, [draft])
    db.session.flush()
    with pytest.raises(PurchasingError, match="billed already"):
        m.AccountingBill.post(db.session, [draft])


def test_what_can_not_be_spread_says_why(desk):
    desk.rate("EUR", "1.10", DAY)
    order = desk.order((desk.parts[0], 100, 0))
    receipt = desk.come((order.lines[0], 100))
    planned = desk.ask((desk.parts[0], 1, 1))
    m.PurchasingOrder.confirm(db.session, [planned])
    open_id = db.session.scalar(text("SELECT max(id) FROM stock_transfer WHERE state = 'draft'"))
    cases = {
        "add a line": land(desk, [receipt]),
        "at least one receipt": land(desk, [], ("1", "value")),
        "have no weight: P0": land(desk, [receipt], ("1", "weight")),
        "have cost nothing": land(desk, [receipt], ("1", "value")),
        "came on": land(desk, [receipt], ("1", "quantity"), on=date(2026, 3, 1)),
        "no receipt that was done": land(desk, [db.session.get(m.StockTransfer, open_id)], ("1", "quantity")),
    }
    for words, cost in cases.items():
        with pytest.raises(UserError, match=words), db.session.begin_nested():
            m.PurchasingLandedCost.post(db.session, [cost])
    with pytest.raises(RateError, match="CHF"):
        land(desk, [receipt], ("1", "quantity"), currency="CHF")
    with pytest.raises(PurchasingError, match="above zero"):
        land(desk, [receipt], ("-1", "quantity"))
    assert desk.account("accrued_landed_cost") == 0


def test_what_is_posted_stays(desk):
    receipt = desk.come((desk.order((desk.parts[0], 100, 1)).lines[0], 100))
    cost = post(land(desk, [receipt], ("90", "value")))
    for statement in (
        "UPDATE purchasing_landed_cost SET value = 1",
        "UPDATE purchasing_landed_cost SET state = 'draft'",
        "DELETE FROM purchasing_landed_cost",
        "UPDATE purchasing_landed_line SET amount = 1",
        "DELETE FROM purchasing_landed_receipt",
        "UPDATE purchasing_landed_share SET amount = 1",
    ):
        with pytest.raises(Exception, match="never change"), db.session.begin_nested():
            db.session.execute(text(statement))
    assert cost.state == "posted"
    with pytest.raises(PurchasingError, match="posted already"):
        m.PurchasingLandedCost.post(db.session, [cost])


def test_posting_asks_the_same_number_of_questions_for_any_number_of_lines(desk, count_queries):
    def asked(number):
        parts = [desk.part(f"Q{number}-{n}") for n in range(number)]
        order = desk.order(*((part, 10, 1) for part in parts))
        receipt = desk.come(*((line, 10) for line in order.lines))
        cost = land(desk, [receipt], ("9", "value"), ("7", "quantity"))
        return count_queries(lambda: m.PurchasingLandedCost.post(db.session, [cost]))

    assert asked(2) == asked(40)


def test_a_typed_bill_names_the_shipment_that_it_is_for(desk, app, company):
    part = desk.part("X")
    receipt = desk.come((desk.order((part, 10, 1)).lines[0], 10))
    forwarder = desk.partner("F1")
    costs = []
    for reference, amount in (("HBL 5", 80), ("HBL 51", 82)):
        cost = land(desk, [receipt], (amount, "value"), forwarder=forwarder)
        cost.reference = reference
        costs.append(post(cost))
    page = Administrator(app, company)
    lines = {
        "lines-n1-description": "Sea freight, hbl-5",
        "lines-n1-quantity": "1",
        "lines-n1-unit_price": "82",
        "lines-n2-description": "Handling",
        "lines-n2-quantity": "1",
        "lines-n2-unit_price": "80",
    }
    head = {"partner_id": str(forwarder), "reference": "F-9", "date": "2026-03-20", "due_date": "2026-03-20"}
    answer = page("/m/accounting.bill.form/new", currency_code="USD", kind="bill", **head, **lines)
    assert answer.status_code == 303, answer.text
    bill = db.session.scalars(select(m.AccountingBill)).one()
    assert [line.landed_line_id for line in bill.lines] == [costs[0].lines[0].id, None]
    shown = page(f"/m/accounting.bill.form/{bill.id}").text
    assert re.search(r"80\.00.{0,5} were accrued", shown)
    assert costs[1].number in shown and "Write the shipment or the number" in shown
    m.AccountingBill.post(db.session, [bill])
    db.session.expire_all()
    assert [cost.lines[0].billed for cost in costs] == [True, False]
    # 2.00 more than was accrued, and handling, which nobody had accrued.
    assert desk.account("accrued_landed_cost") == -82 and desk.account("price_difference") == 2


@pytest.mark.parametrize(
    ("text", "is_named"),
    [("hbl5", True), ("Freight HBL-5.", True), ("HBL 51", False), ("XHBL 5", False), ("运费HBL5元", True)],
)
def test_a_number_is_found_in_any_spelling(text, is_named):
    assert names(text, "HBL 5") is is_named
    assert names(text, "", "--") is False
