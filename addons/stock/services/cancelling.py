"""Give drafts up."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from addons.stock.services.locks import lock_balances
from addons.stock.services.reservation import RESERVE, forget_moves, refuse_done
from core import m
from core.db import AnySession
from core.security import acts
from core.security.audit import record

_MOVES = text("""
    UPDATE stock_move SET state = 'cancelled', picked = NULL
     WHERE transfer_id = ANY(:ids) AND state IN ('planned', 'reserved')
""")
_TRANSFERS = text("UPDATE stock_transfer SET state = 'cancelled' WHERE id = ANY(:ids)")


def cancel(session: AnySession, transfers: Iterable[Any]) -> None:
    """Cancel drafts with their moves; what was reserved is free again. Raises StockError."""
    acts.require(session, RESERVE)
    rows = acts.locked(session, m.StockTransfer, transfers, of_few_lines=True)
    refuse_done(rows)
    ids = [row.id for row in rows]
    lock_balances(session, ids)
    session.execute(_MOVES, {"ids": ids})
    session.execute(_TRANSFERS, {"ids": ids})
    record(session, "cancel", "stock.transfer", ids)
    forget_moves(session, ids)
