"""A list as a file: its rows, columns and order, in bounded memory, whatever the number of rows."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from core import m
from core.db import db
from core.screens.lists import export
from tests.conftest import work
from tests.patience import PATIENCE

LIST = "/m/shelf.part.list"


def rows_in(contents: bytes) -> list[list[Any]]:
    """The rows of a workbook."""
    return CalamineWorkbook.from_filelike(io.BytesIO(contents)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_only_the_selected_rows_are_exported(visit: Callable[..., Any], parts: list[Any], kind: str) -> None:
    ids = f"{parts[5].id},{parts[2].id}"
    with visit("reader").post(f"{LIST}/export.{kind}?columns=mpn&sort=-mpn", {"ids": ids}) as file:
        text = file.data
    rows = rows_in(text) if kind == "xlsx" else list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert rows == [["Mpn"], [parts[5].mpn], [parts[2].mpn]]


def test_a_group_is_a_column_of_the_file(visit: Callable[..., Any], parts: list[Any]) -> None:
    with visit("reader").get(f"{LIST}/export.csv?columns=mpn&group=maker_id,state") as file:
        rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert rows[:2] == [["Maker", "State", "Mpn"], ["Murata", "Sample", "RC0603FR-07001KL"]]


def test_amounts_and_days_are_cells_of_their_kind(visit: Callable[..., Any], parts: list[Any]) -> None:
    with visit("reader").get(f"{LIST}/export.xlsx?columns=mpn,price,since,active,state") as file:
        head, first = rows_in(file.data)[:2]
    assert head == ["Mpn", "Price", "Currency", "Since", "Active", "State"]
    assert first[1:3] == [0.00085, "USD"]
    assert first[3].isoformat() == "2026-01-15"
    assert first[4:] == ["No", "Active"]


def test_a_long_workbook_is_made_by_a_job(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "LONG", 3)
    clerk = visit("clerk")
    answer = clerk.get(f"{LIST}/export.xlsx?f.state=active&columns=mpn")
    assert answer.status_code == 302
    work(shelf)
    attachment = db.session.scalars(select(m.Attachment)).one()
    url = f"{answer.location}/file/{attachment.id}"
    assert url in clerk.get(answer.location).text
    with clerk.get(url) as file:
        assert [row[0] for row in rows_in(file.data)] == ["Mpn", *(parts[n].mpn for n in (0, 3, 6, 9))]
    assert visit("reader").get(url).status_code == 404
    assert visit("clerk").get(f"{answer.location}/file/{attachment.id + 1}").status_code == 404


def test_a_job_writes_what_its_owner_may_see_then(
    visit: Callable[..., Any], parts: list[Any], shelf: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "LONG", 3)
    assert visit("clerk").get(f"{LIST}/export.xlsx").status_code == 302
    role = db.session.scalars(select(m.Role).where(m.Role.name == "clerk")).one()
    role.permissions = ["core.read"]
    db.session.commit()
    work(shelf)
    [item] = db.session.scalars(select(m.JobItem)).all()
    assert (item.state, item.reason) == (
        "failed",
        "You may no longer open this list, or its addon was uninstalled.",
    )


#: Exports a list of 100,000 rows twice and prints by how many MB each raised the peak of the process.
PROGRAM = """
import resource, sys
from flask import Flask
from core.app import create_app
from core.db import db
from core.loader.discovery import discover
from core.loader.graph import resolve
from core.security.actor import Actor, set_actor
from core.settings import get_settings
from core.screens.lists import export
from core.screens.lists.state import ListState
from core.screens.lists.query import query_of
from core.screens.lists.page import plan_for
from core.tabular.writers import stream_csv, write_xlsx
import tempfile
settings = get_settings().model_copy(update={"database_url": sys.argv[1]})
app = create_app(resolve(("shelf", "shelf_label"), discover(sys.argv[2])), settings)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
actor = Actor(None, "t", None, is_superuser=True)
with app.test_request_context():
    set_actor(db.session, actor)
    screens = app.extensions["screens"]
    def run(size):
        columns, filters = ("mpn", "description", "stock", "since"), {"stock.to": (str(size),)}
        state = ListState(columns=columns, filters=filters)
        query = query_of(plan_for(screens, screens.by_name["shelf.part.list"]), state, actor, "en")
        with export.cursor(query, actor) as rows:
            sent = sum(len(block) for block in stream_csv(export.headings(query), rows))
        with export.cursor(query, actor) as rows, tempfile.TemporaryFile() as file:
            write_xlsx(export.headings(query), rows, file)
        return sent
    run(1000)
    before = peak()
    sent = run(10**9)
    print(sent, peak() - before)
"""


@pytest.mark.slow
def test_a_hundred_thousand_rows_need_no_more_memory_than_a_thousand(shelf: Flask, database: str) -> None:
    from tests.conftest import addons_path, database_url

    db.session.execute(
        db.text(
            "INSERT INTO shelf_part (mpn, description, stock) "
            "SELECT 'P' || n, 'Resistor ' || n, n FROM generate_series(1, 100000) n"
        )
    )
    db.session.commit()
    command = [sys.executable, "-c", PROGRAM, database_url(database), addons_path()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    sent, grown = done.stdout.split()
    assert int(sent) > 3_000_000
    assert float(grown) < 20
