"""What a price list changes against the one that it is compared with.

Example: the list of July has A at 1.00 and B at 2.00, the one of October A at 1.08 and C at 3.00: A is 8 %
up, B is gone, C is new. Prices are compared for one unit, by part and break.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from core.db import AnySession

#: How many changes a page shows, the largest first.
MOST = 200
_CHANGES = text("""
    SELECT p.code, p.mpn, coalesce(n.min_quantity, o.min_quantity) AS least, o.one AS before, n.one AS after,
           CASE WHEN o.one > 0 THEN (n.one - o.one) / o.one * 100 END AS percent,
           CASE WHEN o.product_id IS NULL THEN 'new' WHEN n.product_id IS NULL THEN 'gone'
                WHEN n.one > o.one THEN 'up' WHEN n.one < o.one THEN 'down' ELSE 'same' END AS kind
      FROM (SELECT product_id, min_quantity, unit_price / per AS one
              FROM pricing_price WHERE price_list_id = :new AND unit_price IS NOT NULL) n
      FULL JOIN (SELECT product_id, min_quantity, unit_price / per AS one
                   FROM pricing_price WHERE price_list_id = :old AND unit_price IS NOT NULL) o
             USING (product_id, min_quantity)
      JOIN product p ON p.id = product_id
     ORDER BY abs((n.one - o.one) / nullif(o.one, 0)) DESC NULLS LAST, p.code, least
""")


@dataclass(frozen=True)
class Changes:
    """How many prices are new, gone, up, down and the same, and the largest changes."""

    counts: dict[str, int]
    rows: list[Any]

    @property
    def left_out(self) -> int:
        """How many changes the page does not show."""
        return sum(n for kind, n in self.counts.items() if kind != "same") - len(self.rows)


def compare(session: AnySession, old: int, new: int, most: int | None = None) -> Changes:
    """What `new` changes against `old`, both ids of lists; at most so many rows, the largest first."""
    counts = dict.fromkeys(("new", "gone", "up", "down", "same"), 0)
    rows: list[Any] = []
    for row in session.execute(_CHANGES, {"old": old, "new": new}):
        counts[row.kind] += 1
        if row.kind != "same" and (most is None or len(rows) < most):
            rows.append(row)
    return Changes(counts, rows)


def changes_of(session: AnySession, price_list: Any) -> Changes:
    """What a list changes against the one that stands on it."""
    return compare(session, price_list.replaces_id, price_list.id, MOST)
