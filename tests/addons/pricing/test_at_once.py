"""Two runs over the same goods at once, what moves in the middle of one, and one that breaks off."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.pricing.services.errors import PricingError
from addons.stock.services.drafts import MoveDraft
from core import m
from core.db import db
from core.security.actor import Actor, set_actor
from tests.addons.pricing.conftest import DAY
from tests.patience import PATIENCE

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)
#: Who waits for what this session holds.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def received(shop):
    order = shop.order((shop.parts[0], 100, 1), (shop.parts[1], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.price_list("Q2", (shop.parts[0], "1.08"), (shop.parts[1], "1.10"), valid_from=DAY)


@contextmanager
def while_applied(app, company_id, run, act):
    """A run is applied and not yet committed; `act` of somebody else waits for it, and goes on after it."""

    def elsewhere():
        with app.app_context():
            set_actor(db.session, Actor(None, "other", company_id, is_superuser=True))
            try:
                act()
                db.session.commit()
            finally:
                db.session.remove()

    m.PricingRun.apply(db.session, [run])
    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(elsewhere)
        end = time.monotonic() + PATIENCE
        while not db.session.scalar(text(WAITING)) and not told.done():
            assert time.monotonic() < end
            time.sleep(0.01)
        assert not told.done()
        db.session.commit()
        yield told
    db.session.expire_all()


def test_of_two_runs_over_the_same_goods_the_second_is_told(app, shop):
    received(shop)
    first, second = shop.accepted(), shop.accepted()
    mine, other, company_id = first.id, second.id, shop.company_id
    db.session.commit()

    with (
        while_applied(app, company_id, mine, lambda: m.PricingRun.apply(db.session, [other])) as told,
        pytest.raises(PricingError, match="has changed since"),
    ):
        told.result(30)
    assert shop.account("goods_received") == -218 and shop.differences() == []


def test_a_run_that_breaks_off_has_done_nothing(shop):
    received(shop)
    run = shop.accepted()
    db.session.commit()
    before = shop.worth_of(), shop.ledger()
    # The last statement of the act fails: all of it is one transaction.
    db.session.execute(text("ALTER TABLE pricing_run ADD CONSTRAINT broken CHECK (state <> 'applied')"))
    db.session.commit()
    with pytest.raises(DBAPIError, match="broken"):
        m.PricingRun.apply(db.session, [run.id])
    db.session.rollback()
    assert (shop.worth_of(), shop.ledger()) == before
    assert db.session.scalar(text("SELECT count(*) FROM pricing_run_line WHERE applied")) == 0
    db.session.execute(text("ALTER TABLE pricing_run DROP CONSTRAINT broken"))
    db.session.commit()
    m.PricingRun.apply(db.session, [run.id])
    db.session.commit()
    assert shop.account("goods_received") == -Decimal(218)


def test_a_delivery_in_the_middle_of_a_run_costs_what_the_run_has_set(app, shop):
    received(shop)
    run, part = shop.accepted(), shop.parts[0]
    made = shop.create("delivery", MoveDraft(part, Decimal(50)))
    m.StockTransfer.reserve(db.session, [made])
    db.session.commit()
    with while_applied(
        app, shop.company_id, run.id, lambda: m.StockTransfer.do(db.session, [made], DAY)
    ) as done:
        done.result(30)
    assert (shop.account("goods_shipped"), shop.account("inventory")) == (54, 54 + 110)
    shop.undo(run)
    assert (shop.account("goods_shipped"), shop.account("inventory")) == (50, 50 + 100)
    assert shop.differences() == []


def test_a_receipt_in_the_middle_of_a_run_is_found_by_the_next(app, shop):
    received(shop)
    order = shop.order((shop.parts[0], 40, 1))
    run, key, company_id = shop.accepted(), order.id, shop.company_id
    db.session.commit()
    with while_applied(
        app, company_id, run.id, lambda: m.PurchasingOrder.receive(db.session, [key], DAY)
    ) as done:
        done.result(30)
    assert shop.account("goods_received") == -218 - 40 and shop.differences() == []
    assert [(line.quantity, line.latest_price) for line in shop.run().lines] == [(40, Decimal("1.08"))]


def test_what_moves_between_finding_and_applying_follows(shop):
    received(shop)
    run = shop.accepted()
    (order,) = db.session.query(m.PurchasingOrder).all()
    shop.deliver(shop.parts[0], 50)
    shop.send_back(order, 30)
    m.PricingRun.apply(db.session, [run])
    db.session.expire_all()
    assert (shop.account("goods_shipped"), shop.account("goods_received")) == (54, -(Decimal("75.60") + 110))
    assert shop.differences() == []


def test_what_is_billed_between_finding_and_applying_is_refused(shop):
    received(shop)
    run = shop.accepted()
    (order,) = db.session.query(m.PurchasingOrder).all()
    shop.billed(order, "R-1")
    with pytest.raises(PricingError, match="has changed since: find the lines of the run anew"):
        m.PricingRun.apply(db.session, [run])
