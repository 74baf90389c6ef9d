"""What orders lack: planned to go, and nothing reserved for it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession
from core.security import acts

_SHORT = text("""
    SELECT v.order_line_id, sum(v.quantity) FROM sales_order_line l
      JOIN stock_move v ON v.order_line_id = l.id AND v.state = 'planned' AND v.returns_id IS NULL
     WHERE l.order_id = ANY(:ids) GROUP BY v.order_line_id
""")


def short_lines(session: AnySession, orders: Iterable[Any]) -> Mapping[int, Decimal]:
    """What each line lacks, by its id; lines that lack nothing are left out."""
    rows = session.execute(_SHORT, {"ids": acts.ids_of(session, orders)})
    return {line: quantity for line, quantity in rows}
