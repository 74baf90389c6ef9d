"""What is received is billed once, at what it was received for; nothing is left where all is billed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from addons.purchasing.services.errors import PurchasingError
from core import m
from core.db import db
from core.errors import UserError

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
DAY = date(2026, 3, 2)


def bill(desk, order, reference, price=None, quantity=None, on=DAY):
    """A bill of what is open of an order, as the supplier's paper says it, posted."""
    (made,) = m.PurchasingOrder.bill(db.session, [order], reference, on)
    draft = db.session.get(m.AccountingBill, made)
    if price is not None:
        draft.lines[0].unit_price = Decimal(price)
    if quantity is not None:
        draft.lines[0].quantity = Decimal(quantity)
    m.AccountingBill.compute(db.session, [draft])
    m.AccountingBill.post(db.session, [draft])
    db.session.expire_all()
    return draft


def test_the_example_of_the_module(desk):
    desk.rate("EUR", "1.10", DAY)
    desk.rate("EUR", "1.12", date(2026, 3, 20))
    order = desk.order((desk.parts[0], 100, 1), currency_code="EUR")
    m.PurchasingOrder.receive(db.session, [order], DAY)
    assert desk.account("goods_received") == -110
    made = bill(desk, order, "R-1", price="1.05", on=date(2026, 3, 20))
    assert (made.net, order.state, order.lines[0].billed) == (105, "done", 100)
    assert desk.account("goods_received") == 0
    assert desk.account("price_difference") == Decimal("5.60")
    assert desk.account("exchange_difference") == Decimal("2.00")
    assert desk.account("payable") == Decimal("-117.60")
    assert desk.account("inventory") == 110 and desk.differences() == []


def test_a_receipt_is_billed_in_parts_and_never_twice(desk):
    order = desk.order((desk.parts[0], 3, "0.033333"))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    for number in range(3):
        bill(desk, order, f"R-{number}", quantity=1)
    assert (desk.account("goods_received"), order.state) == (0, "done")
    with pytest.raises(PurchasingError, match="to be billed"):
        m.PurchasingOrder.bill(db.session, [order], "R-9", DAY)
    with pytest.raises(IntegrityError, match="billed_once"):
        db.session.execute(
            text("""INSERT INTO purchasing_billed_move (company_id, move_id, bill_line_id, quantity, value)
                    SELECT company_id, move_id, bill_line_id, 1, 0 FROM purchasing_billed_move LIMIT 1""")
        )


def test_a_bill_before_the_goods_leaves_nothing_when_they_come(desk):
    desk.rate("EUR", "1.10", DAY)
    desk.rate("EUR", "1.12", date(2026, 3, 20))
    order = desk.order((desk.parts[0], 100, 1), currency_code="EUR")
    desk.come((order.lines[0], 40))
    made = bill(desk, order, "R-1", quantity=100)
    # 40 were there: 44.00; 60 come later, booked at the bill's rate: 66.00 owed by the supplier in goods.
    assert (made.lines[0].early_quantity, made.lines[0].early_value) == (60, 66)
    assert desk.account("goods_received") == 66
    desk.come((order.lines[0], 60), on=date(2026, 3, 20))
    db.session.expire_all()
    assert (desk.account("goods_received"), order.state) == (0, "done")
    assert desk.account("exchange_difference") == Decimal("-1.20") and desk.account("inventory") == Decimal(
        "111.20"
    )


def test_what_went_back_is_on_no_bill_or_on_a_credit_note(desk):
    part = desk.parts[0]
    before, after = desk.order((part, 100, 1)), desk.order((part, 100, 2))
    for order in (before, after):
        m.PurchasingOrder.receive(db.session, [order], DAY)
    desk.send_back(before, 30)
    assert bill(desk, before, "R-1").net == 70
    assert bill(desk, after, "R-2").net == 200
    desk.send_back(after, 30)
    assert (desk.account("goods_received"), after.state) == (60, "confirmed")
    note = bill(desk, after, "G-2")
    assert (note.kind, note.net) == ("credit_note", 60)
    assert (desk.account("goods_received"), after.state, before.state) == (0, "done", "done")


