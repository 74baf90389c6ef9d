"""Two people take in the same line at the same moment: nothing comes in twice."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import text

from addons.purchasing.services.drafts import Arrival, DeliveryDraft
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.db import db
from core.security.actor import Actor, set_actor
from tests.addons.purchasing.conftest import DAY
from tests.patience import PATIENCE

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")

#: Who waits for what this session holds.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def receive(line):
    """All of the line, as one delivery."""
    delivery = DeliveryDraft([Arrival(line, Decimal(100))])
    return m.PurchasingOrder.receive_deliveries(db.session, [delivery], DAY)


def test_of_two_people_who_receive_the_same_line_the_second_is_told(app, desk):
    order = desk.order((desk.parts[0], 100, 1))
    line, company_id = order.lines[0].id, desk.company_id
    db.session.commit()

    def elsewhere():
        with app.app_context():
            set_actor(db.session, Actor(None, "other", company_id, is_superuser=True))
            try:
                receive(line)
                db.session.commit()
            finally:
                db.session.remove()

    receive(line)  # and not yet committed
    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(elsewhere)
        end = time.monotonic() + PATIENCE
        while not db.session.scalar(text(WAITING)) and not told.done():
            assert time.monotonic() < end
            time.sleep(0.01)
        assert not told.done()
        db.session.commit()
        with pytest.raises(PurchasingError, match="more can come in, not 100"):
            told.result(30)
    assert desk.balance(desk.parts[0]) == (100, 0) and desk.account("goods_received") == -100
    assert desk.lines_differ() == [] and desk.differences() == []
