"""Goods that come back: a return names the move that it brings back, and no more of it than went."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.sales.services.delivering import LineMove
from addons.sales.services.errors import SalesError
from addons.stock.services.drafts import TransferDraft
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts

RETURN = "sales.deliver"
_MOVES = text("""
    SELECT v.id, v.order_line_id, v.company_id, o.id AS order_id, o.partner_id, o.number, o.reference
      FROM stock_move v JOIN sales_order_line l ON l.id = v.order_line_id
      JOIN sales_order o ON o.id = l.order_id
     WHERE v.id = ANY(:ids) AND v.state = 'done' AND v.returns_id IS NULL ORDER BY v.id
""")
_RETURNABLE = text("""
    SELECT v.id, v.quantity - coalesce(sum(r.quantity), 0) AS quantity
      FROM sales_order_line l
      JOIN stock_move v ON v.order_line_id = l.id AND v.state = 'done' AND v.returns_id IS NULL
      LEFT JOIN stock_move r ON r.returns_id = v.id AND r.state <> 'cancelled'
     WHERE l.order_id = :id GROUP BY v.id HAVING v.quantity > coalesce(sum(r.quantity), 0) ORDER BY v.id
""")


def returnable(session: AnySession, order_id: int) -> Mapping[int, Decimal]:
    """What of each delivered move has not come back, nor is on its way."""
    return {move: quantity for move, quantity in session.execute(_RETURNABLE, {"id": order_id})}


def return_goods(session: AnySession, moves: Mapping[int, Decimal], on: date | None) -> list[int]:
    """A return for each order, as a draft; raises SalesError, and StockError for more than went."""
    acts.require(session, RETURN)
    rows = {row.id: row for row in session.execute(_MOVES, {"ids": list(moves)})}
    if not rows or set(moves) - set(rows):
        raise SalesError(_("This was never delivered: a return names the delivery that it brings back."))
    groups: dict[int, list[Any]] = {}
    for row in rows.values():
        groups.setdefault(row.order_id, []).append(row)
    drafts = [_draft(group, moves, on or today()) for group in groups.values()]
    return list(m.StockTransfer.create(session, drafts))


def _draft(rows: list[Any], moves: Mapping[int, Decimal], on: date) -> TransferDraft:
    row = rows[0]
    lines = [LineMove(None, moves[v.id], returns_id=v.id, order_line_id=v.order_line_id) for v in rows]
    reference = row.reference or row.number
    return TransferDraft(row.company_id, "return", lines, row.partner_id, on, reference)
