"""Turns of scheduled actions, recounted one by one."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import m
from core.db import db
from core.jobs.schedule import start_due, turns_until

START = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)
moments = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda n: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)
STEPS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


def month_later(first, months):
    """The same day of a later month, counted on month by month; its last day where it has no such day."""
    year, month = first.year, first.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return first.replace(year=year, month=month, day=min(first.day, monthrange(year, month)[1]))


def recount(first, every, unit, now):
    """Walk along the turns until one lies in the future."""
    for n in count():
        turn = month_later(first, n * every) if unit == "months" else first + n * every * STEPS[unit]
        if turn > now:
            return n, turn
    raise AssertionError


@given(
    first=moments,
    every=st.integers(1, 40),
    unit=st.sampled_from([*STEPS, "months"]),
    gone=st.integers(-50, 400),
    seconds=st.integers(0, 3599),
)
@settings(max_examples=300, deadline=None)
def test_turns_are_those_of_a_walk_along_the_calendar(first, every, unit, gone, seconds):
    step = STEPS.get(unit, timedelta(days=15))
    now = first + gone * step + timedelta(seconds=seconds)
    assert turns_until(first, every, unit, now) == recount(first, every, unit, now)


@given(
    first=moments,
    every=st.integers(1, 40),
    unit=st.sampled_from([*STEPS, "months"]),
    gone=st.integers(0, 99),
    looks=st.integers(1, 9),
)
@settings(deadline=None)
def test_no_turn_is_lost_or_counted_twice_however_often_one_looks(first, every, unit, gone, looks):
    """Looking now and then counts as many turns as looking once at the end."""
    end = first + gone * STEPS.get(unit, timedelta(days=20))
    once = turns_until(first, every, unit, end)
    turns, upcoming = 0, first
    for n in range(looks + 1):
        now = first + (end - first) * n / looks
        more, upcoming = turns_until(upcoming, every, unit, now, first.day)
        turns += more
    assert (turns, upcoming) == once


@pytest.mark.parametrize(
    ("every", "unit", "now", "turns", "following"),
    [
        (1, "days", "2026-01-31 01:59", 0, "2026-01-31 02:00"),
        (1, "days", "2026-01-31 02:00", 1, "2026-02-01 02:00"),
        (1, "days", "2026-02-03 09:00", 4, "2026-02-04 02:00"),
        (15, "minutes", "2026-01-31 02:44", 3, "2026-01-31 02:45"),
        (1, "months", "2026-02-27 23:59", 1, "2026-02-28 02:00"),
        (1, "months", "2026-02-28 02:00", 2, "2026-03-31 02:00"),
        (3, "months", "2026-12-01 00:00", 4, "2027-01-31 02:00"),
    ],
)
def test_examples(every, unit, now, turns, following):
    at = datetime.fromisoformat(f"{now}+00:00")
    assert turns_until(START, every, unit, at) == (turns, datetime.fromisoformat(f"{following}+00:00"))


def action(**values):
    row = m.ScheduledAction(
        code="tests.tidy",
        name="Tidy up",
        kind="tests.tidy",
        params={"deep": True},
        next_run_at=START,
        **values,
    )
    db.session.add(row)
    db.session.commit()
    return row


@pytest.mark.addons()
def test_what_was_missed_starts_once_and_says_so(app):
    row = action(unit="days")
    [job] = start_due(db.session, START + timedelta(days=3, hours=7))
    assert (job.kind, job.title, job.state) == ("tests.tidy", "Tidy up", "queued")
    assert job.params == {"deep": True, "scheduled": True, "missed": 3}
    assert (job.model, job.record_id) == ("scheduled.action", row.id)
    assert (row.missed, row.next_run_at) == (3, START + timedelta(days=4))
    assert start_due(db.session, START + timedelta(days=3, hours=8)) == []


@pytest.mark.addons()
def test_a_monthly_action_of_the_31st_stays_on_the_last_day(app):
    """Started turn by turn, as in life, it must not slip to the 28th for good."""
    row = action(unit="months")
    days = []
    for _ in range(6):
        days.append(f"{row.next_run_at:%m-%d}")
        start_due(db.session, row.next_run_at)
        db.session.commit()
    assert days == ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]


@pytest.mark.addons()
def test_an_inactive_action_rests(app):
    action(active=False)
    assert start_due(db.session, START + timedelta(days=3)) == []
    assert db.session.scalars(select(m.Job.id)).all() == []
