"""Statement cycles over months of 28 to 31 days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.accounting.periods import CYCLES, Period, last_closed, period_with


@pytest.mark.parametrize(
    ("cycle", "today", "start", "end"),
    [
        ("monthly", "2026-03-01", "2026-02-01", "2026-02-28"),
        ("monthly", "2028-03-01", "2028-02-01", "2028-02-29"),
        ("monthly", "2026-01-31", "2025-12-01", "2025-12-31"),
        ("half_monthly", "2026-03-01", "2026-02-16", "2026-02-28"),
        ("half_monthly", "2026-03-15", "2026-02-16", "2026-02-28"),
        ("half_monthly", "2026-03-16", "2026-03-01", "2026-03-15"),
        ("half_monthly", "2026-05-01", "2026-04-16", "2026-04-30"),
        ("half_monthly", "2026-06-01", "2026-05-16", "2026-05-31"),
        ("weekly", "2026-03-01", "2026-02-16", "2026-02-22"),
        ("weekly", "2026-03-02", "2026-02-23", "2026-03-01"),
    ],
)
def test_the_period_that_has_just_closed(cycle, today, start, end):
    expected = Period(date.fromisoformat(start), date.fromisoformat(end))
    assert last_closed(cycle, date.fromisoformat(today)) == expected


@given(cycle=st.sampled_from(sorted(CYCLES)), day=st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_periods_cover_every_day_once(cycle, day):
    period = period_with(cycle, day)
    assert period.start <= day <= period.end
    assert period_with(cycle, period.start) == period_with(cycle, period.end) == period
    assert period_with(cycle, period.end + timedelta(days=1)).start == period.end + timedelta(days=1)
