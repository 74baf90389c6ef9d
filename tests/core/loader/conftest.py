"""The acts on addons, on a database that holds nothing but the host."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.cli.base import tables_of
from core.db.session import engine_for
from core.loader.discovery import discover
from core.loader.lifecycle import Lifecycle
from tests.conftest import TEST_ADDONS, database_url
from tests.schema import rows_of, schema_of
from tests.written import AddonFolder, run_python


@pytest.fixture
def addons() -> tuple[str, ...]:
    """The databases of these tests hold the host alone."""
    return ()


@pytest.fixture
def folder(tmp_path: Path) -> AddonFolder:
    """A folder for addons beside the product's."""
    return AddonFolder(tmp_path / "more addons")


@pytest.fixture
def addons_path(folder: AddonFolder) -> str:
    """The folders of addons, as the setting takes them: the specimens and the test's own."""
    return os.pathsep.join((str(TEST_ADDONS), str(folder.path)))


@pytest.fixture
def engine(database: str) -> Engine:
    """The database of the test."""
    return engine_for(database_url(database))


@pytest.fixture
def lifecycle(engine: Engine, addons_path: str) -> Callable[..., Lifecycle]:
    """`lifecycle()` sees the addons that are written by now."""

    def made(lock_timeout: int = 20) -> Lifecycle:
        return Lifecycle(engine, discover(addons_path), tables_of, lock_timeout)

    return made


@pytest.fixture
def everything(engine: Engine) -> Callable[[], tuple[set[str], dict[str, list[str]]]]:
    """The schema and all rows of the database, the generation included."""

    def read() -> tuple[set[str], dict[str, list[str]]]:
        with engine.connect() as connection:
            return schema_of(connection), rows_of(connection, without=())

    return read


@pytest.fixture
def bincard(
    database: str, addons_path: str, data_folder: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `bincard …` as a person does."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        values = {
            "DATABASE_URL": database_url(database),
            "BINCARD_ADDONS_PATH": addons_path,
            "BINCARD_DATA": str(data_folder),
        }
        return run_python("-m", "core.cli", *arguments, **{**values, **environment})

    return run
