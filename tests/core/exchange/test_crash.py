"""A worker that is killed in the middle of an import loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from core import m
from core.db import db
from core.exchange.importing import Totals, start_import, totals, upload
from tests.conftest import TEST_ADDONS, database_url, work

pytestmark = [pytest.mark.addons("crate"), pytest.mark.crash]

CRATES = 2000
#: Items that are done when the worker dies: so much CPU later, in the middle of the next one.
BEFORE_THE_KILL = 4
WORKER = f"""
import os, signal, sys
from core.host import get_host
from core.jobs.worker import run_job
signal.signal(signal.SIGVTALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
taken = 0
def lease():
    # One for the plan, then one an item.
    global taken
    taken += 1
    if taken == 2 + {BEFORE_THE_KILL}:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.02)
    return get_host().lease()
run_job(int(sys.argv[1]), lease)
"""


def killed_worker(job_id: int, database: str) -> int:
    """How a worker ended that was killed at its work."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(database),
        "BINCARD_ADDONS_PATH": str(TEST_ADDONS),
    }
    return subprocess.run([sys.executable, "-c", WORKER, str(job_id)], env=environment).returncode


def done_items() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(m.JobItem).where(m.JobItem.state == "done"))


def test_kill_9_in_the_middle(app, database):
    lines = "".join(f"A{n % CRATES},thing {n // CRATES},1\n" for n in range(2 * CRATES))
    data_import = upload(db.session, "crate.crate", "many.csv", f"Crate no.,Thing,Quantity\n{lines}".encode())
    job = start_import(db.session, data_import)
    db.session.commit()
    import_id, job_id = data_import.id, job.id
    assert killed_worker(job_id, database) == -signal.SIGKILL
    assert BEFORE_THE_KILL <= done_items() < CRATES / 250
    work(app)
    assert totals(db.session, import_id) == Totals(rows=2 * CRATES, booked=2 * CRATES)
    assert db.session.scalar(select(func.count()).select_from(m.Crate)) == CRATES
    assert db.session.scalar(select(func.count()).select_from(m.CrateThing)) == 2 * CRATES
    assert db.session.get(m.DataImport, import_id).state == "done"
