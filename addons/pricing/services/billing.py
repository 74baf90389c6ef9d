"""Bills of goods at the price that holds by now.

Problem: of an order line over 100 at 1.00, 60 came and were repriced to 1.08, and 40 came at 1.00. Rule:
the draft of the bill has a line for each price, in the order in which the goods came, so that each line
settles the receipts that it is for: 60 at 1.08 and 40 at 1.00. What is left of the open quantity stays at
the ordered price.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core import m
from core.db import AnySession

#: Done moves that are not wholly billed or credited, as bills take them.
_MOVES = text("""
    SELECT v.id, v.purchase_line_id, coalesce(v.returns_id, v.id) AS receipt,
           v.returns_id IS NOT NULL AS is_back,
           v.quantity - v.billed - greatest(coalesce(r.back, 0) - coalesce(r.credited, 0), 0) AS kept
      FROM stock_move v
      LEFT JOIN LATERAL (SELECT sum(x.quantity) AS back, sum(x.billed) AS credited FROM stock_move x
                          WHERE x.returns_id = v.id AND x.state = 'done') r ON true
     WHERE v.purchase_line_id = ANY(:lines) AND v.state = 'done' AND v.quantity > v.billed
       AND (CAST(:until AS date) IS NULL OR v.date <= :until)
     ORDER BY v.date, v.id
""")


def by_price(
    session: AnySession, drafts: Mapping[int, Sequence[Any]], lines: Sequence[Any], until: date | None
) -> dict[int, list[Any]]:
    """The drafts of order lines, split by the price at which goods came."""
    moves: dict[int, list[Any]] = {}
    for move in session.execute(_MOVES, {"lines": [line.id for line in lines], "until": until}):
        moves.setdefault(move.purchase_line_id, []).append(move)
    receipts = sorted({move.receipt for own in moves.values() for move in own})
    prices = m.StockMove.agreed_prices(session, receipts)
    return {line.id: list(_split(line, drafts[line.id], moves.get(line.id, ()), prices)) for line in lines}


def _split(
    line: Any, drafts: Sequence[Any], moves: Sequence[Any], prices: Mapping[int, Decimal | None]
) -> Iterator[Any]:
    """Lines of what of the moves is open, neighbours of one price together; the rest as it was."""
    (draft,) = drafts
    ordered = draft.unit_price * (100 - draft.discount) / 100
    pieces: list[tuple[Decimal | None, Decimal]] = []
    left = abs(line.quantity)
    for move in moves:
        taken = min(left, move.kept)
        if move.is_back != (line.quantity < 0) or taken <= 0:
            continue
        price = prices.get(move.receipt)
        price = None if price is None or abs(price - ordered) < _HALF else price
        left -= taken
        if pieces and pieces[-1][0] == price:
            taken += pieces.pop()[1]
        pieces.append((price, taken))
    if left:
        pieces.append((None, left))
    for price, quantity in pieces:
        if price is None:
            yield replace(draft, quantity=quantity)
        else:
            yield replace(draft, quantity=quantity, unit_price=price, discount=Decimal(0))


#: Prices are rounded to six decimals: what is closer is the same.
_HALF = Decimal("0.000001")
