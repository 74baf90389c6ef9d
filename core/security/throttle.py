"""Slow down whoever guesses passwords, by account and by address.

Rule: ten failures of one account, five codes of its second factor, or thirty failures of one address, within
a quarter of an hour close that account, factor or address to log-ins until the oldest of them is a quarter of
an hour old. The rows are in the database, since a server has several processes; they are committed by
themselves, since the request that failed is not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, insert, select

from core import m
from core.db import AnySession
from core.i18n import ngettext

WINDOW = timedelta(minutes=15)
LIMITS = {"account": 10, "factor": 5, "address": 30}


@dataclass(frozen=True)
class Attempt:
    """Who tries to log in, from where."""

    email: str
    address: str
    #: `account` for the password, `factor` for a code of the second factor.
    step: str = "account"

    def keys(self) -> dict[str, str]:
        """What is counted: the account or its factor, and the address."""
        account = self.email.strip().casefold()[:200]
        return {self.step: f"{self.step}:{account}", "address": f"address:{self.address}"}


def minutes_to_wait(session: AnySession, attempt: Attempt, now: datetime) -> int:
    """For how many minutes no log-in is taken, 0 when one is."""
    found = select(m.LoginFailure.key, func.count(), func.min(m.LoginFailure.at))
    found = found.where(m.LoginFailure.key.in_(attempt.keys().values()), m.LoginFailure.at > now - WINDOW)
    counted = {key: (n, first) for key, n, first in session.execute(found.group_by(m.LoginFailure.key))}
    waits = [0.0]
    for kind, key in attempt.keys().items():
        n, first = counted.get(key, (0, now))
        if n >= LIMITS[kind]:
            waits.append((first + WINDOW - now).total_seconds() / 60)
    return ceil(max(waits))


def note_failure(session: AnySession, attempt: Attempt, now: datetime) -> None:
    """Count a failed log-in, forget those of yesterday, and commit."""
    session.execute(delete(m.LoginFailure).where(m.LoginFailure.at < now - timedelta(days=1)))
    session.execute(insert(m.LoginFailure), [{"key": key, "at": now} for key in attempt.keys().values()])
    session.commit()


def forget_failures(session: AnySession, attempt: Attempt) -> None:
    """Start afresh after a log-in that went well; the address stays counted."""
    session.execute(delete(m.LoginFailure).where(m.LoginFailure.key == attempt.keys()[attempt.step]))


def locked_minutes(session: AnySession, email: str, now: datetime) -> int:
    """For how many minutes the account or its second factor is closed, 0 when it is open."""
    return max(minutes_to_wait(session, Attempt(email, "", step), now) for step in ("account", "factor"))


def lift(session: AnySession, email: str) -> None:
    """Open an account again before its time; an address stays closed."""
    for step in ("account", "factor"):
        forget_failures(session, Attempt(email, "", step))


def too_many(minutes: int) -> str:
    """What whoever is locked out reads."""
    return ngettext(
        "Too many failed log-ins. Try again in %(num)s minute, or ask an administrator for a new password.",
        "Too many failed log-ins. Try again in %(num)s minutes, or ask an administrator for a new password.",
        minutes,
    )
