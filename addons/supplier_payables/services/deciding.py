"""Decide about matches: accept, dispute, undo, put together and take apart.

Who may accept what: a lower price, a smaller quantity, what only we have and what is explained (rounding,
freight, tax, stated twice, another period) is the clerk's affair. To pay more than was received, or at a
higher price than the supplier's tolerance, needs the permission to approve.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from addons.matching.services.assigning import match
from addons.matching.services.comparing import Side
from addons.matching.services.grouping import group
from addons.matching.services.lines import Line
from addons.matching.services.verdicts import verdict
from addons.supplier_payables.services import uploading
from addons.supplier_payables.services.creation import refuse_posted
from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.services.uploading import MATCH
from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.actor import actor_of
from core.security.audit import record

APPROVE = "supplier_payables.approve"
#: Lines that are only theirs and are not paid: they are said elsewhere.
NOT_PAID = frozenset({"duplicate", "next_period", "earlier_period", "returned"})
_EXPLAINED = NOT_PAID | {"freight", "rounding"}
_DECIDE = text("""
    UPDATE payables_match SET state = :state, note = :note, owner_id = :owner, decided_by_id = :user,
           decided_at = CASE WHEN :state = 'open' THEN NULL ELSE now() END
     WHERE id = ANY(:ids)
""")
_MEMBERS = """
    SELECT id FROM {table} WHERE match_id = ANY(:ids) ORDER BY id
"""
_OURS, _THEIRS = (text(_MEMBERS.format(table=name)) for name in ("payables_line", "payables_their_line"))
_DELETE = text("DELETE FROM payables_match WHERE id = ANY(:ids)")


def _locked(session: AnySession, matches: Iterable[Any]) -> Sequence[Any]:
    """Rows of matches whose statements are drafts."""
    acts.require(session, MATCH)
    ids = acts.ids_of(session, matches)
    query = text("SELECT DISTINCT statement_id FROM payables_match WHERE id = ANY(:ids)")
    statements = sorted(session.scalars(query, {"ids": ids}))
    refuse_posted(acts.locked(session, m.PayablesStatement, statements))
    return acts.locked(session, m.PayablesMatch, ids)


def accept(session: AnySession, matches: Iterable[Any]) -> None:
    """Refuses what needs an approval that the actor may not give."""
    rows = _locked(session, matches)
    PayablesError.refuse(
        {row.id: _("This is decided: undo it first.") for row in rows if row.state != "open"}
    )
    if not actor_of(session).may(APPROVE):
        PayablesError.refuse({row.id: why for row in rows if (why := needs_approval(row))})
    _decide(session, rows, "accepted", "accept")


def needs_approval(row: Any) -> str:
    """Why a match can't be accepted by a clerk; empty where it can."""
    if row.kind == "price" and (row.price_change or 0) > 0:
        return _(
            "The price is %(percent)s %% higher, which is above the supplier's tolerance: dispute it, or ask "
            "someone who may approve payables.",
            percent=format_number(round(row.price_change, 2)),
        )
    if row.kind == "quantity" and abs(row.their_quantity or 0) > abs(row.our_quantity or 0):
        return _("More is stated than was received: dispute it, or ask someone who may approve payables.")
    if row.kind == "only_theirs" and not _EXPLAINED & set(row.causes.split()):
        return _("This was never received: dispute it, or ask someone who may approve payables.")
    return ""


def _decide(
    session: AnySession, rows: Sequence[Any], state: str, act: str, note: str = "", owner: int | None = None
) -> None:
    ids = [row.id for row in rows]
    user = actor_of(session).user_id if state != "open" else None
    session.execute(_DECIDE, {"ids": ids, "state": state, "note": note, "owner": owner, "user": user})
    record(session, act, "payables.match", ids, {"note": note} if note else None)
    acts.forget(session, m.PayablesMatch, ids)


def dispute(session: AnySession, matches: Iterable[Any], note: str, owner_id: int | None) -> None:
    """The owner is the actor where nobody is named."""
    rows = _locked(session, matches)
    if not note.strip():
        raise PayablesError(_("Say why it is disputed."))
    owner = owner_id or actor_of(session).user_id
    _decide(session, rows, "disputed", "dispute", note.strip(), owner)


def undo(session: AnySession, matches: Iterable[Any]) -> None:
    """Open them again."""
    _decide(session, _locked(session, matches), "open", "undo")


def _open(session: AnySession, matches: Iterable[Any]) -> Sequence[Any]:
    rows = _locked(session, matches)
    PayablesError.refuse(
        {row.id: _("This is decided: undo it first.") for row in rows if row.state != "open"}
    )
    return rows


def _members(session: AnySession, rows: Sequence[Any]) -> tuple[list[Line], list[Line]]:
    ids = {"ids": [row.id for row in rows]}
    ours, theirs = list(session.scalars(_OURS, ids)), list(session.scalars(_THEIRS, ids))
    return uploading.our_lines(session, rows[0].statement_id, ours), uploading.their_lines(session, theirs)


def join(session: AnySession, matches: Sequence[Any]) -> int:
    """One match of the lines of open ones; refuses lines of one side alone."""
    rows = _open(session, matches)
    if len({row.statement_id for row in rows}) != 1:
        raise PayablesError(_("Choose lines of one statement."))
    ours, theirs = _members(session, rows)
    if not (ours and theirs):
        raise PayablesError(_("Choose at least one line of ours and one of the supplier's."))
    us, them = [Side(line) for line in ours], [Side(line) for line in theirs]
    group(us, them)
    statement = session.get_one(m.PayablesStatement, rows[0].statement_id)
    made = verdict(us, them, uploading.tolerances_of(session, statement))
    (key,) = _replace(session, statement, rows, ours, theirs, [made])
    record(session, "join", "payables.match", [key])
    return key


def split(session: AnySession, matches: Iterable[Any]) -> list[int]:
    """A match of its own for each line."""
    rows = _open(session, matches)
    made: list[int] = []
    for row in rows:
        ours, theirs = _members(session, [row])
        statement = session.get_one(m.PayablesStatement, row.statement_id)
        tolerances = uploading.tolerances_of(session, statement)
        alone = match(ours, [], tolerances) + match([], theirs, tolerances)
        made += _replace(session, statement, [row], ours, theirs, alone)
    record(session, "split", "payables.match", made)
    return made


def _replace(
    session: AnySession, statement: Any, rows: Sequence[Any], ours: Any, theirs: Any, matches: Sequence[Any]
) -> list[int]:
    ids = [row.id for row in rows]
    made = uploading.write(session, statement, ours, theirs, matches)
    session.execute(_DELETE, {"ids": ids})
    acts.forget(session, m.PayablesMatch, ids)
    return made
