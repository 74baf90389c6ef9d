"""What comes in is what was ordered, at the ordered price and the rate of its day; the ledger follows."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.accounting.services.rates import RateError
from addons.purchasing.services.drafts import Arrival, DeliveryDraft, OrderLineDraft
from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.errors import StockError
from core import m
from core.db import db
from core.errors import UserError

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
DAY = date(2026, 3, 2)


def test_an_order_that_is_received_is_inventory_against_goods_received(desk):
    part, other = desk.parts[:2]
    order = desk.order((part, 100, "0.25"), (other, 10, "3"))
    assert (order.number, order.state, order.net) == ("PO/2026/00001", "confirmed", 55)
    assert desk.planned(order) == [(DAY, 110)]
    (made,) = m.PurchasingOrder.receive(db.session, [order], DAY)
    assert [line.received for line in order.lines] == [100, 10]
    assert (desk.account("inventory"), desk.account("goods_received")) == (55, -55)
    assert desk.balance(part) == (100, 0) and db.session.get(m.StockTransfer, made).state == "done"
    assert desk.lines_differ() == [] and desk.differences() == []


def test_a_euro_costs_what_it_is_worth_on_the_day_of_the_receipt(desk):
    part = desk.parts[0]
    desk.rate("EUR", "1.20", date(2026, 3, 1))
    desk.rate("EUR", "1.0850", date(2026, 3, 9))
    line = OrderLineDraft(part, Decimal(1000), Decimal("0.0310"), discount=Decimal(5))
    order = desk.order(line, currency_code="EUR", on=date(2026, 3, 1))
    m.PurchasingOrder.receive(db.session, [order], date(2026, 3, 10))
    # 0.0310 less 5 % = 0.029450 EUR; × 1.0850 = 0.031953 USD; × 1,000 = 31.95 USD.
    assert desk.account("inventory") == Decimal("31.95")
    (move,) = db.session.scalars(text("SELECT id FROM stock_move WHERE state = 'done'")).all()
    kept = db.session.get(m.StockMove, move)
    assert (kept.document_price, kept.document_currency_code, kept.document_rate, kept.unit_cost) == (
        Decimal("0.029450"),
        "EUR",
        Decimal("1.0850"),
        Decimal("0.031953"),
    )
    assert m.StockMove.locked_because(db.session, [kept]) == {}
    with pytest.raises(DBAPIError, match="price at which goods came"):
        db.session.execute(text("UPDATE stock_move SET document_rate = 2"))


def test_without_a_rate_nothing_comes_in(desk):
    order = desk.order((desk.parts[0], 10, 1), currency_code="EUR")
    db.session.commit()
    with pytest.raises(RateError, match="There is no rate of EUR"):
        m.PurchasingOrder.receive(db.session, [order], DAY)
    db.session.rollback()
    assert desk.balance(desk.parts[0]) == (0, 0) and desk.account("goods_received") == 0


def test_part_of_a_line_comes_in_two_lots_and_the_rest_stays_planned(desk):
    order = desk.order((desk.parts[0], 100, 1))
    (line,) = order.lines
    receipt = desk.come(
        Arrival(line.id, Decimal(30), "R-1", "2605", "LOT-A"),
        Arrival(line.id, Decimal(10), "", "2607", "LOT-B"),
        reference="LS 4711",
    )
    lots = db.session.execute(text("SELECT number, date_code, maker_lot FROM stock_lot ORDER BY id")).all()
    assert [tuple(row) for row in lots] == [("R-1", "2605", "LOT-A"), ("LOT-B", "2607", "LOT-B")]
    state = (receipt.state, receipt.reference, line.received, line.open_quantity)
    assert state == ("done", "LS 4711", 40, 60)
    assert desk.planned(order) == [(DAY, 60)]
    m.PurchasingOrder.receive(db.session, [order], DAY)
    assert (line.received, desk.planned(order), desk.account("inventory")) == (100, [], 100)
    with pytest.raises(PurchasingError, match="still to come"):
        m.PurchasingOrder.receive(db.session, [order], DAY)
    assert desk.differences() == []


def test_one_delivery_brings_goods_of_three_orders(desk):
    part = desk.parts[0]
    orders = [desk.order((part, 10, price)) for price in (1, 2, 3)]
    receipt = desk.come(*((order.lines[0], 10) for order in orders))
    assert len(desk.moves(receipt.id)) == 3 and desk.account("inventory") == 60
    assert [desk.planned(order) for order in orders] == [[], [], []]
    other = desk.order((part, 1, 1), partner=desk.partner("S2"))
    more = desk.order((part, 1, 1))
    with pytest.raises(PurchasingError, match="one supplier"):
        desk.come((other.lines[0], 1), (more.lines[0], 1))


def test_a_little_more_than_ordered_is_taken_and_no_more(desk):
    loose = desk.partner("S2", receipt_tolerance=Decimal(5))
    order = desk.order((desk.parts[0], 1010, 1), partner=loose)
    (line,) = order.lines
    assert line.tolerance == 50
    refused = pytest.raises(PurchasingError, match="at most 1,060 more can come in, not 1,061")
    with refused, db.session.begin_nested():
        desk.come((line, 1061))
    desk.come((line, 1000))
    desk.come((line, 60))
    assert (line.received, line.open_quantity, desk.planned(order)) == (1060, 0, [])
    with pytest.raises(PurchasingError, match="at most 0 more can come in, not 1"):
        desk.come((line, 1))


def test_what_was_never_ordered_and_nothing_at_all_do_not_come_in(desk):
    order = desk.order((desk.parts[0], 10, 1))
    for quantity in (0, -3):
        with pytest.raises(PurchasingError, match="above zero"):
            desk.come((order.lines[0], quantity))
    with pytest.raises(PurchasingError, match="never ordered"):
        m.PurchasingOrder.receive_deliveries(db.session, [DeliveryDraft([Arrival(10**9, Decimal(1))])], DAY)
    with pytest.raises(PurchasingError, match="is a request"):
        desk.come((desk.ask((desk.parts[0], 10, 1)).lines[0], 1))


def test_more_than_ordered_does_not_come_in_by_the_warehouse_either(desk):
    order = desk.order((desk.parts[0], 10, 1))
    db.session.commit()
    draft = db.session.scalar(text("SELECT transfer_id FROM stock_move"))
    desk.moves(draft)[0].quantity = Decimal(11)
    with pytest.raises(PurchasingError, match="at most 10 more can come in, not 11"):
        m.StockTransfer.do(db.session, [draft], DAY)
    db.session.rollback()
    assert order.lines[0].received == 0


def test_what_goes_back_takes_its_own_cost_back(desk):
    part = desk.parts[0]
    desk.receive(part, 50, "0.90")
    order = desk.order((part, 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    desk.send_back(order, 30)
    (line,) = order.lines
    assert (line.received, line.returned) == (100, 30)
    assert desk.account("goods_received") == -45 - 70
    (move,) = desk.received_moves(order)
    with pytest.raises(StockError, match="more can't be returned"):
        m.PurchasingOrder.return_goods(db.session, {move: Decimal(71)}, DAY)
    with pytest.raises(PurchasingError, match="never received"):
        m.PurchasingOrder.return_goods(db.session, {10**9: Decimal(1)}, DAY)
    assert desk.lines_differ() == [] and desk.differences() == []


def test_what_waits_for_its_inspection_is_neither_free_nor_worth_anything(desk):
    strict = desk.partner("S2", inspected=True)
    order = desk.order((desk.parts[0], 100, 1), partner=strict)
    receipt = desk.come((order.lines[0], 60))
    assert (receipt.state, receipt.inspection) == ("draft", "waiting")
    assert desk.balance(desk.parts[0]) == (0, 0) and desk.account("goods_received") == 0
    with pytest.raises(PurchasingError, match="are inspected"), db.session.begin_nested():
        m.StockTransfer.do(db.session, [receipt.id], DAY)
    (move,) = desk.moves(receipt.id)
    for wrong in (-1, 61):
        with pytest.raises(PurchasingError, match="no more can pass"):
            m.StockTransfer.inspect(db.session, {move.id: Decimal(wrong)}, DAY)
    m.StockTransfer.inspect(db.session, {move.id: Decimal(57)}, DAY)
    db.session.expire_all()
    (line,) = order.lines
    assert (line.received, line.rejected, line.open_quantity) == (57, 3, 43)
    assert (desk.account("inventory"), desk.planned(order)) == (57, [(DAY, 43)])
    # Nothing of the next delivery passes: it goes back as it came, and everything is still to come.
    (waiting,) = m.PurchasingOrder.receive(db.session, [order], DAY)[:1]
    passed = {move.id: Decimal(0) for move in desk.moves(waiting)}
    m.StockTransfer.inspect(db.session, passed, DAY)
    db.session.expire_all()
    assert line.received == 57 and sum(q for _day, q in desk.planned(order)) == 43
    assert desk.account("goods_received") == -57 and desk.differences() == []


def test_what_waits_for_its_inspection_has_come_and_does_not_come_twice(desk):
    strict = desk.partner("S2", inspected=True)
    order = desk.order((desk.parts[0], 100, 1), partner=strict)
    desk.come((order.lines[0], 60))
    with pytest.raises(PurchasingError, match="60 have come; at most 40 more"), db.session.begin_nested():
        desk.come((order.lines[0], 41))
    second = desk.come((order.lines[0], 40))
    (move,) = desk.moves(second.id)
    # One of the forty fails: one more may come, and not two.
    m.StockTransfer.inspect(db.session, {move.id: Decimal(39)}, DAY)
    db.session.expire_all()
    with pytest.raises(PurchasingError, match="99 have come; at most 1 more"), db.session.begin_nested():
        desk.come((order.lines[0], 2))
    assert desk.come((order.lines[0], 1)).inspection == "waiting"
    assert (order.lines[0].received, desk.planned(order)) == (39, [(DAY, 61)])


def test_another_companys_order_is_refused(desk):
    order = desk.order((desk.parts[0], 10, 1))
    db.session.execute(text("INSERT INTO company (code, name, currency_code) VALUES ('X', 'X', 'USD')"))
    other = db.session.scalar(text("SELECT id FROM company WHERE code = 'X'"))
    part = m.Product(company_id=other, code="F", cost=Decimal(1))
    db.session.add(part)
    db.session.flush()
    with pytest.raises(UserError, match="no such part"):
        desk.ask((part.id, 1, 1))
    stranger = m.Partner(company_id=other, code="S", name="S", is_supplier=True)
    db.session.add(stranger)
    db.session.flush()
    with pytest.raises(PurchasingError, match="no such supplier"):
        desk.ask((desk.parts[0], 1, 1), partner=stranger.id)
    assert order.state == "confirmed"
