"""Layout replay prints what the plain path prints: the same words at the same places."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from core.documents import DataFile, Identity, engine, read_identity, render_html
from core.documents.penmanship import Pen, UnfitError
from core.documents.replay import Shapes
from core.documents.skeleton import parted
from core.documents.squares import squares
from tests.papers import differing, texts_of

FILES = (DataFile("ST-1.csv", b"date,amount\n2026-01-01,5.00\n", "Lines"), DataFile("ST-1.json", b"{}"))
WHO = Identity("specimen.statement", "ST/1", "C1", datetime(2026, 1, 31, tzinfo=UTC))


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were laid out, each shape with one that primes its fonts."""
    found: list[str] = []
    laid_out = engine._laid_out

    def counted(own: Any, html: str) -> Any:
        found.append(html)
        return laid_out(own, html)

    monkeypatch.setattr(engine, "_laid_out", counted)
    return found


@pytest.fixture(autouse=True)
def unlearned() -> Iterator[None]:
    """No shape is known yet."""
    engine._engine().shapes = Shapes()
    yield
    engine._engine().shapes = Shapes()


def both(html: str) -> tuple[bytes, bytes]:
    plain = engine.to_pdf(html, WHO, "Statement", FILES)
    return plain, engine.to_pdf(html, WHO, "Statement", FILES, replayed=True)


def assert_alike(plain: bytes, replayed: bytes) -> None:
    assert texts_of(plain) == texts_of(replayed)
    assert differing(plain, replayed) <= 0.001
    assert read_identity(plain) == read_identity(replayed)
    own, other = (PdfReader(BytesIO(one)) for one in (plain, replayed))
    assert own.attachments == other.attachments and own.metadata == other.metadata
    described = [one.trailer["/Root"]["/Metadata"].get_data() for one in (own, other)]
    assert described[0] == described[1]
    assert [dict(one) for one in filespecs(own)] == [dict(one) for one in filespecs(other)]
    assert len(own.trailer["/Root"]["/AF"]) == len(other.trailer["/Root"]["/AF"]) == len(FILES)


def filespecs(pdf: PdfReader) -> list[dict[str, Any]]:
    """What is said of each embedded file, without where it lies."""
    found = [one.get_object() for one in pdf.trailer["/Root"]["/AF"]]
    kept = [{key: value for key, value in one.items() if key != "/EF"} for one in found]
    contents = [one["/EF"]["/F"].get_object() for one in found]
    return [
        {**one, **file["/Params"], "kind": file["/Subtype"]} for one, file in zip(kept, contents, strict=True)
    ]


@pytest.mark.parametrize("chinese", [False, True])
@pytest.mark.parametrize("rows", [3, 30, 60])
def test_it_prints_what_a_layout_prints(
    specimen: Flask, layouts: list[str], rows: int, chinese: bool
) -> None:
    """One page and several, whose edges repeat number and name; the second is not laid out at all."""
    from addons.specimen_statement.statements import statement

    html = render_html(
        "specimen.statement", statement(rows, chinese=chinese), locale="zh_CN" if chinese else "en"
    )
    assert_alike(*both(html))
    assert len(layouts) == 3, "the plain page, and the shape with its primer"
    other = (
        html.replace("ST/2026/00001", "ST/2026/00777")
        .replace("Acme", "Øresund & Søn")
        .replace("华强", "珠江")
    )
    assert_alike(*both(other))
    assert len(layouts) == 4


def test_the_bytes_follow_from_the_page_alone(specimen: Flask) -> None:
    """Whatever was printed before: the shape is learned from nothing of the first page."""
    from addons.specimen_statement.statements import statement

    pages = [
        render_html("specimen.statement", statement(5, chinese=True), locale="zh_CN").replace("深圳", name)
        for name in ("深圳", "上海")
    ]
    made = [[], []]
    for order in ((0, 1), (1, 0)):
        engine._engine().shapes = Shapes()
        for n in order:
            made[n].append(engine.to_pdf(pages[n], WHO, "Statement", FILES, replayed=True))
    assert made[0][0] == made[0][1] and made[1][0] == made[1][1] and made[0] != made[1]


