"""The pages of imports, from the file to the error file."""

import io
import re

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.tabular.readers import open_table
from tests.conftest import work
from tests.markup import tight

pytestmark = pytest.mark.addons("crate")

FILE = "Box,Item,Qty\nA1,bolt,5\nA1,nut,many\nB1,=pin(),2\nC1,bolt,0.25\n"


def upload(visitor, text=FILE, target="crate.crate", name="things.csv"):
    file = (io.BytesIO(text.encode()), name)
    return visitor.post("/imports/new", {"target": target, "file": file}, content_type="multipart/form-data")


def map_columns(visitor, url, **changes):
    values = {"field-crate": "Box", "field-thing": "Item", "field-quantity": "Qty", **changes}
    return visitor.post(url, values)


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_a_file_goes_all_the_way(app, visit, locale):
    visitor = visit("importer", locale)
    answer = upload(visitor)
    assert (answer.status_code, answer.location) == (303, "/imports/1/mapping")
    page = visitor.get("/imports/1/mapping").text
    assert re.findall(r'<option value="([^"]+)" selected', page)[1:4] == ["Box", "Item", "Qty"]
    assert "bolt · nut · =pin()" in page
    assert map_columns(visitor, "/imports/1/mapping").location == "/imports/1/preview"
    preview = visitor.get("/imports/1/preview").text
    assert preview.count('class="t wrong"') == 1
    assert visitor.post("/imports/1/start").location == "/imports/1"
    running = visitor.get("/imports/1").text
    assert 'hx-trigger="every 2s"' in running
    work(app)
    page = visitor.get("/imports/1", headers={"HX-Target": "import"}).text
    assert "every 2s" not in page and "<html" not in page
    assert re.findall(r"<dd>(\d+)</dd>", tight(page)) == ["4", "2", "0", "2"]
    assert visitor.get("/imports/").text.count("things.csv") == 1


