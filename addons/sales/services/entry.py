"""What nobody need type who enters an order: what follows from the customer, the parts and the stock."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.stock.services.availability import availability_of, next_arrivals
from addons.stock.services.orders.prices import Asked
from core import m
from core.db import AnySession
from core.i18n import _, format_date, format_number

_ZERO = Decimal(0)
_USED = text("""
    SELECT number FROM sales_order WHERE partner_id = :partner AND reference = :reference
       AND id <> :id AND state <> 'cancelled' ORDER BY id DESC LIMIT 1
""")


def of_customer(session: AnySession, partner_id: int | None) -> dict[str, Any]:
    """What an order takes from its customer."""
    partner = session.get(m.Partner, partner_id) if partner_id else None
    if partner is None:
        return {}
    return {
        "currency_code": partner.currency_code or partner.company.currency_code,
        "invoicing": partner.invoicing,
        "salesperson_id": partner.salesperson_id,
    }


def prices_of(
    session: AnySession,
    partner_id: int,
    currency: str,
    on: date,
    lines: Sequence[tuple[int, Decimal]],
    own: int = 0,
) -> list[dict[str, Any]]:
    """Price, origin and discount of each (part, quantity), for the fields of a line of the order `own`."""
    asked = [Asked(partner_id, product, quantity, currency, on, own=own) for product, quantity in lines]
    return [
        {"unit_price": price.unit_price, "price_origin": price.origin, "discount": price.discount}
        if price.unit_price is not None
        else {}
        for price in m.SalesOrder.price_lines(session, asked)
    ]


def availability_texts(session: AnySession, lines: Sequence[tuple[int | None, Decimal | None]]) -> list[str]:
    """For each (part, quantity) how much is free, and what is short and when more comes in.

    Lines of one part share what there is, the first ones first: 1,000 free, lines of 800 and 500 → the second
    is short of 300.
    """
    products = sorted({product for product, _quantity in lines if product is not None})
    coming = next_arrivals(session, products) if products else {}
    shares = free_for(session, lines)
    return [
        "" if product is None else _availability(free, quantity or _ZERO, coming.get(product))
        for (product, quantity), free in zip(lines, shares, strict=True)
    ]


def tell_availability(session: AnySession, lines: Sequence[Any]) -> None:
    """Keep with lines, the first ones first, what is free of their parts now."""
    with session.no_autoflush:
        asked = [(line.product_id, line.quantity) for line in lines]
        for line, words in zip(lines, availability_texts(session, asked), strict=True):
            line.availability = words


def free_for(session: AnySession, lines: Sequence[tuple[int | None, Decimal | None]]) -> list[Decimal]:
    """For each (part, quantity) how much of the part the lines before have left, in one query."""
    products = sorted({product for product, _quantity in lines if product is not None})
    free = {p: one.available for p, one in availability_of(session, products).items()} if products else {}
    found = []
    for product, quantity in lines:
        left = _ZERO if product is None else free.get(product, _ZERO)
        found.append(left)
        if product is not None:
            free[product] = max(left - (quantity or _ZERO), _ZERO)
    return found


def lacking(
    session: AnySession, lines: Sequence[tuple[int, int | None, Decimal | None]]
) -> dict[int, Decimal]:
    """Of (key, part, quantity) in their order how much is not free, by key; services lack nothing."""
    wanted = [product for _key, product, _quantity in lines if product]
    part = m.Product
    goods = set(session.scalars(select(part.id).where(part.id.in_(wanted), part.kind == "goods")))
    asked = [(key, product, quantity or _ZERO) for key, product, quantity in lines if product in goods]
    free = free_for(session, [(product, quantity) for _key, product, quantity in asked])
    short = {key: quantity - max(left, _ZERO) for (key, _p, quantity), left in zip(asked, free, strict=True)}
    return {key: quantity for key, quantity in short.items() if quantity > 0}


def _availability(free: Decimal, wanted: Decimal, coming: date | None) -> str:
    if free >= wanted:
        return _("%(free)s free", free=format_number(free))
    if coming is None:
        return _("short of %(short)s", short=format_number(wanted - max(free, _ZERO)))
    return _(
        "short of %(short)s; more comes on %(day)s",
        short=format_number(wanted - max(free, _ZERO)),
        day=format_date(coming),
    )


def used_before(session: AnySession, order: Any) -> str | None:
    """The number of another order of this customer with the same order number of theirs."""
    if not order.reference:
        return None
    values = {"partner": order.partner_id, "reference": order.reference, "id": order.id or 0}
    found: str | None = session.scalar(_USED, values)
    return found
