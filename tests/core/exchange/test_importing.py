"""Files become records: good rows are booked, bad ones keep their reason, and again changes nothing."""

import gzip
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from core import m
from core.db import db
from core.exchange.conversion import MappingError
from core.exchange.importing import (
    ImportStateError,
    Totals,
    UnknownTargetError,
    preview,
    set_mapping,
    start_import,
    state_of,
    totals,
    upload,
)
from core.exchange.mapping import _key, guess_mapping
from core.jobs import queue
from core.tabular.writers import write_xlsx
from tests.conftest import work

pytestmark = pytest.mark.addons("crate")

THINGS = """Crate no.,Thing,Quantity,Packed on
A1,bolt,5,2026-03-01
B1,nut,7.5,2026-03-01
A1,washer,12,2026-03-02
"""


def bring_in(
    app: Flask, text: str, target: str = "crate.crate", *, dry_run: bool = False, **options: str
) -> int:
    data_import = upload(db.session, target, "things.csv", text.encode())
    set_mapping(db.session, data_import, data_import.mapping, options)
    start_import(db.session, data_import, dry_run)
    db.session.commit()
    import_id = data_import.id
    work(app)
    return import_id


def crates() -> dict[str, dict[str, str]]:
    query = select(m.Crate.name, m.CrateThing.name, m.CrateThing.quantity).join_from(m.Crate, m.CrateThing)
    found: dict[str, dict[str, str]] = {}
    for crate, thing, quantity in db.session.execute(query):
        found.setdefault(crate, {})[thing] = f"{quantity.normalize():f}"
    return found


def bad_rows(import_id: int) -> list[tuple[int, str, str]]:
    row = m.DataImportRow
    query = select(row.number, row.column, row.reason).where(row.import_id == import_id, row.state == "bad")
    return [tuple(found) for found in db.session.execute(query.order_by(row.number))]


def test_rows_of_one_document_are_found_wherever_they_stand(app):
    import_id = bring_in(app, THINGS)
    assert crates() == {"A1": {"bolt": "5", "washer": "12"}, "B1": {"nut": "7.5"}}
    assert totals(db.session, import_id) == Totals(rows=3, booked=3)
    assert db.session.get(m.DataImport, import_id).state == "done"


def test_importing_again_changes_nothing(app):
    bring_in(app, THINGS)
    again = bring_in(app, THINGS)
    assert totals(db.session, again) == Totals(rows=3, unchanged=3)
    assert crates() == {"A1": {"bolt": "5", "washer": "12"}, "B1": {"nut": "7.5"}}


def test_a_bad_row_keeps_its_document_out_and_the_others_say_which(app):
    import_id = bring_in(app, THINGS + "A1,rivet,many,2026-03-02\nC1,pin,,2026-03-02\n")
    assert crates() == {"B1": {"nut": "7.5"}}
    assert bad_rows(import_id) == [
        (2, "", "Row 5 of this document is not right."),
        (4, "", "Row 5 of this document is not right."),
        (5, "Quantity", "“many” is not a number: write it like 1234.50."),
        (6, "Quantity", "This cell is empty: fill it in."),
    ]
    assert totals(db.session, import_id) == Totals(rows=5, booked=1, bad=4)


def test_a_row_without_its_documents_number_is_bad_alone(app):
    import_id = bring_in(app, THINGS + ",rivet,1,\n1.2E+12,pin,2,\n")
    assert bad_rows(import_id) == [
        (5, "Crate no.", "This cell is empty: fill it in."),
        (
            6,
            "Crate no.",
            "A spreadsheet has cut the digits of “1.2E+12”: format the column as text and enter it again.",
        ),
    ]
    assert totals(db.session, import_id) == Totals(rows=5, booked=3, bad=2)


def test_a_target_refuses_a_document_or_a_single_row(app):
    import_id = bring_in(app, THINGS + "C1,forbidden,1,\nC1,pin,1,\nB1,nut,2,\n")
    assert bad_rows(import_id) == [
        (5, "Thing", "forbidden things go into no crate: leave it out"),
        (6, "Thing", "forbidden things go into no crate: leave it out"),
        (7, "Thing", "this thing is in the crate already"),
    ]
    assert crates()["B1"] == {"nut": "7.5"}


def test_what_the_database_refuses_is_refused_alone(app):
    import_id = bring_in(app, THINGS + "C1,pin,-1,\n")
    assert bad_rows(import_id) == [
        (
            5,
            "",
            "The values don't fit together: Quantity not negative.",
        )
    ]
    assert totals(db.session, import_id) == Totals(rows=4, booked=3, bad=1)


