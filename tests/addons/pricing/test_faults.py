"""What went wrong elsewhere when receipts were repriced; each case names the threads that tell of it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.pricing import run_screens
from addons.pricing.list_screens import facts_of_move
from addons.pricing.services.errors import PricingError
from addons.stock.services.orders.changing import Amendment
from addons.stock.services.revaluing import CostChange
from core import m
from core.db import db
from tests.addons.pricing.conftest import DAY

ADDONS = ("partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing")
pytestmark = pytest.mark.addons(*ADDONS)


def received(shop, quantity=100, price=1, part=None, **values):
    """An order that came in full on its day."""
    order = shop.order((part or shop.parts[0], quantity, price), **values)
    m.PurchasingOrder.receive(db.session, [order], DAY)
    return order


def test_a_months_deliveries_get_the_price_of_its_end(shop):
    """frappe/erpnext#13265, #4182, #4038, #33552, #57877: the stock follows, and so does the bill."""
    orders = [received(shop, 10, price) for price in ("1.00", "1.02", "1.04")]
    shop.price_list("March", (shop.parts[0], "1.05"), valid_from=date(2026, 3, 31))
    # Until the list begins, the last order has the latest price.
    assert {line.latest_price for line in shop.run().lines} == {Decimal("1.04")}
    shop.applied(date=date(2026, 3, 31))
    assert shop.account("inventory") == Decimal("31.50")
    (made,) = m.PurchasingOrder.bill_until(db.session, [shop.supplier], date(2026, 3, 31), "R-3")
    m.AccountingBill.post(db.session, [made])
    assert db.session.get(m.AccountingBill, made).net == Decimal("31.50")
    assert (shop.account("goods_received"), shop.account("price_difference")) == (0, 0)
    assert len(orders) == 3 and shop.differences() == []


def test_only_what_no_bill_is_for_goes_to_goods_received(shop):
    """frappe/erpnext#45947: the value is not quantity × new price where part of it is billed."""
    order = received(shop)
    shop.billed(order, "R-1", 40)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    (refused,) = shop.run().lines
    assert "It is billed" in refused.refusal
    with pytest.raises(PricingError, match="It is billed"), db.session.begin_nested():
        m.PricingRunLine.accept(db.session, [refused])
    run = shop.applied(with_claims=True)
    (line,) = run.lines
    assert (line.value, line.claim_value, line.amount, line.claim_amount) == (
        Decimal("4.80"),
        Decimal("3.20"),
        Decimal("4.80"),
        Decimal("3.20"),
    )
    assert (shop.account("goods_received"), shop.account("supplier_claims")) == (
        Decimal("-64.80"),
        Decimal("-3.20"),
    )
    rest = shop.billed(order, "R-2")
    assert (rest.net, shop.account("goods_received"), order.state) == (Decimal("64.80"), 0, "done")
    assert shop.differences() == []


def test_a_bill_from_the_order_takes_what_each_receipt_costs_by_now(shop):
    """frappe/erpnext#43967, #51432: made from the order, whose receipt is in three rows."""
    order = shop.order((shop.parts[0], 30, 1))
    for _n in range(3):
        shop.come((order.lines[0], 10))
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.run()
    m.PricingRunLine.accept(db.session, run.lines[:2])
    m.PricingRun.apply(db.session, [run])
    bill = shop.billed(order, "R-1")
    assert sorted((line.quantity, line.unit_price) for line in bill.lines) == [(10, 1), (20, Decimal("1.08"))]
    assert (shop.account("goods_received"), shop.account("price_difference")) == (0, 0)


def test_the_receipt_says_what_it_costs_by_now(shop):
    """frappe/erpnext#46943: its state follows the act."""
    order = received(shop)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.applied()
    (move,) = shop.received_moves(order)
    kept = db.session.get(m.StockMove, move)
    assert kept.document_price == 1
    assert [fact.text for fact in facts_of_move(db.session, kept)] == ["1.08 USD"]
    assert m.StockMove.agreed_prices(db.session, [move]) == {move: Decimal("1.08")}
    shop.undo(run)
    assert m.StockMove.agreed_prices(db.session, [move]) == {move: 1}


