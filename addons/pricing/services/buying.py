"""Prices of purchase orders, and of what comes in for them.

Problem: a supplier counts all lines of a part on an order towards its breaks: 600 for March and 600 for
April reach the break of 1,000. Rule: lines are priced by their own quantity, or where the supplier counts
so by that of all lines of the part on the order; a receipt by what was ordered, not by what has come of it.

A receipt takes the latest price of its day where the supplier is set so. What was ordered stays on the move
beside it, with the origin of the new price in words.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.pricing.services.latest import LIST_ORIGINS, Wanted, latest_prices, partners_of
from addons.stock.services.orders.prices import Asked, Price
from core.db import AnySession
from core.db.locks import FEW, keep_plans
from core.i18n import N_
from core.sayings import kept

#: What suppliers read of where a price comes from: their list, or what they offered on a request.
ORIGINS = {
    **LIST_ORIGINS,
    "quotation %(number)s of %(day)s": N_("your quotation for %(number)s of %(day)s"),
}
_ORDERED = text("""
    SELECT order_id, product_id, sum(quantity) AS quantity FROM purchasing_order_line
     WHERE order_id = ANY(:ids) GROUP BY order_id, product_id
""")
_NOTE = text("""
    UPDATE stock_move v SET ordered_price = w.price, price_origin = w.origin
      FROM unnest(CAST(:ids AS bigint[]), CAST(:prices AS numeric[]), CAST(:origins AS text[]))
           AS w (id, price, origin) WHERE v.id = w.id
""")


def price_lines(session: AnySession, asked: Sequence[Asked]) -> list[Price | None]:
    """The latest price of each; None where nothing is known."""
    if len(asked) < FEW:
        keep_plans(session)
    of = partners_of(session, {one.partner_id for one in asked})
    sums: dict[tuple[int, int, int], Decimal] = {}
    for one in asked:
        key = (one.order, one.partner_id, one.product_id)
        sums[key] = sums.get(key, Decimal(0)) + one.quantity
    wanted = []
    for one in asked:
        whole = of[one.partner_id].price_breaks == "order" if one.partner_id in of else False
        quantity = sums[one.order, one.partner_id, one.product_id] if whole else one.quantity
        wanted.append(Wanted(one.partner_id, one.product_id, quantity, one.currency, one.on, one.own))
    found = latest_prices(session, wanted, of)
    return [
        Price(latest.unit_price, latest.origin, latest.discount) if (latest := found.get(one)) else None
        for one in wanted
    ]


def receipt_prices(
    session: AnySession, arriving: Sequence[Any], on: date, ordered: Mapping[int, Decimal]
) -> dict[int, Decimal]:
    """What arriving moves cost where their supplier takes the latest price; notes what was ordered."""
    of = partners_of(session, {row.partner_id for row in arriving})
    taking = [row for row in arriving if of[row.partner_id].receipt_price == "latest"]
    quantities = break_quantities(session, taking, of)
    wanted = {
        row.move: Wanted(row.partner_id, row.product_id, quantity, row.currency_code, on)
        for row, quantity in zip(taking, quantities, strict=True)
    }
    latest = latest_prices(session, list(wanted.values()), of)
    found = {move: latest[one] for move, one in wanted.items() if one in latest}
    if found:
        values = {
            "ids": list(found),
            "prices": [ordered[move] for move in found],
            "origins": [kept(one.origin) for one in found.values()],
        }
        session.execute(_NOTE, values)
    return {move: one.net for move, one in found.items()}


def break_quantities(
    session: AnySession, rows: Sequence[Any], of: Mapping[int, Any], own: str = "quantity"
) -> list[Decimal]:
    """By which quantity each line of an order reaches breaks; `own` is what rows call that of the line."""
    whole = sorted({row.order_id for row in rows if of[row.partner_id].price_breaks == "order"})
    if not whole:
        return [getattr(row, own) for row in rows]
    sums = {(r.order_id, r.product_id): r.quantity for r in session.execute(_ORDERED, {"ids": whole})}
    return [sums.get((row.order_id, row.product_id), getattr(row, own)) for row in rows]
