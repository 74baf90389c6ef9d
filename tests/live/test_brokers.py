"""Jobs run with each broker, hear its bell, and outlive its death."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from core import m
from core.db import db
from core.jobs import queue
from tests.live import brokers
from tests.live.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.crash]

ITEMS = 20
STATE = "SELECT state FROM job WHERE id = :id"
MORE_DONE = (
    "SELECT count(*) > 22 FROM job_item i JOIN job j ON j.id = i.job_id "
    "WHERE i.state = 'done' AND j.kind = 'errand.run'"
)


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., Stack]) -> Stack:
    return new_stack("errand")


def start_errands(seconds: float) -> int:
    params = {"items": ITEMS, "seconds": seconds}
    job = queue.start(db.session, "errand.run", "Errands", params=params)
    db.session.commit()
    return int(job.id)


@pytest.mark.parametrize("kind", [brokers.valkey, brokers.redis, brokers.rabbitmq], ids=lambda p: p.__name__)
def test_a_job_hears_the_bell_and_outlives_the_broker(
    stack: Stack, kind: Callable[[], brokers.StartBroker]
) -> None:
    stack.change_broker(kind())
    stack.start("worker")
    with stack.app():
        db.session.execute(text("DELETE FROM job"))
        check_bell(stack)
        stack.start("beat")
        working = start_errands(0.1)
        stack.becomes(True, MORE_DONE)
        stack.broker.kill()
        unheard = start_errands(0)
        stack.restart_broker()
        check_ends(stack, working, unheard)
        stack.broker.kill()
        stack.restart_broker()
        check_ends(stack, start_errands(0))  # on the connection of a broker that is no more
        stack.children["beat"].stop()
        check_bell(stack)
        errands = select(m.Job.id).where(m.Job.kind == "errand.run")
        counted = select(m.JobItem.state, func.count()).where(m.JobItem.job_id.in_(errands))
        counted = counted.group_by(m.JobItem.state)
        assert [tuple(row) for row in db.session.execute(counted)] == [("done", 5 * ITEMS)]


def check_bell(stack: Stack) -> None:
    """Without a beat nobody sweeps: it is the bell that the worker hears, or the job is never done."""
    stack.becomes("done", STATE, id=start_errands(0))


def check_ends(stack: Stack, *job_ids: int) -> None:
    for job_id in job_ids:
        stack.becomes("done", STATE, id=job_id)
