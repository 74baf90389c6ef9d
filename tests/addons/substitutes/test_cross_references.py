"""Cross-reference lists as they are: two rows of headings, several numbers in a cell, two languages."""

import csv
import io

import pytest
from sqlalchemy import select

from addons.substitutes.services.cross_references import look_up, sides_of
from core import m
from core.db import db
from core.exchange import importing
from core.exchange.named import became
from core.security.users import ensure_administrator
from tests.conftest import work
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")

LIST = """\
Cross-reference 2026 替代对照表,,,,,
原物料,,替代料,,Remark EN,备注
型号,品牌,型号,品牌,,
GRM188-104,Murata,"CC0603-104, 0603B104",,same size,尺寸相同
GRM188-104，C0603X104,,CC0603-104,Yageo,,
LM2611BMF/NOPB,TI,CC0603-104/0603B104,,,
UNKNOWN-1,Xylon,CC0603-104,Yageo,check height,注意高度
"""


@pytest.fixture
def parts(desk):
    return {
        mpn: desk.part(f"Q{n}", mpn=mpn)
        for n, mpn in enumerate(("GRM188-104", "CC0603-104", "0603B104", "C0603X104", "LM2611BMF/NOPB"))
    }


def imported(app, text, name="list.csv", **layout):
    data_import = importing.upload(db.session, "substitute", name, text.encode())
    if layout:
        importing.read_as(db.session, data_import, **layout)
    importing.start_import(db.session, data_import)
    db.session.commit()
    work(app)
    return importing.totals(db.session, data_import.id)


def pairs():
    query = select(m.Substitute).order_by(m.Substitute.id)
    return {(x.product.mpn, x.substitute.mpn): x for x in db.session.scalars(query)}


def test_numbers_of_one_cell_are_told_apart(desk, parts):
    cells = [
        "A-1,B-2",
        "A-1，B-2/C-3",
        "CC0603-104/0603B104",
        "LM2611BMF/NOPB",
        "X-1 / X-2",
        "GRM188-104\nX-9",
    ]
    hits = look_up(db.session, desk.company_id, cells)
    numbers = [[side.number for side in sides_of(cell, hits)] for cell in cells]
    assert numbers == [
        ["A-1", "B-2"],
        ["A-1", "B-2/C-3"],
        ["CC0603-104", "0603B104"],
        ["LM2611BMF/NOPB"],
        ["X-1", "X-2"],
        ["GRM188-104", "X-9"],
    ]


def test_a_list_becomes_proposed_pairs_and_references(app, desk, parts):
    totals = imported(app, LIST, header=(2, 3))
    assert (totals.rows, totals.bad) == (4, 0)
    found = pairs()
    assert set(found) == {
        ("GRM188-104", "CC0603-104"),
        ("GRM188-104", "0603B104"),
        ("C0603X104", "CC0603-104"),
        ("LM2611BMF/NOPB", "CC0603-104"),
        ("LM2611BMF/NOPB", "0603B104"),
    }
    assert {pair.state for pair in found.values()} == {"proposed"}
    assert found["GRM188-104", "0603B104"].condition == "same size; 尺寸相同"
    (kept,) = db.session.scalars(select(m.SubstituteReference))
    assert (kept.number, kept.maker, kept.substitute_number) == ("UNKNOWN-1", "Xylon", "CC0603-104")
    assert (kept.product_id, kept.substitute_id) == (None, parts["CC0603-104"])
    assert m.SubstituteReference.resolve(db.session, [kept]) == 0
    desk.part("U1", mpn="UNKNOWN 1")
    assert m.SubstituteReference.resolve(db.session, [kept]) == 1
    assert pairs()["UNKNOWN 1", "CC0603-104"].condition == "check height; 注意高度"
    assert db.session.scalars(select(m.SubstituteReference)).all() == []


def test_a_list_that_comes_again_changes_nothing_that_was_judged(app, desk, parts):
    imported(app, LIST, header=(2, 3))
    m.Substitute.approve(db.session, pairs().values())
    db.session.commit()
    imported(app, LIST, header=(2, 3))
    assert {pair.state for pair in pairs().values()} == {"approved"}
    assert len(db.session.scalars(select(m.SubstituteReference)).all()) == 1


def test_a_part_that_stands_in_for_itself_and_a_doubtful_number_are_refused(app, desk, parts):
    desk.part("X1", mpn="TWICE")
    desk.part("X2", mpn="TWICE")
    totals = imported(app, "Part,May be replaced by\nCC0603-104,CC0603-104\nTWICE,CC0603-104\n")
    assert (totals.booked, totals.bad) == (0, 2)


def test_what_is_exported_is_imported_again(app, company, desk, parts):
    imported(app, LIST, header=(2, 3))
    before = set(pairs())
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).one())
    with app.app_context():
        file = client.get("/m/substitute.list/export.csv").data.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(file)))) == len(before)
    for pair in pairs().values():
        db.session.delete(pair)
    db.session.commit()
    totals = imported(app, file, "export.csv")
    assert totals.bad == 0 and set(pairs()) == before


def test_short_headings_are_understood_and_what_rows_became_is_called_by_its_kind(app, desk, parts):
    imported(app, "Competitor,Competitor PN,Our part no.\nMurata,GRM188-104,CC0603-104\n")
    made = db.session.scalars(select(m.DataImport).order_by(m.DataImport.id.desc())).first()
    columns = {"maker": "Competitor", "part": "Competitor PN", "substitute": "Our part no."}
    assert {name: made.mapping.get(name) for name in columns} == columns
    (pair,) = pairs().values()
    with app.test_request_context():
        assert became(db.session, made) == (1, [(f"Substitute {pair.id}", f"/m/substitute.form/{pair.id}")])
