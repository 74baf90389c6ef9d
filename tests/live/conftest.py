import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.jobs.ring import celery_app
from core.settings import get_settings
from tests.live.brokers import StartBroker, valkey
from tests.live.stack import Stack


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short folder that the database's user can enter; pytest's own are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="bincard-live-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def new_stack(folder: Path) -> Iterator[Callable[..., Stack]]:
    """Stack(...) of these addons and settings, stopped after the module's tests."""
    stacks: list[Stack] = []
    before = dict(os.environ)

    def make(addons: str, broker: StartBroker | None = None, **settings: str) -> Stack:
        home = folder / str(len(stacks))
        home.mkdir(mode=0o711)
        stacks.append(Stack(home, addons, settings, broker or valkey()))
        return stacks[-1]

    yield make
    for stack in stacks:
        stack.stop()
    os.environ.clear()
    os.environ.update(before)
    get_settings.cache_clear()
    celery_app.cache_clear()
