"""The rows of imports that ended long ago are deleted; counts, errors and what they became stay."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from core import m
from core.db import db
from core.exchange import cleaning
from core.exchange.importing import Totals, start_import, totals, upload
from core.jobs import queue
from core.jobs.schedule import start_due
from tests.conftest import work
from tests.core.exchange.test_importing import THINGS, bad_rows, bring_in, crates

pytestmark = pytest.mark.addons("crate")
FAULTY = THINGS + "C1,gear,many,2026-03-02\n"


def age(days):
    """Let all jobs have ended so many days ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    db.session.execute(update(m.Job).values(finished_at=then))
    db.session.commit()


def clean(app):
    """Start what the clock starts, and do it."""
    action = db.session.scalars(
        select(m.ScheduledAction).where(m.ScheduledAction.kind == cleaning.KIND)
    ).one()
    db.session.execute(update(m.ScheduledAction).values(active=m.ScheduledAction.id == action.id))
    action.next_run_at = datetime.now(UTC) - timedelta(minutes=1)
    db.session.commit()
    [job] = start_due(db.session, datetime.now(UTC))
    db.session.commit()
    work(app)
    assert job.state == "done", job.error
    return db.session.scalars(select(m.JobItem).where(m.JobItem.job_id == job.id)).all()


def rows_of(import_id):
    row = m.DataImportRow
    return db.session.scalar(select(func.count(row.id)).where(row.import_id == import_id))


def test_rows_of_a_finished_import_go_and_their_counts_stay(app):
    old = bring_in(app, FAULTY)
    before, errors = totals(db.session, old), bad_rows(old)
    age(8)
    fresh = bring_in(app, THINGS.replace("A1", "D1").replace("B1", "E1"))
    items = clean(app)
    assert [(item.state, item.result) for item in items] == [("done", {"deleted": 3})]
    assert (rows_of(old), rows_of(fresh)) == (1, 3)
    assert before == totals(db.session, old) == Totals(rows=4, booked=3, bad=1)
    assert bad_rows(old) == errors
    assert set(crates()) == {"A1", "B1", "D1", "E1"}
    assert clean(app) == []  # nothing is left to do


@pytest.fixture
def cleaned(app):
    """An import whose rows have been cleaned up, in the name of the test before anybody logs in."""
    import_id = bring_in(app, FAULTY)
    age(8)
    clean(app)
    return import_id


@pytest.mark.parametrize(
    ("locale", "said"), [("en", "cleaned up on"), ("zh_CN", "已于")], ids=["en", "zh_CN"]
)
def test_the_page_of_an_old_import_says_so_and_keeps_its_error_file(app, cleaned, visit, locale, said):
    page = visit("importer", locale).get(f"/imports/{cleaned}").text
    assert said in page
    assert "many" in page
    with visit("importer").get(f"/imports/{cleaned}/errors.csv") as errors:
        assert "gear" in errors.text


def test_of_a_trial_nothing_stays_and_it_can_be_run_again(app):
    import_id = bring_in(app, FAULTY, dry_run=True)
    age(8)
    clean(app)
    assert rows_of(import_id) == 0
    assert totals(db.session, import_id) == Totals(rows=4, booked=3, bad=1)
    start_import(db.session, db.session.get(m.DataImport, import_id))
    db.session.commit()
    work(app)
    assert rows_of(import_id) == 4
    assert totals(db.session, import_id) == Totals(rows=4, booked=3, bad=1)
    assert set(crates()) == {"A1", "B1"}


def test_a_cancelled_import_is_cleaned_too_and_a_running_one_is_not(app):
    cancelled = bring_in(app, THINGS, dry_run=True)
    job = start_import(db.session, db.session.get(m.DataImport, cancelled))
    queue.cancel(db.session, job)
    running = upload(db.session, "crate.crate", "more.csv", THINGS.encode())
    running_job = start_import(db.session, running)
    queue.pause(db.session, running_job)
    db.session.commit()
    age(8)
    clean(app)
    assert rows_of(cancelled) == 0
    assert running.rows_deleted_at is None


def test_a_worker_that_dies_leaves_whole_steps_for_another(app, monkeypatch):
    """Spans are deleted one by one; what started again meanwhile is left alone."""
    monkeypatch.setattr(cleaning, "SPAN", 2)
    import_id = bring_in(app, THINGS, dry_run=True)
    age(8)
    job = queue.start(db.session, cleaning.KIND, "Clean")
    planned = list(cleaning.plan(db.session, job))
    assert [p.params["first"] for p in planned] == [0, 2, 4]
    db.session.rollback()  # killed while it planned: nothing was noted
    assert totals(db.session, import_id) == Totals(rows=3, booked=3)
    assert db.session.get(m.DataImport, import_id).rows_deleted_at is None
    items = clean(app)
    assert sum(item.result["deleted"] for item in items) == 3
    assert rows_of(import_id) == 0


def test_what_was_started_again_meanwhile_keeps_its_new_rows(app):
    import_id = bring_in(app, THINGS, dry_run=True)
    age(8)
    job = queue.start(db.session, cleaning.KIND, "Clean")
    for n, planned in enumerate(cleaning.plan(db.session, job)):
        db.session.add(
            m.JobItem(job_id=job.id, position=n, key=planned.key, label=planned.label, params=planned.params)
        )
    job.planned = True
    start_import(db.session, db.session.get(m.DataImport, import_id), dry_run=True)
    db.session.commit()
    work(app)
    assert rows_of(import_id) == 3
    [item] = db.session.scalars(select(m.JobItem).where(m.JobItem.job_id == job.id)).all()
    assert (item.state, item.reason) == ("skipped", "The import was started again.")