def test_landed_cost_stays_and_the_rate_is_the_receipts(shop):
    """frappe/erpnext#42890, OCA/purchase-workflow#1767, odoo/odoo#262577."""
    shop.rate("EUR", "1.10", DAY)
    shop.rate("EUR", "1.30", date(2026, 3, 19))
    order = received(shop, currency_code="EUR")
    (move,) = shop.received_moves(order)
    freight = CostChange(move, Decimal("7.00"), shop.books().account("purchases"))
    m.StockMove.revalue(db.session, [freight], "landed_cost", DAY, "Freight")
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY, currency_code="EUR")
    (line,) = shop.applied().lines
    # 100 × 1.08 × 1.10 = 118.80: 8.80 more, whatever a euro is worth by now; the freight of 7.00 stays.
    assert (line.amount, line.value) == (8, Decimal("8.80"))
    assert shop.account("inventory") == Decimal("125.80")
    bill = shop.billed(order, "R-1", on=date(2026, 3, 19))
    assert (bill.net, shop.account("goods_received")) == (108, 0)
    assert (shop.account("price_difference"), shop.account("payable")) == (0, Decimal("-140.40"))


def test_a_back_order_keeps_its_own_rate(shop):
    """odoo/odoo#262577: each receipt at the rate of its day."""
    shop.rate("EUR", "1.10", DAY)
    shop.rate("EUR", "1.30", date(2026, 3, 9))
    order = shop.order((shop.parts[0], 100, 1), currency_code="EUR")
    shop.come((order.lines[0], 40))
    shop.come((order.lines[0], 60), on=date(2026, 3, 10))
    shop.price_list("Q2", (shop.parts[0], "2"), valid_from=DAY, currency_code="EUR")
    assert sorted(line.value for line in shop.applied().lines) == [44, 78]
    assert shop.account("inventory") == 88 + 156


def test_rejected_goods_get_no_price(shop):
    """frappe/erpnext#44857."""
    strict = shop.partner("S2", inspected=True)
    order = shop.order((shop.parts[0], 100, 1), partner=strict)
    receipt = shop.come((order.lines[0], 60))
    (move,) = shop.moves(receipt.id)
    m.StockTransfer.inspect(db.session, {move.id: Decimal(57)}, DAY)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY, partner=strict)
    (line,) = shop.applied().lines
    assert (line.quantity, line.value) == (57, Decimal("4.56"))


def test_a_price_never_changes_as_a_side_effect(shop):
    """frappe/erpnext#40700, #30365: neither by another quantity nor by a new list."""
    part = shop.parts[0]
    asked = shop.ask((part, 100, 1))
    order = received(shop)
    shop.price_list("Q2", (part, "1.08"), (part, "0.50", 1000), valid_from=DAY)
    asked.lines[0].quantity = Decimal(2000)
    m.PurchasingOrder.compute(db.session, [asked])
    assert (asked.lines[0].unit_price, asked.net) == (1, 2000)
    ordered = shop.order((part, 100, 1))
    m.PurchasingOrder.amend(db.session, [Amendment(ordered.lines[0].id, quantity=Decimal(2000))])
    db.session.expire_all()
    assert (ordered.lines[0].quantity, ordered.lines[0].unit_price) == (2000, 1)
    (move,) = shop.received_moves(order)
    assert m.StockMove.agreed_prices(db.session, [move]) == {move: 1} and shop.account("inventory") == 100


def test_nobody_sets_the_price_of_received_goods_by_hand(shop):
    """frappe/erpnext#40700: neither on the receipt nor on the line of the run that has set it."""
    order = received(shop)
    (move,) = shop.received_moves(order)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    shop.applied()
    db.session.commit()
    for change in (
        "UPDATE stock_move SET document_price = 9",
        "UPDATE pricing_run_line SET latest_price = 9",
        "DELETE FROM pricing_run_line",
    ):
        with pytest.raises(DBAPIError, match="is kept"), db.session.begin_nested():
            db.session.execute(text(change))
    assert m.StockMove.agreed_prices(db.session, [move]) == {move: Decimal("1.08")}


def test_the_average_and_the_total_move_with_the_price(shop):
    """OCA/purchase-workflow#2535, #2137: expected 15, stayed 10."""
    db.session.get(m.Company, shop.company_id).cost_method = "average"
    db.session.flush()
    part = shop.parts[0]
    shop.receive(part, 10, 10)
    received(shop, 10, 10)
    shop.price_list("Q2", (part, "20"), valid_from=DAY)
    shop.applied()
    worth = db.session.execute(text("SELECT quantity, amount FROM stock_worth WHERE amount > 0")).one()
    assert (worth.quantity, worth.amount, worth.amount / worth.quantity) == (20, 300, 15)
    assert shop.differences() == []


def test_pending_value_is_shown_before_it_is_done(shop):
    """OCA/purchase-workflow#2930: 10 units from 10 to 12, pending 20; also where some are delivered."""
    received(shop, 10, 10)
    shop.deliver(shop.parts[0], 4)
    shop.price_list("Q2", (shop.parts[0], "12"), valid_from=DAY)
    run = shop.accepted()
    found = m.PricingRun.preview(db.session, [run])[run.id]
    assert (found.to_bill, found.stock, found.shipped) == (20, 12, 8)


