"""What a supplier asks for a part, and why.

Problem: 1,200 pieces are to be ordered in EUR on 5 October. The supplier's list has 0.0100 from 1 on and
0.0080 from 1,000 on, and since 1 October 0.0105 from 1 on and 0.0085 from 1,000 on; in USD it has nothing. In
EUR the answer is 0.0085; in USD it is the price of the last order in USD, and without one nobody knows.

Rule: of the prices in the order's currency that hold on its day and that the quantity reaches, the one that
began last, and of those that began together the one from the greatest quantity on. Without one, the price at
which this part was ordered last from this supplier in this currency. An addon with agreements of its own
overrides `PurchasingOrder.price_lines` and calls `super()` for what they leave open.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.stock.services.orders.prices import Asked, Price
from core.db import AnySession
from core.i18n import N_
from core.sayings import say

#: What suppliers read of where a price comes from, in words that turn to them; not what others asked.
ORIGINS = {
    "supplier's list": N_("your list"),
    "supplier's list of %(day)s": N_("your list of %(day)s"),
    "%(list)s, break %(quantity)s+": "%(list)s, break %(quantity)s+",
}
#: The least that a supplier sells of parts, and its steps.
_STEPS = text("""
    SELECT product_id, min_quantity, multiple FROM purchasing_supplier_part
     WHERE partner_id = :supplier AND product_id = ANY(:products)
""")
_PRICES = text("""
    SELECT a.place, b.unit_price AS list_price, b.min_quantity, b.valid_from,
           p.unit_price, p.discount, p.number, p.date
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[]), CAST(:quantities AS numeric[]),
                  CAST(:currencies AS text[]), CAST(:days AS date[]), CAST(:own AS bigint[]))
           WITH ORDINALITY AS a (partner, product, quantity, currency, day, own, place)
      LEFT JOIN LATERAL (
           SELECT x.unit_price, x.min_quantity, x.valid_from
             FROM purchasing_supplier_part s JOIN purchasing_supplier_price x ON x.supplier_part_id = s.id
            WHERE s.partner_id = a.partner AND s.product_id = a.product AND x.currency_code = a.currency
              AND x.min_quantity <= a.quantity
              AND coalesce(x.valid_from, a.day) <= a.day AND coalesce(x.valid_until, a.day) >= a.day
            ORDER BY x.valid_from DESC NULLS LAST, x.min_quantity DESC LIMIT 1) b ON true
      LEFT JOIN LATERAL (
           SELECT l.unit_price, l.discount, o.number, o.date
             FROM purchasing_order_line l JOIN purchasing_order o ON o.id = l.order_id
            WHERE b.unit_price IS NULL AND l.product_id = a.product AND o.partner_id = a.partner
              AND o.currency_code = a.currency AND o.state IN ('confirmed', 'done')
              AND l.unit_price IS NOT NULL AND o.id <> a.own
            ORDER BY o.date DESC, l.id DESC LIMIT 1) p ON true
""")


def price_lines(session: AnySession, asked: Sequence[Asked]) -> list[Price]:
    """The price of each, in the order asked, in one question to the database."""
    if not asked:
        return []
    values = {
        "partners": [one.partner_id for one in asked],
        "products": [one.product_id for one in asked],
        "quantities": [one.quantity for one in asked],
        "currencies": [one.currency for one in asked],
        "days": [one.on for one in asked],
        "own": [one.own for one in asked],
    }
    found = {row.place: _price(row) for row in session.execute(_PRICES, values)}
    return [found[place] for place in range(1, len(asked) + 1)]


def _price(row: Any) -> Price:
    if row.list_price is not None:
        return Price(row.list_price, _list_origin(row))
    if row.unit_price is None:
        return Price()
    origin = say("as on %(number)s of %(day)s", number=row.number, day=row.date)
    return Price(row.unit_price, origin, row.discount)


def _list_origin(row: Any) -> str:
    since = say("supplier's list")
    if row.valid_from is not None:
        since = say("supplier's list of %(day)s", day=row.valid_from)
    if row.min_quantity <= 1:
        return since
    return say("%(list)s, break %(quantity)s+", list=since, quantity=row.min_quantity)


def steps_of(
    session: AnySession, supplier: int | None, products: Sequence[int]
) -> dict[int, tuple[Decimal | None, Decimal | None]]:
    """The least that a supplier sells of each part, and in which steps, where it has said so."""
    if supplier is None or not products:
        return {}
    rows = session.execute(_STEPS, {"supplier": supplier, "products": list(products)})
    return {product: (least, multiple) for product, least, multiple in rows}
