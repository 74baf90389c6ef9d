import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devtools import postgres
from devtools.postgres import Cluster
from devtools.processes import process_table


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that the server's user can enter; pytest's own are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="bincard-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start_cluster() -> Iterator[Callable[..., Cluster]]:
    """start_cluster, with everything removed after the test."""
    paths: list[Path] = []
    running: list[Cluster] = []

    def start(path: Path, *, durable: bool = False, bindir: Path | None = None) -> Cluster:
        paths.append(path)
        running.append(postgres.start_cluster(path, durable=durable, bindir=bindir))
        return running[-1]

    yield start
    for cluster in running:
        cluster.stop()
    for path in paths:
        postgres.remove_cluster(path)


@pytest.fixture
def processes_of() -> Callable[[Path], list[str]]:
    """The commands of all processes that name this folder, apart from the test run itself."""

    def find(path: Path) -> list[str]:
        return [p.command for p in process_table() if p.pid != os.getpid() and str(path) in p.command]

    return find
