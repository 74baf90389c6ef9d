"""The database goes away under a server and a worker, and comes back; nobody restarts them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from core import m
from core.db import db
from core.jobs import queue
from devtools.processes import wait_until
from tests.live.stack import Stack, Visitor
from tests.patience import PATIENCE

pytestmark = [pytest.mark.slow, pytest.mark.crash]

ITEMS = 150
DONE = "SELECT count(*) FROM job_item WHERE state = 'done'"


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., Stack]) -> Stack:
    stack = new_stack("partners,errand")
    stack.start()
    return stack


def start_errands(stack: Stack, items: int) -> int:
    with stack.app():
        job = queue.start(db.session, "errand.run", "Errands", params={"items": items, "seconds": 0.05})
        db.session.commit()
        return int(job.id)


def test_the_database_goes_away_and_comes_back(stack: Stack) -> None:
    known, stranger = stack.administrator(), stack.visitor()
    pids = stack.pids_below("web"), stack.pids_below("worker")
    start_errands(stack, ITEMS)
    assert wait_until(lambda: (stack.value(DONE) or 0) > 10, PATIENCE), stack.logs()  # type: ignore[operator]  # a number
    stack.cluster.kill()
    check_refusals(known, stranger)
    stack.restart_cluster()
    for visitor, path in [(stranger, "/login"), (known, "/"), (known, "/m/partner.list")] * 4:
        assert visitor.get(path).status == 200, stack.logs()
    stack.becomes("done", "SELECT state FROM job WHERE kind = 'errand.run'")
    counted = (
        "SELECT i.state, count(*) FROM job_item i JOIN job j ON j.id = i.job_id "
        "WHERE j.kind = 'errand.run' GROUP BY 1"
    )
    assert stack.rows(counted) == [("done", ITEMS)]
    assert (stack.pids_below("web"), stack.pids_below("worker")) == pids


def check_refusals(known: Visitor, stranger: Visitor) -> None:
    """Every page says the same, in the reader's language, and what htmx asks for says it in a toast."""
    for visitor, path in [(stranger, "/login"), (known, "/"), (known, "/m/partner.list")] * 4:
        answer = visitor.get(path)
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "5"
        assert "<h1>The database does not answer.</h1>" in answer.body
        assert "<p>It will work again by itself as soon as the database is back.</p>" in answer.body
    chinese = stranger.get("/login", **{"Accept-Language": "zh-CN,zh;q=0.9"}).body
    assert "<h1>数据库没有响应。</h1><p>数据库恢复后，系统会自动恢复正常。</p>" in chinese
    part = known.get("/m/partner.list", **{"HX-Request": "true"})
    assert (part.status, part.headers["HX-Retarget"]) == (503, "#toasts")
    program = known.get("/m/partner.list", Accept="application/json")
    assert json.loads(program.body) == {
        "error": "The database does not answer.",
        "advice": "It will work again by itself as soon as the database is back.",
    }


def test_connections_that_break_in_the_middle_of_requests(stack: Stack) -> None:
    """The pool is full of connections that the server has closed; no request may notice more than once."""
    known = stack.administrator()
    for _ in range(8):
        assert known.get("/m/partner.list").status == 200
        stack.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        answers = [known.get("/m/partner.list").status for _ in range(4)]
        assert answers == [200] * 4, stack.logs()


def test_a_server_that_starts_without_the_database_serves_as_soon_as_it_is_there(stack: Stack) -> None:
    stack.children["web"].stop()
    stack.cluster.kill()
    stack.start("web")
    visitor = stack.visitor()
    assert visitor.get("/login").status == 503
    stack.restart_cluster()
    assert visitor.get("/login").status == 200


def test_the_broker_goes_away_and_comes_back(stack: Stack) -> None:
    stack.broker.kill()
    known = stack.administrator()
    job_id = start_errands(stack, 5)
    assert known.get("/m/partner.list").status == 200
    stack.restart_broker()
    stack.becomes("done", "SELECT state FROM job WHERE id = :id", id=job_id)


def test_a_planner_that_breaks_fails_its_job_with_the_reason(stack: Stack) -> None:
    with stack.app():
        job = queue.start(db.session, "errand.run", "Errands", params={"seconds": 0})
        db.session.commit()
        job_id = int(job.id)
    stack.becomes("failed", "SELECT state FROM job WHERE id = :id", id=job_id)
    assert stack.value("SELECT error FROM job WHERE id = :id", id=job_id) == "KeyError: 'items'"


def test_a_machine_that_was_off_catches_up_and_says_so(stack: Stack) -> None:
    stack.children["beat"].stop()
    with stack.app():
        params = {"items": 1, "seconds": 0}
        off_since = datetime.now(UTC) - timedelta(days=3, hours=1)
        values = {"code": "errand.daily", "name": "Daily errand", "kind": "errand.run", "params": params}
        db.session.add(m.ScheduledAction(**values, unit="days", next_run_at=off_since))
        db.session.commit()
    stack.start("beat")
    stack.becomes("done", "SELECT state FROM job WHERE title = 'Daily errand'")
    [(started,)] = stack.rows("SELECT params FROM job WHERE title = 'Daily errand'")
    assert started == {**params, "scheduled": True, "missed": 3}
    [(missed, following)] = stack.rows(
        "SELECT missed, next_run_at FROM scheduled_action WHERE code = 'errand.daily'"
    )
    assert (missed, following) == (3, off_since + timedelta(days=4))
