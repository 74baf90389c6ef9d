"""Files that go out: nothing in them runs, and they come back as they went."""

import gc
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import db
from core.disk import FullDiskError
from core.formulas import neutral, neutral_sql, plain
from core.settings import ROOT
from core.tabular.readers import open_table
from core.tabular.workbook import EXACT
from core.tabular.writers import csv_bytes, stream_csv, write_xlsx

HEADER = ["Code", "Name"]


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\tx", "\rx", "＝1+1"])
def test_a_formula_becomes_text(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.50", "+1", "-1,234.50", "plain", "a=b", "", "'quoted'"])
def test_numbers_and_plain_text_stay(text):
    assert neutral(text) == text


@given(st.text())
def test_what_went_out_comes_back(text):
    assert plain(neutral(text.strip())) == plain(text)


def xlsx(rows) -> bytes:
    file = io.BytesIO()
    write_xlsx(HEADER, rows, file)
    return file.getvalue()


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("write", [lambda rows: b"".join(stream_csv(HEADER, rows)), xlsx])
def test_rows_are_written_and_read_again(write):
    rows = [["A1", "=1+1"], ["A2", "电阻"], ["A3", 'quo"te, comma\nline']]
    assert [cells for _n, cells in open_table(write(rows)).rows()] == [["A1", "'=1+1"], *rows[1:]]


@pytest.mark.usefixtures("speaking")
def test_numbers_and_days_are_such_in_a_workbook():
    contents = xlsx([[Decimal("1234.50"), date(2026, 3, 1)], [True, None]])
    assert list(open_table(contents).rows()) == [(2, [f"1234.5{EXACT}", "2026-03-01"]), (3, ["TRUE", ""])]


def test_csv_comes_in_blocks_of_bounded_size():
    blocks = list(stream_csv(HEADER, (["x" * 100, "y"] for _ in range(5000))))
    assert len(blocks) > 5 and max(map(len, blocks)) < 70_000


def test_nothing_but_the_writers_writes_csv():
    """A table that is made elsewhere would hold formulas that run in whoever's spreadsheet opens it."""
    files = [path for folder in ("core", "addons") for path in (ROOT / folder).rglob("*.py")]
    found = {path.name for path in files if re.search(r"csv\.(writer|DictWriter)\(", path.read_text("utf-8"))}
    assert found == {"writers.py"}
    assert csv_bytes(["a"], [["=1+1"], ["-12.50"]]).decode("utf-8-sig").split() == ["a", "'=1+1", "-12.50"]


def test_the_database_neutralises_as_we_do(app):
    @given(st.text(alphabet="=+-@＝－\t\r\n 0123456789,.a'\\\u00a0", max_size=6))
    def check(text):
        query = f"SELECT {neutral_sql('c')} FROM (SELECT CAST(:t AS text)) AS x (c)"
        assert db.session.scalar(db.text(query), {"t": text}) == neutral(text)

    check()


# The library leaves its archive open, which is closed, and fails again, when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_full_disk_is_said_by_an_export():
    message = "^The disk of the server is full: nothing was kept."
    with open("/dev/full", "r+b", buffering=0) as full:
        with pytest.raises(FullDiskError, match=message):
            write_xlsx(["Code"], [["R1"]], full)
        gc.collect()
