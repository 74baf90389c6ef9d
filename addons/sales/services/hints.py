"""What a line of a quotation is told while it is typed: how its part is sold, and what it earns.

What a line earns is its net less the cost of its goods by now, and is said to those who may see costs alone:
to the others nothing is said, whatever the line earns.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import books_of
from addons.accounting.services.rates import rates_on
from addons.products.services.quantities import Hint, hint_of
from core.db import AnySession
from core.i18n import _, format_number

_PARTS = text("""
    SELECT p.id, p.min_order_quantity AS moq, p.order_multiple AS multiple, p.pack_quantity AS pack,
           coalesce((SELECT min(u.name) FROM product_unit u
                      WHERE u.product_id = p.id AND u.factor = p.pack_quantity), '') AS pack_name,
           coalesce(w.amount / nullif(w.quantity, 0), p.cost) AS cost,
           coalesce(k.margin_floor, c.margin_floor) AS floor
      FROM product p JOIN company c ON c.id = p.company_id
      LEFT JOIN maker k ON k.id = p.maker_id LEFT JOIN stock_worth w ON w.product_id = p.id
     WHERE p.id = ANY(:ids)
""")


def parts_of(session: AnySession, products: Sequence[int]) -> dict[int, Any]:
    """How parts are sold and what they cost, in one question."""
    return {row.id: row for row in session.execute(_PARTS, {"ids": list(products)})} if products else {}


def odd_of(session: AnySession, order: Any) -> dict[int, str]:
    """The lines of an order that ask for what is not sold so, by position, with what is sold instead."""
    parts = parts_of(session, [line.product_id for line in order.lines if line.product_id])
    found = {}
    for line in order.lines:
        if (part := parts.get(line.product_id)) is not None:
            hint = hint_of(line.quantity, part.moq, part.multiple)
            if hint.tone:
                found[line.position] = hint.note
    return found


def below_cost(session: AnySession, order: Any) -> list[int]:
    """The lines of an order that earn less than their goods cost now; the caller asks who may know."""
    parts = parts_of(session, [line.product_id for line in order.lines if line.product_id])
    rate = rate_of(session, order.company_id, order.currency_code, order.date)
    known = [(line, parts[line.product_id].cost) for line in order.lines if line.product_id in parts]
    if rate is None:
        return []
    return [x.position for x, cost in known if cost is not None and x.net * rate < x.quantity * cost]


def of_margin(part: Any, quantity: Decimal | None, net: Decimal, rate: Decimal | None) -> Hint:
    """What a line earns of its net, by the cost of now; the caller has asked who may know."""
    if part is None or part.cost is None or rate is None or not quantity or not net:
        return Hint()
    worth = net * rate
    share = (worth - quantity * part.cost) / worth
    words = _("earns %(share)s %%", share=format_number(round(100 * share, 1)))
    if part.floor is None or share >= part.floor:
        return Hint(words)
    return Hint(_("%(earns)s, least %(floor)s %%", earns=words, floor=format_number(100 * part.floor)), "bad")


def rate_of(session: AnySession, company_id: int, currency: str, on: date | None) -> Decimal | None:
    """What one unit of the currency is worth in the books; None where nobody knows."""
    books = books_of(session, company_id)
    if currency == books.currency:
        return Decimal(1)
    return rates_on(session, books, [(currency, on)]).get((currency, on)) if on is not None else None
