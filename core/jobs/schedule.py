"""Scheduled actions: jobs that start by the clock.

Problem: a machine that was off must neither skip a turn for ever nor start it five times at once.
Rule: an action whose time has come starts once; the turns that went by meanwhile are counted in
`missed`, and the next time is the first one in the future on the same grid. Example: every 1 day at
02:00, off from Monday to Thursday 09:00 → one start at 09:00 with 2 missed, next Friday 02:00.

A monthly action of the 31st is due on the last day of a shorter month, and on the 31st again in the next long
one: the action remembers the day that is meant. Example: 31 January, 28 February, 31 March, not 28 March.
"""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core import m
from core.db import AnySession
from core.jobs.queue import start

_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


def turns_until(first: datetime, every: int, unit: str, now: datetime, day: int = 0) -> tuple[int, datetime]:
    """How many turns have come due from `first` to `now`, and the first one after `now`.

    `day`: the day of the month that is meant, where `first` lies in a month that is too short for it.
    """
    if unit == "months":
        return _months_until(first, every, now, max(day, first.day))
    span = _UNITS[unit] * every
    due = (now - first) // span + 1 if first <= now else 0
    return due, first + due * span


def _months_until(first: datetime, every: int, now: datetime, day: int) -> tuple[int, datetime]:
    if first > now:
        return 0, first
    due = 1
    while _add_months(first, due * every, day) <= now:
        due += 1
    return due, _add_months(first, due * every, day)


def _add_months(moment: datetime, months: int, day: int) -> datetime:
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(day, _days_of(year, month)))


def _days_of(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _meant_day(action: Any) -> int:
    """The remembered day counts as long as the action is due on the last day of a month without it."""
    due = action.next_run_at
    return max(action.day, due.day) if due.day == _days_of(due.year, due.month) else int(due.day)


def start_due(session: AnySession, now: datetime) -> list[Any]:
    """Start a job for each action whose time has come; the caller commits."""
    due = select(m.ScheduledAction).where(m.ScheduledAction.active, m.ScheduledAction.next_run_at <= now)
    actions = session.scalars(due.order_by(m.ScheduledAction.id).with_for_update(skip_locked=True))
    return [_start(session, action, now) for action in actions]


def _start(session: AnySession, action: Any, now: datetime) -> Any:
    day = _meant_day(action) if action.unit == "months" else 0
    turns, following = turns_until(action.next_run_at, action.every, action.unit, now, day)
    action.missed, action.last_run_at, action.next_run_at = turns - 1, now, following
    action.day = day if following.day < day else 0
    return _started(session, action, missed=action.missed)


def start_now(session: AnySession, action: Any) -> Any:
    """Start the action's job out of turn; the caller commits."""
    return _started(session, action, missed=0)


def _started(session: AnySession, action: Any, missed: int) -> Any:
    params = {**action.params, "scheduled": True, "missed": missed}
    # The clock waits for nobody: a turn that still runs keeps the next one from nothing.
    return start(
        session,
        action.kind,
        action.name,
        params=params,
        model="scheduled.action",
        record_id=action.id,
        alongside=True,
    )
