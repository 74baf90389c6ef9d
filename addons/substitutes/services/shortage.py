"""Which lines of an order are short: by what is free for a quotation, by what is planned for an order."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from addons.sales.services.entry import lacking
from core import m
from core.db import AnySession


def short_of(session: AnySession, order: Any) -> Mapping[int, Decimal]:
    """How much each line of an order lacks, by its id; lines that lack nothing are left out."""
    if order.state != "quotation":
        found: Mapping[int, Decimal] = m.SalesOrder.short_lines(session, [order])
        return found
    return lacking(session, [(line.id, line.product_id, line.quantity) for line in order.lines])
