"""What is typed into pages of their own is read or refused in words, never guessed."""

from datetime import date
from decimal import Decimal

import pytest

from core.errors import UserError
from core.screens.typed import typed_amount, typed_day, typed_quantity, typed_rows


@pytest.fixture(autouse=True)
def in_a_request(app):
    with app.test_request_context():
        yield


def test_numbers_have_the_decimals_of_what_they_count():
    assert typed_quantity("1,000.0005") == Decimal("1000.0005")
    assert typed_amount("1,000.50", "EUR") == Decimal("1000.50")
    with pytest.raises(UserError, match=r"^100\.5: Give a whole number\.$"):
        typed_amount("100.5", "JPY")
    with pytest.raises(UserError, match="^“x” is not a number"):
        typed_quantity("x")


def test_a_day_that_is_none_is_not_today():
    assert typed_day(" 2026-02-28 ") == date(2026, 2, 28)
    for text in ("", "2026-02-30", "28.2.2026"):
        with pytest.raises(UserError, match="Give a day"):
            typed_day(text)


def test_rows_are_those_of_ids_that_can_be():
    form = {
        "much-7": " 5 ",
        "much-8": "  ",
        "much-x": "1",
        "much-²": "1",
        "much-" + "9" * 30: "1",
        "less-9": "1",
    }
    assert typed_rows(form, "much-") == {7: "5"}
