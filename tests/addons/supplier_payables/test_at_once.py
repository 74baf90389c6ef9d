"""Two runs at once, two people in one statement, and what moves while it stands on a draft."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from addons.purchasing.services.errors import PurchasingError
from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.tasks import RUN_DUE
from core import m
from core.db import db
from core.jobs import queue
from core.security.actor import Actor, set_actor
from tests.addons.supplier_payables.conftest import NOVEMBER, OCTOBER, day
from tests.conftest import work
from tests.patience import PATIENCE

pytestmark = pytest.mark.addons("supplier_payables")
#: Who waits for what this session holds.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@contextmanager
def meanwhile(app, company_id, act: Callable[[], object]):
    """What this session did is not yet committed; what somebody else does waits for it, and goes on."""

    def elsewhere():
        with app.app_context():
            set_actor(db.session, Actor(None, "other", company_id, is_superuser=True))
            try:
                found = act()
                db.session.commit()
                return found
            finally:
                db.session.remove()

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


def test_of_two_runs_at_once_the_second_finds_nothing_left(app, office):
    other = office.partner("V2", settlement="period")
    for partner in (office.vendor, other):
        office.got(office.parts[0], 10, 1, day(3), partner=partner)
    company_id = office.company_id
    db.session.commit()
    made = office.run()
    with meanwhile(
        app, company_id, lambda: m.PayablesRun.start(db.session, company_id, "monthly", OCTOBER)[1]
    ) as told:
        assert told.result(PATIENCE) == []
    assert len(made) == 2 == db.session.scalar(select(func.count(m.PayablesStatement.id)))
    assert db.session.scalar(select(func.count(m.PayablesRun.id))) == 1


def stated(office):
    move = office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    office.upload(statement, (move.purchase_line.order.number, "P0", 90, 1, day(3)))
    statement.reference = "R-1"
    db.session.commit()
    (match,) = office.matches(statement)
    return statement.id, match.id, office.company_id


def test_two_people_in_one_statement_do_not_overrule_each_other(app, office):
    statement, match, company_id = stated(office)
    m.PayablesMatch.accept(db.session, [match])
    with (
        meanwhile(app, company_id, lambda: m.PayablesMatch.dispute(db.session, [match], "late")) as told,
        pytest.raises(PayablesError, match="This is decided: undo it first"),
    ):
        told.result(PATIENCE)
    assert db.session.get_one(m.PayablesMatch, match).state == "accepted"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    with (
        meanwhile(app, company_id, lambda: m.PayablesMatch.undo(db.session, [match])) as told,
        pytest.raises(PayablesError, match="is posted"),
    ):
        told.result(PATIENCE)
    bills = db.session.scalars(select(m.AccountingBill.net)).all()
    assert bills == [Decimal(90)]


def test_two_people_who_post_at_once_bill_once(app, office):
    statement, match, company_id = stated(office)
    m.PayablesMatch.accept(db.session, [match])
    db.session.commit()
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    with (
        meanwhile(
            app, company_id, lambda: m.PayablesStatement.post(db.session, [statement], day(5, 11))
        ) as told,
        pytest.raises(PayablesError, match="is posted"),
    ):
        told.result(PATIENCE)
    assert db.session.scalar(select(func.count(m.AccountingBill.id))) == 1


def test_each_currency_of_a_supplier_has_its_statement(office):
    for on in (day(1), day(5, 11)):
        office.rate("EUR", "1.1", on)
    office.got(office.parts[0], 10, 1, day(3))
    order = office.order((office.parts[1], 20, 2), partner=office.vendor, on=day(4), currency_code="EUR")
    office.come((order.lines[0], 20), on=day(4))
    made = office.run()
    assert sorted((x.currency_code, x.total) for x in made) == [("EUR", 40), ("USD", 10)]
    assert made[0].run.skips == [] and office.run() == []
    for n, statement in enumerate(made):
        statement.reference = f"R-{n}"
    m.PayablesStatement.post(db.session, made, day(5, 11))
    assert sorted((x.bill.currency_code, x.bill.net) for x in made) == [("EUR", 40), ("USD", 10)]
    assert office.account("goods_received") == 0


def test_a_receipt_that_goes_back_while_it_stands_on_a_draft_is_credited_on_the_next(office):
    move = office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    office.give_back(move, 100, day(28))
    statement.reference = "R-1"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    (following,) = office.run(NOVEMBER)
    assert [(x.kind, x.amount) for x in office.lines(following)] == [("late", -100)]
    following.reference = "R-2"
    m.PayablesStatement.post(db.session, [following], day(5, 12))
    assert (statement.bill.net, following.credit_note.net) == (100, 100)
    assert office.account("goods_received") == 0 == office.account("inventory")
    assert office.differences() == []


def test_one_that_goes_back_before_a_draft_is_done_again_stands_on_it(office):
    move = office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    office.give_back(move, 100, day(28))
    (again,) = m.PayablesStatement.redo(db.session, [statement])
    again = db.session.get_one(m.PayablesStatement, again)
    assert (again.total, [x.amount for x in office.lines(again)]) == (0, [100, -100])


def test_one_that_is_billed_by_hand_while_it_stands_on_a_draft_refuses_the_posting(office):
    move = office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    (bill,) = m.PurchasingOrder.bill(db.session, [move.purchase_line.order], "R-0", day(4, 11))
    m.AccountingBill.post(db.session, [bill])
    statement.reference = "R-1"
    with pytest.raises(PurchasingError, match="can't be billed"), db.session.begin_nested():
        m.PayablesStatement.post(db.session, [statement], day(5, 11))
    assert m.PayablesStatement.redo(db.session, [statement]) == []


def test_by_the_clock_each_cycle_is_run_once_and_who_is_skipped_is_said(app, office, monkeypatch):
    monkeypatch.setattr("addons.supplier_payables.tasks.today", lambda: date(2025, 11, 3))
    office.partner("V2", settlement="period")
    office.partner("V3", settlement="period", settlement_cycle="weekly")
    office.got(office.parts[0], 10, 1, day(3))
    action = db.session.scalars(select(m.ScheduledAction).filter_by(code=RUN_DUE)).one()
    assert (action.kind, action.active, action.every, action.unit) == (RUN_DUE, False, 1, "days")
    job = queue.start(db.session, RUN_DUE, "By the clock").id
    db.session.commit()
    work(app)
    items = db.session.scalars(select(m.JobItem).filter_by(job_id=job).order_by(m.JobItem.position)).all()
    nothing = "nothing received or returned that is not billed or stated"
    assert [(x.state, x.reason) for x in items] == [("done", ""), ("skipped", f"Supplier V3: {nothing}")]
    assert items[0].result["statements"] == 1 and items[0].result["skipped"] == [f"Supplier V2: {nothing}"]
    again = queue.start(db.session, RUN_DUE, "By the clock").id
    db.session.commit()
    work(app)
    states = select(m.JobItem.state).filter_by(job_id=again)
    assert db.session.scalars(states).all() == ["skipped", "skipped"]
    assert db.session.scalar(select(func.count(m.PayablesStatement.id))) == 1
