"""Whoever states, matches and posts a month of 600 lines is killed in each of these: all once, or none."""

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from core import m
from core.db import db
from tests.addons.supplier_payables.conftest import day, workbook
from tests.conftest import database_url

pytestmark = [pytest.mark.addons("supplier_payables"), pytest.mark.crash]
LINES = 600
#: Goes on where the one before it died: acts that were committed are not done again.
CLERK = """
import os, signal, sys
from datetime import date
from pathlib import Path
from sqlalchemy import event, select
from addons.accounting.periods import Period
from core import m
from core.db import db
from core.host import get_host
from core.security.actor import Actor, set_actor
company, dies, file = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])

def act(name, do):
    left = iter(range(2))  # statements that the act still sends; its CPU may end before a timer does

    def send(*_):
        if name == dies and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "before_cursor_execute", send)
    do()
    db.session.commit()
    event.remove(db.engine, "before_cursor_execute", send)

with get_host().lease() as app, app.app_context():
    set_actor(db.session, Actor(None, "clerk", company, is_superuser=True))
    october = Period(date(2025, 10, 1), date(2025, 10, 31))
    act("run", lambda: m.PayablesRun.start(db.session, company, "monthly", october))
    statement = db.session.scalars(select(m.PayablesStatement)).one()
    if not statement.list_name:
        act("match", lambda: m.PayablesStatement.upload(db.session, statement, file.name, file.read_bytes()))
    m.PayablesStatement.accept_exact(db.session, [statement])
    statement.reference = "R-1"
    db.session.commit()
    act("post", lambda: m.PayablesStatement.post(db.session, [statement], date(2025, 11, 5)))
"""
#: Statements with their lines; lines of theirs, and matches; bills, billed pieces, entries of bills.
STANDS = """
    SELECT (SELECT count(*) FROM payables_statement), (SELECT count(*) FROM payables_line),
           (SELECT count(*) FROM payables_their_line), (SELECT count(*) FROM payables_match),
           (SELECT count(*) FROM accounting_bill WHERE state = 'posted'),
           (SELECT coalesce(sum(billed), 0) FROM purchasing_order_line)
"""


def stands():
    db.session.rollback()
    return tuple(int(count) for count in db.session.execute(text(STANDS)).one())


def test_kill_9_in_run_match_and_post_loses_and_doubles_nothing(office, database, tmp_path):
    order = office.order(
        *((office.parts[n % 3], 10, 1) for n in range(LINES)), partner=office.vendor, on=day(2)
    )
    office.come(*((line, 10) for line in order.lines), on=day(3))
    rows = [(day(3), order.number, f"P{n % 3}", 10, 1) for n in range(LINES)]
    file = tmp_path / "october.xlsx"
    file.write_bytes(workbook([("送货日期", "采购单号", "料号", "数量", "单价"), *rows]))
    db.session.commit()

    def clerk(dies):
        environment = {**os.environ, "DATABASE_URL": database_url(database)}
        arguments = [sys.executable, "-c", CLERK, str(office.company_id), dies, str(file)]
        return subprocess.run(arguments, env=environment).returncode

    none, stated = (0, 0, 0, 0, 0, 0), (1, LINES, 0, 0, 0, 0)
    assert clerk("run") == -signal.SIGKILL and stands() == none
    assert clerk("match") == -signal.SIGKILL and stands() == stated
    assert clerk("post") == -signal.SIGKILL
    matched = stands()
    assert matched[:3] == (1, LINES, LINES) and matched[3] > 0 and matched[4:] == (0, 0)
    assert clerk("") == 0
    assert stands() == (*matched[:4], 1, LINES * 10)
    (bill,) = db.session.query(m.AccountingBill).all()
    assert (bill.net, len(bill.lines)) == (LINES * 10, LINES)
    assert office.account("goods_received") == 0
