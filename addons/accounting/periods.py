"""Statement cycles: which period has just closed.

Problem: customers are billed weekly, half-monthly or monthly, months have 28 to 31 days, and a run may be
late. Rule: a period is due from the day after its end on. Examples on 2026-03-01: monthly → 1–28 February;
half-monthly → 16–28 February; weekly (Monday to Sunday) → 16–22 February, since 1 March is itself a Sunday
that is not over.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date


def _weekly(day: date) -> Period:
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def _half_monthly(day: date) -> Period:
    if day.day <= 15:
        return Period(day.replace(day=1), day.replace(day=15))
    return Period(day.replace(day=16), _end_of_month(day))


def _monthly(day: date) -> Period:
    return Period(day.replace(day=1), _end_of_month(day))


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


#: The period of each cycle that a day lies in.
CYCLES: dict[str, Callable[[date], Period]] = {
    "weekly": _weekly,
    "half_monthly": _half_monthly,
    "monthly": _monthly,
}


def period_with(cycle: str, day: date) -> Period:
    """The period of the cycle that contains the day; KeyError for an unknown cycle."""
    return CYCLES[cycle](day)


def last_closed(cycle: str, today: date) -> Period:
    """The latest period that is over on `today`."""
    current = period_with(cycle, today)
    return period_with(cycle, current.start - timedelta(days=1))
