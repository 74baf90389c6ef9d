"""Whoever sells is killed in the middle of an act, again and again: nothing is lost or done twice."""

import os
import signal
import subprocess
import sys
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from core import m
from core.db import db
from tests.addons.sales.conftest import DAY
from tests.conftest import database_url

pytestmark = [
    pytest.mark.addons("partners", "products", "accounting", "stock", "sales"),
    pytest.mark.crash,
]
ORDERS, EACH = 60, 5
#: CPU after which it dies, counted from its first act.
DEATHS = (0.12, 0.3)
SELLER = """
import os, signal, sys
from datetime import date
from core import m
from core.db import db
from core.host import get_host
from core.security.actor import Actor, set_actor
signal.signal(signal.SIGVTALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
day, company, dies = date.fromisoformat(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
with get_host().lease() as app, app.app_context():
    set_actor(db.session, Actor(None, "seller", company, is_superuser=True))
    orders = db.session.query(m.SalesOrder).order_by(m.SalesOrder.id).all()
    signal.setitimer(signal.ITIMER_VIRTUAL, dies)
    for order in orders:
        if order.state == "quotation":
            m.SalesOrder.confirm(db.session, [order])
            db.session.commit()
        if any(line.delivered == 0 for line in order.lines):
            m.SalesOrder.deliver(db.session, [order], day)
            db.session.commit()
        if order.state != "done":
            m.SalesOrder.invoice(db.session, [order], day)
            db.session.commit()
"""


def sell(desk, database, dies):
    """How the seller ended."""
    environment = {**os.environ, "DATABASE_URL": database_url(database)}
    arguments = [sys.executable, "-c", SELLER, DAY.isoformat(), str(desk.company_id), str(dies)]
    return subprocess.run(arguments, env=environment).returncode


def states():
    db.session.rollback()
    return list(db.session.scalars(select(m.SalesOrder.state)))


def test_kill_9_at_any_moment(desk, database):
    part = desk.parts[0]
    desk.receive(part, ORDERS * EACH, "0.35")
    for _ in range(ORDERS):
        desk.quote((part, EACH, 1))
    db.session.commit()
    assert [sell(desk, database, dies) for dies in DEATHS] == [-signal.SIGKILL] * len(DEATHS)
    assert 0 < states().count("done") < ORDERS
    assert sell(desk, database, 0) == 0
    assert states() == ["done"] * ORDERS
    assert (desk.account("sales"), desk.account("receivable")) == (-ORDERS * EACH, ORDERS * EACH)
    assert desk.account("cost_of_goods_sold") == ORDERS * EACH * Decimal("0.35")
    assert (desk.account("goods_shipped"), desk.account("inventory")) == (0, 0)
    assert desk.lines_differ() == [] and desk.differences() == []
    once = """
        SELECT count(*), count(DISTINCT order_line_id), sum(quantity)
          FROM stock_move WHERE order_line_id IS NOT NULL
    """
    assert tuple(db.session.execute(text(once)).one()) == (ORDERS, ORDERS, ORDERS * EACH)
