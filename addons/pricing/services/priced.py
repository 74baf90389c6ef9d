"""What received goods cost by now: the price of the last run that stands, else that of their receipt."""

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import text

from core.db import AnySession

#: Beside rows of moves `v` the line `k` of the last run that changed them; an index holds the applied ones.
LAST_RUN = """
    LEFT JOIN LATERAL (SELECT latest_price FROM pricing_run_line
                        WHERE move_id = v.id AND applied ORDER BY id DESC LIMIT 1) k ON true
"""
#: What one unit of the moves `v` costs by now, in the currency of their order.
BY_NOW = "coalesce(k.latest_price, v.document_price)"
_REPRICED = text(f"""
    SELECT v.id, k.latest_price FROM stock_move v {LAST_RUN}
     WHERE v.id = ANY(:ids) AND k.latest_price IS NOT NULL
""")  # noqa: S608  # our own constant


def repriced(session: AnySession, moves: Iterable[int]) -> dict[int, Decimal]:
    """What runs have set as the price of received moves; those that none has changed are left out."""
    return {row.id: row.latest_price for row in session.execute(_REPRICED, {"ids": list(moves)})}
