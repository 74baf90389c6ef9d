"""How old goods are by the code that the maker has printed on them."""

from datetime import date

import pytest

from addons.sales.services.rules import months_since
from addons.stock.services.date_codes import made_in


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("2601", date(2025, 12, 29)),
        ("2614", date(2026, 3, 30)),
        ("2653", date(2026, 12, 28)),  # 2026 has a week 53
        ("2553", date(2025, 12, 29)),  # 2025 has none, and makers print it all the same
        ("2600", None),
        ("2654", None),
        ("", None),
    ],
)
def test_a_date_code_names_a_week(code, made):
    assert made_in(code) == made


@pytest.mark.parametrize(
    ("made", "day", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 3, 31), 2),
        (date(2024, 6, 10), date(2026, 6, 9), 23),
        (date(2024, 6, 10), date(2026, 6, 10), 24),
    ],
)
def test_only_full_months_count(made, day, months):
    assert months_since(made, day) == months
