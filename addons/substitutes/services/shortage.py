"""Which lines of an order are short: by what is free for a quotation, by what is planned for an order."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from addons.sales.services.entry import free_for
from core import m
from core.db import AnySession


def short_of(session: AnySession, order: Any) -> Mapping[int, Decimal]:
    """How much each line of an order lacks, by its id; lines that lack nothing are left out."""
    if order.state != "quotation":
        found: Mapping[int, Decimal] = m.SalesOrder.short_lines(session, [order])
        return found
    goods = [line for line in order.lines if line.product is not None and line.product.kind == "goods"]
    free = free_for(session, [(line.product_id, line.quantity) for line in goods])
    lacking = {line.id: line.quantity - left for line, left in zip(goods, free, strict=True)}
    return {line_id: quantity for line_id, quantity in lacking.items() if quantity > 0}
