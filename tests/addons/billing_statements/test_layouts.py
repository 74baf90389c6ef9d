"""The two layouts of a statement, and amounts in Chinese capitals."""

import io
import re
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from addons.billing_statements.services.capitals import DIGITS, capitals
from core.administration.letterhead import set_logo
from core.db import db
from core.records import attachments

#: Examples of the rules of the People's Bank of China, and the edges of its groups.
EXAMPLES = {
    "1409.50": "人民币壹仟肆佰零玖元伍角整",
    "6007.14": "人民币陆仟零柒元壹角肆分",
    "1680.32": "人民币壹仟陆佰捌拾元叁角贰分",
    "107000.53": "人民币壹拾万柒仟元伍角叁分",
    "16409.02": "人民币壹万陆仟肆佰零玖元零贰分",
    "325.04": "人民币叁佰贰拾伍元零肆分",
    "0": "人民币零元整",
    "0.05": "人民币伍分",
    "100000001": "人民币壹亿零壹元整",
    "123400000000": "人民币壹仟贰佰叁拾肆亿元整",
    "10000000000000": "人民币壹拾万亿元整",
    "-5.10": "人民币负伍元壹角整",
}


@pytest.mark.parametrize(("amount", "words"), EXAMPLES.items())
def test_amounts_in_capitals(amount: str, words: str) -> None:
    assert capitals(Decimal(amount), "CNY") == words


UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_aloud(words: str) -> Decimal:
    """What somebody understands who reads the capitals from left to right."""
    total = section = digit = 0
    for character in words:
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character in UNITS:
            section, digit = section + digit * UNITS[character], 0
        elif character == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    return Decimal(total + section + digit)


@given(st.integers(min_value=1, max_value=10**16 - 1), st.integers(min_value=0, max_value=99))
def test_capitals_are_understood_as_the_amount(whole: int, cents: int) -> None:
    words = capitals(Decimal(whole) + Decimal(cents) / 100, "CNY").removeprefix("人民币")
    before, after = words.split("元")
    tens = re.search("(.)角", after)
    ones = re.search("(.)分", after)
    found = (DIGITS.index(tens[1]) * 10 if tens else 0) + (DIGITS.index(ones[1]) if ones else 0)
    assert read_aloud(before) == whole and found == cents
    assert "零零" not in words and words.endswith(("整", "分"))


def printed(statement: Any) -> bytes:
    return attachments.read(statement.attachment.sha256)


def words_on(contents: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(contents)).pages)


def logo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 120), "navy").save(made, "PNG")
    return made.getvalue()


def test_the_layout_follows_the_language_unless_chosen(
    company: Any, customer_of: Any, bill: Any, run_month: Any
) -> None:
    """Both have the logo, and page x of y; the Chinese one has the boxes for two seals."""
    set_logo(db.session, company.id, logo())
    wanted = {
        "C1": ("en", ""),
        "C2": ("zh_CN", ""),
        "C3": ("en", "chinese"),
        "C4": ("zh_CN", "international"),
    }
    for code, (locale, layout) in wanted.items():
        bill(customer_of(code, locale=locale, statement_layout=layout), "1409.50", "2026-01-10")
    _run, statements = run_month("2026-01")
    files = {statement.partner.code: printed(statement) for statement in statements}
    said = {code: words_on(contents) for code, contents in files.items()}
    capital = "元壹仟肆佰零玖元伍角整"
    for code, chinese in {"C1": False, "C2": True, "C3": True, "C4": False}.items():
        assert (capital in said[code]) == chinese, code
        assert "1,409.50" in said[code] and code in said[code] and "1 / 1" in said[code]
        assert len(PdfReader(io.BytesIO(files[code])).pages[0].images) == 1
    assert said["C2"].count("公章") == 2 and "以上数据核对无误" in said["C2"] and "对账单" in said["C2"]
    assert said["C3"].count("Company seal") == 2 and "were checked" in said["C3"]


def test_a_statement_that_is_owed_says_how_it_is_paid(
    company: Any, customer_of: Any, bill: Any, pay: Any, run_month: Any
) -> None:
    company.iban, company.bic = "DE89370400440532013000", "COBADEFFXXX"
    bill(customer_of("C1"), "119.00", "2026-01-10", currency="EUR")
    bill(customer_of("C2"), "50.00", "2026-01-10", currency="EUR", kind="credit_note")
    _run, statements = run_month("2026-01")
    found = {}
    for statement in statements:
        page = pypdfium2.PdfDocument(printed(statement))[0].render(scale=3).to_pil()
        found[statement.partner.code] = [code.text for code in zxingcpp.read_barcodes(page)]
    [statement] = [one for one in statements if one.partner.code == "C1"]
    [read] = found["C1"]
    assert read.splitlines()[6:] == ["DE89370400440532013000", "EUR119.00", "", "", statement.number]
    assert found["C2"] == []
