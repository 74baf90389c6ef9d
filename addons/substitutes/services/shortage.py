"""Which lines of an order are short: by what is free for a quotation, by what is planned for an order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.sales.services.entry import free_for
from core import m
from core.db import AnySession


def short_of(session: AnySession, order: Any) -> Mapping[int, Decimal]:
    """How much each line of an order lacks, by its id; lines that lack nothing are left out."""
    if order.state != "quotation":
        found: Mapping[int, Decimal] = m.SalesOrder.short_lines(session, [order])
        return found
    return lacking_of(session, [(line.id, line.product_id, line.quantity) for line in order.lines])


def lacking_of(
    session: Any, lines: Sequence[tuple[int, int | None, Decimal | None]]
) -> Mapping[int, Decimal]:
    """Of (key, part, quantity) in their order how much is not free, by key; services lack nothing."""
    goods = goods_among(session, [product for _key, product, _quantity in lines if product])
    asked = [(key, product, quantity or Decimal(0)) for key, product, quantity in lines if product in goods]
    free = free_for(session, [(product, quantity) for _key, product, quantity in asked])
    lacking = {key: quantity - left for (key, _product, quantity), left in zip(asked, free, strict=True)}
    return {key: quantity for key, quantity in lacking.items() if quantity > 0}


def goods_among(session: Any, products: Sequence[int]) -> set[int]:
    """Those of the parts that lie on shelves."""
    part = m.Product
    return set(session.scalars(select(part.id).where(part.id.in_(products), part.kind == "goods")))
