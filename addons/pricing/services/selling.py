"""What a customer pays for a part, and why.

Problem: a customer has a contract over 10,000 pieces at 0.0070 of which 9,500 are ordered, and a list of its
own with 0.0080; its group, the dealers, has one with 0.0085, and everybody's list has 20 % margin over cost.
It asks for 600 pieces. Rule: a contract goes first as long as all that is asked for is left of it; 500 would
be 0.0070 each, 600 are 0.0080 by the customer's own list; then come lists for its group, lists for everybody,
the part's own list price, and the last price. Of lists for the same people the one that began last, then the
greatest break that is reached, then what was written last.

A margin is over what the part is worth in stock, or without stock over its cost, in the currency of the
books. Its percentage is in no words: who may see prices need not see costs.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from addons.pricing.services.latest import LIST_ORIGINS, list_words
from addons.purchasing.services.pricing import UNIT
from addons.stock.services.orders.prices import Asked, Price
from core.db import AnySession, round_to
from core.db.locks import FEW, keep_plans
from core.i18n import N_
from core.sayings import say

#: What customers read of where a price comes from.
ORIGINS = {**LIST_ORIGINS, "contract %(list)s, %(quantity)s left": N_("contract %(list)s")}
#: Drawn from a contract is what was ordered at its price in its time.
_PRICES = text("""
    SELECT a.place, x.*, CASE WHEN w.quantity > 0 THEN w.amount / w.quantity ELSE d.cost END AS cost
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[]), CAST(:quantities AS numeric[]),
                  CAST(:currencies AS text[]), CAST(:days AS date[]), CAST(:own AS bigint[]))
           WITH ORDINALITY AS a (partner, product, quantity, currency, day, own, place)
      LEFT JOIN partner q ON q.id = a.partner
      JOIN product d ON d.id = a.product JOIN company c ON c.id = d.company_id
      LEFT JOIN stock_worth w ON w.product_id = a.product
     CROSS JOIN LATERAL (
        SELECT l.name, l.valid_from AS day, p.unit_price, p.per, p.margin, p.min_quantity,
               p.contract_quantity - coalesce(o.drawn, 0) AS left_over
          FROM pricing_price p JOIN pricing_price_list l ON l.id = p.price_list_id
          LEFT JOIN LATERAL (
               SELECT sum(y.quantity - y.cancelled) AS drawn
                 FROM sales_order_line y JOIN sales_order s ON s.id = y.order_id
                WHERE p.contract_quantity IS NOT NULL AND y.product_id = p.product_id
                  AND s.partner_id = a.partner AND s.currency_code = l.currency_code
                  AND s.state IN ('confirmed', 'done') AND y.unit_price * p.per = p.unit_price
                  AND s.id <> a.own
                  AND s.date >= coalesce(l.valid_from, s.date)
                  AND s.date <= coalesce(l.valid_until, s.date)) o ON true
         WHERE p.product_id = a.product AND l.side = 'sale' AND l.active
           AND (l.partner_id = a.partner OR l.partner_id IS NULL)
           AND (l.partner_group_id = q.partner_group_id OR l.partner_group_id IS NULL)
           AND l.currency_code = a.currency AND p.min_quantity <= a.quantity
           AND coalesce(l.valid_from, a.day) <= a.day AND coalesce(l.valid_until, a.day) >= a.day
           AND (p.contract_quantity IS NULL OR p.contract_quantity - coalesce(o.drawn, 0) >= a.quantity)
           AND (p.margin IS NULL OR l.currency_code = c.currency_code
                AND coalesce(CASE WHEN w.quantity > 0 THEN w.amount END, d.cost) IS NOT NULL)
         ORDER BY p.contract_quantity IS NULL, l.partner_id IS NULL, l.partner_group_id IS NULL,
                  l.valid_from DESC NULLS LAST, p.min_quantity DESC, p.id DESC LIMIT 1) x
""")


def price_lines(session: AnySession, asked: Sequence[Asked]) -> list[Price | None]:
    """The price of each by contracts and lists, in one question; None where they say nothing."""
    if len(asked) < FEW:
        keep_plans(session)
    values = {
        "partners": [one.partner_id for one in asked],
        "products": [one.product_id for one in asked],
        "quantities": [one.quantity for one in asked],
        "currencies": [one.currency for one in asked],
        "days": [one.on for one in asked],
        "own": [one.own for one in asked],
    }
    found = {row.place: _price(row) for row in session.execute(_PRICES, values)} if asked else {}
    return [found.get(place) for place in range(1, len(asked) + 1)]


def _price(row: Any) -> Price:
    words = list_words(row.name, row.day, row.min_quantity)
    if row.margin is not None:
        by_cost = say("%(list)s, by cost", list=words)
        return Price(round_to(row.cost * 100 / (100 - row.margin), UNIT), by_cost)
    price = round_to(row.unit_price / row.per, UNIT)
    if row.left_over is None:
        return Price(price, words)
    left = say("contract %(list)s, %(quantity)s left", list=words, quantity=row.left_over)
    return Price(price, left)
