"""Received goods follow the latest price: found, applied, taken back; nothing else changes a price."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from addons.pricing import run_screens
from addons.pricing.services.errors import PricingError
from core import m
from core.db import db
from tests.addons.pricing.conftest import DAY

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


def test_the_example_of_applying_half_sold(shop):
    part = shop.parts[0]
    order = shop.order((part, 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.deliver(part, 50)
    before, ledger = shop.worth_of(), shop.ledger()
    shop.price_list("Q2", (part, "1.08"), valid_from=DAY)
    run = shop.accepted()
    (line,) = run.lines
    assert (line.ordered_price, line.price, line.latest_price, line.percent) == (1, 1, Decimal("1.08"), 8)
    assert (line.amount, line.value, line.claim_value, line.refusal) == (8, 8, 0, "")
    assert line.origin == "list Q2 of Mar 2, 2026"
    found = m.PricingRun.preview(db.session, [run])[run.id]
    assert (found.stock, found.shipped, found.sold, found.to_bill) == (4, 4, 0, 8)
    m.PricingRun.apply(db.session, [run])
    db.session.expire_all()
    assert (run.state, line.applied) == ("applied", True)
    assert (shop.account("inventory"), shop.account("goods_shipped")) == (54, 54)
    assert shop.account("goods_received") == -108 and shop.differences() == []
    assert shop.run().lines == []
    shop.undo(run)
    assert (shop.worth_of(), shop.ledger(), run.state) == (before, ledger, "undone")
    assert [line.latest_price for line in shop.run().lines] == [Decimal("1.08")]


def test_the_bill_clears_what_the_run_has_set(shop):
    part = shop.parts[0]
    order = shop.order((part, 100, 1))
    shop.come((order.lines[0], 60))
    shop.price_list("Q2", (part, "1.08"), valid_from=DAY)
    shop.applied()
    shop.come((order.lines[0], 40))
    (made,) = m.PurchasingOrder.bill(db.session, [order], "R-1", DAY)
    draft = db.session.get(m.AccountingBill, made)
    assert [(line.quantity, line.unit_price) for line in draft.lines] == [(60, Decimal("1.08")), (40, 1)]
    m.AccountingBill.post(db.session, [draft])
    assert (shop.account("goods_received"), shop.account("price_difference")) == (0, 0)
    assert shop.account("payable") == Decimal("-104.80") and shop.differences() == []


def test_receipts_that_came_since_are_found_by_the_next_run(shop):
    part = shop.parts[0]
    order = shop.order((part, 100, 1))
    shop.come((order.lines[0], 60))
    shop.price_list("Q2", (part, "1.08"), valid_from=DAY)
    shop.applied()
    shop.come((order.lines[0], 40))
    assert [line.quantity for line in shop.run().lines] == [40]


def test_a_run_is_not_undone_under_a_bill(shop):
    part = shop.parts[0]
    order = shop.order((part, 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.price_list("Q2", (part, "1.08"), valid_from=DAY)
    run = shop.applied()
    bill = shop.billed(order, "R-1")
    with pytest.raises(PricingError, match=f"{bill.number} bills it"), db.session.begin_nested():
        m.PricingRun.undo(db.session, [run])
    m.AccountingBill.reverse(db.session, [bill.id], DAY)
    shop.undo(run)
    assert (shop.account("goods_received"), shop.account("inventory")) == (-100, 100)


def test_a_run_is_not_undone_under_a_later_one(shop):
    part = shop.parts[0]
    order = shop.order((part, 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.price_list("Q2", (part, "1.08"), valid_from=DAY)
    first = shop.applied()
    shop.price_list("Q2b", (part, "1.10"), valid_from=DAY)
    second = shop.applied()
    with pytest.raises(PricingError, match=f"{second.number} changed it later"), db.session.begin_nested():
        m.PricingRun.undo(db.session, [first])
    shop.undo(second)
    assert shop.account("goods_received") == -108
    shop.undo(first)
    assert shop.account("goods_received") == -100 and shop.differences() == []


def test_looking_at_what_a_run_would_do_locks_and_writes_nothing(shop):
    m.PurchasingOrder.receive(db.session, [shop.order((shop.parts[0], 100, 1))], DAY)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.accepted()
    db.session.commit()
    # PostgreSQL refuses both in such a transaction, SELECT … FOR UPDATE too.
    db.session.execute(text("SET TRANSACTION READ ONLY"))
    shown = {str(fact.label): fact.amount for fact in run_screens.facts(db.session, run)}
    assert (shown["On stock"], shown["To bill"]) == (8, 8)
    db.session.rollback()


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_that_nobody_means_numbers_no_run(shop, day):
    with pytest.raises(PricingError, match="books begin|a year ahead"):
        shop.run(date=day)
