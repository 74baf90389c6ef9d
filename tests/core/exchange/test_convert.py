"""Cells to values: exact, in every common way of writing, and never a guess."""

from datetime import date as Date
from decimal import Decimal

import pytest

from core.exchange.convert import (
    CellError,
    Reading,
    boolean,
    choice,
    currency,
    date,
    decimal,
    folded,
    identifier,
    integer,
    rate,
    text,
)
from core.i18n import in_locale

pytestmark = pytest.mark.usefixtures("speaking")

POINT, COMMA = Reading(decimal_mark="."), Reading(decimal_mark=",")
DMY, MDY = Reading(date_order="dmy"), Reading(date_order="mdy")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("6", "6"),
        ("-80995", "-80995"),
        ("2.55", "2.55"),
        ("0.0012", "0.0012"),
        ("2.5500000", "2.5500"),
        ("1,234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("￥1,234.50", "1234.50"),
        ("¥ 12", "12"),
        ("USD 12.5", "12.5"),
        ("12.5 EUR", "12.5"),
        ("１，２３４．５０", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("(12.50)", "-12.50"),
        ("12.50-", "-12.50"),
        ("−5", "-5"),
        ("+5", "5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        (".5", "0.5"),
        ("0,5", "0.5"),
        ("1,00,000.00", "100000.00"),
        ("₹ 12,34,567.5", "1234567.5"),
        ("1,00,000", "100000"),
    ],
)
def test_a_number_is_read_in_every_common_way_of_writing(cell, value):
    assert str(decimal(4)(cell)) == value


@pytest.mark.parametrize(
    "cell",
    [
        *("many", "1e5", "1,23,4", "1.2.3,4", "--5", "5+", "NaN", "1,2345,678", "$", "1/2", "٣"),
        *("1,00,00.00", "1,000,00,000", "9" * 61),
    ],
)
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(CellError) as caught:
        decimal(4)(cell)
    shown = cell if len(cell) < 60 else f"{cell[:20]}…"
    assert str(caught.value) == f"“{shown}” is not a number: write it like 1234.50."


def test_a_number_that_can_be_two_is_asked_for():
    with pytest.raises(CellError) as caught:
        decimal(4)("1,234")
    assert str(caught.value) == (
        "“1,234” can be 1234 or 1.234: choose the decimal mark in the options of the import."
    )
    with pytest.raises(CellError, match="^“12.345” can be 12345 or 12.345:"):
        decimal(4)("12.345")
    assert decimal(4)("1,234", POINT) == Decimal(1234)
    assert decimal(4)("1,234", COMMA) == Decimal("1.234")
    assert decimal(4)("1.234", POINT) == Decimal("1.234")
    assert decimal(4)("1.234", COMMA) == Decimal(1234)


@pytest.mark.parametrize(("cell", "reading"), [("2.55", COMMA), ("2,55", POINT), ("1.234,5", POINT)])
def test_the_other_decimal_mark_is_refused_once_it_was_said(cell, reading):
    with pytest.raises(CellError, match="is not a number"):
        decimal(4)(cell, reading)


def test_surplus_decimals_are_refused_and_not_rounded():
    with pytest.raises(CellError, match="^“2.12345” is too fine: give at most 4 decimals.$"):
        decimal(4)("2.12345")


def test_a_number_that_no_column_takes_is_refused():
    assert decimal(4)("999,999,999,999.9999") == Decimal("999999999999.9999")
    for cell in ("1000000000000", "-1,000,000,000,000.5", "1234567890123456"):
        with pytest.raises(CellError, match="is too large: give at most 12 digits before the point.$"):
            decimal(4)(cell)


def test_a_rate_is_more_than_zero():
    assert rate()("7.2431") == Decimal("7.2431")
    for cell in ("-7.2", "0", "0.000000"):
        with pytest.raises(CellError, match="is not more than zero"):
            rate()(cell)


def test_a_currency_is_one_that_the_books_know(app):
    assert [currency()(cell) for cell in ("USD", "eur", "ＣＮＹ")] == ["USD", "EUR", "CNY"]
    for cell in ("XQX", "US", "美元"):
        with pytest.raises(CellError, match=f"^“{cell}” is no currency that is known here"):
            currency()(cell)


def test_a_whole_number():
    assert [integer()(cell) for cell in ("6", "6.0", "1,000,000", "-3")] == [6, 6, 1000000, -3]
    with pytest.raises(CellError, match="^“6.5” is not a whole number: give one without decimals.$"):
        integer()("6.5")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("17850.0", "17850"),
        ("17850", "17850"),
        ("-5.00", "-5"),
        ("85123A", "85123A"),
        ("C536379", "C536379"),
        ("00123", "00123"),
        ("12.50", "12.50"),
        ("RC0603FR-0710KL", "RC0603FR-0710KL"),
        ("1E5", "1E5"),
    ],
)
def test_an_identifier_loses_the_point_that_a_spreadsheet_gave_it(cell, value):
    assert identifier()(cell) == value


