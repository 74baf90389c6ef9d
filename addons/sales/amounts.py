"""What order lines come to: exactly what their invoice lines will."""

from decimal import Decimal

from addons.accounting.amounts import line_net

_ZERO = Decimal(0)


def order_net(
    quantity: Decimal | None, unit_price: Decimal | None, discount: Decimal | None, unit: Decimal
) -> Decimal:
    """The net of a line, in multiples of the smallest unit of the order's currency; `discount` in percent."""
    return line_net(quantity or _ZERO, unit_price or _ZERO, unit, discount)
