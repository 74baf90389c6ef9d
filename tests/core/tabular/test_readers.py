"""Files of every origin: what they are shows in their bytes, and what is wrong with them is said."""

import gzip
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from core.tabular import delimited, workbook
from core.tabular.errors import FileError
from core.tabular.readers import Layout, count_rows, open_table
from core.tabular.workbook import EXACT

pytestmark = pytest.mark.usefixtures("speaking")

TEXT = "编号,Name,Price\nA1,Müller,1\nA2,电阻,2\n"
ROWS = [(2, ["A1", "Müller", "1"]), (3, ["A2", "电阻", "2"])]


def book(*sheets: list[list[object]], at: tuple[int, int] = (0, 0)) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as made:
        for rows in sheets:
            sheet = made.add_worksheet()
            for number, row in enumerate(rows, start=at[0]):
                for place, value in enumerate(row, start=at[1]):
                    sheet.write(number, place, value)
    return file.getvalue()


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
    ],
)
def test_an_encoding_is_found(encoding, found):
    table = open_table(TEXT.encode(encoding))
    assert table.layout == Layout("csv", found, ",")
    assert table.header == ["编号", "Name", "Price"]
    assert list(table.rows()) == ROWS


def test_gb18030_is_found():
    table = open_table("编号,名称\nA1,电阻\n".encode("gb18030"))
    assert (table.layout.encoding, list(table.rows())) == ("gb18030", [(2, ["A1", "电阻"])])


@pytest.mark.parametrize(
    "text",
    ["Hauptstraße 5, Köln", "Müller", "café", "Größe Öl", "Señor Núñez – 5 €", "Société Générale à Nîmes"],
)
def test_a_western_file_does_not_turn_into_chinese(text):
    table = open_table(f'Code,Name\nA1,"{text}"\n'.encode("cp1252"))
    assert (table.layout.encoding, list(table.rows())) == ("cp1252", [(2, ["A1", text])])


@pytest.mark.parametrize(
    "text", ["深圳市华强北电子有限公司", "贴片电阻 0603 10kΩ ±1%", "￥１２，３４５", "喆"]
)
def test_a_chinese_file_stays_chinese(text):
    table = open_table(f'编号,名称\nA1,"{text}"\n'.encode("gb18030"))
    assert (table.layout.encoding, list(table.rows())) == ("gb18030", [(2, ["A1", text])])


def test_utf_16_without_a_mark_is_found():
    table = open_table("Code,Name\nA1,bolt\n".encode("utf-16-be"))
    assert (table.layout.encoding, list(table.rows())) == ("utf-16-be", [(2, ["A1", "bolt"])])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_found(delimiter):
    text = f'Code{delimiter}Name\nA1{delimiter}"a, b; c | d"\nA2{delimiter}x\n'
    table = open_table(text.encode())
    assert table.layout.delimiter == delimiter
    assert list(table.rows()) == [(2, ["A1", "a, b; c | d"]), (3, ["A2", "x"])]


def test_rows_are_counted_as_a_person_counts_and_empty_ones_passed_over():
    table = open_table(b'\nCode,Name\r\n\r\nA1,"two\nlines"\r\n , \r\nA2\r\n')
    assert table.header == ["Code", "Name"]
    assert list(table.rows()) == [(4, ["A1", "two\nlines"]), (6, ["A2", ""])]


def test_a_packed_file_is_read():
    table = open_table(gzip.compress(TEXT.encode(), mtime=0))
    assert (table.layout.kind, list(table.rows())) == ("csv.gz", ROWS)


def test_a_workbook_is_read_as_a_person_sees_it():
    rows = [
        ["Code", "Date", "At", "Price", "Ok"],
        [
            17850.0,
            date(2026, 3, 1),
            datetime(2026, 3, 1, 8, 26),  # noqa: DTZ001 (a cell has no zone)
            0.1 + 0.2,
            True,
        ],
        [1234567890123.0, "text", "", 1e-7, False],
    ]
    table = open_table(book([], rows))
    assert table.layout == Layout("xlsx")
    assert table.header == ["Code", "Date", "At", "Price", "Ok"]
    assert list(table.rows()) == [
        (2, ["17850", "2026-03-01", "2026-03-01 08:26:00", f"0.3{EXACT}", "TRUE"]),
        (3, ["1234567890123", "text", "", f"0.0000001{EXACT}", "FALSE"]),
    ]


def test_a_table_in_the_middle_of_a_sheet_keeps_its_row_numbers():
    table = open_table(book([["Code", "Name"], ["A1", "bolt"]], at=(3, 2)))
    assert table.header == ["Column 1", "Column 2", "Code", "Name"]
    assert list(table.rows()) == [(5, ["", "", "A1", "bolt"])]


def test_notes_above_the_headings_are_passed_over():
    table = open_table("请勿删除本行\n编号,名称\nA1,电阻\n".encode())
    assert table.header == ["编号", "名称"]
    assert list(table.rows()) == [(3, ["A1", "电阻"])]


