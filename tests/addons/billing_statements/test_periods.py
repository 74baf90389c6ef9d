"""Statement cycles over months of 28 to 31 days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.accounting.periods import CYCLES, Period, code_of, last_closed, period_with


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
        ("weekly:5", "2026-03-01", "2026-02-21", "2026-02-27"),
        ("biweekly", "2026-03-01", "2026-02-02", "2026-02-15"),
        ("biweekly", "2026-03-02", "2026-02-16", "2026-03-01"),
        ("ten_day", "2026-03-01", "2026-02-21", "2026-02-28"),
        ("ten_day", "2028-02-21", "2028-02-11", "2028-02-20"),
        ("monthly:25", "2026-03-25", "2026-01-26", "2026-02-25"),
        ("monthly:30", "2026-03-01", "2026-01-31", "2026-02-28"),
        ("quarterly", "2026-03-31", "2025-10-01", "2025-12-31"),
        ("quarterly", "2026-04-01", "2026-01-01", "2026-03-31"),
        ("days:5,20", "2026-03-01", "2026-02-06", "2026-02-20"),
        ("days:29,31", "2026-03-01", "2026-02-01", "2026-02-28"),
    ],
)
def test_the_period_that_has_just_closed(cycle, today, start, end):
    expected = Period(date.fromisoformat(start), date.fromisoformat(end))
    assert last_closed(cycle, date.fromisoformat(today)) == expected


@pytest.mark.parametrize(
    "code", ["yearly", "weekly:8", "weekly:1,2", "monthly:0", "monthly:32", "days", "ten_day:5"]
)
def test_what_is_no_cycle_is_refused(code):
    with pytest.raises(ValueError, match=code):
        period_with(code, date(2026, 1, 1))


def test_a_cycle_is_written_in_one_way():
    assert (code_of("weekly", " 7 "), code_of("days", "20, 5"), code_of("monthly", "")) == (
        "weekly",
        "days:5,20",
        "monthly",
    )


CODES = st.one_of(
    st.sampled_from(sorted(set(CYCLES) - {"days"})),
    st.builds("{}:{}".format, st.sampled_from(["weekly", "biweekly"]), st.integers(1, 7)),
    st.builds("monthly:{}".format, st.integers(1, 31)),
    st.lists(st.integers(1, 31), min_size=1).map(lambda days: "days:" + ",".join(map(str, days))),
)


@given(cycle=CODES, day=st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_periods_cover_every_day_once(cycle, day):
    period = period_with(cycle, day)
    assert period.start <= day <= period.end
    assert period_with(cycle, period.start) == period_with(cycle, period.end) == period
    assert period_with(cycle, period.end + timedelta(days=1)).start == period.end + timedelta(days=1)
