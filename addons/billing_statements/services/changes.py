"""What a customer's cycle is written as, and what is kept of the one before when it changes."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import object_session

from addons.accounting.periods import code_of, period_with
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import creation, members
from core import m
from core.clock import today
from core.i18n import _, format_date

_FIELDS = ("statement_cycle", "statement_days", "statement_from")


def days_of(kind: str | None, days: str | None) -> str:
    """The days of a customer's cycle as they are kept, “” for the usual ones; raises StatementError."""
    if not (days or "").strip() or kind is None:
        return ""
    try:
        return code_of(kind, days or "").partition(":")[2]
    except (ValueError, KeyError) as error:
        raise StatementError(
            _(
                "“%(days)s” are no days of this cycle: weekly cycles take one weekday, 1 for Monday; monthly "
                "ones the last day, such as 25; own days are written 5, 20. The others take none.",
                days=days,
            )
        ) from error


def keep_before(partner: Any) -> None:
    """Keep the cycle that holds until the new one does; one that never came to hold is forgotten.

    A change without a day holds at once.
    """
    state = inspect(partner)
    if not any(state.attrs[name].history.has_changes() for name in _FIELDS):
        return
    since = _was(state, "statement_from")
    if since is None or since <= today():
        _refuse_second(partner, _was(state, "statement_before"), since)
        kind, days = _was(state, "statement_cycle"), _was(state, "statement_days")
        partner.statement_before = ":".join(filter(None, (kind, days))) if kind else ""
    if partner.statement_from is None or partner.statement_before == _code(partner):
        partner.statement_from, partner.statement_before = None, ""


def _refuse_second(partner: Any, before: str | None, since: date | None) -> None:
    """Refuse a change while the last one's short statement is not made: it would be forgotten."""
    session = object_session(partner)
    if session is None or since is None or before in (None, "", "none"):
        return
    short = members.cut(str(before), since - timedelta(days=1))
    with session.no_autoflush:
        rows = creation.candidates(session, partner.company_id, str(before), short, [partner.id])
    if any(creation.skip_reason(row, short) is None for row in rows):
        raise StatementError(
            _(
                "%(partner)s changed on %(since)s, and is not stated up to %(day)s yet: make that statement "
                "first, then change again.",
                partner=partner.name,
                since=format_date(since),
                day=format_date(short.end),
            )
        )


def check_head(partner: Any) -> None:
    """Refuse a head office that is a branch itself, as the database does too; raises StatementError."""
    session, changed = object_session(partner), inspect(partner).attrs["statement_partner_id"].history
    if partner.statement_partner_id is None or session is None or not changed.has_changes():
        return
    head = session.get_one(m.Partner, partner.statement_partner_id)
    own = select(m.Partner.name).where(m.Partner.statement_partner_id == partner.id).limit(1)
    branch = session.scalar(own) if inspect(partner).persistent else None
    if head.statement_partner_id is not None:
        raise StatementError(_("%(head)s is a branch itself: name its head office.", head=head.name))
    if branch is not None:
        raise StatementError(
            _("%(branch)s is stated with this customer: give it another head office first.", branch=branch)
        )


def _was(state: Any, name: str) -> Any:
    """What the database has; nothing for a partner that is new."""
    history = state.attrs[name].history
    if not state.persistent:
        return None
    return history.deleted[0] if history.deleted else state.attrs[name].value


def _code(partner: Any) -> str:
    return ":".join(filter(None, (partner.statement_cycle, partner.statement_days)))


def next_ends(partner: Any, count: int = 3) -> list[date]:
    """The last days of the next periods of a customer, the one of today first; none without statements."""
    found: list[date] = []
    day, since = today(), partner.statement_from
    while len(found) < count:
        before = since is not None and day < since
        code = partner.statement_before if before else _code(partner)
        if code in ("", "none"):
            if not before:
                break
            day = since
            continue
        end = period_with(code, day).end
        found.append(min(end, since - timedelta(days=1)) if before else end)
        day = found[-1] + timedelta(days=1)
    return found