def test_a_table_of_one_column_begins_at_its_first_row():
    table = open_table(b"Name\na\nb, c\nd\n")
    assert (table.header, count_rows(table)) == (["Name"], 3)


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "The file is empty: save it with a row of headings and at least one row below."),
        (b"\n\n , \n", "The file is empty: save it with a row of headings and at least one row below."),
        (
            b"536365,85123A,6\n536366,71053,6\n",
            "Row 1 looks like data (536365, 85123A, 6), not like headings: put a row with the names "
            "of the columns on top.",
        ),
        (
            ",".join(f"c{n}" for n in range(1001)).encode() + b"\n1\n",
            "Row 1 has 1,001 columns; at most 1,000 are read: delete those that mean nothing here.",
        ),
        (b"Code,Name,Code\n1,2,3\n", "The heading Code stands there twice: rename one of them."),
        (
            b"Code,Name\n\x00\x01\x02,3\n",
            "This is no text file: save the table as csv or xlsx and upload it again.",
        ),
        (
            "Code,Name\nA1,Привет\nA2,Мир и труд\n".encode("cp1251"),
            "The file is in none of UTF-8, UTF-16, GB18030 and Windows-1252: choose its encoding, or save it "
            "as “CSV UTF-8”.",
        ),
        (
            "Code,Name\nA1,Müller\n".encode() + b"A2,J\xe4ger\n" + "A3,Größe 电阻\n".encode(),
            "Line 3 holds a byte that is not UTF-8, as the rest of the file is: correct it and upload the "
            "file again.",
        ),
        (gzip.compress(TEXT.encode(), mtime=0)[:-12], "The compressed file is damaged: pack it again."),
        (b"PK\x03\x04 no zip", "The workbook cannot be read: open it, save it as xlsx and upload it again."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no xls",
            "The workbook cannot be read: open it, save it as xlsx and upload it again.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(contents, message):
    with pytest.raises(FileError) as caught:
        open_table(contents)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"Code,Name\n", "The file has headings but no row below them: there is nothing to import."),
        (
            b'Code,Name\nA1,x\nA2,"open\nA3,y\n',
            "The quotation marks of row 3 don't pair up: put a cell that holds one into quotation "
            "marks and double "
            "those inside.",
        ),
        (
            b'Code,Name\nA1,x\nA2,"24" TV"\n',
            "The quotation marks of row 3 don't pair up: put a cell that holds one into quotation "
            "marks and double "
            "those inside.",
        ),
    ],
)
def test_a_file_is_read_to_its_end_before_anything_is_done(contents, message):
    with pytest.raises(FileError) as caught:
        count_rows(open_table(contents))
    assert str(caught.value) == message


def test_a_small_file_that_unpacks_to_a_huge_one_is_stopped(monkeypatch):
    monkeypatch.setattr(delimited, "MAX_UNPACKED", 10 * 1024**2)
    with pytest.raises(FileError, match="^The file unpacks to more than 10 MB: split it.$"):
        open_table(gzip.compress(b"Code,Name\n" + b"1,2\n" * 4_000_000, mtime=0))


def test_a_workbook_that_unpacks_to_a_huge_one_is_stopped(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1024**2)
    file = io.BytesIO(book([["Code"], ["A1"]]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", bytes(2 * 1024**2))
    with pytest.raises(FileError, match="^The workbook unpacks to more than 1 MB: save the sheet as csv.$"):
        open_table(file.getvalue())


def workbook_with(**hidden: bool) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        zeros = made.add_format({"num_format": "0000"})
        for name, is_hidden in hidden.items():
            sheet = made.add_worksheet(name)
            sheet.write_row(1, 1, ["Code", "Size", "Price"])
            sheet.write_string(2, 1, name)
            sheet.write_number(2, 2, 603, zeros)
            sheet.write_formula(2, 3, "=NA()", None, "#N/A")
            if is_hidden:
                sheet.hide()
            else:
                sheet.activate()
                sheet.set_first_sheet()
    return file.getvalue()


def test_a_workbook_s_zeros_errors_and_hidden_sheets():
    contents = workbook_with(Old=True, Sold=False)
    assert workbook.sheet_names(contents) == ["Sold", "Old"]
    assert list(open_table(contents).rows()) == [(3, ["", "Sold", "0603", "#N/A"])]
    assert list(open_table(contents, Layout("xlsx", sheet="Old")).rows())[0][1][1] == "Old"


def test_the_row_of_the_headings_can_be_chosen():
    contents = b"Invoices,of,March\nDocument,,Amount\nNo.,Date,net\nA1,2026-03-01,5\n"
    assert open_table(contents, Layout("csv", "utf-8", ",", header=3)).header == ["No.", "Date", "net"]
    with pytest.raises(FileError, match="^Row 9 is empty: choose the row that holds the headings.$"):
        open_table(contents, Layout("csv", "utf-8", ",", header=9))


def test_an_xls_keeps_its_zeros_and_says_its_errors():
    contents = (Path(__file__).parent / "zeros.xls").read_bytes()
    assert list(open_table(contents).rows()) == [
        (3, ["", "R1", "0603", "#N/A"]),
        (4, ["", "R2", "1206", f"1.5{EXACT}"]),
    ]


def test_headings_over_several_rows_are_joined():
    contents = b"Document,,Price,,Date\nNo.,Line,net,gross,\nA1,1,5,6,2026-03-01\n"
    table = open_table(contents, Layout("csv", "utf-8", ",", header=1, header_to=2))
    assert table.header == ["Document No.", "Document Line", "Price net", "Price gross", "Date"]
    assert [number for number, _cells in table.rows()] == [3]


def test_each_encoding_shows_what_it_makes_of_the_file():
    read = delimited.foreign_texts("Code,Name\nC1,Köln\n".encode("cp1252"), "csv")
    assert read["cp1252"] == "C1,Köln" and read["cp1251"] == "C1,Kцln"
    assert "utf-8" not in read and "utf-16" not in read
    assert delimited.foreign_texts(b"Code,Name\nC1,Koeln\n", "csv") == {}
    assert delimited.foreign_texts("Code\n电容\n".encode("utf-16-le"), "csv") == {}
