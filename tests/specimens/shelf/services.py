"""What happens on the shelf."""

from decimal import Decimal
from typing import Any

from core.db import round_money
from core.errors import UserError


class EmptyOrderError(UserError):
    """An order without lines is nothing to confirm."""


def sum_up(session: Any, order: Any) -> None:
    """Write the order's total from its lines."""
    session.flush()
    session.refresh(order, ["lines"])
    total = sum((line.quantity * line.price for line in order.lines), Decimal(0))
    order.total = round_money(total, order.currency_code)


def confirm(session: Any, order: Any) -> str:
    """Confirm an order; raises EmptyOrderError."""
    if not order.lines:
        raise EmptyOrderError("The order has no lines. Add one, save, and confirm again.")
    order.state = "confirmed"
    return "Order confirmed."


def praise(_session: Any, part: Any) -> str:
    """Say something nice about a part, unless its note says that it is bad."""
    if part.note == "bad":
        raise UserError(f"{part.mpn} is bad: there is nothing to praise.")
    part.note = "praised"
    return "Praised."
