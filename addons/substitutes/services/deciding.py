"""Pairs are written by those who know parts, and judged by those who answer for them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.errors import SubstituteError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

APPROVE = "substitutes.approve"
_PARTS = text("SELECT id, code, company_id, unit, kind FROM product WHERE id = ANY(:ids)")
_DECIDE = text("""
    UPDATE substitute SET state = :state, reason = CASE WHEN :reason = '' THEN reason ELSE :reason END,
           decided_by_id = CASE WHEN :state <> 'proposed' THEN CAST(:user AS bigint) END,
           decided_at = CASE WHEN :state <> 'proposed' THEN CAST(:now AS timestamptz) END
     WHERE id = ANY(:ids)
""")
#: Act → its name in the audit.
_ACTS = {"approved": "approve", "refused": "refuse", "proposed": "propose_again"}


def check(session: AnySession, pairs: Sequence[Any]) -> None:
    """Refuse pairs of parts that are the same, of two companies, or counted in different units."""
    ids = sorted({i for pair in pairs for i in (pair.product_id, pair.substitute_id) if i is not None})
    parts = {row.id: row for row in session.execute(_PARTS, {"ids": ids})}
    for pair in pairs:
        _check(parts.get(pair.product_id), parts.get(pair.substitute_id))


def _check(part: Any, other: Any) -> None:
    if part is None or other is None or part.company_id != other.company_id:
        raise SubstituteError(_("There is no such part: choose one of the list."))
    if part.id == other.id:
        raise SubstituteError(_("%(code)s can't stand in for itself: choose another part.", code=part.code))
    if part.unit != other.unit:
        raise SubstituteError(
            _(
                "%(code)s is counted in %(unit)s, %(other)s in %(others)s: one can't replace the other.",
                code=part.code,
                unit=part.unit,
                other=other.code,
                others=other.unit,
            )
        )


def decide(session: AnySession, pairs: Iterable[Any], state: str, reason: str) -> None:
    """Approve or refuse pairs, or have them judged anew; raises SubstituteError."""
    acts.require(session, APPROVE)
    rows = acts.locked(session, m.Substitute, pairs)
    SubstituteError.refuse({row.id: _same(state) for row in rows if row.state == state})
    if state == "refused":
        unsaid = _("Say why it is refused: write the reason on the pair first.")
        SubstituteError.refuse({row.id: unsaid for row in rows if not (reason or row.reason).strip()})
    ids = [row.id for row in rows]
    values = {"state": state, "reason": reason.strip(), "user": actor_of(session).user_id}
    session.execute(_DECIDE, {**values, "now": datetime.now(UTC), "ids": ids})
    record(session, _ACTS[state], "substitute", ids)
    acts.forget(session, m.Substitute, ids)


def _same(state: str) -> str:
    return {
        "approved": _("It is approved already."),
        "refused": _("It is refused already."),
        "proposed": _("It waits for a decision already."),
    }[state]
