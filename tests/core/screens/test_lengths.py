"""What people and files write has a length that the table keeps, whoever writes it, and costs nothing."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import m
from core.db import Line, Prose, db
from core.exchange.cells import CellError
from core.exchange.convert import text
from core.screens.refusals import explain


def test_the_table_refuses_what_gets_past_the_forms(app, company):
    models = app.extensions["composition"]
    note = {"model": "company", "record_id": company.id, "company_id": company.id}
    for model, field, longest, others in (
        (m.Team, "name", Line.longest, {"company_id": company.id}),
        (m.Note, "body", Prose.longest, note),
    ):
        # Characters count, not bytes.
        db.session.add(model(**{field: "汉" * longest}, **others))
        db.session.flush()
        with pytest.raises(IntegrityError) as refused, db.session.begin_nested():
            db.session.add(model(**{field: "x" * (longest + 1)}, **others))
            db.session.flush()
        assert explain(refused.value, models) == ("A text is too long to be kept. Shorten it.", field)
    assert db.session.scalar(select(m.Team.name)) == "汉" * 1000


def test_files_have_the_lengths_of_forms(app):
    assert text()("x" * Line.longest) == "x" * Line.longest
    with pytest.raises(CellError, match="This text has 1001 characters: shorten it to 1000."):
        text()("x" * (Line.longest + 1))
