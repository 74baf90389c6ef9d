"""Say which lines of a run are done: all, some, what is within the tolerance; beyond it a second person."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from addons.pricing.services.errors import PricingError
from addons.pricing.services.screening import REPRICE, not_open
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of, is_second
from core.security.audit import record

APPROVE = "pricing.approve"
_RUNS = text("SELECT DISTINCT run_id FROM pricing_run_line WHERE id = ANY(:ids)")
_DECIDE = text("UPDATE pricing_run_line SET accepted = :accepted WHERE id = ANY(:ids)")
#: Who has agreed has agreed to what was accepted then.
_OPEN_AGAIN = text("UPDATE pricing_run SET approved_by_id = NULL WHERE id = ANY(:ids)")
_APPROVE = text("UPDATE pricing_run SET approved_by_id = :user WHERE id = ANY(:ids)")
_CANCEL = text("UPDATE pricing_run SET state = 'cancelled' WHERE id = ANY(:ids)")
#: Runs with an accepted line beyond their tolerance.
BEYOND = text("""
    SELECT DISTINCT r.id FROM pricing_run r JOIN pricing_run_line l ON l.run_id = r.id
     WHERE r.id = ANY(:ids) AND l.accepted AND abs(l.percent) > r.tolerance
""")


def accept(session: AnySession, lines: Iterable[Any]) -> None:
    """Let lines be applied with their run; refuses those that can't be, with the reason."""
    rows = _decidable(session, lines)
    PricingError.refuse({row.id: row.refusal for row in rows if row.refusal})
    _decide(session, rows, accepted=True)


def leave(session: AnySession, lines: Iterable[Any]) -> None:
    """Leave lines at their price."""
    _decide(session, _decidable(session, lines), accepted=False)


def _decidable(session: AnySession, lines: Iterable[Any]) -> Any:
    acts.require(session, REPRICE)
    ids = acts.ids_of(session, lines)
    runs = session.scalars(_RUNS, {"ids": ids}).all()
    states = {run.id: run for run in acts.locked(session, m.PricingRun, runs)}
    rows = acts.locked(session, m.PricingRunLine, ids)
    PricingError.refuse(
        {row.id: not_open(states[row.run_id]) for row in rows if states[row.run_id].state != "open"}
    )
    return rows


def _decide(session: AnySession, rows: Any, *, accepted: bool) -> None:
    ids, runs = [row.id for row in rows], sorted({row.run_id for row in rows})
    session.execute(_DECIDE, {"ids": ids, "accepted": accepted})
    session.execute(_OPEN_AGAIN, {"ids": runs})
    record(session, "accept" if accepted else "leave", "pricing.run_line", ids)
    acts.forget(session, m.PricingRunLine, ids)
    acts.forget(session, m.PricingRun, runs)


def approve(session: AnySession, runs: Iterable[Any]) -> None:
    """Agree to changes beyond the tolerance; who began the run can't. Raises PricingError."""
    acts.require(session, APPROVE)
    rows = acts.locked(session, m.PricingRun, runs)
    PricingError.refuse({row.id: why for row in rows if (why := _why_not(session, row))})
    ids, user = [row.id for row in rows], actor_of(session).user_id
    session.execute(_APPROVE, {"ids": ids, "user": user})
    record(session, "approve", "pricing.run", ids)
    acts.forget(session, m.PricingRun, ids)


def _why_not(session: AnySession, run: Any) -> str:
    if run.state != "open":
        return not_open(run)
    if not is_second(session, run.user_id):
        return _("%(number)s is yours: somebody else has to approve it.", number=run.number)
    return ""


def cancel(session: AnySession, runs: Iterable[Any]) -> None:
    """Give open runs up. Raises PricingError."""
    acts.require(session, REPRICE)
    rows = acts.locked(session, m.PricingRun, runs)
    PricingError.refuse({row.id: not_open(row) for row in rows if row.state != "open"})
    ids = [row.id for row in rows]
    session.execute(_CANCEL, {"ids": ids})
    record(session, "cancel", "pricing.run", ids)
    acts.forget(session, m.PricingRun, ids)


def beyond_tolerance(session: AnySession, run: Any) -> bool:
    """Whether an accepted line of a run changes by more than its tolerance."""
    return bool(session.scalars(BEYOND, {"ids": [run.id]}).all())
