"""Tie the lines of bills and credit notes to the moves that they are for.

A received move is billed once, a returned one credited once. What has come and was not sent back is billed
first, the oldest first; then what was sent back and not credited yet; what is left is billed before it
comes, and is tied when it does. A credit note takes returns first, and then gives back what was billed last.
Example: 50 and 50 came, 30 of the second went back. A bill over 70 is for 50 and 20; one over 100 for all,
and the credit note over 30 is for what went back.

What a tie is worth is what the move credited to goods received, not billed. Billing takes it from the last
piece down while returns take it from the first piece up, each rounded, so that both together are the move.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.errors import PurchasingError
from addons.purchasing.services.pricing import forget_orders
from addons.stock.services.costs import share
from core.db import AnySession, smallest_unit
from core.i18n import _, format_number

__all__ = ["forget_orders", "tie", "tie_receipts", "tie_reversals"]

_ZERO = Decimal(0)
#: Lines of these documents for goods of purchase orders; a reversal is tied when it is written.
_LINES = text("""
    SELECT l.id, l.purchase_line_id, l.quantity, b.kind, b.company_id, l.position, b.reference
      FROM accounting_bill b JOIN accounting_bill_line l ON l.bill_id = b.id
      JOIN purchasing_order_line o ON o.id = l.purchase_line_id
      JOIN product p ON p.id = o.product_id AND p.kind = 'goods'
     WHERE b.id = ANY(:ids) AND b.state = 'draft' AND b.reverses_id IS NULL ORDER BY b.id, l.position
""")
_LOCK = text("SELECT id FROM purchasing_order_line WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
#: Done moves of order lines with what they credited, how much of each went back, and how much is credited.
_MOVES = text("""
    SELECT v.id, v.purchase_line_id, v.quantity, v.billed, v.returns_id, c.currency_code,
           coalesce(s.amount, 0) AS amount, coalesce(r.back, 0) AS back, coalesce(r.credited, 0) AS credited
      FROM stock_move v JOIN company c ON c.id = v.company_id
      LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM stock_value
                          WHERE move_id = coalesce(v.returns_id, v.id)
                            AND kind IN ('receipt', 'repricing')) s ON true
      LEFT JOIN LATERAL (SELECT sum(x.quantity) AS back, sum(x.billed) AS credited FROM stock_move x
                          WHERE x.returns_id = coalesce(v.returns_id, v.id) AND x.state = 'done'
                            AND (v.returns_id IS NULL OR x.id < v.id)) r ON true
     WHERE v.purchase_line_id = ANY(:lines) AND v.state = 'done' ORDER BY v.date, v.id FOR UPDATE OF v
""")
_WENT = text("SELECT id, quantity FROM stock_move WHERE id = ANY(:ids)")
_TIE = text("""
    INSERT INTO purchasing_billed_move (company_id, move_id, bill_line_id, quantity, value, difference)
    SELECT b.company_id, w.move, l.id, w.quantity, w.value, w.difference
      FROM unnest(CAST(:moves AS bigint[]), CAST(:lines AS bigint[]), CAST(:quantities AS numeric[]),
                  CAST(:values AS numeric[]), CAST(:differences AS numeric[]))
           AS w (move, line, quantity, value, difference)
      JOIN accounting_bill_line l ON l.id = w.line JOIN accounting_bill b ON b.id = l.bill_id
""")
_EARLY = text("""
    UPDATE accounting_bill_line l SET early_quantity = w.quantity
      FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[])) AS w (id, quantity)
     WHERE l.id = w.id
