"""A worker that is killed in the middle of an import loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from core import m
from core.db import db
from core.exchange.importing import Totals, start_import, totals, upload
from tests.conftest import TEST_ADDONS, database_url, work

pytestmark = [pytest.mark.addons("crate"), pytest.mark.crash]

CRATES = 2000
WORKER = """
import sys
from core.host import get_host
from core.jobs.worker import run_job
print("ready", flush=True)
while run_job(int(sys.argv[1]), get_host().lease): pass
"""


def start_worker(job_id: int, database: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(database),
        "BINCARD_ADDONS_PATH": str(TEST_ADDONS),
    }
    command = [sys.executable, "-c", WORKER, str(job_id)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def done_items() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(m.JobItem).where(m.JobItem.state == "done"))


def wait_until(condition, process, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the worker has ended too early"
        assert time.monotonic() < until, "the worker does not get on"


#: Steps that are done when the worker dies.
BEFORE_THE_KILL = 4


def test_kill_9_in_the_middle(app, database):
    lines = "".join(f"A{n % CRATES},thing {n // CRATES},1\n" for n in range(2 * CRATES))
    data_import = upload(db.session, "crate.crate", "many.csv", f"Crate no.,Thing,Quantity\n{lines}".encode())
    job = start_import(db.session, data_import)
    db.session.commit()
    import_id, job_id = data_import.id, job.id
    process = start_worker(job_id, database)
    try:
        process.stdout.readline()
        wait_until(lambda: done_items() >= BEFORE_THE_KILL, process)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    before = done_items()
    assert before < CRATES / 250
    work(app)
    assert totals(db.session, import_id) == Totals(rows=2 * CRATES, booked=2 * CRATES)
    assert db.session.scalar(select(func.count()).select_from(m.Crate)) == CRATES
    assert db.session.scalar(select(func.count()).select_from(m.CrateThing)) == 2 * CRATES
    assert db.session.get(m.DataImport, import_id).state == "done"
