"""Which of the files beside a pair shows that one part may stand in for the other."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.errors import SubstituteError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

WRITE = "substitutes.write"
_NEWEST = text("""
    SELECT record_id, max(id) FROM attachment
     WHERE model = 'substitute' AND record_id = ANY(:ids) AND removed_at IS NULL GROUP BY record_id
""")
_MARK = text("UPDATE substitute SET evidence_id = :file WHERE id = :id")


def newest_files(session: AnySession, pairs: Sequence[int]) -> dict[int, int]:
    """The newest file beside each of these pairs that has any, by the pair's id."""
    return {pair: file for pair, file in session.execute(_NEWEST, {"ids": list(pairs)})}


def mark(session: AnySession, pairs: Iterable[Any]) -> None:
    """Make the newest file beside each pair its evidence; raises SubstituteError where there is none."""
    acts.require(session, WRITE)
    ids = [row.id for row in acts.locked(session, m.Substitute, pairs)]
    newest = newest_files(session, ids)
    missing = _("There is no file beside it: add the comparison or the test report to its files first.")
    SubstituteError.refuse({i: missing for i in ids if i not in newest})
    session.execute(_MARK, [{"id": i, "file": newest[i]} for i in ids])
    record(session, "mark_evidence", "substitute", ids)
    acts.forget(session, m.Substitute, ids)
