"""Two reps at the same moment: the last reel goes to one order, and one order is confirmed once."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import text

from addons.sales.services.errors import SalesError
from core import m
from core.db import db
from core.security.actor import Actor, set_actor
from tests.patience import PATIENCE

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")

#: Who waits for what this session holds.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def meanwhile(app, desk):
    """`meanwhile(act)`: another rep does it, waits for what this session holds, and then tells."""

    def run(act):
        with app.app_context():
            set_actor(db.session, Actor(None, "other", desk.company_id, is_superuser=True))
            try:
                found = act()
                db.session.commit()
                return found
            except SalesError as error:
                return error
            finally:
                db.session.remove()

    def waits(act):
        with ThreadPoolExecutor(1) as threads:
            told = threads.submit(run, act)
            end = time.monotonic() + PATIENCE
            while not db.session.scalar(text(WAITING)) and not told.done():
                assert time.monotonic() < end
                time.sleep(0.01)
            assert not told.done()
            db.session.commit()
            return told.result(PATIENCE)

    return waits


def test_two_orders_never_get_the_last_reel(desk, meanwhile):
    part = desk.parts[0]
    desk.receive(part, 5000, lot="REEL", code="2601")
    mine, other = (desk.quote((part, 5000, 1)) for _ in range(2))
    mine_id, other_id = mine.id, other.id
    db.session.commit()
    assert m.SalesOrder.confirm(db.session, [mine_id]) == {}  # and not yet committed
    assert meanwhile(lambda: m.SalesOrder.confirm(db.session, [other_id])) == {}
    db.session.expire_all()
    short = m.SalesOrder.short_lines(db.session, [mine_id, other_id])
    assert list(short.values()) == [Decimal(5000)]
    (line,) = short
    assert db.session.get(m.SalesOrderLine, line).order_id == other_id
    assert desk.balance(part) == (5000, 5000)
    assert desk.differences() == []


def test_an_order_is_confirmed_and_invoiced_once(desk, meanwhile):
    part = desk.parts[0]
    desk.receive(part, 100)
    order = desk.quote((part, 100, 1)).id
    db.session.commit()
    m.SalesOrder.confirm(db.session, [order])
    told = meanwhile(lambda: m.SalesOrder.confirm(db.session, [order]))
    assert "confirmed already" in str(told)
    m.SalesOrder.deliver(db.session, [order])
    db.session.commit()
    m.SalesOrder.invoice(db.session, [order])
    told = meanwhile(lambda: m.SalesOrder.invoice(db.session, [order]))
    assert "is to be invoiced" in str(told)
    assert (desk.account("sales"), db.session.query(m.AccountingInvoice).count()) == (-100, 1)
