"""Lists that come as PDF: cells and their places are read, and what can't be read is said (UX-27)."""

import io
import random
import time
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pdfplumber
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from addons.matching.services import pdf_text
from addons.matching.services.pdf_tables import paper_of
from addons.matching.services.reading import read
from core.tabular.errors import FileError
from tests.addons.matching.papers import printed, statement

pytestmark = pytest.mark.addons("matching")


def rows_of(count, seed=1):
    """Lines of a list: date, order, delivery note, part, words, quantity, price, amount."""
    dice = random.Random(seed)
    rows = []
    for n in range(count):
        quantity, price = dice.randint(1, 40) * 500, Decimal(dice.randint(1, 90_000)) / 10_000
        words = dice.choice(
            ["Resistor", "Capacitor, multilayer, ceramic, with soft terminations, 50 V", "电容器"]
        )
        day = date(2025, 10, 1) + timedelta(days=dice.randint(0, 30))
        amount = (quantity * price).quantize(Decimal("0.01"))
        rows.append(
            (day, f"PO/2025/{n:05}", f"DN-{n}", f"RC06{n:02}FR-07{n}KL", words, quantity, price, amount)
        )
    return rows


def test_a_statement_of_three_pages_is_read_line_by_line_with_its_places(app):
    """UX-27: letterhead, wrapped words, amounts to the right, headings on each page, a total, a note."""
    rows = rows_of(75)
    contents = printed(statement(rows))
    found = read(contents)
    assert [
        (
            x.day,
            x.order.replace(" ", ""),
            x.delivery,
            x.parts[0].replace(" ", ""),
            x.quantity,
            x.price,
            x.amount,
        )
        for x in found.lines
    ] == [(day, order, note, part, *figures) for day, order, note, part, _words, *figures in rows]
    assert [x.text for x in found.lines] == [row[4] for row in rows]
    assert sum(x.amount for x in found.lines) == sum(row[-1] for row in rows)
    assert [x.cell for x in found.totals] == [f"Total | {sum(row[-1] for row in rows):,.2f}"]
    # The running head of the further pages is said once.
    assert [x.cell for x in found.unread] == ["丰华电子 Statement", "Thank you for your business."]
    pages = {found.places[found.rows[x.key][1]][0] for x in found.lines}
    assert len(pages) >= 3
    _stand_where_they_say(contents, found)


def test_a_row_that_a_page_break_cuts_keeps_its_rest(app):
    """Words go over three to ten lines, and pages end in the middle of rows."""
    rows = [
        (*row[:4], " ".join(f"word{n}-{k}" for k in range(12 + 9 * (n % 4))), *row[5:])
        for n, row in enumerate(rows_of(40))
    ]
    style = "tr { break-inside: auto } td { vertical-align: top; orphans: 1; widows: 1 }"
    contents = printed(f"<style>{style}</style>{statement(rows)}")
    with pdfplumber.open(io.BytesIO(contents)) as pdf:
        begin = [page.extract_text().split("(USD)\n")[1][:4] for page in pdf.pages[1:]]
    assert "word" in begin
    found = read(contents)
    assert [x.amount for x in found.lines] == [row[-1] for row in rows]
    assert [x.text.split() for x in found.lines] == [row[4].split() for row in rows]


def _plain(text):
    """Without the blanks that stand for the ends of lines."""
    return text.replace(" ", "")


def _stand_where_they_say(contents, found):
    """Another reader of PDFs finds the part of each line at its place, and no two places overlap."""
    with pdfplumber.open(io.BytesIO(contents)) as pdf:
        for line in found.lines:
            number, (left, top, right, bottom) = found.places[found.rows[line.key][1]]
            page = pdf.pages[number - 1]
            width, height = page.width / 10_000, page.height / 10_000
            cut = page.crop((left * width, top * height - 1, right * width, bottom * height + 1))
            assert _plain(line.parts[0]) in _plain(cut.extract_text().replace("\n", ""))
    places = sorted(found.places.values(), key=lambda place: (place[0], place[1][1]))
    for (page, (_l, _t, _r, bottom)), (other, (_left, top, _right, _bottom)) in pairwise(places):
        assert page != other or top >= bottom - 20