def test_the_preview_says_what_is_wrong_where_it_is(visit):
    visitor = visit("importer")
    upload(visitor)
    page = tight(visitor.get("/imports/1/preview").text)
    assert "2 of these rows have errors and will not be booked; the error file will list them." in page
    assert (
        '<td class="t wrong">many<p class="error">“many” is not a number: write it like 1234.50.</p></td>'
        in page
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_error_file_can_be_put_right_and_uploaded(app, visit, kind):
    visitor = visit("importer")
    upload(visitor, FILE.replace("B1,=pin(),2", "A1,=pin(),2"))
    visitor.post("/imports/1/start")
    work(app)
    with visitor.get(f"/imports/1/errors.{kind}") as answer:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="things-errors.{kind}"'
        contents = answer.data
    table = open_table(contents)
    assert table.header == ["Row", "Column", "Reason", "Box", "Item", "Qty"]
    assert [cells for _number, cells in table.rows()] == [
        ["2", "", "Row 3 of this document is not right.", "A1", "bolt", "5"],
        ["3", "Qty", "“many” is not a number: write it like 1234.50.", "A1", "nut", "many"],
        ["4", "", "Row 3 of this document is not right.", "A1", "'=pin()", "2"],
    ]
    if kind == "csv":
        upload(visitor, contents.decode("utf-8-sig").replace("nut,many", "nut,7"))
        visitor.post("/imports/2/start")
        work(app)
        assert sorted(db.session.scalars(select(m.CrateThing.name))) == ["=pin()", "bolt", "bolt", "nut"]


def test_a_trial_can_be_followed_by_the_import(app, visit):
    visitor = visit("importer")
    upload(visitor)
    visitor.post("/imports/1/start", {"dry_run": "1"})
    work(app)
    page = visitor.get("/imports/1").text
    assert "This was a trial: nothing has been booked." in page
    assert db.session.scalars(select(m.Crate)).all() == []
    visitor.post("/imports/1/start")
    work(app)
    assert len(db.session.scalars(select(m.Crate)).all()) == 2


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        (FILE, "", "Choose what the rows of the file are."),
        ("", "crate.crate", "The file is empty: save it with a row of headings and at least one row below."),
        ("A,A\n1,2\n", "crate.crate", "The heading A stands there twice: rename one of them."),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_refused_on_the_page(visit, text, target, message):
    answer = upload(visit("importer"), text, target)
    assert answer.status_code == 422
    assert f'role="alert" id="upload-error" tabindex="-1">{message}' in answer.text


def test_a_file_whose_encoding_is_not_found_is_taken_in_with_a_chosen_one(visit):
    visitor = visit("importer")
    file = FILE.replace("bolt", "болт").encode("cp1251")
    sent = {"target": "crate.crate", "file": (io.BytesIO(file), "things.csv")}
    answer = visitor.post("/imports/new", sent, content_type="multipart/form-data")
    assert answer.status_code == 422 and '<option value="cp1251">' in answer.text
    sent |= {"encoding": "cp1251", "file": (io.BytesIO(file), "things.csv")}
    assert visitor.post("/imports/new", sent, content_type="multipart/form-data").status_code == 303
    page = tight(visitor.get("/imports/1/mapping").text)
    assert '<option value="cp1251" selected data-texts="A1,болт,5">' in page
    assert '<option value="cp1252" data-texts="A1,áîëò,5">' in page and '<option value="utf-8"' not in page


def test_headings_over_two_rows_are_read_as_one(visit):
    visitor = visit("importer")
    upload(visitor, "Box,Item,\nNo.,Name,Qty\nA1,bolt,5\n")
    assert visitor.post("/imports/1/layout", {"header": "1-2"}).status_code == 303
    page = visitor.get("/imports/1/mapping").text
    assert all(f'<option value="{name}"' in page for name in ("Box No.", "Item Name", "Item Qty"))
    assert 'value="1-2"' in page
    for typed in ("0", "first", "3-2", "1-9", "1234"):
        refused = visitor.post("/imports/1/layout", {"header": typed})
        assert refused.status_code == 422 and f"“{typed}” names no rows" in refused.text


def test_a_missing_column_is_asked_for_and_what_was_chosen_stays(visit):
    visitor = visit("importer")
    upload(visitor, FILE.replace("Qty", "Number"))
    answer = map_columns(visitor, "/imports/1/mapping", **{"field-quantity": "", "option-prefix": "P-"})
    assert answer.status_code == 422
    assert "Choose a column for Quantity." in answer.text
    assert 'value="P-"' in answer.text and 'aria-invalid="true"' in answer.text
    assert visitor.get("/imports/1/preview").status_code == 422


def test_an_import_that_has_ended_is_not_started_again(app, visit):
    visitor = visit("importer")
    upload(visitor)
    visitor.post("/imports/1/start")
    work(app)
    visitor.post("/imports/1/start")
    assert (
        "This file has been imported: upload it again to import it once more."
        in visitor.get("/imports/1").text
    )


def test_nobody_imports_without_both_rights(visit):
    importer, reader, packer = visit("importer"), visit("reader"), visit("packer")
    upload(importer)
    assert packer.get("/imports/").status_code == 403
    assert upload(reader).status_code == 422
    assert "Nothing you may import" in reader.get("/imports/new").text
    assert "things.csv" not in reader.get("/imports/").text
    for path in ("mapping", "preview", "errors.csv"):
        assert reader.get(f"/imports/1/{path}").status_code == 403
    assert reader.post("/imports/1/start").status_code == 403


def test_imports_of_another_company_do_not_show(visit):
    visitor = visit("importer")
    upload(visitor)
    other = m.Company(code="OTHER", name="Other", currency_code="USD")
    db.session.add(other)
    db.session.flush()
    user = db.session.scalars(select(m.User).where(m.User.email == "importer@test.example")).one()
    user.company_id = other.id
    db.session.commit()
    assert visitor.get("/imports/1/mapping").status_code == 404
    assert "things.csv" not in visitor.get("/imports/").text


def test_a_job_that_failed_says_why_and_lets_one_start_again(app, visit):
    visitor = visit("importer")
    upload(visitor)
    visitor.post("/imports/1/start")
    job = db.session.scalars(select(m.Job)).one()
    job.kind = "loyalty.count"
    db.session.commit()
    work(app)
    page = visitor.get("/imports/1").text
    assert "no installed addon knows the job kind loyalty.count" in page and "Start again" in page


def test_a_file_is_read_again_as_a_person_says(visit):
    visitor = visit("importer")
    text = "Boxes,of,March\nBox,Item,Qty\nA1,Müller,5\n"
    file = (io.BytesIO(text.encode("cp1252")), "things.csv")
    visitor.post("/imports/new", {"target": "crate.crate", "file": file}, content_type="multipart/form-data")
    page = tight(visitor.get("/imports/1/mapping").text)
    assert '<option value="cp1252" selected data-texts="A1,Müller,5">' in page
    assert visitor.post("/imports/1/layout", {"encoding": "cp1252", "header": "2"}).status_code == 303
    page = tight(visitor.get("/imports/1/mapping").text)
    assert 'data-texts="Müller"' in page and 'id="unused"' not in page
    refused = visitor.post("/imports/1/layout", {"encoding": "utf-8", "header": "2"})
    assert refused.status_code == 422 and "Read again" in refused.text
    assert visitor.post("/imports/1/layout", {"header": "9"}).status_code == 422


def test_what_is_not_imported_is_said_and_a_partly_failed_import_is_amber(app, visit):
    visitor = visit("importer", "zh_CN")
    upload(visitor, FILE.replace("Qty\n", "Qty,Colour\n").replace("5\n", "5,red\n", 1))
    for path in ("mapping", "preview"):
        assert "不导入的列：Colour。" in visitor.get(f"/imports/1/{path}").text
    visitor.post("/imports/1/start")
    work(app)
    assert '<span class="state s-unsure">部分已导入</span>' in visitor.get("/imports/1").text
    assert "s-unsure" in visitor.get("/imports/").text
    # In the language that was read when it was started, which the browser alone knows.
    assert "“many”不是数字" in visitor.get("/imports/1").text