def test_a_replacement_is_what_the_bill_was_for(desk):
    desk.rate("EUR", "1.10", DAY)
    desk.rate("EUR", "1.12", date(2026, 3, 20))
    order = desk.order((desk.parts[0], 10, 1), currency_code="EUR")
    desk.come((order.lines[0], 5))
    bill(desk, order, "R-1")
    desk.send_back(order, 2)
    assert desk.account("goods_received") == Decimal("2.20")
    # Two others come instead, at another rate: 2.24. The bill is for them now, and they are worth 0.04 more.
    desk.come((order.lines[0], 2), on=date(2026, 3, 20))
    assert (desk.account("goods_received"), desk.account("exchange_difference")) == (0, Decimal("-0.04"))
    query = "SELECT quantity, returns_id IS NOT NULL, billed FROM stock_move WHERE state = 'done' ORDER BY id"
    assert [tuple(row) for row in db.session.execute(text(query))] == [
        (5, False, 3),
        (2, True, 0),
        (2, False, 2),
    ]


def test_a_bill_that_is_taken_back_is_billed_again(desk):
    desk.rate("EUR", "1.10", DAY)
    desk.rate("EUR", "1.12", date(2026, 3, 20))
    order = desk.order((desk.parts[0], 100, 1), currency_code="EUR")
    made = None
    for come in (True, False):
        if come:
            (line,) = order.lines
            desk.come((line, 40))
            made = bill(desk, order, "R-1", quantity=100)
            desk.come((line, 60), on=date(2026, 3, 20))
    m.AccountingBill.reverse(db.session, [made.id], date(2026, 3, 21))
    db.session.expire_all()
    assert (order.lines[0].billed, order.state) == (0, "confirmed")
    assert desk.account("goods_received") == -Decimal("111.20")
    assert (desk.account("exchange_difference"), desk.account("payable")) == (0, 0)
    bill(desk, order, "R-2", on=date(2026, 3, 20))
    assert (desk.account("goods_received"), order.state) == (0, "done")


def test_one_bill_a_period_is_for_all_that_moved_up_to_its_day(desk):
    part = desk.parts[0]
    orders = [desk.order((part, 10, price)) for price in (1, 2, 3)]
    for order, day in zip(orders, (3, 4, 20), strict=True):
        m.PurchasingOrder.receive(db.session, [order], date(2026, 3, day))
    (made,) = m.PurchasingOrder.bill_until(db.session, [desk.supplier], date(2026, 3, 15), "R-3")
    draft = db.session.get(m.AccountingBill, made)
    assert (draft.net, draft.date, draft.state) == (30, date(2026, 3, 15), "draft")
    m.AccountingBill.post(db.session, [made])
    assert desk.account("goods_received") == -30


def test_more_than_was_ordered_is_not_billed(desk):
    order = desk.order((desk.parts[0], 10, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    (made,) = m.PurchasingOrder.bill(db.session, [order], "R-1", DAY)
    db.session.get(m.AccountingBill, made).lines[0].quantity = Decimal(11)
    with pytest.raises(IntegrityError, match="billed_was_ordered"):
        db.session.flush()


#: What may happen to an order of 20: some of it comes, is billed at a price, goes back.
ACTS = st.lists(
    st.tuples(st.sampled_from(["come", "bill", "return"]), st.integers(1, 9), st.integers(90, 110)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, price=st.decimals("0.01", "9.99", places=4))
def test_whatever_happens_nothing_is_left_when_all_is_billed(desk, acts, price):
    number = db.session.scalar(text("SELECT count(*) FROM product"))
    order = desk.order((desk.part(f"H{number}"), 20, price))
    for n, (act, quantity, percent) in enumerate(acts):
        try:
            with db.session.begin_nested():
                _act(desk, order, act, quantity, f"{number}-{n}", Decimal(price) * percent / 100)
        except UserError:
            pass
        db.session.expire_all()
    (line,) = order.lines
    if line.open_quantity:
        desk.come((line, line.open_quantity))
    if line.billed != line.received - line.returned:
        bill(desk, order, f"{number}-last")
    assert (desk.account("goods_received"), order.state) == (0, "done")
    assert desk.lines_differ() == [] and desk.differences() == []


def _act(desk, order, act, quantity, reference, price):
    if act == "come":
        desk.come((order.lines[0], quantity))
    elif act == "bill":
        bill(desk, order, reference, price=price.quantize(Decimal("0.0001")))
    elif moves := desk.received_moves(order):
        move = list(moves)[-1]
        made = m.PurchasingOrder.return_goods(db.session, {move: Decimal(quantity)}, DAY)
        m.StockTransfer.do(db.session, made, DAY)
