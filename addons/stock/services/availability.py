"""What is there of parts, what of it is free, and what comes and goes.

    available = on hand − reserved
    projected = available + incoming − outgoing, at a date

Incoming is what is expected from outside our places, outgoing what is planned to leave them and is not
reserved yet; both up to the date. What moves between our places changes neither. Example: 100 on hand, 30
reserved, 500 expected on Friday, 600 planned to leave on Monday → 70 available; 570 on Friday, and 30 short
on Monday.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession

_ZERO = Decimal(0)
#: Over all rows: whoever may see stock sees all of it, and a figure that leaves out what others have promised
#: is a wrong one.
_SUMS = text("""
    SELECT p.id, coalesce(b.on_hand, 0), coalesce(b.reserved, 0), coalesce(v.incoming, 0),
           coalesce(v.outgoing, 0)
      FROM unnest(CAST(:ids AS bigint[])) AS p (id)
      LEFT JOIN LATERAL (SELECT sum(on_hand) AS on_hand, sum(reserved) AS reserved
                           FROM stock_balance WHERE product_id = p.id) b ON true
      LEFT JOIN LATERAL (
           SELECT sum(v.quantity) FILTER (WHERE f.kind NOT IN ('internal', 'transit')) AS incoming,
                  sum(v.quantity) FILTER (WHERE v.state = 'planned' AND g.kind NOT IN ('internal', 'transit'))
                      AS outgoing
             FROM stock_move v
             JOIN stock_location f ON f.id = v.from_id
             JOIN stock_location g ON g.id = v.to_id
            WHERE v.product_id = p.id AND v.state IN ('planned', 'reserved')
              AND (CAST(:until AS date) IS NULL OR v.date <= :until)) v ON true
""")
_FUTURE = text("""
    SELECT v.id, v.date, v.state, t.id AS transfer_id, t.number, t.kind,
           CASE WHEN f.kind IN ('internal', 'transit') THEN -v.quantity ELSE v.quantity END AS quantity
      FROM stock_move v
      JOIN stock_transfer t ON t.id = v.transfer_id
      JOIN stock_location f ON f.id = v.from_id
      JOIN stock_location g ON g.id = v.to_id
     WHERE v.product_id = :product AND v.state IN ('planned', 'reserved')
       AND (f.kind IN ('internal', 'transit')) <> (g.kind IN ('internal', 'transit'))
     ORDER BY v.date, quantity DESC, v.id
""")
#: The next day on which something comes from a supplier, of parts of which something does.
_NEXT = text("""
    SELECT v.product_id, min(v.date) FROM stock_move v JOIN stock_location f ON f.id = v.from_id
     WHERE v.product_id = ANY(:ids) AND v.state IN ('planned', 'reserved') AND f.kind = 'supplier'
     GROUP BY v.product_id
""")


@dataclass(frozen=True)
class Availability:
    """A part as it stands, and as it will stand at the date that was asked for."""

    on_hand: Decimal = _ZERO
    reserved: Decimal = _ZERO
    incoming: Decimal = _ZERO
    outgoing: Decimal = _ZERO

    @property
    def available(self) -> Decimal:
        """What nobody has been promised."""
        return self.on_hand - self.reserved

    @property
    def projected(self) -> Decimal:
        """What will be free; below zero for what is short."""
        return self.available + self.incoming - self.outgoing


def availability_of(
    session: AnySession, products: Iterable[int], until: date | None = None
) -> dict[int, Availability]:
    """What there is of each part, and what comes and goes up to a day, or ever."""
    rows = session.execute(_SUMS, {"ids": sorted(set(products)), "until": until})
    return {product: Availability(*sums) for product, *sums in rows}


def next_arrivals(session: AnySession, products: Iterable[int]) -> dict[int, date]:
    """When the next of each part should come from a supplier; parts of which nothing does are left out."""
    rows = session.execute(_NEXT, {"ids": sorted(set(products))})
    return {product: day for product, day in rows}


@dataclass(frozen=True)
class Coming:
    """A move that is not done yet, and what will be left once it is."""

    move: Any
    projected: Decimal

    @property
    def is_short(self) -> bool:
        """Whether there is less than was promised by then."""
        return self.projected < 0


def future_of(session: AnySession, product: int) -> Sequence[Coming]:
    """What comes and goes of a part, day by day; what is reserved is part of what is on hand now."""
    left = availability_of(session, [product])[product].on_hand
    found = []
    for move in session.execute(_FUTURE, {"product": product}):
        left += move.quantity
        found.append(Coming(move, left))
    return found
