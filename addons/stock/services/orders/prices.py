"""What a price is asked for and answered with, on either side."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Asked:
    """A part, for or from whom, how much of it, in which currency, when."""

    partner_id: int
    product_id: int
    quantity: Decimal
    currency: str
    on: date
    #: Tells lines of one order from those of others that are asked for at once.
    order: int = 0
    #: The id of the order that is priced, where it has one: it is no source for itself.
    own: int = 0


@dataclass(frozen=True)
class Price:
    """A unit price with its origin in words; None where nobody knows one."""

    unit_price: Decimal | None = None
    origin: str = ""
    discount: Decimal = Decimal(0)


def untaxed(line: str) -> str:
    """The unit price of an order line without the tax that it has in it, as SQL; `line` is its table."""
    without = f"round({line}.unit_price * {line}.net / ({line}.net + {line}.tax_within), 6)"
    return f"CASE WHEN {line}.tax_within = 0 THEN {line}.unit_price ELSE {without} END"
