"""Goods that go back: a return names the receipt that it takes back, and no more of it than came."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.errors import PurchasingError
from addons.purchasing.services.receiving import LineMove
from addons.stock.services.drafts import TransferDraft
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts

RETURN = "purchasing.receive"
_MOVES = text("""
    SELECT v.id, v.purchase_line_id, v.company_id, o.id AS order_id, o.partner_id, o.number, t.reference
      FROM stock_move v JOIN purchasing_order_line l ON l.id = v.purchase_line_id
      JOIN purchasing_order o ON o.id = l.order_id JOIN stock_transfer t ON t.id = v.transfer_id
     WHERE v.id = ANY(:ids) AND v.state = 'done' AND v.returns_id IS NULL ORDER BY v.id
""")
_RETURNABLE = text("""
    SELECT v.id, v.quantity - coalesce(sum(r.quantity), 0) AS quantity
      FROM purchasing_order_line l
      JOIN stock_move v ON v.purchase_line_id = l.id AND v.state = 'done' AND v.returns_id IS NULL
      LEFT JOIN stock_move r ON r.returns_id = v.id AND r.state <> 'cancelled'
     WHERE l.order_id = :id GROUP BY v.id HAVING v.quantity > coalesce(sum(r.quantity), 0) ORDER BY v.id
""")


def returnable(session: AnySession, order_id: int) -> Mapping[int, Decimal]:
    """What of each received move has not gone back, nor is about to."""
    return {move: quantity for move, quantity in session.execute(_RETURNABLE, {"id": order_id})}


def return_goods(session: AnySession, moves: Mapping[int, Decimal], on: date | None) -> list[int]:
    """A return for each order, reserved as far as the goods are there; raises PurchasingError, StockError."""
    acts.require(session, RETURN)
    rows = {row.id: row for row in session.execute(_MOVES, {"ids": list(moves)})}
    if not rows or set(moves) - set(rows):
        raise PurchasingError(_("This was never received: a return names the receipt that it takes back."))
    groups: dict[int, list[Any]] = {}
    for row in rows.values():
        groups.setdefault(row.order_id, []).append(row)
    drafts = [_draft(group, moves, on or today()) for group in groups.values()]
    made: list[int] = m.StockTransfer.create(session, drafts)
    m.StockTransfer.reserve(session, made)
    return made


def _draft(rows: list[Any], moves: Mapping[int, Decimal], on: date) -> TransferDraft:
    row = rows[0]
    lines = [LineMove(None, moves[v.id], returns_id=v.id, purchase_line_id=v.purchase_line_id) for v in rows]
    return TransferDraft(row.company_id, "return", lines, row.partner_id, on, row.number)
