"""Two people reach for the same goods at the same moment: nobody is promised what another one has."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import text

from addons.stock.services.drafts import MoveDraft
from core import m
from core.db import db
from core.security.actor import Actor, set_actor
from tests.patience import PATIENCE

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")

#: Who waits for what this session holds.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def elsewhere(app, stock):
    """`elsewhere(act)` does it in a session of its own, and commits."""

    def run(act):
        with app.app_context():
            set_actor(db.session, Actor(None, "other", stock.company_id, is_superuser=True))
            try:
                found = act()
                db.session.commit()
                return found
            finally:
                db.session.remove()

    return run


def test_the_last_reel_goes_to_one_and_the_other_is_told(stock, elsewhere):
    part = stock.parts[0]
    stock.receive(part, 5000, lot="REEL", code="2601")
    mine, other = (stock.create("delivery", MoveDraft(part, Decimal(5000))) for _ in range(2))
    (others_move,) = stock.moves(other)
    key = others_move.id
    db.session.commit()
    assert m.StockTransfer.reserve(db.session, [mine]) == {}  # and not yet committed
    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(elsewhere, lambda: m.StockTransfer.reserve(db.session, [other]))
        end = time.monotonic() + PATIENCE
        while not db.session.scalar(text(WAITING)) and not told.done():
            assert time.monotonic() < end
            time.sleep(0.01)
        assert not told.done()
        db.session.commit()
        assert told.result(30) == {key: 5000}
    assert stock.balance(part) == (5000, 5000)
    m.StockTransfer.do(db.session, [mine])
    assert stock.differences() == []


def test_acts_on_the_same_parts_in_other_orders_all_end(stock, elsewhere):
    parts = stock.parts[:2]
    for part in parts:
        stock.receive(part, 60, 2)
    orders = [parts, parts[::-1]] * 2
    made = [stock.create("delivery", *(MoveDraft(part, Decimal(10)) for part in order)) for order in orders]
    db.session.commit()
    together = Barrier(len(orders))

    def sell(made):
        together.wait(30)
        assert m.StockTransfer.reserve(db.session, [made]) == {}
        m.StockTransfer.do(db.session, [made])

    with ThreadPoolExecutor(len(orders)) as threads:
        list(threads.map(lambda one: elsewhere(lambda: sell(one)), made))
    assert [stock.balance(part) for part in parts] == [(20, 0), (20, 0)]
    assert stock.account("inventory") == 80
    assert stock.differences() == []
