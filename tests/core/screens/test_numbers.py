"""Numbers are read as people of a locale write them, and never guessed."""

from decimal import Decimal

import pytest
from flask import Flask

from core.screens.fields import number_text
from core.screens.numbers import NotANumberError, parse_decimal


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("1,234.50", "en", "1234.50"),
        ("1234.5", "en", "1234.50"),
        ("-0.5", "en", "-0.50"),
        ("−3", "en", "-3.00"),
        (".5", "en", "0.50"),
        ("￥1,234.50", "zh_CN", "1234.50"),
        ("１，２３４．５", "zh_CN", "1234.50"),
        ("$ 1,234.50 USD", "en", "1234.50"),
        ("1.234,50", "de", "1234.50"),
        ("1 234,50", "fr", "1234.50"),
        ("1\u202f234,50", "fr", "1234.50"),
        ("1.5000", "en", "1.50"),
        ("12,345,678.9", "en", "12345678.90"),
    ],
)
def test_read(app: Flask, text: str, locale: str, number: str) -> None:
    assert str(parse_decimal(text, locale, 2)) == number


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("9" * 29, "en"),
        ("9" * 5000, "en"),
        ("1.234,50", "en"),
        ("12,34", "en"),
        ("1,2345", "en"),
        ("1,234,5", "en"),
        ("1e5", "en"),
        ("NaN", "en"),
        ("--1", "en"),
        ("1.5", "de"),
        ("", "en"),
        (".", "en"),
        ("-", "en"),
        ("1,234.50", "de"),
        ("٣", "en"),
        ("Infinity", "en"),
    ],
)
def test_refused(app: Flask, text: str, locale: str) -> None:
    with pytest.raises(NotANumberError):
        parse_decimal(text, locale, 2)


def test_surplus_decimals_are_refused(app: Flask) -> None:
    with pytest.raises(NotANumberError, match=r"^Give at most 2 decimals\.$"):
        parse_decimal("0.125", "en", 2)
    with pytest.raises(NotANumberError, match=r"^Give a whole number\.$"):
        parse_decimal("1.5", "en", 0)


@pytest.mark.parametrize(
    ("value", "locale", "text"),
    [("1234.5", "en", "1,234.50"), ("1234.5", "de", "1.234,50"), ("-0.00085", "en", "-0.00085")],
)
def test_written(value: str, locale: str, text: str) -> None:
    assert number_text(Decimal(value), locale, 2, 6) == text
