"""What a part costs a customer, and why.

The ground floor knows two origins: the list price of the part, by its breaks, in the order's currency; where
it has none, the price at which this customer ordered the part last in it. An addon with price lists
overrides `SalesOrder.price_lines` and calls `super()` for what its lists leave open.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.products.services.prices import Asked as Listed
from addons.products.services.prices import list_prices
from addons.stock.services.orders.prices import Asked, Price
from core.clock import today
from core.db import AnySession
from core.sayings import say

#: What customers read of where a price comes from; that they paid it before is no reason to them.
ORIGINS = {
    "list price": "list price",
    "list price, break %(quantity)s+": "list price, break %(quantity)s+",
}
#: The last price of each part and customer among all orders that were confirmed.
_LAST = text("""
    SELECT a.place, p.unit_price, p.discount, p.number, p.date
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[]), CAST(:currencies AS text[]),
                  CAST(:own AS bigint[])) WITH ORDINALITY AS a (partner, product, currency, own, place)
     CROSS JOIN LATERAL (
           SELECT l.unit_price, l.discount, o.number, o.date
             FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
            WHERE l.product_id = a.product AND o.partner_id = a.partner AND o.currency_code = a.currency
              AND o.state IN ('confirmed', 'done') AND l.unit_price IS NOT NULL AND o.id <> a.own
            ORDER BY o.date DESC, l.id DESC LIMIT 1) p
""")


def price_lines(session: AnySession, asked: Sequence[Asked]) -> list[Price]:
    """The price of each, in the order asked, in two questions to the database at most."""
    listed = list_prices(session, [Listed(a.product_id, a.quantity, a.currency) for a in asked])
    without = [one for one, price in zip(asked, listed, strict=True) if price is None]
    last = iter(_last_prices(session, without))
    return [next(last) if price is None else Price(price.unit_price, price.origin) for price in listed]


def last_prices(
    session: AnySession, partner_id: int, currency: str, products: Sequence[int]
) -> dict[int, Decimal]:
    """The unit price at which a customer ordered parts last; parts that it never ordered are left out."""
    on = today()
    asked = [Asked(partner_id, product, Decimal(1), currency, on) for product in products]
    found = zip(products, _last_prices(session, asked), strict=True)
    return {product: price.unit_price for product, price in found if price.unit_price is not None}


def _last_prices(session: AnySession, asked: Sequence[Asked]) -> list[Price]:
    if not asked:
        return []
    values = {
        "partners": [a.partner_id for a in asked],
        "products": [a.product_id for a in asked],
        "currencies": [a.currency for a in asked],
        "own": [a.own for a in asked],
    }
    found = {row.place: row for row in session.execute(_LAST, values)}
    return [_price(found.get(place)) for place in range(1, len(asked) + 1)]


def _price(row: Any) -> Price:
    if row is None:
        return Price()
    origin = say("as on %(number)s of %(day)s", number=row.number, day=row.date)
    return Price(row.unit_price, origin, row.discount)