def test_prices_learn_from_receipts_and_orders(shop):
    """Dolibarr#16154, #12972, OCA/purchase-workflow#1310, erpnext#36823."""
    received(shop, 10, "1.00")
    db.session.get(m.Partner, shop.supplier).price_source = "order"
    newer = shop.order((shop.parts[0], 10, "1.10"), on=date(2026, 3, 10))
    (line,) = shop.run().lines
    assert (line.latest_price, line.source_model, line.source_id) == (
        Decimal("1.10"),
        "purchasing.order",
        newer.id,
    )


def test_what_went_back_wholly_is_no_line_and_in_part_is_worth_what_is_kept(shop):
    first, second = received(shop), received(shop, part=shop.parts[1])
    shop.send_back(first, 100)
    shop.send_back(second, 30)
    shop.price_list("Q2", (shop.parts[0], "2"), (shop.parts[1], "2"), valid_from=DAY)
    (line,) = shop.applied().lines
    assert (line.product_id, line.amount) == (shop.parts[1], 70)
    assert (shop.account("goods_received"), shop.account("inventory")) == (-140, 140)
    shop.billed(second, "R-1")
    assert shop.account("goods_received") == 0 and shop.differences() == []


@pytest.mark.addons(*ADDONS, "padlock")
def test_a_locked_line_is_refused_with_its_reason(shop):
    received(shop)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.accepted()
    db.session.execute(text("UPDATE stock_move SET padlock = 'on confirmed statement AP-2026-03/17'"))
    with pytest.raises(PricingError, match="AP-2026-03/17"), db.session.begin_nested():
        m.PricingRun.apply(db.session, [run])
    (line,) = shop.run().lines
    assert line.refusal == "on confirmed statement AP-2026-03/17"


def test_above_the_tolerance_a_second_person_approves(shop):
    received(shop)
    received(shop, part=shop.parts[1])
    shop.price_list("Q2", (shop.parts[0], "1.08"), (shop.parts[1], "1.04"), valid_from=DAY)
    run = shop.accepted(tolerance=Decimal(5))
    with pytest.raises(PricingError, match="somebody else has to approve"), db.session.begin_nested():
        m.PricingRun.apply(db.session, [run])
    with pytest.raises(PricingError, match="is yours"), db.session.begin_nested():
        m.PricingRun.approve(db.session, [run])
    # Whoever began it is told who comes next, and finds no button that refuses.
    assert not run_screens.can_approve(run)
    said = [fact.text for fact in run_screens.facts(db.session, run)]
    assert "Somebody else who may approve runs agrees." in said
    with shop.somebody_else():
        assert run_screens.can_approve(run)
        m.PricingRun.approve(db.session, [run])
    m.PricingRun.apply(db.session, [run])
    assert shop.account("goods_received") == -212


def test_within_the_tolerance_nobody_else_is_asked(shop):
    received(shop)
    shop.price_list("Q2", (shop.parts[0], "1.04"), valid_from=DAY)
    shop.applied(tolerance=Decimal(5))
    assert shop.account("goods_received") == -104


def test_who_has_approved_has_approved_what_was_accepted_then(shop):
    received(shop)
    received(shop, part=shop.parts[1])
    shop.price_list("Q2", (shop.parts[0], "2"), (shop.parts[1], "3"), valid_from=DAY)
    run = shop.run(tolerance=Decimal(5))
    m.PricingRunLine.accept(db.session, run.lines[:1])
    with shop.somebody_else():
        m.PricingRun.approve(db.session, [run])
    m.PricingRunLine.accept(db.session, run.lines[1:])
    with pytest.raises(PricingError, match="somebody else has to approve"):
        m.PricingRun.apply(db.session, [run])


def test_an_applied_run_is_kept(shop):
    received(shop)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.applied()
    for verb in ("screen", "apply", "cancel"):
        with pytest.raises(PricingError, match="not open any more"), db.session.begin_nested():
            getattr(m.PricingRun, verb)(db.session, [run])
    with pytest.raises(PricingError, match="not open any more"), db.session.begin_nested():
        m.PricingRunLine.leave(db.session, run.lines)
    with pytest.raises(Exception, match="what a run has done is kept"), db.session.begin_nested():
        db.session.execute(text("DELETE FROM pricing_run_line"))
    with pytest.raises(PricingError, match="accept some first"):
        m.PricingRun.apply(db.session, [shop.run()])
