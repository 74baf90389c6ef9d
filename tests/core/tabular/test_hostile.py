"""Files that are made to harm: what they are shows in their contents, and costs little to find out."""

import gzip
import io
import os
import resource
import time
import zipfile

import pytest
import xlsxwriter

from core.tabular import workbook
from core.tabular.errors import FileError
from core.tabular.packed import unpacked
from core.tabular.readers import count_rows, open_table

pytestmark = pytest.mark.usefixtures("speaking")

SECRET = "root:x:0:0"
SHARED = "xl/sharedStrings.xml"


def book(**parts: bytes) -> bytes:
    """A workbook of two columns, some of its parts replaced or added."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as written:
        written.add_worksheet().write_row(0, 0, ["Code", "Name"])
        written.worksheets()[0].write_row(1, 0, ["C1", "Acme"])
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in parts:
                new.writestr(part, old.read(part))
        for name, contents in parts.items():
            new.writestr(name, contents)
    return out.getvalue()


def strings(dtd: str, text: str) -> bytes:
    """The texts of a workbook, with a document type of one's own."""
    head = f'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE sst [{dtd}]>'
    items = "".join(f"<si><t>{t}</t></si>" for t in ("Code", "Name", "C1", text))
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{head}<sst xmlns="{namespace}" count="4" uniqueCount="4">{items}</sst>'.encode()


def read(contents: bytes) -> str:
    """All that can be read from a file; what is refused gives nothing."""
    try:
        table = open_table(contents)
        return " ".join(cell for _number, cells in table.rows() for cell in cells)
    except FileError as error:
        return str(error)


def test_the_workbook_itself_is_read() -> None:
    assert read(book()) == "C1 Acme"


def test_no_entity_brings_a_file_in() -> None:
    found = read(book(**{SHARED: strings('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")}))
    assert SECRET not in found


def test_no_entity_swells() -> None:
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(read(book(**{SHARED: strings(laughs, "&a11;")}))) < 1000
    assert time.process_time() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_a_workbook_that_swells_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = book(**{"xl/media/zeros.bin": b"\0" * (40 * 1024**2)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(workbook, "_sheet", lambda _contents: pytest.fail("it was read"))
    with pytest.raises(FileError, match="The workbook unpacks to more than 16 MB"):
        open_table(bomb)


def test_a_size_that_lies_is_found_out() -> None:
    bomb = bytearray(book(**{"xl/media/zeros.bin": b"\0" * (40 * 1024**2)}))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = 0
        while (start := bomb.find(mark, start)) >= 0:
            if int.from_bytes(bomb[start + at : start + at + 4], "little") == 40 * 1024**2:
                bomb[start + at : start + at + 4] = (100).to_bytes(4, "little")
            start += 4
    assert "unpacks to more than" in read(bytes(bomb)) or "cannot be read" in read(bytes(bomb))


def test_thousands_of_parts_are_refused() -> None:
    parts = {f"xl/media/{n}.bin": b"" for n in range(workbook.MAX_PARTS + 1)}
    assert "unpacks to more than" in read(book(**parts))


def test_a_gzip_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tabular.delimited.MAX_UNPACKED", 8 * 1024**2)
    bomb = gzip.compress(b"Code,Name\n" + b"C1,Acme\n" * (2 * 1024**2), 9)
    with pytest.raises(FileError, match="unpacks to more than"):
        count_rows(open_table(bomb))


def zipped(**files: bytes) -> bytes:
    """A zip as file managers make it, with what they add."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in {"__MACOSX/._x": b"", "folder/.DS_Store": b"", **files}.items():
            archive.writestr(name, contents)
    return out.getvalue()


def test_a_zip_of_one_table_is_that_table() -> None:
    rows = b"Code,Name\nC1,Acme\n"
    for inner in (rows, gzip.compress(rows), book()):
        assert [cells for _n, cells in open_table(unpacked(zipped(rows=inner))).rows()] == [["C1", "Acme"]]
    for whole in (rows, book(), b"PK\x03\x04" + b"\0" * 500):
        assert unpacked(whole) is whole
    with pytest.raises(FileError, match=r"^The zip holds 2 files \(a, b\): unpack it, and upload the one"):
        unpacked(zipped(a=rows, b=rows))
    with pytest.raises(FileError, match="unpacks to more than"):
        unpacked(zipped(zeros=b"\0" * (40 * 1024**2)))


@pytest.mark.parametrize(
    "contents",
    [
        b"MZ\x90\x00" + bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"PK\x03\x04" + b"\0" * 500,
        b"%PDF-1.7\n" + bytes(range(256)) * 20,
    ],
    ids=["program", "picture", "broken zip", "pdf"],
)
def test_what_is_no_table_is_refused_whatever_it_is_called(contents: bytes) -> None:
    with pytest.raises(FileError):
        count_rows(open_table(contents))


def sheet(rows: str) -> bytes:
    """A workbook whose sheet holds these rows."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    return book(**{"xl/worksheets/sheet1.xml": xml.encode()})


def cell(place: str, more: str = "") -> str:
    return f'<c r="{place}"{more}><v>1</v></c>'


TOP = '<row r="1"><c r="A1" t="str"><v>Code</v></c><c r="B1" t="str"><v>Name</v></c></row>'


@pytest.mark.parametrize(
    "far",
    [
        f'<row r="1048576">{cell("XFD1048576")}</row>',
        f"<row r='1048576'><c\tr = 'xfd1048576' s='{'0' * 300}1'><v>1</v></c></row>",
        "<!--" + "x" * (1024**2 - len(TOP) - 150) + f'--><row r="1048576">{cell("XFD1048576")}</row>',
        f'<row r="2">{cell("XFD2")}</row><row r="90000">{cell("A90000")}</row>',
    ],
    ids=["corner", "other quotes", "where a block ends", "far beside"],
)
def test_a_cell_in_the_last_corner_does_not_ask_for_all_between(far: str) -> None:
    # In a process of its own: what is not refused ends it, with 550 GB asked for.
    if not (child := os.fork()):
        resource.setrlimit(resource.RLIMIT_AS, (6 * 1024**3, 6 * 1024**3))
        os._exit(0 if read(sheet(TOP + far)).startswith("A sheet reaches to row ") else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_large_sheets_and_far_cells_that_are_empty_are_read() -> None:
    styled = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read(sheet(TOP + f'<row r="2">{cell("A2")}{cell("B2")}</row>' + styled)) == "1 1"
    assert read(sheet(TOP + f'<row r="1048576">{cell("A1048576")}{cell("B1048576")}</row>')) == "1 1"