def test_an_identifier_that_a_spreadsheet_has_cut_is_refused():
    with pytest.raises(
        CellError, match="^A spreadsheet has cut the digits of “6.90123E\\+12”: format the column as text"
    ):
        identifier()("6.90123E+12")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-31",
        "2026-03-31 08:26:00",
        "2026-03-31T08:26:00Z",
        "2026-03-31 08:26",
        "2026/3/31",
        "2026.03.31",
        "20260331",
        "2026年3月31日",
        "31.03.2026",
        "31/3/2026 8:26",
        "3/31/2026 8:26:00 AM",
        # A time and its zone move no day.
        "2026-03-31T23:30:00+08:00",
        "2026-03-31 23:30:00.123 UTC",
        "2026-03-31 01:00 -0800",
        "2026-03-31 24:00",
        "2026-03-31 24:00:00",
        "31.03.2026 24:00",
        "31-Mar-26",
        "31 March 2026",
        "Mar 31, 2026",
        "２０２６-０３-３１",
    ],
)
def test_a_day_is_read_in_every_common_way_of_writing(cell):
    assert date()(cell) == Date(2026, 3, 31)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-30",
        "31/31/2026",
        "soon",
        "2026-03-31 24:01",
        "2026-03-31 25:00",
        "2026-03-31 08:26 CET",
        "46112",
        "2026-W10-1",
        "2026-03-31 99:00",
        "31 Foo 2026",
        "2026-3",
    ],
)
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(CellError) as caught:
        date()(cell)
    assert str(caught.value) == f"“{cell}” is not a day of the calendar: write it like 2026-03-31."


def test_a_day_that_can_be_two_is_asked_for():
    with pytest.raises(CellError) as caught:
        date()("03/04/2026")
    assert str(caught.value) == (
        "“03/04/2026” can be 2026-04-03 or 2026-03-04: choose the order of day and month in the "
        "options of the import."
    )
    assert date()("03/04/2026", DMY) == Date(2026, 4, 3)
    assert date()("03/04/2026", MDY) == Date(2026, 3, 4)
    assert date()("04/04/2026") == Date(2026, 4, 4)


def test_a_year_of_two_digits_needs_an_order_that_was_said():
    assert date()("31.12.26", DMY) == Date(2026, 12, 31)
    assert date()("12/31/26", MDY) == Date(2026, 12, 31)
    assert date()("31.12.69", DMY) == Date(1969, 12, 31)
    for cell in ("31.12.26", "03/04/26"):
        with pytest.raises(CellError, match=f"^“{cell}” has a year of two digits: choose the order"):
            date()(cell)
    with pytest.raises(CellError, match="is not a day of the calendar"):
        date()("31.12.26", MDY)


@pytest.mark.parametrize("cell", ["31/03/2026"])
def test_a_day_against_the_order_that_was_said_is_refused(cell):
    with pytest.raises(CellError, match="is not a day of the calendar"):
        date()(cell, MDY)


def test_yes_and_no():
    assert [boolean()(cell) for cell in ("yes", "TRUE", "是", "１", "No", "否", "0")] == [True] * 4 + [
        False
    ] * 3
    with pytest.raises(CellError, match="^“maybe” is neither yes nor no: write yes or no.$"):
        boolean()("maybe")


def test_a_choice_by_key_or_label_in_any_language():
    convert = choice({"done": "Done", "open": "Open"})
    assert [convert(cell) for cell in ("done", "DONE", "Open ")] == ["done", "done", "open"]
    with pytest.raises(CellError, match="^“lost” is none of the choices: write one of Done, Open.$"):
        convert("lost")


def test_text_that_is_too_long_is_refused_with_its_length():
    assert text(5)("abcde") == "abcde"
    with pytest.raises(CellError, match="^This text has 6 characters: shorten it to 5.$"):
        text(5)("abcdef")


def test_reasons_speak_the_readers_language():
    with in_locale("zh_CN"), pytest.raises(CellError, match="^“many”不是数字：请写成 1234.50 的形式。$"):
        decimal(2)("many")


def test_headings_are_compared_without_case_blanks_and_punctuation():
    assert {folded(h) for h in ("Invoice No.", "invoice_no", "INVOICENO", "Ｉnvoice no")} == {"invoiceno"}
