"""What order lines come to.

Problem: an order's total and that of its invoice must agree to the cent, the discount included. Rule: the
price less the discount is rounded to the six decimals of a price, and the line is quantity × that price,
rounded once; the invoice line takes the same price. Example: 1,000 × 0.0123 less 5 % → 0.011685 → 11.69
(11.685).
"""

from decimal import Decimal

from addons.accounting.amounts import line_net
from core.db import round_to

SMALLEST_PRICE = Decimal("0.000001")
_ZERO = Decimal(0)


def net_price(unit_price: Decimal | None, discount: Decimal | None) -> Decimal:
    """The price of one unit less the discount, a fraction."""
    return round_to((unit_price or _ZERO) * (1 - (discount or _ZERO)), SMALLEST_PRICE)


def order_net(
    quantity: Decimal | None, unit_price: Decimal | None, discount: Decimal | None, unit: Decimal
) -> Decimal:
    """The net of a line, in multiples of the smallest unit of the order's currency."""
    return line_net(quantity or _ZERO, net_price(unit_price, discount), unit)
