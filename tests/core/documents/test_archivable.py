"""What PDF/A-3 (ISO 19005-3) asks of a file and leaves to us, checked on a document with data inside.

No validator is among the libraries: these are the clauses that our files could break, each looked at in the
file itself. A whole validation, by veraPDF, is for whoever needs its certificate.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from lxml import etree
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from core.documents import DataFile, render_pdf

FILES = (
    DataFile("ST-1.csv", b"date,amount\n2026-01-01,5.00\n", "Lines"),
    DataFile("ST-1.json", b'{"closing": "5.00"}', "The statement"),
)
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


@pytest.fixture(params=[False, True], ids=["latin", "chinese"])
def contents(request: pytest.FixtureRequest, specimen: Flask) -> bytes:
    from addons.specimen_statement.statements import statement

    record = statement(40, chinese=request.param)
    locale = "zh_CN" if request.param else "en"
    return render_pdf("specimen.statement", record, locale=locale, identity=record.identity, data_files=FILES)


def everything(pdf: PdfReader) -> Iterator[Any]:
    """All objects of the file."""
    for number in range(1, len(pdf.xref_objStm) + sum(map(len, pdf.xref.values())) + 1):
        found = pdf.get_object(IndirectObject(number, 0, pdf))
        if found is not None:
            yield found


def catalog(pdf: PdfReader) -> Any:
    return pdf.trailer["/Root"]


def test_the_file_says_that_it_is_one_and_which(contents: bytes) -> None:
    """6.1.2, 6.1.3, 6.6: a comment of bytes above 127 below the head, an id, no key, and the part in XMP."""
    head = contents[:64].split(b"\n")
    assert re.match(rb"%PDF-1\.\d", head[0]) and sum(byte > 127 for byte in head[1]) >= 4
    pdf = PdfReader(BytesIO(contents))
    assert "/Encrypt" not in pdf.trailer and len(pdf.trailer["/ID"]) == 2
    said = xmp(pdf)
    values = {name: value for name, value in said.items() if name.startswith(PDFA)}
    assert values == {f"{PDFA}part": "3", f"{PDFA}conformance": "B"}


def xmp(pdf: PdfReader) -> dict[str, str]:
    """The properties of the metadata, however they are written."""
    tree = etree.fromstring(catalog(pdf)["/Metadata"].get_object().get_data().strip())
    found: dict[str, str] = {}
    for node in tree.iter():
        found |= {str(name): str(value) for name, value in node.attrib.items()}
        if isinstance(node.tag, str) and node.text and node.text.strip():
            found[node.tag] = node.text.strip()
    return found


def words_of(pdf: PdfReader) -> set[str]:
    """Whatever the metadata say; lists of titles and of authors have the same tags."""
    tree = etree.fromstring(catalog(pdf)["/Metadata"].get_object().get_data().strip())
    texts = {str(node.text).strip() for node in tree.iter() if node.text}
    return texts | {str(value) for node in tree.iter() for value in node.attrib.values()}


def test_what_both_metadata_say_is_the_same(contents: bytes) -> None:
    """6.6.3: title, producer and dates stand in the information dictionary as in XMP."""
    pdf = PdfReader(BytesIO(contents))
    info = pdf.metadata
    assert info is not None and info.creation_date is not None
    values = words_of(pdf)
    moment = info.creation_date.strftime("%Y-%m-%dT%H:%M:%S")
    assert {str(info["/Producer"]), str(info["/Title"])} <= values
    assert any(value.startswith(moment) for value in values)


def test_colours_have_a_meaning(contents: bytes) -> None:
    """6.2.3: one output intent with a profile of three colours; nothing is in CMYK."""
    pdf = PdfReader(BytesIO(contents))
    [intent] = catalog(pdf)["/OutputIntents"]
    profile = intent["/DestOutputProfile"].get_object()
    assert intent["/S"] == "/GTS_PDFA1" and profile["/N"] == 3
    assert profile.get_data()[36:40] == b"acsp", "the mark of an ICC profile"
    assert b"/DeviceCMYK" not in contents


def test_all_that_is_drawn_is_in_the_file(contents: bytes) -> None:
    """6.2.11: each font is embedded, with a width for each glyph and what it stands for."""
    fonts = [one for one in objects(contents) if one.get("/Type") == "/Font"]
    assert fonts
    for font in fonts:
        if font["/Subtype"] == "/Type0":
            assert "/ToUnicode" in font
            continue
        descriptor = font["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), font["/BaseFont"]
        assert "/W" in font or "/Widths" in font


def objects(contents: bytes) -> list[DictionaryObject]:
    pdf = PdfReader(BytesIO(contents))
    return [one for one in everything(pdf) if isinstance(one, DictionaryObject)]


def test_nothing_is_run_or_fetched(contents: bytes) -> None:
    """6.5, 6.6.1: no script, no launching, no sound, no form that is filled in."""
    for one in objects(contents):
        assert one.get("/S") not in (
            "/JavaScript",
            "/Launch",
            "/Sound",
            "/Movie",
            "/ImportData",
            "/ResetForm",
        )
        assert "/AA" not in one and "/OpenAction" not in one
    names = catalog(PdfReader(BytesIO(contents))).get("/Names", {})
    assert "/JavaScript" not in names and "/AcroForm" not in catalog(PdfReader(BytesIO(contents)))


def test_each_file_inside_says_what_it_is_to_the_page(contents: bytes) -> None:
    """6.8: in the list of associated files once, with its relationship, its kind and its day."""
    pdf = PdfReader(BytesIO(contents))
    listed = [one.get_object() for one in catalog(pdf)["/AF"]]
    assert [one["/UF"] for one in listed] == [file.name for file in FILES]
    kinds = {"ST-1.csv": "/text/csv", "ST-1.json": "/application/json"}
    for one, file in zip(listed, FILES, strict=True):
        stream = one["/EF"]["/F"].get_object()
        assert (one["/AFRelationship"], one["/F"], one["/Desc"]) == ("/Data", file.name, file.description)
        assert (stream["/Type"], stream["/Subtype"]) == ("/EmbeddedFile", kinds[file.name])
        assert "/ModDate" in stream["/Params"] and stream.get_data() == file.contents