def test_a_dry_run_tells_all_and_books_nothing(app):
    import_id = bring_in(app, THINGS + "C1,pin,x,\n", dry_run=True)
    assert crates() == {}
    assert totals(db.session, import_id) == Totals(rows=4, booked=3, bad=1)
    data_import = db.session.get(m.DataImport, import_id)
    assert data_import.state == "checked"
    start_import(db.session, data_import)
    db.session.commit()
    work(app)
    assert totals(db.session, import_id) == Totals(rows=4, booked=3, bad=1)
    assert sorted(crates()) == ["A1", "B1"]
    assert db.session.get(m.DataImport, import_id).state == "done"


def test_an_import_is_started_once(app):
    import_id = bring_in(app, THINGS)
    data_import = db.session.get(m.DataImport, import_id)
    with pytest.raises(
        ImportStateError, match="^This file has been imported: upload it again to import it once more.$"
    ):
        start_import(db.session, data_import)


def test_a_running_import_is_left_alone(app):
    data_import = upload(db.session, "crate.crate", "things.csv", THINGS.encode())
    job = start_import(db.session, data_import)
    db.session.commit()
    with pytest.raises(
        ImportStateError, match="^This import is under way: wait for its end, or cancel its job first.$"
    ):
        set_mapping(db.session, data_import, data_import.mapping)
    queue.cancel(db.session, job)
    db.session.commit()
    assert state_of(db.session, data_import) == "failed"
    start_import(db.session, data_import)


def test_each_row_is_a_document_where_nothing_groups_them(app):
    import_id = bring_in(app, "Name\n" + "".join(f"tag {n}\n" for n in range(7)), "crate.tag")
    assert totals(db.session, import_id) == Totals(rows=7, booked=7)
    labels = select(m.JobItem.label).order_by(m.JobItem.position)
    assert db.session.scalars(labels).all() == ["2 – 4", "5 – 7", "8"]


def test_a_row_that_its_target_forgets_fails_its_chunk_with_a_reason(app):
    import_id = bring_in(app, "Name\na\nlost\nb\nc\n", "crate.tag")
    forgot = "Not booked: TargetError: the import target crate.tag left row 3 without an outcome"
    assert bad_rows(import_id) == [(2, "", forgot), (3, "", forgot), (4, "", forgot)]
    assert totals(db.session, import_id) == Totals(rows=4, booked=1, bad=3)
    assert db.session.scalars(select(m.Crate.name)).all() == ["c"]


def test_the_preview_shows_values_and_problems_and_writes_nothing(app):
    data_import = upload(db.session, "crate.crate", "things.csv", (THINGS + "C1,pin,x,\n").encode())
    rows = preview(db.session, data_import)
    assert [str(row.values["quantity"]) for row in rows] == ["5", "7.5", "12", "None"]
    assert [(p.heading, p.reason) for p in rows[3].problems] == [
        ("Quantity", "“x” is not a number: write it like 1234.50.")
    ]
    assert db.session.scalars(select(m.DataImportRow)).all() == []


def test_the_preview_says_which_good_rows_stay_out_with_a_bad_one(app):
    data_import = upload(db.session, "crate.crate", "things.csv", (THINGS + "A1,pin,x,\n").encode())
    reasons = [[problem.reason for problem in row.problems] for row in preview(db.session, data_import)]
    sibling = ["Row 5 of this document is not right."]
    assert reasons == [sibling, [], sibling, ["“x” is not a number: write it like 1234.50."]]


def test_headings_are_recognised_in_both_languages_and_without_punctuation(app):
    target = app.extensions["import_targets"]["crate.crate"]
    assert guess_mapping(target, ["箱号", "QTY.", "Date", "item", "Remark"]) == {
        "crate": "箱号",
        "quantity": "QTY.",
        "packed": "Date",
        "thing": "item",
    }


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("Our P/N", "our_part_number"),
        ("Customer PN", "Customer part number"),
        ("Invoice #", "Invoice Nr."),
        ("№", "No."),
    ],
)
def test_headings_shorten_the_word_for_a_number(short, whole):
    assert _key(short) == _key(whole)
    assert _key("Note") == "note" and _key("Panel") == "panel"


def test_a_mapping_is_offered_again_for_the_same_headings(app):
    text = "X,Y,Z\nA1,bolt,5\n"
    first = upload(db.session, "crate.crate", "x.csv", text.encode())
    assert first.mapping == {}
    set_mapping(db.session, first, {"crate": "X", "thing": "Y", "quantity": "Z"}, {"prefix": "P-"})
    second = upload(db.session, "crate.crate", "y.csv", text.encode())
    assert second.mapping == {"crate": "X", "thing": "Y", "quantity": "Z"}
    assert second.options == {"prefix": "P-"}


