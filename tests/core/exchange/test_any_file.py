"""Whatever stands in a file: each row ends with one outcome, and once more changes nothing."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import m
from core.db import db
from core.exchange.importing import start_import, totals, upload
from tests.conftest import work

pytestmark = pytest.mark.addons("crate")

HEADER = ["Crate no.", "Thing", "Quantity", "Packed on"]
CRATES = st.sampled_from(["A1", "B2", "C3", "17850.0", "17850", "", "1.5E+12", "x" * 500])
THINGS = st.sampled_from(["bolt", "nut", "", "forbidden", "y" * 41]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
)
QUANTITIES = st.sampled_from(["1", "2.5", "-3", "", "1,234", "many", "１２", "99999999999999999999"])
DAYS = st.sampled_from(["", "2026-03-01", "31/3/2026", "1/2/2026", "soon"])
CELLS = st.tuples(CRATES, THINGS, QUANTITIES, DAYS).map(list)
ROWS = st.lists(CELLS | st.lists(st.just("x"), max_size=6), min_size=1, max_size=25)


def bring_in(app, contents: bytes) -> int:
    data_import = upload(db.session, "crate.crate", "any.csv", contents)
    start_import(db.session, data_import)
    db.session.commit()
    import_id = data_import.id
    work(app)
    return import_id


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_each_row_has_one_outcome(app, rows):
    file = io.StringIO()
    csv.writer(file).writerows([HEADER, ["Z9", "pin", "1", ""], *rows])
    in_file = 1 + sum(1 for cells in rows if any(cell.strip() for cell in cells))
    first = totals(db.session, bring_in(app, file.getvalue().encode()))
    assert first.rows == in_file == first.booked + first.unchanged + first.bad
    assert first.pending == 0
    things = db.session.scalar(select(func.count()).select_from(m.CrateThing))
    again = totals(db.session, bring_in(app, file.getvalue().encode()))
    # A thing that stands twice in a crate was reported at first; the crate is there as a whole now.
    assert again.rows == in_file == again.unchanged + again.bad
    assert db.session.scalar(select(func.count()).select_from(m.CrateThing)) == things
