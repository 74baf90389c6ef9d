"""Which parts may stand in for others, by pairs and by chains of pairs.

Problem: A may be replaced by B, B by C, C by A again, in a hundred lines at once. Rule: from each part
along its pairs, and against those that hold both ways, at most three steps, never to a part that the way has
passed; of several ways to a part the best: approved throughout, then the better fit, then the rank. A chain
is as approved, and fits as well, as its weakest pair.
Example: A → B approved drop-in, B → C proposed → for A: B approved, and C proposed, by way of B.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.asking import FITS, Found, Wanted
from core.db import AnySession

#: Pairs that one candidate may be away.
STEPS = 3
_VALID = (
    "(s.valid_from IS NULL OR s.valid_from <= a.day) AND (s.valid_until IS NULL OR s.valid_until >= a.day)"
)
_FIT = "array_position(ARRAY['drop_in', 'same_footprint', 'needs_change'], s.fit) - 1"
_SHOWN = f"{_FIT} AS fit, s.state = 'approved' AS approved, s.rank, s.condition"
#: One row for each start, part and step: a second-best way to a part reaches nothing more.
_REACH = text(f"""
    WITH RECURSIVE a AS (
        SELECT DISTINCT * FROM unnest(CAST(:products AS bigint[]), CAST(:days AS date[])) AS a (start, day)),
    reached AS (
        SELECT a.start, a.day, a.start AS id, ARRAY[a.start] AS way, 0 AS fit, true AS approved, 0 AS rank,
               CAST('' AS text) AS condition
          FROM a
        UNION ALL
        SELECT * FROM (
            SELECT DISTINCT ON (a.start, a.day, s.id) a.start, a.day, s.id, a.way || s.id,
                   greatest(a.fit, s.fit) AS fit, a.approved AND s.approved AS approved,
                   greatest(a.rank, s.rank) AS rank, concat_ws('; ', nullif(a.condition, ''),
                   nullif(s.condition, '')) AS condition
              FROM reached a CROSS JOIN LATERAL (
                   SELECT s.substitute_id AS id, {_SHOWN} FROM substitute s
                    WHERE s.product_id = a.id AND s.state <> 'refused' AND {_VALID}
                    UNION ALL
                   SELECT s.product_id, {_SHOWN} FROM substitute s
                    WHERE s.substitute_id = a.id AND s.both_ways AND s.state <> 'refused' AND {_VALID}) s
             WHERE s.id <> ALL(a.way) AND cardinality(a.way) <= :steps
             ORDER BY a.start, a.day, s.id, approved DESC, fit, rank, a.way) best)
    SELECT DISTINCT ON (r.start, r.day, r.id) r.* FROM reached r
     WHERE r.id <> r.start
     ORDER BY r.start, r.day, r.id, r.approved DESC, r.fit, cardinality(r.way), r.rank
""")  # noqa: S608  # made of constants


def reached(session: AnySession, lines: Sequence[Wanted]) -> list[Found]:
    """What pairs and chains of pairs name for each line, in one query."""
    values = {"products": [x.product_id for x in lines], "days": [x.on for x in lines], "steps": STEPS}
    ways: dict[tuple[int, Any], list[Any]] = {}
    for row in session.execute(_REACH, values) if lines else ():
        ways.setdefault((row.start, row.day), []).append(row)
    return [_found(line, row) for line in lines for row in ways.get((line.product_id, line.on), ())]


def _found(line: Wanted, row: Any) -> Found:
    return Found(
        line.key,
        row.id,
        FITS[row.fit],
        "approved" if row.approved else "proposed",
        row.rank,
        row.condition,
        tuple(row.way[1:-1]),
    )