def test_a_field_without_its_column_is_named(app):
    data_import = upload(db.session, "crate.crate", "x.csv", b"Crate no.,X\nA1,bolt\n")
    with pytest.raises(MappingError, match="^Choose a column for Thing, Quantity.$"):
        start_import(db.session, data_import)


def test_a_wrong_column_field_or_option_is_named_with_those_there_are(app):
    data_import = upload(db.session, "crate.crate", "things.csv", THINGS.encode())
    whole = data_import.mapping
    with pytest.raises(
        MappingError,
        match="^The file has no column “Nr”: choose among Crate no., Thing, Quantity, Packed on.$",
    ):
        set_mapping(db.session, data_import, {**whole, "crate": "Nr"})
    with pytest.raises(
        MappingError, match="^There is no field box: choose among crate, kind, packed, quantity, thing.$"
    ):
        set_mapping(db.session, data_import, {**whole, "box": "Thing"})
    with pytest.raises(
        MappingError, match="^There is no option day: choose among date_order, decimal_mark, prefix.$"
    ):
        set_mapping(db.session, data_import, whole, {"day": "1"})
    with pytest.raises(MappingError, match="^“x” is no choice for “Decimal mark”: choose among ., ,.$"):
        set_mapping(db.session, data_import, whole, {"decimal_mark": "x"})


def test_an_unknown_target_is_refused_with_those_there_are(app):
    with pytest.raises(
        UnknownTargetError,
        match="^Nothing can be imported as crate.lid: choose among crate.crate, crate.tag.$",
    ):
        upload(db.session, "crate.lid", "x.csv", b"a,b\n1,2\n")


def test_the_file_itself_says_how_it_writes_days_and_numbers(app):
    text = "Crate no.;Thing;Quantity;Packed on\nA1;bolt;1.250;3/4/2026\nA1;nut;0,5;31/3/2026\n"
    import_id = bring_in_as_proposed(app, text)
    assert db.session.get(m.DataImport, import_id).options == {"date_order": "dmy", "decimal_mark": ","}
    assert crates() == {"A1": {"bolt": "1250", "nut": "0.5"}}


def bring_in_as_proposed(app: Flask, text: str) -> int:
    data_import = upload(db.session, "crate.crate", "things.csv", text.encode())
    start_import(db.session, data_import)
    db.session.commit()
    work(app)
    return data_import.id


def test_what_can_be_read_in_two_ways_is_asked_for(app):
    import_id = bring_in_as_proposed(app, 'Crate no.,Thing,Quantity,Packed on\nA1,bolt,"1,250",3/4/2026\n')
    assert bad_rows(import_id) == [
        (
            2,
            "Quantity, Packed on",
            "Quantity: “1,250” can be 1250 or 1.250: choose the decimal mark in the options of the import. · "
            "Packed on: “3/4/2026” can be 2026-04-03 or 2026-03-04: choose the order of day and month in the "
            "options of the import.",
        )
    ]


def test_a_row_with_a_cell_too_many_is_bad(app):
    import_id = bring_in(app, THINGS + "C1,pin,1,2026-03-01,x\nD1,pin,1,2026-03-01,,\n")
    assert bad_rows(import_id) == [
        (
            5,
            "",
            "This row has 5 cells, but there are 4 headings: put a cell that holds the separator "
            "into quotation marks.",
        )
    ]


def test_every_odd_character_survives_the_staging(app):
    odd = [
        "back\\slash",
        'quo"te',
        "tab\there",
        "new\nline",
        "comma,",
        "{brace}",
        "NULL",
        "'=1+1",
        "中文",
        "\\N",
    ]
    rows = "".join(f'A1,"{cell.replace(chr(34), chr(34) * 2)}",1,\n' for cell in odd)
    import_id = bring_in(app, "Crate no.,Thing,Quantity,Packed on\n" + rows)
    assert bad_rows(import_id) == []
    assert sorted(crates()["A1"]) == sorted([*odd[:7], "=1+1", *odd[8:]])


def test_a_packed_file_is_imported_as_a_plain_one(app):
    data_import = upload(db.session, "crate.crate", "things.csv.gz", gzip.compress(THINGS.encode("gb18030")))
    start_import(db.session, data_import)
    db.session.commit()
    work(app)
    assert totals(db.session, data_import.id) == Totals(rows=3, booked=3)