""")
#: Lines of these receipts that were billed before they came, with what of that is not tied yet.
_BEFORE = text("""
    SELECT l.id, l.purchase_line_id, l.early_quantity, l.early_value, coalesce(t.tied, 0) AS tied,
           l.early_quantity - coalesce(t.tied, 0) AS open
      FROM accounting_bill_line l JOIN accounting_bill b ON b.id = l.bill_id AND b.state = 'posted'
      LEFT JOIN LATERAL (SELECT sum(quantity) - (l.quantity - l.early_quantity) AS tied
                           FROM purchasing_billed_move WHERE bill_line_id = l.id) t ON true
     WHERE l.early_quantity > 0 AND NOT b.taken_back AND l.early_quantity > coalesce(t.tied, 0)
       AND l.purchase_line_id IN (SELECT purchase_line_id FROM stock_move
                                   WHERE transfer_id = ANY(:ids) AND state = 'done' AND returns_id IS NULL)
     ORDER BY l.id
""")
_REVERSED_LINES = text("""
    UPDATE accounting_bill_line n SET purchase_line_id = l.purchase_line_id
      FROM accounting_bill b, accounting_bill_line l
     WHERE b.id = ANY(:ids) AND n.bill_id = b.id AND l.bill_id = b.reverses_id AND l.position = n.position
       AND l.purchase_line_id IS NOT NULL
    RETURNING n.id
""")
_REVERSED_MOVES = text("""
    INSERT INTO purchasing_billed_move (company_id, move_id, bill_line_id, quantity, value, difference)
    SELECT x.company_id, x.move_id, n.id, -x.quantity, -x.value, -x.difference
      FROM accounting_bill b
      JOIN accounting_bill_line n ON n.bill_id = b.id
      JOIN accounting_bill_line l ON l.bill_id = b.reverses_id AND l.position = n.position
      JOIN purchasing_billed_move x ON x.bill_line_id = l.id
     WHERE b.id = ANY(:ids)
""")


@dataclass
class Tie:
    """So much of a move on a line, and what it takes off goods received, not billed."""

    move_id: int
    line_id: int
    quantity: Decimal
    value: Decimal
    difference: Decimal = _ZERO


class Goods:
    """A done move while lines are tied to it."""

    def __init__(self, row: Any, whole: Decimal) -> None:
        self.row, self.whole, self.unit = row, whole, smallest_unit(row.currency_code)
        self.billed: Decimal = row.billed

    @property
    def free(self) -> Decimal:
        """What of it stands on no bill."""
        return Decimal(self.row.quantity) - self.billed

    @property
    def kept(self) -> Decimal:
        """What of that was not sent back, or was and is credited."""
        return max(self.free - Decimal(self.row.back - self.row.credited), _ZERO)

    def take(self, quantity: Decimal) -> Decimal:
        """Bill so much of it, or give so much back (below zero); returns the value."""
        before = self._worth(self.billed)
        self.billed += quantity
        return self._worth(self.billed) - before

    def _worth(self, billed: Decimal) -> Decimal:
        """What so much of it is worth: of a receipt the last pieces, of a return its own first ones."""
        row, amount = self.row, Decimal(self.row.amount)
        if row.returns_id is None:
            return amount - share(amount, self.whole, self.whole - billed, self.unit)
        first = share(amount, self.whole, row.back, self.unit)
        return share(amount, self.whole, row.back + billed, self.unit) - first


def tie(session: AnySession, bills: Sequence[int]) -> bool:
    """Tie the lines of drafts that are about to be posted; returns whether any of them is for an order."""
    lines = session.execute(_LINES, {"ids": list(bills)}).all()
    if lines:
        goods = _goods(session, sorted({line.purchase_line_id for line in lines}))
        ties, early = [], {}
        for line in lines:
            own = goods.get(line.purchase_line_id, [])
            made = list(_credit(line, own) if line.kind == "credit_note" else _bill(line, own))
            left = line.quantity - sum((abs(one.quantity) for one in made), _ZERO)
            ties += made
            if left:
                early[line.id] = _left(line, left)
        _write(session, ties)
        _note_early(session, early)
    return bool(lines) or _has_ties(session, bills)


_HAS_TIES = text("""
    SELECT EXISTS (SELECT 1 FROM accounting_bill_line
                    WHERE bill_id = ANY(:ids) AND purchase_line_id IS NOT NULL)
