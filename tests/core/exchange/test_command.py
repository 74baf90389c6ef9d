"""`bincard import`, run as a person or a nightly script runs it."""

import json
import os
import subprocess

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from tests import warm
from tests.conftest import TEST_ADDONS, database_url, work

pytestmark = pytest.mark.addons("crate")

FILE = "Box,Item,Qty\nA1,bolt,5\nB1,nut,many\n"


@pytest.fixture
def bincard(app, database, tmp_path):
    """Runs `bincard` in a process of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(database),
        "BINCARD_ADDONS_PATH": str(TEST_ADDONS),
        "BROKER_URL": "memory://",
    }
    (tmp_path / "things.csv").write_text(FILE)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return warm.run("-m", "core.cli", "import", *arguments, environment=environment)

    run.file = str(tmp_path / "things.csv")
    run.errors = tmp_path / "errors.csv"
    return run


def test_a_file_is_imported_and_the_bad_rows_are_written(bincard):
    done = bincard("crate.crate", bincard.file, "--errors", str(bincard.errors), "--option", "prefix=P-")
    assert (done.returncode, done.stdout) == (3, "things.csv: 2 rows, 1 booked, 0 unchanged, 1 bad\n"), (
        done.stderr
    )
    assert bincard.errors.read_text("utf-8-sig").splitlines() == [
        "Row,Column,Reason,Box,Item,Qty",
        "3,Qty,“many” is not a number: write it like 1234.50.,B1,nut,many",
    ]
    assert db.session.scalars(select(m.Crate.name)).all() == ["P-A1"]


def test_a_dry_run_tells_a_program_what_would_happen(bincard):
    done = bincard("crate.crate", bincard.file, "--dry-run", "--json", "--map", "thing=Item")
    assert json.loads(done.stdout) == {
        "import": 1, "job": 1, "rows": 2, "booked": 1, "unchanged": 0, "bad": 1, "pending": 0,
    }  # fmt: skip
    assert db.session.scalars(select(m.Crate)).all() == []


def test_the_work_can_be_left_to_the_workers(app, bincard):
    done = bincard("crate.crate", bincard.file, "--no-wait")
    assert (done.returncode, done.stdout) == (0, "import 1 waits for the workers\n")
    work(app)
    assert db.session.scalars(select(m.Crate.name)).all() == ["A1"]


def test_what_is_wrong_is_said_in_a_line(bincard):
    for arguments, message in [
        (
            ("crate.lid", bincard.file),
            "Error: Nothing can be imported as crate.lid: choose among crate.crate, crate.tag.",
        ),
        (
            ("crate.crate", bincard.file, "--company", "X"),
            "Error: give --company with one of these codes: TEST",
        ),
        (
            ("crate.crate", bincard.file, "--map", "thing=Nr"),
            "Error: The file has no column “Nr”: choose among Box, Item, Qty.",
        ),
    ]:
        done = bincard(*arguments)
        assert (done.returncode, done.stderr.strip()) == (1, message)