def test_what_was_guessed_is_not_remembered_and_the_file_s_own_evidence_wins(app):
    header = "Crate no.,Thing,Quantity,Packed on\n"
    days_first = upload(db.session, "crate.crate", "a.csv", f"{header}A,x,1.500,31.12.2025\n".encode())
    assert days_first.options == {"date_order": "dmy"}
    # Saved as it was proposed: nobody has chosen anything.
    set_mapping(db.session, days_first, days_first.mapping, days_first.options)
    assert upload(db.session, "crate.crate", "b.csv", f"{header}B,x,1,05/10/2026\n".encode()).options == {}
    set_mapping(db.session, days_first, days_first.mapping, {"date_order": "dmy", "decimal_mark": ","})
    silent = upload(db.session, "crate.crate", "c.csv", f"{header}B,x,1,05/10/2026\n".encode())
    assert silent.options == {"decimal_mark": ","}
    months_first = upload(db.session, "crate.crate", "d.csv", f"{header}B,x,1,234.00,1\n".encode())
    assert months_first.options == {"decimal_mark": ","}
    evident = upload(db.session, "crate.crate", "e.csv", f'{header}B,x,"1,234.50",10/31/2026\n'.encode())
    assert evident.options == {"date_order": "mdy", "decimal_mark": "."}


def test_a_number_of_a_workbook_is_what_it_is_whatever_mark_texts_have(app):
    file = BytesIO()
    header = ["Crate no.", "Thing", "Quantity", "Packed on"]
    cells = [Decimal("1.25"), "1.500", Decimal("2.125"), "2.500,75", "0.5"]
    write_xlsx(header, [[f"A{n}", "x", cell, "2026-03-01"] for n, cell in enumerate(cells)], file)
    data_import = upload(db.session, "crate.crate", "mixed.xlsx", file.getvalue())
    assert "decimal_mark" not in data_import.options  # numbers say nothing of what texts mean
    set_mapping(db.session, data_import, data_import.mapping, {"decimal_mark": ","})
    start_import(db.session, data_import)
    db.session.commit()
    work(app)
    quantities = {code: Decimal(things["x"]) for code, things in crates().items()}
    assert quantities == {"A0": Decimal("1.25"), "A1": 1500, "A2": Decimal("2.125"), "A3": Decimal("2500.75")}
    assert bad_rows(data_import.id) == [
        (6, "Quantity", "“0.5” is not a number: write it like 1234,50."),
    ]


def test_columns_that_a_person_took_away_or_gave_are_remembered(app):
    header = "Crate no.,Thing,Quantity,Packed on,Other\n"
    first = upload(db.session, "crate.crate", "a.csv", f"{header}A,x,1,2026-01-01,2\n".encode())
    set_mapping(db.session, first, {"crate": "Crate no.", "thing": "Thing", "quantity": "Other"})
    second = upload(db.session, "crate.crate", "b.csv", f"{header}A,x,1,2026-01-01,2\n".encode())
    assert second.mapping == {"crate": "Crate no.", "thing": "Thing", "quantity": "Other"}


def test_all_that_is_wrong_with_a_row_is_said(app):
    import_id = bring_in(app, THINGS + "C1,,many,2026-02-30\n,x,many,\n#N/A,x,1,\n")
    assert bad_rows(import_id) == [
        (
            5,
            "Thing, Quantity, Packed on",
            "Thing: This cell is empty: fill it in. · "
            "Quantity: “many” is not a number: write it like 1234.50. · "
            "Packed on: “2026-02-30” is not a day of the calendar: write it like 2026-03-31.",
        ),
        (
            6,
            "Crate no., Quantity",
            "Crate no.: This cell is empty: fill it in. · "
            "Quantity: “many” is not a number: write it like 1234.50.",
        ),
        (7, "Crate no.", "A formula has no value here (#N/A): correct it in the spreadsheet."),
    ]


def test_one_document_that_cannot_be_kept_takes_no_other_with_it(app):
    import_id = bring_in(app, THINGS + "C1,pin,1234567890123456,\nD1,overflow,1,\nE1,driver,1,\nF1,rule,1,\n")
    assert bad_rows(import_id) == [
        (5, "Quantity", "“1234567890123456” is too large: give at most 12 digits before the point."),
        (6, "", "A number is too large to be kept. Check the amounts."),
        (7, "", "A number is too large to be kept. Check the amounts."),
        (8, "", "This crate breaks a rule of ours."),
    ]
    assert crates().keys() == {"A1", "B1"}
