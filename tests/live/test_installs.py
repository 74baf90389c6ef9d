"""Addons come and go under a server at work, and nobody notices but those who use them."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

import pytest

from core import m
from core.db import db
from core.jobs import queue
from devtools.processes import wait_until
from tests.conftest import TEST_ADDONS
from tests.live.stack import Stack, Visitor
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

PUBLIC = ("/login",)
PRIVATE = ("/", "/m/partner.list", "/palette?q=par")


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., Stack]) -> Stack:
    stack = new_stack("partners,errand")
    stack.start()
    return stack


class Crowd:
    """Visitors who open pages one after the other, and keep what went wrong."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.requests = 0
        self.failures: list[str] = []
        self._end = threading.Event()

    def __enter__(self) -> "Crowd":
        known = self.stack.administrator()
        visits = [(self.stack.visitor(), PUBLIC), *[(known, PRIVATE)] * 3]
        self._threads = [threading.Thread(target=self._visit, args=visit) for visit in visits]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def goes_on(self) -> None:
        """Wait until every visitor has opened several pages more."""
        wanted = self.requests + 26
        assert wait_until(lambda: self.requests >= wanted or bool(self.failures), PATIENCE), self.stack.logs()

    def _visit(self, visitor: Visitor, pages: Sequence[str]) -> None:
        for page in cycle(pages):
            if self._end.wait(0.1):  # time to read; four visitors without it are two full processors
                return
            self._open(visitor, page)

    def _open(self, visitor: Visitor, page: str) -> None:
        try:
            answer = visitor.get(page)
        except OSError as error:
            self.failures.append(f"{page}: {error!r}")
            return
        self.requests += 1
        if answer.status != 200:
            self.failures.append(f"{page}: {answer.status}\n{answer.body[:500]}")


@pytest.fixture
def errands(stack: Stack) -> Iterator[int]:
    """A job with more items than can be done while a test runs; cancelled at the end."""
    with stack.app():
        job = queue.start(db.session, "errand.run", "Errands", params={"items": 5000, "seconds": 0.02})
        db.session.commit()
        job_id = int(job.id)
    yield job_id
    with stack.app():
        queue.cancel(db.session, db.session.get(m.Job, job_id))
        db.session.commit()


def done_items(stack: Stack, job_id: int) -> int:
    return int(
        str(stack.value("SELECT count(*) FROM job_item WHERE job_id = :id AND state = 'done'", id=job_id))
    )


def test_addons_come_and_go_under_load(stack: Stack, errands: int) -> None:
    web, worker = stack.pids_below("web"), stack.pids_below("worker")
    admin = stack.administrator()
    with Crowd(stack) as crowd:
        for _ in range(2):
            before = done_items(stack, errands)
            stack.bincard("addon", "install", "shelf_label")
            crowd.goes_on()
            assert admin.get("/m/shelf.part.list").status == 200
            stack.bincard("addon", "uninstall", "shelf", "--yes")
            crowd.goes_on()
            assert admin.get("/m/shelf.part.list").status == 404
            assert wait_until(lambda: done_items(stack, errands) > before, PATIENCE), stack.logs()  # noqa: B023 - called at once
    assert crowd.failures == []
    assert crowd.requests > 100
    assert (stack.pids_below("web"), stack.pids_below("worker")) == (web, worker)
    assert stack.value("SELECT count(*) FROM job_item WHERE state IN ('failed', 'skipped')") == 0
    assert "Traceback" not in stack.logs()


def test_two_administrators_install_at_once(stack: Stack) -> None:
    admin = stack.administrator()
    with Crowd(stack) as crowd:
        results: list[subprocess.CompletedProcess[str]] = []
        acts = [("install", "shelf_label"), ("install", "shelf"), ("install", "crate_label")]
        threads = [
            threading.Thread(target=lambda a=act: results.append(stack.bincard("addon", *a, check=False)))
            for act in acts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert [done.returncode for done in results] == [0, 0, 0], [done.stderr for done in results]
    assert crowd.failures == []
    installed = {name for (name,) in stack.rows("SELECT name FROM addon")}
    assert {"shelf", "shelf_label", "crate", "crate_label"} <= installed
    assert admin.get("/m/shelf.part.list").status == 200


def test_one_installs_while_another_uninstalls(stack: Stack) -> None:
    stack.bincard("addon", "install", "shelf")
    results: list[subprocess.CompletedProcess[str]] = []
    acts = [("uninstall", "shelf", "--yes"), ("install", "shelf_label")]
    threads = [
        threading.Thread(target=lambda a=act: results.append(stack.bincard("addon", *a, check=False)))
        for act in acts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    installed = {name for (name,) in stack.rows("SELECT name FROM addon")}
    # In either order the outcome is one that could have been reached one after the other.
    assert ("shelf_label" in installed) <= ("shelf" in installed)
    assert [done.returncode for done in results] == [0, 0], [done.stderr for done in results]
    status = stack.administrator().get("/m/shelf.part.list").status
    assert status == (200 if "shelf" in installed else 404)


def test_a_server_whose_addon_has_no_files_refuses_to_start(stack: Stack, tmp_path: Path) -> None:
    copy = tmp_path / "addons"
    shutil.copytree(TEST_ADDONS, copy)
    stack.bincard("addon", "install", "crate")
    shutil.rmtree(copy / "crate")
    shutil.rmtree(copy / "crate_label")
    stack.children["web"].stop()
    done = subprocess.run(
        stack._web(),
        env={**stack.environment, "BINCARD_ADDONS_PATH": str(copy)},
        cwd=stack.folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode != 0
    assert (
        "the addon crate is installed, but its files are missing: put them back, or add their folder to "
        "BINCARD_ADDONS_PATH" in done.stderr
    )
    stack.start("web")
    assert stack.administrator().get("/m/partner.list").status == 200
