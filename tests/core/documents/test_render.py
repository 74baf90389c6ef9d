"""The PDF itself: what it says, whose it is, and that it is the same every time."""

import hashlib
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pdfplumber
import pytest
from flask import Flask
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from core.documents import (
    DataFile,
    DocumentError,
    Identity,
    UnidentifiedError,
    UnprintableError,
    boxes,
    filename_of,
    read_identity,
    render_html,
    render_pdf,
    unprintable,
)
from core.documents.engine import ForeignResourceError, engine_problems, to_pdf
from tests.core.documents.conftest import specimen_app

ROOT = Path(__file__).parents[3]


def rendered(rows: int = 3, *, chinese: bool = False, files: tuple[DataFile, ...] = ()) -> bytes:
    from addons.specimen_statement.statements import statement

    record = statement(rows, chinese=chinese)
    locale = "zh_CN" if chinese else "en"
    return render_pdf("specimen.statement", record, locale=locale, identity=record.identity, data_files=files)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_this_machine_prints_at_full_speed() -> None:
    assert engine_problems() == []


def test_words_and_amounts_are_there(specimen: Flask) -> None:
    text = text_of(rendered())
    for part in ("Statement of account", "ST/2026/00001", "Acme Electronics Ltd", "1,605.40", "USD"):
        assert part in text


def test_another_addon_fills_its_slot_and_sees_the_documents_names(specimen: Flask) -> None:
    assert "Points of C00001: 30, in USD" in text_of(rendered())


def test_chinese_can_be_read_back(specimen: Flask) -> None:
    text = text_of(rendered(5, chinese=True))
    for part in ("深圳市华强智能电子科技有限公司", "宾卡元器件贸易", "贴片电阻", "单片机", "陶瓷电容"):
        assert part in text


def test_every_chinese_character_has_an_outline(specimen: Flask) -> None:
    """A missing font prints boxes and raises nothing, and the text could still be read back."""
    drawn = set()
    for font in fonts_of(rendered(5, chinese=True)):
        file, names = font
        glyphs = file.getGlyphSet()
        order = file.getGlyphOrder()
        for glyph, character in names.items():
            pen = BoundsPen(glyphs)
            glyphs[order[glyph]].draw(pen)
            if pen.bounds and glyph:
                drawn.add(character)
    assert set("深圳市华强智能电子科技有限公司宾卡元器件贸易贴片电阻陶瓷电容") <= drawn


def fonts_of(pdf: bytes) -> list[tuple[TTFont, dict[int, str]]]:
    fonts = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for name, font in page["/Resources"]["/Font"].items():
            fonts[name] = font.get_object()
    return [(embedded(font), mapping(font)) for font in fonts.values()]


def embedded(font: dict) -> TTFont:
    descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
    key = next(key for key in ("/FontFile2", "/FontFile3") if key in descriptor)
    return TTFont(BytesIO(descriptor[key].get_data()))


def mapping(font: dict) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>\n?", font["/ToUnicode"].get_data())
    return {int(g, 16): bytes.fromhex(c.decode()).decode("utf-16-be") for g, c in pairs if len(c) >= 4}


def test_amounts_end_on_one_line_and_figures_have_one_width(specimen: Flask) -> None:
    with pdfplumber.open(BytesIO(rendered(30))) as pdf:
        words = pdf.pages[0].extract_words()
        balances = [w for w in words if re.fullmatch(r"[\d,]+\.\d\d", w["text"]) and w["x1"] > 545]
        ends = {round(word["x1"], 1) for word in balances}
        digits = [c for c in pdf.pages[0].chars if c["text"].isdigit()]
    assert len(balances) > 30
    assert len(ends) == 1
    faces = {(c["fontname"], round(c["size"], 1)) for c in digits}
    widths = {(c["fontname"], round(c["size"], 1), round(c["width"], 1)) for c in digits}
    assert len(widths) == len(faces)


def test_heads_repeat_and_pages_are_counted(specimen: Flask) -> None:
    pages = PdfReader(BytesIO(rendered(120))).pages
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert f"{number} / 3" in text
        assert "Reference" in text
    assert "Statement of account ST/2026/00001" in pages[1].extract_text()


def test_no_line_is_torn_between_two_pages(specimen: Flask) -> None:
    torn = []
    with pdfplumber.open(BytesIO(rendered(400, chinese=True))) as pdf:
        for page in pdf.pages[1:]:
            first = next(line for line in page.extract_text().splitlines()[2:])
            torn += [] if re.match(r"2026-05-\d\d (INV|PAY)/2026/\d{5} ", first) else [first]
    assert torn == []


def test_thirty_rows_fit_on_one_page_in_both_languages() -> None:
    with specimen_app("specimen_statement").app_context():
        for chinese in (False, True):
            assert len(PdfReader(BytesIO(rendered(30, chinese=chinese))).pages) == 1


