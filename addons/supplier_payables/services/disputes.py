"""Disputes outlive their statement: who sees to them, and how they end.

What is disputed is not billed; it stands on the next statement again, with the reason. Once that bills it,
the dispute is settled by that. What is only the supplier's is on none of ours: its owner says how it ended.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.services.uploading import MATCH
from core import m
from core.db import AnySession
from core.i18n import _
from core.sayings import kept, say
from core.security import acts
from core.security.audit import record

_HAND_OVER = text("UPDATE payables_match SET owner_id = :owner WHERE id = ANY(:ids)")
_SETTLE = text("UPDATE payables_match SET outcome = :outcome WHERE id = ANY(:ids)")
#: Open disputes about moves of these lines.
_ABOUT = text("""
    SELECT DISTINCT d.id FROM payables_line l
      JOIN payables_line c ON c.move_id = l.move_id AND c.carried AND c.id <> l.id
      JOIN payables_match d ON d.id = c.match_id AND d.state = 'disputed' AND d.outcome = ''
     WHERE l.id = ANY(:lines) ORDER BY d.id
""")


def hand_over(session: AnySession, matches: Iterable[Any], owner_id: int) -> None:
    """Raises PayablesError for what is not disputed."""
    ids = _disputed(session, matches)
    session.execute(_HAND_OVER, {"ids": ids, "owner": owner_id})
    record(session, "hand_over", "payables.match", ids, {"owner_id": owner_id})
    acts.forget(session, m.PayablesMatch, ids)


def settle(session: AnySession, matches: Iterable[Any], outcome: str) -> None:
    """Raises PayablesError for what is not disputed, or settled already."""
    ids = _disputed(session, matches)
    if not outcome.strip():
        raise PayablesError(_("Say how it was settled: the words are kept with it."))
    _settle(session, ids, outcome.strip()[:1000])


def settle_billed(session: AnySession, lines: Sequence[int], number: str) -> None:
    """What a statement bills at last is disputed no more."""
    ids = list(session.scalars(_ABOUT, {"lines": list(lines)}))
    if ids:
        _settle(session, ids, say("billed with %(number)s", number=number))


def _settle(session: AnySession, ids: Sequence[int], outcome: str) -> None:
    session.execute(_SETTLE, {"ids": list(ids), "outcome": kept(outcome)})
    record(session, "settle", "payables.match", ids, {"outcome": outcome})
    acts.forget(session, m.PayablesMatch, ids)


def _disputed(session: AnySession, matches: Iterable[Any]) -> list[int]:
    acts.require(session, MATCH)
    rows = acts.locked(session, m.PayablesMatch, matches)
    other, settled = _("This is not disputed."), _("It is settled already.")
    PayablesError.refuse({row.id: other for row in rows if row.state != "disputed"})
    PayablesError.refuse({row.id: settled for row in rows if row.outcome})
    return [row.id for row in rows]
