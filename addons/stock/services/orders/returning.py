"""Goods that come back, or go back: a return names the move that it takes back, and no more than moved."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from addons.stock.services.drafts import TransferDraft
from addons.stock.services.orders.sides import Side
from core import m
from core.clock import today
from core.db import AnySession
from core.security import acts

_MOVES = """
    SELECT v.id, v.{key} AS line_id, v.company_id, o.id AS order_id, o.partner_id, o.number, o.reference
      FROM stock_move v JOIN {line} l ON l.id = v.{key} JOIN {order} o ON o.id = l.order_id
     WHERE v.id = ANY(:ids) AND v.state = 'done' AND v.returns_id IS NULL ORDER BY v.id
"""
_RETURNABLE = """
    SELECT v.id, v.quantity - coalesce(sum(r.quantity), 0) AS quantity
      FROM {line} l
      JOIN stock_move v ON v.{key} = l.id AND v.state = 'done' AND v.returns_id IS NULL
      LEFT JOIN stock_move r ON r.returns_id = v.id AND r.state <> 'cancelled'
     WHERE l.order_id = :id GROUP BY v.id HAVING v.quantity > coalesce(sum(r.quantity), 0) ORDER BY v.id
"""
#: The same with what people know a move by: line, part, paper, lot.
_RETURNABLE_MOVES = """
    SELECT v.id, l.position, coalesce(p.mpn, p.code) AS part, t.number, t.date, coalesce(x.number, '') AS lot,
           coalesce(x.date_code, '') AS date_code, v.quantity AS moved,
           v.quantity - coalesce(sum(r.quantity), 0) AS quantity
      FROM {line} l
      JOIN stock_move v ON v.{key} = l.id AND v.state = 'done' AND v.returns_id IS NULL
      JOIN stock_transfer t ON t.id = v.transfer_id
      JOIN product p ON p.id = v.product_id
      LEFT JOIN stock_lot x ON x.id = v.lot_id
      LEFT JOIN stock_move r ON r.returns_id = v.id AND r.state <> 'cancelled'
     WHERE l.order_id = :id GROUP BY v.id, l.position, p.id, t.id, x.id
    HAVING v.quantity > coalesce(sum(r.quantity), 0) ORDER BY l.position, v.id
"""


def returnable_moves(session: AnySession, side: Side, order_id: int) -> Sequence[Any]:
    """What of each move of an order has not been returned, with its line, part, paper and lot."""
    return session.execute(side.sql(_RETURNABLE_MOVES), {"id": order_id}).all()


def returnable(session: AnySession, side: Side, order_id: int) -> Mapping[int, Decimal]:
    """What of each move of an order has not been returned, nor is about to."""
    return {move: quantity for move, quantity in session.execute(side.sql(_RETURNABLE), {"id": order_id})}


def return_goods(session: AnySession, side: Side, moves: Mapping[int, Decimal], on: date | None) -> list[int]:
    """A return for each order, as a draft; what goes back is reserved as far as it is there.

    Raises the side's error, and StockError for more than moved.
    """
    acts.require(session, side.move)
    rows = {row.id: row for row in session.execute(side.sql(_MOVES), {"ids": list(moves)})}
    if not rows or set(moves) - set(rows):
        raise side.error(str(side.words.never_moved))
    groups: dict[int, list[Any]] = {}
    for row in rows.values():
        groups.setdefault(row.order_id, []).append(row)
    drafts = [_draft(side, group, moves, on or today()) for group in groups.values()]
    made: list[int] = m.StockTransfer.create(session, drafts)
    if not side.goes_out:
        m.StockTransfer.reserve(session, made)
    return made


def _draft(side: Side, rows: Sequence[Any], moves: Mapping[int, Decimal], on: date) -> TransferDraft:
    row = rows[0]
    lines = [side.line_move(None, moves[one.id], one.line_id, one.id) for one in rows]
    return TransferDraft(row.company_id, "return", lines, row.partner_id, on, side.paper_number(row))