def test_data_is_embedded_in_an_archivable_file(specimen: Flask) -> None:
    files = (
        DataFile("lines.csv", b"a,b\n1,2\n", "The lines"),
        DataFile("data.json", b"{}", relationship="Source"),
    )
    reader = PdfReader(BytesIO(rendered(files=files)))
    assert list(reader.attachments) == ["data.json", "lines.csv"]
    assert reader.attachments["lines.csv"] == [b"a,b\n1,2\n"]
    associated = reader.trailer["/Root"]["/AF"]
    assert [str(part.get_object()["/AFRelationship"]) for part in associated] == ["/Source", "/Data"]
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert ">3<" in metadata.replace('part="3"', ">3<")
    assert "OutputIntents" in str(reader.trailer["/Root"])


def test_the_same_record_gives_the_same_bytes_on_any_process_and_machine(
    specimen: Flask, tmp_path: Path
) -> None:
    """The preview is the very file that is sent, even when a worker on another machine renders it."""
    no_fonts = tmp_path / "fonts.conf"
    no_fonts.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>')
    code = (
        "import hashlib, tests.core.documents.conftest as c\n"
        "import tests.core.documents.test_render as t\n"
        "with c.specimen_app('specimen_points').app_context():\n"
        "    t.rendered(2)\n"
        "    pdf = t.rendered(5, chinese=True, files=(t.DataFile('a.csv', b'1'),))\n"
        "    print(hashlib.sha256(pdf).hexdigest())\n"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(no_fonts), "PYTHONHASHSEED": "7"}
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    here = hashlib.sha256(rendered(5, chinese=True, files=(DataFile("a.csv", b"1"),))).hexdigest()
    assert there.stdout.strip() == here


def test_a_pdf_says_whose_it_is(specimen: Flask) -> None:
    from addons.specimen_statement.statements import statement

    pdf = rendered()
    assert read_identity(pdf) == statement(3).identity
    assert PdfReader(BytesIO(pdf)).metadata.title == "Statement of account ST/2026/00001"


def test_a_foreign_pdf_is_told_from_ours() -> None:
    from weasyprint import HTML

    with pytest.raises(UnidentifiedError) as caught:
        read_identity(HTML(string="<p>Another").write_pdf())
    assert str(caught.value) == "this file does not say which document it is: only send files that we made"


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(UnidentifiedError, match="^this file is no readable PDF: "):
        read_identity(b"MZ\x90")


def test_the_identity_of_another_document_is_refused(specimen: Flask) -> None:
    from addons.specimen_statement.statements import statement

    record = statement(1)
    wrong = Identity("sales.order", "SO/1", "C1", record.identity.issued_at)
    with pytest.raises(DocumentError) as caught:
        render_pdf("specimen.statement", record, locale="en", identity=wrong)
    assert str(caught.value) == "the identity is of 'sales.order', the document is 'specimen.statement'"


@pytest.mark.parametrize(
    "address", ["http://localhost/logo.png", "file:///etc/hostname", "file:///etc/passwd"]
)
def test_nothing_outside_the_document_is_read(address: str, specimen: Flask) -> None:
    from addons.specimen_statement.statements import statement

    with pytest.raises(ForeignResourceError) as caught:
        to_pdf(f'<img src="{address}">', statement(1).identity, "Statement")
    assert str(caught.value) == (
        f"a document holds only what is embedded in it: {address!r} is refused, use data: instead"
    )


def test_customer_text_is_escaped(specimen: Flask) -> None:
    from addons.specimen_statement.statements import statement

    record = statement(1)
    hostile = SimpleNamespace(
        **{**vars(record), "recipient": ("Ann", "<img src='file:///etc/passwd'>")}, closing=0
    )
    assert "<img" not in render_html("specimen.statement", hostile, locale="en")


def test_characters_that_no_font_has_are_found_and_refused(specimen: Flask) -> None:
    from addons.specimen_statement.statements import statement

    # Marks, joiners and what orders letters are drawn by no font and print as nothing.
    assert boxes(["Ünïted Łódź", "Ω Жук", "深圳", "a\u200b\ufe0f\u200e\u00ad\n\t"]) == ""
    assert boxes(["A\U000f0000B", "<\U0010fffd>", "B"]) == "\U000f0000\U0010fffd"
    record = statement(1)
    strange = SimpleNamespace(**{**vars(record), "recipient": ("Ann \U000f0000",)}, closing=0)
    assert unprintable("specimen.statement", strange, locale="en") == "\U000f0000"
    assert unprintable("specimen.statement", record, locale="en") == ""
    with pytest.raises(UnprintableError) as refused:
        to_pdf("<p>A\U000f0000B", record.identity, "Statement")
    assert str(refused.value) == (
        "ST/2026/00001 of C00001 cannot be printed: no font here has \U000f0000 (U+F0000). Change the name "
        "or the text, or have a font installed that has them, and print again."
    )


def test_file_names_hold_nothing_that_a_file_system_refuses(specimen: Flask) -> None:
    from addons.specimen_statement.statements import statement

    assert filename_of("specimen.statement", statement(1), locale="en") == "Statement ST-2026-00001.pdf"
