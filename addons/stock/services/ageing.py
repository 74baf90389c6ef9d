"""How long goods have lain, and what they are worth by that.

Problem: money that lies on shelves is seen only when somebody asks how long. Rule: what is in a place is as
old as its lot, by the day it was received, else by the day since when there has been something in the place
without a break; by date code it is as old as the Monday of the week that the maker has printed. Each balance
has its share of what its part is worth; shares are differences of rounded sums, so that they add up to the
value of the part to the cent. Example: 300 of a part worth 100.00, in three places of 100 → 33.33, 33.34,
33.33.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from core.db import AnySession, decimals_of

#: Days, from and to; None is without end.
AGES: Sequence[tuple[int, int | None]] = (
    (0, 30),
    (31, 60),
    (61, 90),
    (91, 180),
    (181, 270),
    (271, 365),
    (366, None),
)
#: By the number of an age, 0 first; -1 where the age is not known. A date code is a year and an ISO week.
_VALUES = text("""
    WITH aged AS (
        SELECT b.id, b.product_id, b.on_hand,
               CASE WHEN :by_code THEN
                         CASE WHEN l.date_code ~ '^[0-9]{2}(0[1-9]|[1-4][0-9]|5[0-3])$'
                              THEN to_date('20' || l.date_code || '1', 'IYYYIWID') END
                    ELSE coalesce(l.received, b.since) END AS since
          FROM stock_balance b
          JOIN stock_location p ON p.id = b.location_id AND p.kind IN ('internal', 'transit')
          LEFT JOIN stock_lot l ON l.id = b.lot_id
         WHERE b.company_id = :company AND b.on_hand > 0),
    shared AS (
        SELECT a.since, w.amount, w.quantity, a.on_hand,
               sum(a.on_hand) OVER (PARTITION BY a.product_id ORDER BY a.id) AS until
          FROM aged a JOIN stock_worth w ON w.product_id = a.product_id AND w.quantity > 0)
    SELECT coalesce(width_bucket(:today - since, CAST(:limits AS int[])), -1) AS age,
           sum(round(amount * until / quantity, :decimals)
               - round(amount * (until - on_hand) / quantity, :decimals)) AS amount
      FROM shared GROUP BY 1
""")


@dataclass(frozen=True)
class Ageing:
    """What stock is worth by age, in the currency of the books."""

    #: As `AGES` says.
    amounts: tuple[Decimal, ...]
    #: Of what no age is known: without lot, or without date code.
    unknown: Decimal


def ageing(
    session: AnySession, company_id: int, currency: str, today: date, *, by_code: bool = False
) -> Ageing:
    """What the company's stock is worth by its age, by receipt or by date code."""
    limits = [low for low, _high in AGES[1:]]
    values = {"company": company_id, "today": today, "limits": limits, "by_code": by_code}
    rows = session.execute(_VALUES, {**values, "decimals": decimals_of(currency)})
    found = {age: amount for age, amount in rows}
    amounts = tuple(Decimal(found.get(age, 0)) for age in range(len(AGES)))
    return Ageing(amounts, Decimal(found.get(-1, 0)))
