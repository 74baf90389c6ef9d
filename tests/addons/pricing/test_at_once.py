"""Two runs over the same goods at once, and one that breaks off in the middle."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.pricing.services.errors import PricingError
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


def test_of_two_runs_over_the_same_goods_the_second_is_told(app, shop):
    received(shop)
    first, second = shop.accepted(), shop.accepted()
    mine, other, company_id = first.id, second.id, shop.company_id
    db.session.commit()

    def elsewhere():
        with app.app_context():
            set_actor(db.session, Actor(None, "other", company_id, is_superuser=True))
            try:
                m.PricingRun.apply(db.session, [other])
                db.session.commit()
            finally:
                db.session.remove()

    m.PricingRun.apply(db.session, [mine])  # and not yet committed
    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(elsewhere)
        end = time.monotonic() + PATIENCE
        while not db.session.scalar(text(WAITING)) and not told.done():
            assert time.monotonic() < end
            time.sleep(0.01)
        assert not told.done()
        db.session.commit()
        with pytest.raises(PricingError, match="has changed since"):
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
