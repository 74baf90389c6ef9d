"""A planner that kills its worker kills a few of them, not all there will ever be."""

import os

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.jobs import queue
from core.jobs.worker import MAX_ATTEMPTS
from core.security.actor import Actor, set_actor
from tests import warm
from tests.conftest import TEST_ADDONS, database_url

pytestmark = [pytest.mark.addons("errand"), pytest.mark.crash]

#: As a pool of workers does it: whoever dies is followed by another one, which hears of the job again.
POOL = """
import os, sys
import psycopg
from core.host import get_host
from core.jobs.worker import run_job
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        run_job(int(sys.argv[1]), get_host().lease)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    with psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", "")) as connection:
        connection.execute("UPDATE job SET planning_at = planning_at - interval '1 minute'")
"""


def exit_codes(job_id: int, workers: int, database: str) -> list[int]:
    """What became of each worker, one after the other, that hears of the job."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(database),
        "BINCARD_ADDONS_PATH": str(TEST_ADDONS),
    }
    done = warm.run("-c", POOL, str(job_id), str(workers), environment=environment)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


def test_the_job_is_parked_with_the_reason_in_the_language_of_its_owner(app, database, company):
    user = m.User(email="a@b.example", name="A", fs_uniquifier="a", company_id=company.id, locale="zh_CN")
    db.session.add(user)
    db.session.flush()
    set_actor(db.session, Actor(user.id, "A", company.id, is_superuser=True))
    job = queue.start(db.session, "errand.run_out_of_memory", "Run out of memory")
    db.session.commit()
    assert exit_codes(job.id, MAX_ATTEMPTS + 2, database) == [-9] * MAX_ATTEMPTS + [0, 0]
    db.session.refresh(job)
    assert (job.state, job.planning_attempts) == ("failed", MAX_ATTEMPTS + 1)
    assert f"{MAX_ATTEMPTS} 次" in job.error
    assert job.finished_at is not None
    assert db.session.scalars(select(m.JobItem)).all() == []
