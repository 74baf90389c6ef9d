"""Jobs: items commit with their effects, skips and failures keep their reasons."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from core import m
from core.db import db
from core.errors import UserError
from core.jobs import queue
from core.jobs.kinds import Jobs, Planned, RefusedError, SkippedError
from core.jobs.worker import CALM, HASTY, MAX_ATTEMPTS, run_job
from tests.conftest import work

pytestmark = pytest.mark.addons()

jobs = Jobs()


@jobs.kind("tests.name_companies")
def name_company(session, step):
    if step.label == "skip":
        raise SkippedError("nothing to name here")
    if step.label == "refuse":
        raise RefusedError("give it a name first")
    if step.label == "break":
        session.add(m.Company(code="HALF", name="half done", currency_code="USD"))
        session.flush()
        raise LookupError("a shelf is missing")
    session.add(m.Company(code=step.label, name=step.label, currency_code="USD"))
    return {"named": step.label}


@name_company.plan
def plan(session, job):
    for label in job.params["labels"]:
        yield Planned(key=label, label=label)


@jobs.kind("tests.name_in_sets")
def name_alone(session, step):
    return {**name_company.work(session, step), "set": 1}


@name_alone.together(at_once=3)
def name_set(session, steps):
    done = {}
    for step in (step for step in steps if step.label != "skip"):
        name_company.work(session, step)
        done[step.item_id] = {"named": step.label, "set": len(steps)}
    return done


name_alone.plan(plan)


@jobs.kind("tests.close_year")
def close_year(session, step):
    return {"key": step.key, "year": step.job_params["year"]}


@pytest.fixture(autouse=True)
def kinds(app: Flask):
    before = dict(app.extensions["job_kinds"])
    app.extensions["job_kinds"].update(jobs.kinds)
    yield
    app.extensions["job_kinds"] = before


def start(*labels: str, kind: str = "tests.name_companies") -> int:
    job = queue.start(db.session, kind, "Name companies", params={"labels": labels})
    db.session.commit()
    return job.id


def items(job_id: int) -> dict[str, tuple[str, str]]:
    rows = db.session.scalars(select(m.JobItem).where(m.JobItem.job_id == job_id))
    return {row.label: (row.state, row.reason) for row in rows}


def test_every_item_ends_with_an_outcome_and_a_reason(app):
    job_id = start("A", "skip", "refuse", "break", "B")
    work(app)
    assert items(job_id) == {
        "A": ("done", ""),
        "skip": ("skipped", "nothing to name here"),
        "refuse": ("failed", "give it a name first"),
        "break": ("failed", "LookupError: a shelf is missing"),
        "B": ("done", ""),
    }
    assert db.session.get(m.Job, job_id).state == "done"
    assert sorted(db.session.scalars(select(m.Company.code))) == ["A", "B", "TEST"]


def test_the_effects_of_an_item_that_breaks_are_not_kept(app):
    start("break")
    work(app)
    assert db.session.scalars(select(m.Company.code)).all() == ["TEST"]


def test_a_kind_that_does_sets_takes_so_many_at_once(app):
    job_id = start("A", "B", "C", "D", "E", kind="tests.name_in_sets")
    work(app)
    rows = db.session.scalars(
        select(m.JobItem).where(m.JobItem.job_id == job_id).order_by(m.JobItem.position)
    )
    assert [(row.state, row.attempts, row.result["set"]) for row in rows] == [
        *[("done", 1, 3)] * 3,
        *[("done", 1, 2)] * 2,
    ]


def test_what_a_set_leaves_out_is_done_by_itself(app):
    job_id = start("A", "skip", "B", kind="tests.name_in_sets")
    work(app)
    assert items(job_id) == {
        "A": ("done", ""),
        "skip": ("skipped", "nothing to name here"),
        "B": ("done", ""),
    }


def test_of_a_set_that_breaks_each_is_done_by_itself_and_once(app):
    job_id = start("A", "break", "B", kind="tests.name_in_sets")
    work(app)
    assert items(job_id) == {
        "A": ("done", ""),
        "break": ("failed", "LookupError: a shelf is missing"),
        "B": ("done", ""),
    }
    assert sorted(db.session.scalars(select(m.Company.code))) == ["A", "B", "TEST"]
    done = select(m.JobItem.attempts, m.JobItem.result["set"].as_integer()).where(m.JobItem.state == "done")
    assert db.session.execute(done).all() == [(2, 1), (2, 1)]


def test_what_was_tried_in_a_set_that_died_is_tried_alone(app):
    job_id = start("A", "B", kind="tests.name_in_sets")
    run_job(job_id, lambda: nullcontext(app), turn=0)
    db.session.execute(text("UPDATE job_item SET attempts = 1"))  # as a worker does that dies next
    db.session.commit()
    work(app)
    sets = db.session.scalars(select(m.JobItem.result["set"].as_integer()))
    assert (items(job_id), sets.all()) == ({"A": ("done", ""), "B": ("done", "")}, [1, 1])


def test_a_kind_without_a_planner_has_one_item(app):
    job = queue.start(db.session, "tests.close_year", "Close 2025", params={"year": 2025})
    db.session.commit()
    work(app)
    item = db.session.scalars(select(m.JobItem).where(m.JobItem.job_id == job.id)).one()
    assert (item.label, item.state, item.result) == ("Close 2025", "done", {"key": "all", "year": 2025})
    assert job.state == "done"


def test_progress_counts_items_by_outcome(app):
    job_id = start("A", "skip", "refuse")
    work(app)
    assert queue.progress(db.session, job_id) == queue.Progress(total=3, done=1, skipped=1, failed=1)


def test_a_paused_job_stands_still_until_it_is_resumed(app):
    job_id = start("A")
    queue.pause(db.session, db.session.get(m.Job, job_id))
    db.session.commit()
    assert run_job(job_id, lambda: nullcontext(app)) is False
    assert db.session.scalars(select(m.Company.code)).all() == ["TEST"]
    queue.resume(db.session, db.session.get(m.Job, job_id))
    db.session.commit()
    work(app)
    assert items(job_id) == {"A": ("done", "")}


def test_a_cancelled_job_says_so_for_each_item_that_was_left(app):
    job_id = start("A", "B")
    run_job(job_id, lambda: nullcontext(app), turn=0)
    queue.cancel(db.session, db.session.get(m.Job, job_id))
    db.session.commit()
    assert set(items(job_id).values()) == {("skipped", "the job was cancelled")}


def test_a_job_cannot_be_resumed_that_is_not_paused(app):
    job_id = start("A")
    with pytest.raises(UserError) as refused:
        queue.resume(db.session, db.session.get(m.Job, job_id))
    assert isinstance(refused.value, queue.JobStateError)
    assert str(refused.value) == (
        "The job waits for its turn. Look at it again, and choose from what is possible now."
    )


def test_only_the_failed_items_are_done_again(app):
    job_id = start("A", "break")
    work(app)
    assert queue.retry_failed(db.session, db.session.get(m.Job, job_id)) == 1
    db.session.commit()
    work(app)
    assert db.session.scalars(select(m.Company.code).order_by(m.Company.code)).all() == ["A", "TEST"]


def test_an_item_that_killed_its_workers_fails_in_the_end(app):
    job_id = start("A")
    run_job(job_id, lambda: nullcontext(app), turn=0)
    item = db.session.scalars(select(m.JobItem)).one()
    item.attempts, item.updated_at = MAX_ATTEMPTS, datetime.now(UTC) - timedelta(seconds=2 * CALM)
    db.session.commit()
    work(app)
    assert items(job_id)["A"] == ("failed", "its worker died 5 times at it: see the log of the workers")


def test_what_another_worker_has_just_counted_is_not_counted_as_a_death(app):
    job_id = start("A")
    run_job(job_id, lambda: nullcontext(app), turn=0)
    item = db.session.scalars(select(m.JobItem)).one()
    item.attempts, item.updated_at = HASTY, datetime.now(UTC)
    db.session.commit()
    assert run_job(job_id, lambda: nullcontext(app)) is False
    db.session.refresh(item)
    assert (item.state, item.attempts) == ("pending", HASTY)


def test_a_job_of_an_unknown_kind_fails_with_what_to_do(app):
    job = queue.start(db.session, "loyalty.count", "Count points")
    db.session.commit()
    work(app)
    db.session.refresh(job)
    assert (job.state, job.error) == (
        "failed",
        "no installed addon knows the job kind loyalty.count: install it and start again",
    )


def test_a_job_that_another_worker_plans_is_left_to_it(app):
    job_id = start("A")
    with db.engine.begin() as elsewhere:
        elsewhere.execute(text("SELECT 1 FROM job WHERE id = :id FOR UPDATE"), {"id": job_id})
        assert run_job(job_id, lambda: nullcontext(app)) is False
    job = db.session.get(m.Job, job_id)
    assert (job.state, job.planned, job.planning_attempts) == ("queued", False, 0)
    work(app)
    assert (items(job_id), job.state, job.planning_attempts) == ({"A": ("done", "")}, "done", 1)


def test_planning_again_adds_no_second_item(app):
    job_id = start("A")
    run_job(job_id, lambda: nullcontext(app), turn=0)
    run_job(job_id, lambda: nullcontext(app), turn=0)
    assert list(items(job_id)) == ["A"]
