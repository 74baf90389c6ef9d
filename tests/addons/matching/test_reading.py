"""Lists of partners are read in whatever layout they come, and nothing of them is dropped."""

import gzip
import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from addons.matching.services.reading import read
from addons.matching.services.words import reason
from core import m
from core.db import db
from core.i18n import in_locale
from core.tabular.errors import FileError

pytestmark = pytest.mark.addons("matching")


def book(**sheets):
    """A workbook; a cell ("value", n) is merged over n rows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        sheet.merge_range(r, c, r + cell[1] - 1, c, cell[0])
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return file.getvalue()


def test_a_statement_with_letterhead_merged_orders_totals_and_two_sheets(app):
    rows = [
        ["深圳市某某电子有限公司"],
        ["对账单", None, "2026年10月"],
        [],
        ["送货日期", "采购单号", "型号", "数量", "单价", "金额"],
        ["2026-10-03", ("PO/2026/00001", 2), "RC0603FR-0710KL", 1000, 0.12, 120],
        ["2026-10-05", None, "GRM188R71C104KA01D", "2,000", 0.05, 100],
        ["小计", None, None, 3000, None, 220],
        ["2026-10-09", "PO/2026/00007", "STM32F103C8T6", "一百", 11.5, 1150],
        ["运费", None, None, None, None, 35],
        ["说明：请核对"],
    ]
    other = [["MPN", "Qty", "Unit price", "PO No."], ["LM358DR", 500, 0.4, "PO/2026/00009"]]
    found = read(book(十月=rows, Rest=other))
    assert [(x.order, x.parts, x.quantity, x.price) for x in found.lines] == [
        ("PO/2026/00001", ("RC0603FR-0710KL",), 1000, Decimal("0.12")),
        ("PO/2026/00001", ("GRM188R71C104KA01D",), 2000, Decimal("0.05")),
        ("PO/2026/00009", ("LM358DR",), 500, Decimal("0.4")),
    ]
    assert found.lines[0].day == date(2026, 10, 3)
    assert [(x.sheet, x.row) for x in found.totals] == [("十月", 7)]
    assert [(x.row, x.column, x.cell) for x in found.unread] == [
        (8, "数量", "一百"),
        (9, "送货日期", "运费"),
        (10, "送货日期", "说明：请核对"),
    ]
    assert found.rows[3] == ("Rest", 2)


def test_gbk_csv_in_another_order_of_columns_with_headings_of_two_rows(app):
    text = "单价,,数量,订单号,料号\n未税,含税,,,\n1.00,1.13,100,PO-1,P-17\n"
    found = read(text.encode("gbk"))
    assert [(x.quantity, x.price, x.order, x.parts) for x in found.lines] == [
        (100, Decimal("1.00"), "PO-1", ("P-17",))
    ]


def test_numbers_of_either_decimal_mark_and_amounts_alone(app):
    text = "Artikelnr.;Menge;Einzelpreis;Betrag;Bestell-Nr.\nA-1;1.500;0,05;75,00;PO-1\nFracht;;;12,50;\n"
    found = read(text.encode())
    assert [(x.quantity, x.price, x.amount) for x in found.lines] == [
        (1500, Decimal("0.05"), Decimal("75.00")),
        (1, Decimal("12.50"), Decimal("12.50")),
    ]


def test_a_sheet_without_headings_is_named_row_by_row(app):
    found = read(book(List=[["MPN", "Qty", "PO no."], ["A", 5, "PO-1"]], Notes=[["hello", "there"]]))
    assert [(x.sheet, x.row, x.cell) for x in found.unread] == [("Notes", 1, "hello | there")]
    with pytest.raises(FileError, match="headings"):
        read(book(Notes=[["hello", "there"], ["a", "b"]]))


def test_the_columns_of_the_last_list_are_remembered_by_owner(app):
    company = m.Company(code="MT", name="Matching Ltd", currency_code="USD")
    db.session.add(company)
    db.session.flush()
    header = "Menge A,Teil,Zahl\n"
    chosen = {"quantity": "Zahl", "part": "Teil"}
    m.MatchingMapping.remember(db.session, company.id, "partner:17", {"quantity": "Menge A"})
    m.MatchingMapping.remember(db.session, company.id, "partner:17", chosen)
    assert m.MatchingMapping.recall(db.session, company.id, "partner:17") == chosen
    assert m.MatchingMapping.recall(db.session, company.id, "partner:18") == {}
    found = read((header + "9,X,5\n").encode(), chosen)
    assert [(x.quantity, x.parts) for x in found.lines] == [(5, ("X",))]


def test_reasons_are_said_in_both_languages(app):
    given = (("order", "part"), (), (Decimal(100), Decimal(100)), Decimal("2.1"))
    with in_locale("en"):
        assert reason(*given) == "PO no. + part, qty 100 = 100, price +2.1 %"
    with in_locale("zh_CN"):
        assert reason(*given) == "采购单号 + 料号，数量 100 = 100，价格 +2.1 %"


def test_a_list_that_swells_is_refused_before_it_fills_the_memory(app, monkeypatch):
    monkeypatch.setattr("addons.matching.services.sheets.MOST_CELLS", 3000)
    lines = [["Part", "Quantity"], *(["A", 1] for _ in range(999))]
    assert len(read("\n".join(f"{part},{much}" for part, much in lines).encode()).lines) == 999
    swollen = gzip.compress(b"Part,Quantity\n" + b"A,1\n" * 1000)
    for contents in (swollen, book(One=lines[:600], Two=lines[:600])):
        with pytest.raises(FileError, match=r"^The file has more than 3,000 cells: take out the columns"):
            read(contents)