""")


def _has_ties(session: AnySession, bills: Sequence[int]) -> bool:
    return bool(session.scalar(_HAS_TIES, {"ids": list(bills)}))


def _left(line: Any, left: Decimal) -> Decimal:
    if line.kind == "credit_note":
        raise PurchasingError(
            _(
                "Line %(position)s credits %(quantity)s more than was returned or billed: credit that by a "
                "line without an order.",
                position=line.position,
                quantity=format_number(left),
            )
        )
    return left


def _goods(session: AnySession, lines: Sequence[int]) -> Mapping[int, list[Goods]]:
    session.execute(_LOCK, {"ids": list(lines)})
    rows = session.execute(_MOVES, {"lines": list(lines)}).all()
    ids = [row.returns_id or row.id for row in rows]
    whole = {i: quantity for i, quantity in session.execute(_WENT, {"ids": ids})}
    found: dict[int, list[Goods]] = {}
    for row in rows:
        found.setdefault(row.purchase_line_id, []).append(Goods(row, whole[row.returns_id or row.id]))
    return found


def _bill(line: Any, goods: Sequence[Goods]) -> Iterator[Tie]:
    """Ties of a bill's line: what was kept first, then what went back and is to be credited."""
    left = Decimal(line.quantity)
    receipts = [one for one in goods if one.row.returns_id is None]
    for limit in ("kept", "free"):
        for one in receipts:
            if (taken := min(left, getattr(one, limit))) > 0:
                left -= taken
                yield Tie(one.row.id, line.id, taken, one.take(taken))


def _credit(line: Any, goods: Sequence[Goods]) -> Iterator[Tie]:
    """Ties of a credit note's line: what went back first, then what was billed last."""
    left = Decimal(line.quantity)
    for one in goods:
        if one.row.returns_id is not None and (taken := min(left, one.free)) > 0:
            left -= taken
            yield Tie(one.row.id, line.id, taken, -one.take(taken))
    for one in reversed(goods):
        if one.row.returns_id is None and (taken := min(left, one.billed)) > 0:
            left -= taken
            yield Tie(one.row.id, line.id, -taken, one.take(-taken))


def _write(session: AnySession, ties: Sequence[Tie]) -> None:
    if ties:
        values = {
            "moves": [one.move_id for one in ties],
            "lines": [one.line_id for one in ties],
            "quantities": [one.quantity for one in ties],
            "values": [one.value for one in ties],
            "differences": [one.difference for one in ties],
        }
        session.execute(_TIE, values)


def _note_early(session: AnySession, early: Mapping[int, Decimal]) -> None:
    if early:
        session.execute(_EARLY, {"ids": list(early), "quantities": list(early.values())})


def tie_reversals(session: AnySession, notes: Sequence[int]) -> None:
    """Let reversals give back what their bills had tied."""
    if notes and session.execute(_REVERSED_LINES, {"ids": list(notes)}).all():
        session.execute(_REVERSED_MOVES, {"ids": list(notes)})


def tie_receipts(session: AnySession, transfers: Sequence[int]) -> list[int]:
    """Tie what has just come to what was billed before it; returns the lines of bills.

    What it is worth beyond what the bill had booked is the tie's difference.
    """
    lines = session.execute(_BEFORE, {"ids": list(transfers)}).all()
    if not lines:
        return []
    goods = _goods(session, sorted({line.purchase_line_id for line in lines}))
    ties = [one for line in lines for one in _early_ties(line, goods.get(line.purchase_line_id, []))]
    _write(session, ties)
    return sorted({one.line_id for one in ties})


def _early_ties(line: Any, goods: Sequence[Goods]) -> Iterator[Tie]:
    left, tied = Decimal(line.open), Decimal(line.tied)
    for one in goods:
        if one.row.returns_id is None and (taken := min(left, one.kept)) > 0:
            worth = one.take(taken)
            before = share(line.early_value, line.early_quantity, tied, one.unit)
            booked = share(line.early_value, line.early_quantity, tied + taken, one.unit) - before
            left, tied = left - taken, tied + taken
            yield Tie(one.row.id, line.id, taken, booked, worth - booked)
