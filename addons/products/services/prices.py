"""What a part costs by the price list of its own card: the list price, or a break of it.

Problem: a part lists at 0.0100 USD, from 1,000 on at 0.0080, from 5,000 on at 0.0065; in EUR there is a break
from 1,000 on at 0.0075 and nothing below. 999 in USD are 0.0100 each, 5,000 are 0.0065; 999 in EUR have no
price here.

Rule: of the breaks in the currency that is asked for, the one with the greatest minimum that the quantity
reaches; without one, the list price where it is in that currency; otherwise none. Nothing is converted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession
from core.sayings import say

_PRICES = text("""
    SELECT r.n, b.unit_price AS break_price, b.min_quantity,
           CASE WHEN p.list_currency_code = r.currency THEN p.list_price END AS list_price
      FROM unnest(CAST(:products AS bigint[]), CAST(:quantities AS numeric[]), CAST(:currencies AS text[]))
           WITH ORDINALITY AS r (product_id, quantity, currency, n)
      JOIN product p ON p.id = r.product_id
      LEFT JOIN LATERAL (
           SELECT unit_price, min_quantity FROM product_price_break
            WHERE product_id = p.id AND currency_code = r.currency AND min_quantity <= r.quantity
            ORDER BY min_quantity DESC LIMIT 1) b ON true
""")


@dataclass(frozen=True)
class Asked:
    """How many of which part, in which currency; a returned quantity may be negative."""

    product_id: int
    #: In base units of the part: see `units`.
    quantity: Decimal
    #: ISO code.
    currency: str


@dataclass(frozen=True)
class ListPrice:
    """The price of one base unit, in the currency that was asked for."""

    unit_price: Decimal
    #: Where it comes from, in the reader's words: `list price, break 1,000+`.
    origin: str


def list_prices(session: AnySession, requests: Sequence[Asked]) -> list[ListPrice | None]:
    """The list price of each, in the order asked; None where the part has none in that currency.

    One query for all of them. Who may see the parts is asked before.
    """
    asked = list(requests)
    values = {
        "products": [one.product_id for one in asked],
        "quantities": [abs(one.quantity) for one in asked],
        "currencies": [one.currency for one in asked],
    }
    found = {row.n: _price(row) for row in session.execute(_PRICES, values)} if asked else {}
    return [found.get(n) for n in range(1, len(asked) + 1)]


def _price(row: Any) -> ListPrice | None:
    if row.break_price is not None:
        origin = say("list price, break %(quantity)s+", quantity=row.min_quantity)
        return ListPrice(row.break_price, origin)
    return None if row.list_price is None else ListPrice(row.list_price, say("list price"))
