"""How much of suppliers' lists is read as what it is: lines with faults, in layouts that differ.

Between the lines stand what lists have there: letterheads, headings that come again, sums of pages in several
words, taxes, notes. Recall is which of the lines were read with part, quantity and price as they stand;
precision, which of the lines that were read are such lines. Sums have to be said, and are never lines.
"""

import pytest

from addons.matching.services.assigning import match
from addons.matching.services.reading import read
from tests.addons.matching.distorter import TOLERANCES, distorted, quality
from tests.addons.matching.test_reading import book

pytestmark = pytest.mark.addons("matching")

#: Headings, and the words of what sums up: English, Chinese and German, as suppliers write them.
LAYOUTS = {
    "english": (
        ("Ship date", "Purchase order", "Packing slip", "Part number", "QTY Shipped", "U/P", "Ext. price"),
        ("Subtotal", "Sub-total page", "Total", "Grand Total", "VAT 13 %", "Amount due"),
    ),
    "chinese": (
        ("送货日期", "采购单号", "送货单号", "料号", "数量", "单价", "金额"),
        ("小计", "本页合计", "合 计", "总计", "税额", "本月合计"),
    ),
    "german": (
        ("Datum", "Bestellnummer", "Lieferschein-Nr.", "Artikelnr.", "Menge", "Einzelpreis", "Betrag"),
        ("Zwischensumme", "Summe Seite", "Gesamt", "Gesamtbetrag", "MwSt. 19 %", "Summe"),
    ),
}
PAGE = 40


def paper(lines, headings, totals):
    """Rows of a sheet: pages of lines, each with its headings and what it sums up."""
    rows = [["NORTHWIND COMPONENTS"], ["Statement", None, "2026-10"], []]
    for page, some in enumerate(lines[n : n + PAGE] for n in range(0, len(lines), PAGE)):
        rows.append(list(headings))
        for one in some:
            amount = round(float(one.quantity * one.price), 2)
            day = one.day and one.day.isoformat()
            figures = (float(one.quantity), float(one.price), amount)
            rows.append([day, one.order, one.delivery, one.parts[-1], *figures])
        whole = round(sum(float(x.quantity * x.price) for x in some), 2)
        rows.append([totals[page % len(totals)], *[None] * 5, whole])
    return [*rows, [totals[3], *[None] * 5, 1.0], ["Please check within five days."]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_lines_are_read_and_totals_and_headings_are_none(app, layout):
    truth = distorted(1, 600, extra=30)
    headings, totals = LAYOUTS[layout]
    found = read(book(List=paper(truth.theirs, headings, totals)))
    asked = [(one.parts[-1], one.quantity, one.price) for one in truth.theirs]
    said = [(one.parts[-1], one.quantity, one.price) for one in found.lines]
    assert said == asked  # recall and precision of 1
    assert len(found.totals) == -(-len(asked) // PAGE) + 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_read_is_matched_as_well_as_what_was_written(app, layout):
    truth = distorted(2, 600, extra=30)
    headings, totals = LAYOUTS[layout]
    lines = read(book(List=paper(truth.theirs, headings, totals))).lines
    keys = {one.key: written for one, written in zip(lines, truth.theirs, strict=True)}
    found = match(truth.ours, [keys[one.key] for one in lines], TOLERANCES)
    for kind, (precision, recall) in quality(truth, found).items():
        least = 0.98 if kind == "matched" else 0.9
        assert precision >= least and recall >= least, (kind, precision, recall)
