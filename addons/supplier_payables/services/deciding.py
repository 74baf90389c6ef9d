"""Decide about matches: accept, dispute, undo, put together and take apart.

Who may accept what: what is within the supplier's tolerances, or explained, is the clerk's affair. What is
beyond them (see `excess`) needs two: one asks, somebody else who may approve accepts.
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
from addons.supplier_payables.services.excess import why
from addons.supplier_payables.services.uploading import MATCH
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.actor import actor_of, is_second
from core.security.audit import record

APPROVE = "supplier_payables.approve"
_DECIDE = text("""
    UPDATE payables_match SET state = :state, note = :note, owner_id = :owner, decided_by_id = :user,
           decided_at = CASE WHEN :state = 'open' THEN NULL ELSE now() END, outcome = '',
           asked_by_id = CASE WHEN :state = 'accepted' THEN asked_by_id END
     WHERE id = ANY(:ids)
""")
_ASK = text("UPDATE payables_match SET asked_by_id = :user WHERE id = ANY(:ids)")
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
    """Refuses what is beyond the tolerances, unless somebody else has asked for it."""
    _decide(session, acceptable(session, matches), "accepted", "accept")


def acceptable(session: AnySession, matches: Iterable[Any]) -> Sequence[Any]:
    """Locked rows of open matches of drafts that the actor may accept. Raises PayablesError."""
    rows = _open(session, matches)
    PayablesError.refuse({row.id: said for row in rows if row.beyond and (said := _not_by(session, row))})
    return rows


def _not_by(session: AnySession, row: Any) -> str:
    """Why the actor may not accept what is beyond the tolerances; empty where it may."""
    actor = actor_of(session)
    if row.asked_by_id is None:
        return _("%(why)s Ask a second person, who then decides (A), or dispute it (X).", why=why(row))
    if not is_second(session, row.asked_by_id):
        return _(
            "%(why)s You have asked for it: somebody else who may approve payables decides.", why=why(row)
        )
    if not actor.may(APPROVE):
        return _("%(why)s It waits for someone who may approve payables.", why=why(row))
    return ""


def ask(session: AnySession, matches: Iterable[Any]) -> None:
    """Note who asks; raises PayablesError for what needs nobody."""
    rows = _open(session, matches)
    needless = _("This is within the tolerances: accept it.")
    PayablesError.refuse({row.id: needless for row in rows if not row.beyond})
    user = actor_of(session).user_id
    if user is None:
        raise PayablesError(_("Log in to ask: it has to be known who asks."))
    ids = [row.id for row in rows]
    session.execute(_ASK, {"ids": ids, "user": user})
    record(session, "ask", "payables.match", ids)
    acts.forget(session, m.PayablesMatch, ids)


def _decide(
    session: AnySession, rows: Sequence[Any], state: str, act: str, note: str = "", owner: int | None = None
) -> None:
    ids = [row.id for row in rows]
    user = actor_of(session).user_id if state != "open" else None
    session.execute(_DECIDE, {"ids": ids, "state": state, "note": note, "owner": owner, "user": user})
    record(session, act, "payables.match", ids, {"note": note} if note else None)
    acts.forget(session, m.PayablesMatch, ids)


def dispute(session: AnySession, matches: Iterable[Any], note: str, owner_id: int | None) -> None:
    """The owner is the actor where nobody is named; what somebody else has decided meanwhile stays."""
    rows = _open(session, matches)
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
