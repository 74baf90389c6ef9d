"""Tie the lines of bills and credit notes to the moves that they are for.

A received move is billed once. What has come and was not sent back is billed first, the oldest first; then
what was sent back; what is left is billed before it comes, and is tied when it does. A credit note gives
back what was billed and sent back, and then what was billed last. Example: 50 and 50 came, 30 of the second
went back. A bill over 70 is for 50 and 20; one over 100 for all, and the credit note over 30 is for what went
back. Where goods that were billed go back while others are not billed yet, or come instead, the bill is for
those: so a move is never both at once.

What a tie is worth is what the move credited to goods received, not billed. Billing takes it from the last
piece down while returns take it from the first piece up, each rounded, so that both together are the move.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.costs import share
from core.db import AnySession, smallest_unit
from core.i18n import _, format_number

__all__ = ["tie", "tie_moves", "tie_reversals"]

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
#: What came for order lines, with what it credited and how much of it went back.
_MOVES = text("""
    SELECT v.id, v.purchase_line_id, v.quantity, v.billed, c.currency_code,
           coalesce(s.amount, 0) AS amount, coalesce(r.back, 0) AS back
      FROM stock_move v JOIN company c ON c.id = v.company_id
      LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM stock_value
                          WHERE move_id = v.id AND kind IN ('receipt', 'repricing')) s ON true
      LEFT JOIN LATERAL (SELECT sum(quantity) AS back FROM stock_move
                          WHERE returns_id = v.id AND state = 'done') r ON true
     WHERE v.purchase_line_id = ANY(:lines) AND v.state = 'done' AND v.returns_id IS NULL
     ORDER BY v.date, v.id FOR UPDATE OF v
""")
#: Order lines of these transfers of which something that was billed has gone back.
_WENT_BACK = text("""
    SELECT DISTINCT v.purchase_line_id FROM stock_move d
      JOIN stock_move v ON v.purchase_line_id = d.purchase_line_id AND v.returns_id IS NULL AND v.billed > 0
     WHERE d.transfer_id = ANY(:ids) AND d.state = 'done'
       AND v.billed + (SELECT coalesce(sum(quantity), 0) FROM stock_move
                        WHERE returns_id = v.id AND state = 'done') > v.quantity
""")
#: On which lines of bills moves stand, the last ones first.
_STANDING = text("""
    SELECT move_id, bill_line_id, sum(quantity) AS quantity FROM purchasing_billed_move
     WHERE move_id = ANY(:moves) GROUP BY 1, 2 HAVING sum(quantity) > 0 ORDER BY 2 DESC
""")
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
    """A received move while lines are tied to it."""

    def __init__(self, row: Any) -> None:
        self.id: int = row.id
        self.quantity, self.back = Decimal(row.quantity), Decimal(row.back)
        self.amount, self.unit = Decimal(row.amount), smallest_unit(row.currency_code)
        self.billed = Decimal(row.billed)

    @property
    def free(self) -> Decimal:
        """What of it stands on no bill."""
        return self.quantity - self.billed

    @property
    def kept(self) -> Decimal:
        """What of that was not sent back."""
        return max(self.free - self.back, _ZERO)

    @property
    def over(self) -> Decimal:
        """What of it is billed and was sent back."""
        return max(self.back - self.free, _ZERO)

    def take(self, quantity: Decimal) -> Decimal:
        """Bill so much of it, or give so much back (below zero); returns the value."""
        before = self._worth()
        self.billed += quantity
        return self._worth() - before

    def _worth(self) -> Decimal:
        """What its last pieces are worth that are billed."""
        return self.amount - share(self.amount, self.quantity, self.quantity - self.billed, self.unit)


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
    found: dict[int, list[Goods]] = {}
    for row in session.execute(_MOVES, {"lines": list(lines)}):
        found.setdefault(row.purchase_line_id, []).append(Goods(row))
    return found


def _bill(line: Any, goods: Sequence[Goods]) -> Iterator[Tie]:
    """Ties of a bill's line: what was kept first, then what went back and is to be credited."""
    left = Decimal(line.quantity)
    for limit in ("kept", "free"):
        for one in goods:
            if (taken := min(left, getattr(one, limit))) > 0:
                left -= taken
                yield Tie(one.id, line.id, taken, one.take(taken))


def _credit(line: Any, goods: Sequence[Goods]) -> Iterator[Tie]:
    """Ties of a credit note's line: what is billed and went back first, then what was billed last."""
    left = Decimal(line.quantity)
    for limit in ("over", "billed"):
        for one in reversed(goods):
            if (taken := min(left, getattr(one, limit))) > 0:
                left -= taken
                yield Tie(one.id, line.id, -taken, one.take(-taken))


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


def tie_moves(session: AnySession, transfers: Sequence[int]) -> list[int]:
    """Tie what has just come, or is left when goods went back, to what was billed; returns lines of bills.

    What it is worth beyond what the bill had booked is the tie's difference.
    """
    swapped = session.scalars(_WENT_BACK, {"ids": list(transfers)}).all()
    early = session.execute(_BEFORE, {"ids": list(transfers)}).all()
    lines = sorted({*swapped, *(line.purchase_line_id for line in early)})
    if not lines:
        return []
    goods = _goods(session, lines)
    ties = [one for line in swapped for one in _swap(session, goods.get(line, []))]
    ties += [one for line in early for one in _early_ties(line, goods.get(line.purchase_line_id, []))]
    _write(session, ties)
    return sorted({one.line_id for one in ties})


def _swap(session: AnySession, goods: Sequence[Goods]) -> Iterator[Tie]:
    """Let bills be for what is kept instead of for what went back."""
    gone = [one for one in goods if one.over]
    if not any(one.kept for one in goods):
        return
    standing = session.execute(_STANDING, {"moves": [one.id for one in gone]}).all()
    for old in gone:
        for row in standing:
            limit = Decimal(row.quantity) if row.move_id == old.id else _ZERO
            for new in goods:
                if (moved := min(old.over, new.kept, limit)) > 0:
                    limit -= moved
                    value, worth = old.take(-moved), new.take(moved)
                    yield Tie(old.id, row.bill_line_id, -moved, value)
                    yield Tie(new.id, row.bill_line_id, moved, -value, worth + value)


def _early_ties(line: Any, goods: Sequence[Goods]) -> Iterator[Tie]:
    left, tied = Decimal(line.open), Decimal(line.tied)
    for one in goods:
        if (taken := min(left, one.kept)) > 0:
            worth = one.take(taken)
            before = share(line.early_value, line.early_quantity, tied, one.unit)
            booked = share(line.early_value, line.early_quantity, tied + taken, one.unit) - before
            left, tied = left - taken, tied + taken
            yield Tie(one.id, line.id, taken, booked, worth - booked)