def page(*cells: str, extra: str = "") -> str:
    return (
        f'<h1>Statement <span class="own">{cells[0]}</span></h1><table class="lines">'
        + "".join(f'<tr><td style="width:40mm">{cell}</td><td class="n">{cell}</td></tr>' for cell in cells)
        + f"</table>{extra}"
    )


@pytest.mark.parametrize(
    ("cell", "laid_out"),
    [
        ("Reference of a length that no column holds in one line, and so it wraps in it", True),
        ("한국전자", True),  # no font of ours
        ("é̂x", True),  # a mark that stands over another one
        ("AV Software Ł Ωμ Жук €", False),
        ("上海 A型 – 第3号（新）", False),
        ("", False),
    ],
)
def test_what_is_not_covered_is_laid_out(
    specimen: Flask, layouts: list[str], cell: str, laid_out: bool
) -> None:
    engine.to_pdf(page("ST/1", "plain" if laid_out else cell, "12.00"), WHO, "Statement", replayed=True)
    layouts.clear()
    html = page("ST/1", cell, "12.00")
    try:
        replayed = engine.to_pdf(html, WHO, "Statement", FILES, replayed=True)
    except engine.UnprintableError:
        return  # where this machine has no Korean either, both ways say so
    assert (html in layouts) == laid_out
    assert_alike(engine.to_pdf(html, WHO, "Statement", FILES), replayed)


PEN = "<p style='font-size:{}pt;font-weight:{}'>A"


@pytest.fixture(scope="module")
def pens() -> list[Pen]:
    found = []
    for style in (PEN.format(8.5, 400), PEN.format(15, 600)):
        [document] = engine._laid_out(engine._engine(), style).pages
        [text] = [one for one in document._page_box.descendants() if getattr(one, "text", "") == "A"]
        found.append(Shapes().pen(text.style))
    return found


@settings(deadline=None)
@given(st.text("AVWTyo.,- 0filft1€é–深圳市，（A", min_size=1, max_size=30))
def test_a_text_is_as_wide_as_pango_sets_it(pens: list[Pen], text: str) -> None:
    text = " ".join(text.split()) or "A"
    for pen in pens:
        whole = sum(glyph.advance for glyph in pen._set(tuple(text))) / 1024
        assert pen.write(text).width == pytest.approx(whole, abs=0.05)


def test_a_code_of_squares_is_drawn_where_its_picture_stands(layouts: list[str]) -> None:
    import segno

    def code(text: str) -> str:
        made = segno.make(text, error="m", micro=False).svg_data_uri(border=0, scale=4, omitsize=True)
        style = "width:26mm;height:26mm"
        return f'<p class="own">Pay {text}</p><img class="own" src="{made}" style="{style}">'

    first, second = (page("ST/1", "5.00", extra=code(f"{text} 119.00")) for text in ("EUR", "CHF"))
    assert_alike(*both(first))
    layouts.clear()
    assert_alike(*both(second))
    assert layouts == [second], "the plain one"
    with pytest.raises(UnfitError):
        squares("data:image/png;base64,AAAA", 0, 0, 10)


def test_without_the_maker_of_small_fonts_pages_are_laid_out(
    layouts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine._engine(), "replays", False)
    html = page("ST/1", "5.00")
    assert engine.to_pdf(html, WHO, "Statement", FILES, replayed=True) and layouts == [html]


PARTED = '<title>{}</title><p>{}</p><table><tr><td>{}</td><td></td><td class="fixed">{}</td></tr></table>'


def test_a_page_is_parted_into_what_is_its_own_and_what_is_not() -> None:
    found = parted(PARTED.format(1, "Date", "5 &lt; 6", "x"))
    assert found is not None and found.values == ["5 < 6", ""]
    same = parted(PARTED.format(2, "Date", "7", "x"))
    assert same is not None and same.key == found.key
    for different in (("Day", "7", "x"), ("Date", "7", "y"), ("Date", "深", "x")):
        other = parted(PARTED.format(1, *different))
        assert other is not None and other.key != found.key
