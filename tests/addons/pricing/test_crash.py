"""Whoever reprices is killed in the middle of it, again and again: nothing is done by half."""

import os
import signal
import subprocess
import sys
from decimal import Decimal

import pytest

from core import m
from core.db import db
from tests.addons.pricing.conftest import DAY
from tests.conftest import database_url

pytestmark = [
    pytest.mark.addons(
        "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
    ),
    pytest.mark.crash,
]
LINES = 1500
#: CPU after which it dies, counted from the act.
DEATHS = (0.01, 0.04)
REPRICER = """
import os, signal, sys
from core import m
from core.db import db
from core.host import get_host
from core.security.actor import Actor, set_actor
signal.signal(signal.SIGVTALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
company, run, dies = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
with get_host().lease() as app, app.app_context():
    set_actor(db.session, Actor(None, "repricer", company, is_superuser=True))
    signal.setitimer(signal.ITIMER_VIRTUAL, dies)
    m.PricingRun.apply(db.session, [run])
    db.session.commit()
"""


def reprice(shop, run, database, dies):
    """How whoever repriced ended."""
    environment = {**os.environ, "DATABASE_URL": database_url(database)}
    arguments = [sys.executable, "-c", REPRICER, str(shop.company_id), str(run), str(dies)]
    return subprocess.run(arguments, env=environment).returncode


def test_kill_9_in_the_middle_of_a_run(shop, database):
    order = shop.order(*[(shop.parts[0], 10, 1)] * LINES)
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.accepted()
    key, before = run.id, (shop.worth_of(), shop.ledger())
    db.session.commit()
    assert [reprice(shop, key, database, dies) for dies in DEATHS] == [-signal.SIGKILL] * len(DEATHS)
    db.session.expire_all()
    assert (run.state, (shop.worth_of(), shop.ledger())) == ("open", before)
    assert reprice(shop, key, database, 0) == 0
    db.session.expire_all()
    assert run.state == "applied" and shop.differences() == []
    assert shop.account("goods_received") == -LINES * 10 * Decimal("1.08")
