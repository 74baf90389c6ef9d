"""Drafts follow the prices that are agreed by now, and their matches are judged anew.

Problem: 100 stand on a draft at 1.00, the supplier states 1.08, and the receipt is repriced to 1.08; another
line was accepted at 2.00, and its receipt is repriced to 1.90. Rule: the lines take the price by now. What
agrees after that is exact: the first is to be accepted with all that are. What was decided about other
figures is open again, like the second, unless it agrees now; what is disputed stays so until it agrees.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from addons.matching.services.comparing import Side
from addons.matching.services.grouping import group
from addons.matching.services.lines import Line
from addons.matching.services.verdicts import Duplicates, alone, verdict
from addons.supplier_payables.services import uploading
from addons.supplier_payables.services.creation import take_agreed
from core import m
from core.db import AnySession
from core.security import acts
from core.security.audit import record

_DRAFTS = text("""
    SELECT DISTINCT s.id FROM payables_line l JOIN payables_statement s ON s.id = l.statement_id
      JOIN stock_move v ON v.id = l.move_id
     WHERE s.state = 'draft' AND coalesce(v.returns_id, v.id) = ANY(:moves) ORDER BY s.id
""")
_PAPERS = text("UPDATE payables_statement SET revision = revision + 1 WHERE id = :id")
_TIED = text("""
    SELECT k.id, k.kind, k.state, array_agg(DISTINCT l.id) AS ours,
           ARRAY(SELECT id FROM payables_their_line WHERE match_id = k.id ORDER BY id) AS theirs
      FROM payables_match k JOIN payables_line l ON l.match_id = k.id
     WHERE k.statement_id = :id
       AND k.id IN (SELECT match_id FROM payables_line WHERE id = ANY(:lines)) GROUP BY k.id ORDER BY k.id
""")
_JUDGE = text("""
    UPDATE payables_match SET kind = :kind, causes = :causes, agreements = :agreements,
           our_amount = :our_amount, price_change = :price_change, score = :score,
           exact = :exact, beyond = :beyond,
           asked_by_id = CASE WHEN :beyond THEN asked_by_id END,
           state = CASE WHEN CAST(:state AS text) = '' THEN state ELSE :state END,
           note = CASE WHEN :state = 'open' THEN '' ELSE note END,
           decided_by_id = CASE WHEN :state = 'open' THEN NULL ELSE decided_by_id END,
           decided_at = CASE WHEN :state = 'open' THEN NULL ELSE decided_at END
     WHERE id = :id
""")


def drafts_of(session: AnySession, moves: Iterable[int]) -> list[int]:
    """Drafts on which these receipts stand, or what went back of them; locked, in the order of their ids."""
    return [row.id for row in _drafts(session, moves)]


def _drafts(session: AnySession, moves: Iterable[int]) -> list[Any]:
    ids = list(session.scalars(_DRAFTS, {"moves": list(moves)}))
    return [row for row in acts.locked(session, m.PayablesStatement, ids) if row.state == "draft"]


def follow_prices(session: AnySession, moves: Iterable[int]) -> None:
    """Let drafts have the prices by now; whoever changed these needs no right for the statements."""
    for statement in _drafts(session, moves):
        if changed := take_agreed(session, [statement.id]):
            session.execute(_PAPERS, {"id": statement.id})
            _judge(session, statement, changed)
            record(session, "follow", "payables.statement", [statement.id], {"lines": len(changed)})
            acts.forget(session, m.PayablesStatement, [statement.id])


def _judge(session: AnySession, statement: Any, lines: Sequence[int]) -> None:
    tied = session.execute(_TIED, {"id": statement.id, "lines": list(lines)}).all()
    ours = _by_key(uploading.our_lines(session, statement.id, [one for row in tied for one in row.ours]))
    theirs = _by_key(uploading.their_lines(session, [one for row in tied for one in row.theirs]))
    for row in tied:
        _write(session, statement, row, [ours[key] for key in row.ours], [theirs[key] for key in row.theirs])
    acts.forget(session, m.PayablesMatch, [row.id for row in tied])


def _by_key(lines: Iterable[Line]) -> dict[int, Line]:
    return {line.key: line for line in lines}


def _write(
    session: AnySession, statement: Any, row: Any, ours: Sequence[Line], theirs: Sequence[Line]
) -> None:
    tolerances = uploading.tolerances_of(session, statement)
    us, them = [Side(line) for line in ours], [Side(line) for line in theirs]
    group(us, them)
    made = verdict(us, them, tolerances) if them else alone(us[0], None, tolerances, Duplicates(()))
    values = uploading.judged(made, _by_key(ours), _by_key(theirs), statement.currency_code, tolerances)
    session.execute(_JUDGE, {**values, "id": row.id, "state": _state(row, values)})


def _state(match: Any, values: dict[str, Any]) -> str:
    """The state that a decided match gets; empty where it keeps its own."""
    agrees = bool(values["exact"])
    if match.state == "disputed":
        return "open" if agrees else ""
    return "" if agrees or match.state == "open" or match.kind == "only_ours" else "open"