def test_a_page_that_is_turned_or_cut_is_read_as_it_is_seen(app):
    rows = rows_of(20)
    plain = printed(statement(rows))
    writer = PdfWriter(clone_from=io.BytesIO(plain))
    for page in writer.pages:
        page.cropbox.lower_left = (20, 30)
        page.rotate(90)
        page.transfer_rotation_to_content()
    # The letters lie on their sides: they are no table.
    with pytest.raises(FileError, match="holds headings that are known"):
        read(written(writer))
    for page in writer.pages:
        page.rotate(270)
    turned = written(writer)
    found = read(turned)
    assert [x.amount for x in found.lines] == [row[-1] for row in rows]
    _page, (left, top, right, bottom) = found.places[found.rows[1][1]]
    picture = Image.open(io.BytesIO(pdf_text.picture(turned, 1))).convert("L")
    assert picture.height > picture.width
    across, down = picture.width / 10_000, picture.height / 10_000

    def darkest(left, right):
        return min(picture.crop((left, int(top * down), right, int(bottom * down))).get_flattened_data())

    assert darkest(int(left * across), int(right * across)) < 100
    assert darkest(0, int(left * across) - 3) > 200


def written(writer):
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_lines_without_air_between_them_keep_their_subtotals(app):
    table = "<table class=dense><tr><th>料号</th><th>送货单</th><th>数 量</th><th>金额</th></tr>"
    for note in ("DN-1", "DN-2"):
        table += f"<tr><td>P0</td><td>{note}</td><td>1,000</td><td>10.00</td></tr>"
        table += "<tr><td>小计</td><td></td><td></td><td>10.00</td></tr>"
    found = read(printed(table + "<tr><td>Freight</td><td></td><td></td><td>5.00</td></tr></table>"))
    assert [(x.delivery, x.amount) for x in found.lines] == [("DN-1", 10), ("DN-2", 10), ("", 5)]
    assert [x.cell for x in found.totals] == ["小计 | 10.00"] * 2


def test_letters_of_one_width_are_apart_by_two_blanks(app):
    text = "PO no.     Part no.       Qty  Amount\n"
    text += "".join(f"PO/2025/{n}  RC 0603 {n:03}  {n:>8}  {n}.50\n" for n in range(1, 6))
    found = read(printed(f"<pre style='font: 9pt DejaVu Sans Mono, monospace'>{text}</pre>"))
    assert [(x.order, x.parts, x.amount) for x in found.lines][4] == (
        "PO/2025/5",
        ("RC 0603 005",),
        Decimal("5.50"),
    )


def test_a_figure_that_is_none_is_said_with_its_row(app):
    rows = [list(row) for row in rows_of(5)]
    rows[2][5] = "see note"
    found = read(printed(statement(rows, total=False)))
    assert len(found.lines) == 4
    assert [(x.column, x.cell) for x in found.unread] == [
        ("Qty", "see note"),
        ("Date", "Thank you for your business."),
    ]


def scan():
    """A page that is a picture."""
    file = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(file, "PDF")
    return file.getvalue()


def changed(contents, change):
    writer = PdfWriter(clone_from=io.BytesIO(contents))
    change(writer)
    return written(writer)


def test_what_has_no_text_is_encrypted_broken_or_huge_says_what_to_do(app):
    with pytest.raises(FileError, match="has no text, only pictures: it is a scan"):
        read(scan())
    good = printed(statement(rows_of(3)))
    mixed = changed(good, lambda w: w.append(PdfReader(io.BytesIO(scan()))))
    found = read(mixed)
    assert len(found.lines) == 3 and [x.sheet for x in found.unread if not x.row] == ["Page 2"]
    with pytest.raises(FileError, match="is encrypted"):
        read(changed(good, lambda w: w.encrypt("secret", algorithm="AES-256")))
    with pytest.raises(FileError, match="is broken"):
        read(good[: len(good) // 3])
    with pytest.raises(FileError, match="has 601 pages"):
        read(changed(good, lambda w: [w.add_blank_page(100, 100) for _n in range(600)]))
    with pytest.raises(FileError, match="holds headings that are known"):
        read(printed("<p>Dear Sirs, please find enclosed nothing.</p>"))


def test_three_pages_take_less_than_five_seconds(app):
    """UX-27: three times the figure at most, as for every speed of a screen."""
    contents = printed(statement(rows_of(75)))
    begun = time.process_time()
    paper = paper_of(contents)
    assert pdf_text.picture(contents, 3).startswith(b"\x89PNG")
    assert time.process_time() - begun < 5 and len(paper.rows) > 75
