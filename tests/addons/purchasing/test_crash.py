"""Whoever takes in a delivery of 2,000 lines is killed in the middle of it: all comes in once, or nothing."""

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from addons.purchasing.services.drafts import OrderLineDraft
from core import m
from core.db import db
from tests.conftest import database_url

pytestmark = [
    pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing"),
    pytest.mark.crash,
]
LINES = 2000
#: CPU after which it dies, counted from the act; 0 lives.
DEATHS = (0.01, 0.03, 0.06)
RECEIVER = """
import os, signal, sys
from datetime import date
from sqlalchemy import select
from addons.purchasing.services.drafts import Arrival, DeliveryDraft
from core import m
from core.db import db
from core.host import get_host
from core.security.actor import Actor, set_actor
signal.signal(signal.SIGVTALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
company, dies = int(sys.argv[1]), float(sys.argv[2])
with get_host().lease() as app, app.app_context():
    set_actor(db.session, Actor(None, "receiver", company, is_superuser=True))
    line = m.PurchasingOrderLine
    rows = db.session.execute(select(line.id, line.quantity).order_by(line.id)).all()
    delivery = DeliveryDraft([Arrival(*row) for row in rows], "LS 1")
    signal.setitimer(signal.ITIMER_VIRTUAL, dies)
    m.PurchasingOrder.receive_deliveries(db.session, [delivery], date(2026, 3, 2))
    db.session.commit()
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
"""
STANDS = """
    SELECT (SELECT count(*) FROM stock_move WHERE state = 'done'), (SELECT count(*) FROM stock_value),
           (SELECT count(*) FROM accounting_entry), (SELECT sum(received) FROM purchasing_order_line),
           (SELECT count(*) FROM stock_transfer WHERE state = 'done')
"""


def receive(desk, database, dies):
    """How the receiver ended."""
    environment = {**os.environ, "DATABASE_URL": database_url(database)}
    arguments = [sys.executable, "-c", RECEIVER, str(desk.company_id), str(dies)]
    return subprocess.run(arguments, env=environment).returncode


def test_kill_9_in_the_middle_of_a_receipt(desk, database):
    parts = [desk.part(f"C{n}") for n in range(20)]
    order = desk.order(*(OrderLineDraft(parts[n % 20], 3, 1) for n in range(LINES)))
    db.session.commit()
    for dies in DEATHS:
        assert receive(desk, database, dies) == -signal.SIGKILL
        db.session.rollback()
        assert tuple(db.session.execute(text(STANDS)).one()) == (0, 0, 0, 0, 0)
    assert receive(desk, database, 0) == 0
    db.session.rollback()
    assert tuple(db.session.execute(text(STANDS)).one()) == (LINES, LINES, 1, LINES * 3, 1)
    assert desk.account("inventory") == LINES * 3 and desk.planned(order) == []
    assert desk.lines_differ() == [] and desk.differences() == []
    assert db.session.get(m.PurchasingOrder, order.id).state == "confirmed"
