"""Cycles: in which periods partners are settled, and which of them has just closed.

Problem: customers and suppliers are settled weekly on one weekday or another, every ten days, half-monthly,
monthly up to the 25th, by the quarter or on days of their own; months have 28 to 31 days, and a run may be
late. Rule: a cycle is a word, and perhaps days behind a colon. Weeks end on a weekday, 1 for Monday; two
weeks are counted from Monday, 1 January 2024; all others end on days of the month, the last day standing for
those that a month does not have. A period is due from the day after its end on.

Examples on Sunday, 2026-03-01: `monthly` → 1–28 February; `monthly:25` → 26 January – 25 February;
`half_monthly` → 16–28 February; `ten_day` → 21–28 February; `days:5,20` → 6–20 February; `weekly`, which ends
on Sundays → 16–22 February, since 1 March is not over; `weekly:5` → 21–27 February; `quarterly` → October to
December 2025.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

#: Words, with the days that they have where none are named.
CYCLES: Mapping[str, tuple[int, ...]] = {
    "weekly": (7,),
    "biweekly": (7,),
    "ten_day": (10, 20, 31),
    "half_monthly": (15, 31),
    "monthly": (31,),
    "quarterly": (31,),
    "days": (),
}
#: Words whose days may be named: one weekday, one day of the month, or several.
NAMED = ("weekly", "biweekly", "monthly", "days")
_WEEKS = {"weekly": 1, "biweekly": 2}
_FIRST_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date


@dataclass(frozen=True)
class Cycle:
    """A word and its days, in order; of weekly ones the weekday on which a period ends."""

    kind: str
    days: tuple[int, ...]


def code_of(kind: str, days: str = "") -> str:
    """How a cycle is written: its word, and its days where they are not the usual ones; raises ValueError."""
    code = f"{kind}:{','.join(re.findall(r'[0-9]+', days))}" if days.strip() else kind
    cycle = cycle_of(code)
    usual = cycle.days == CYCLES[kind]
    return kind if usual else f"{kind}:{','.join(map(str, cycle.days))}"


@cache
def cycle_of(code: str) -> Cycle:
    """The cycle that is written so; raises ValueError where none is."""
    kind, _colon, named = code.partition(":")
    if kind not in CYCLES or (named and kind not in NAMED):
        raise ValueError(code)
    days = tuple(sorted({int(one) for one in named.split(",")})) if named else CYCLES[kind]
    several = len(days) > 1 and bool(named) and kind != "days"
    if not days or several or days[0] < 1 or days[-1] > (7 if kind in _WEEKS else 31):
        raise ValueError(code)
    return Cycle(kind, days)


def period_with(code: str, day: date) -> Period:
    """The period of the cycle that contains the day; raises ValueError for what is no cycle."""
    cycle = cycle_of(code)
    if cycle.kind in _WEEKS:
        return _weeks(day, _WEEKS[cycle.kind], cycle.days[0])
    months = 3 if cycle.kind == "quarterly" else 1
    end = next(end for end in _ends(cycle, day, months) if end >= day)
    before = _month_before(end, months)
    ends = [*_ends_of(cycle, before), *_ends_of(cycle, end)]
    start = max(one for one in ends if one < end) + timedelta(days=1)
    return Period(start, end)


def last_closed(code: str, today: date) -> Period:
    """The latest period that is over on `today`."""
    current = period_with(code, today)
    return period_with(code, current.start - timedelta(days=1))


def _weeks(day: date, weeks: int, weekday: int) -> Period:
    length = 7 * weeks
    since = (day - _FIRST_MONDAY - timedelta(days=weekday)).days % length
    start = day - timedelta(days=since)
    return Period(start, start + timedelta(days=length - 1))


def _ends(cycle: Cycle, day: date, months: int) -> list[date]:
    """The ends of periods in the month of a day, or the last one of its quarter, and the first after it."""
    last = day.replace(day=1)
    while (last.month - 1) % months != months - 1:
        last = _month_after(last)
    following = last
    for _month in range(months):
        following = _month_after(following)
    return [*_ends_of(cycle, last), *_ends_of(cycle, following)]


def _ends_of(cycle: Cycle, month: date) -> list[date]:
    length = monthrange(month.year, month.month)[1]
    return sorted({month.replace(day=min(one, length)) for one in cycle.days})


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _month_before(day: date, months: int) -> date:
    for _month in range(months):
        day = day.replace(day=1) - timedelta(days=1)
    return day
