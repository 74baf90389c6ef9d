"""Propose what was decided the last time about the same kind of difference of the same supplier.

Problem: each month Northwind states freight, which is accepted, and prices above those that were agreed,
which are disputed with the same words. Rule: of an open match that is not exact, the last decision about one
of the same class, causes and direction on another statement of the supplier is proposed: dearer is not
cheaper, and more is not less. Nothing is done before somebody says so, and what needs two people still does.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts

_LAST = text("""
    SELECT k.id, b.state, b.note, b.number
      FROM payables_match k
     CROSS JOIN LATERAL (
           SELECT d.state, d.note, s.number
             FROM payables_match d JOIN payables_statement s ON s.id = d.statement_id
            WHERE d.partner_id = k.partner_id AND d.kind = k.kind AND d.causes = k.causes
              AND d.state <> 'open' AND NOT d.exact AND d.statement_id <> k.statement_id
              AND sign(coalesce(d.price_change, 0)) = sign(coalesce(k.price_change, 0))
              AND sign(coalesce(d.their_quantity, 0) - coalesce(d.our_quantity, 0))
                = sign(coalesce(k.their_quantity, 0) - coalesce(k.our_quantity, 0))
            ORDER BY d.decided_at DESC, d.id DESC LIMIT 1) b
     WHERE k.id = ANY(:ids) AND k.state = 'open' AND NOT k.exact
""")


def proposals(session: AnySession, matches: Sequence[int]) -> Mapping[int, Any]:
    """What was decided the last time, and on which statement, by the id of the match."""
    return {row.id: row for row in session.execute(_LAST, {"ids": list(matches)})} if matches else {}


def repeat(session: AnySession, matches: Iterable[Any]) -> None:
    """Raises PayablesError where nothing was decided before, or what was may not be done alone."""
    ids = acts.ids_of(session, matches)
    found = proposals(session, ids)
    none = _("Nothing was decided before about such a difference of this supplier: decide it yourself.")
    PayablesError.refuse({key: none for key in ids if key not in found})
    accepted = [key for key in ids if found[key].state == "accepted"]
    if accepted:
        m.PayablesMatch.accept(session, accepted)
    disputed: dict[str, list[int]] = {}
    for key in ids:
        if found[key].state == "disputed":
            disputed.setdefault(found[key].note, []).append(key)
    for note, keys in disputed.items():
        m.PayablesMatch.dispute(session, keys, note)
