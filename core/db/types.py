"""Decimal columns that refuse what would silently change.

Problem: NUMERIC(18, 2) rounds 0.125 to 0.13 without a word, and a float brings 0.1 as
0.1000000000000000055. Both are refused when the value is bound, so that the code that computed the
amount has to round it, once, on purpose.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import DateTime, Numeric, Text
from sqlalchemy.types import TypeDecorator

from core.db.currencies import decimals_of


class ExactDecimal(TypeDecorator[Decimal]):
    """A NUMERIC with a fixed scale; floats, NaN and surplus digits raise ValueError.

    Each type says `cache_ok` for itself: SQLAlchemy looks for it in the class, not in its bases, and compiles
    every statement anew without it.
    """

    impl = Numeric
    scale: int = 2
    precision: int = 18

    def __init__(self) -> None:
        super().__init__(precision=self.precision, scale=self.scale)

    def process_bind_param(self, value: Any, dialect: Any) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise ValueError(f"{type(self).__name__} takes a Decimal, not {value!r}")
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError(f"{type(self).__name__} takes a finite number, not {value!r}")
        if -number.normalize().as_tuple().exponent > self.scale:  # type: ignore[operator]  # finite: an int
            raise ValueError(f"{value} has more than {self.scale} decimals: round it first")
        return number


class Money(ExactDecimal):
    """An amount in a currency, stored with 2 decimals; how many of them it may use, its currency says."""

    cache_ok = True
    scale = 2


class UnitPrice(ExactDecimal):
    """A price of one unit, 6 decimals: a resistor costs 0.000850."""

    cache_ok = True
    scale = 6
    precision = 20


class Quantity(ExactDecimal):
    """A quantity in the unit of the part, 4 decimals."""

    cache_ok = True
    scale = 4


class Rate(ExactDecimal):
    """A fraction such as a tax rate, 0.130000 for 13 %."""

    cache_ok = True
    scale = 6
    precision = 18


class Percent(ExactDecimal):
    """A percentage as people write it, 4 decimals: 2.5000 is 2.5 %."""

    cache_ok = True
    scale = 4
    precision = 7


class ExchangeRate(ExactDecimal):
    """Units of one currency for one of another, 10 decimals: a yen is 0.0067123456 dollars."""

    cache_ok = True
    scale = 10
    precision = 20


class Line(Text):
    """What a person or a file writes on one line; its table has a CHECK of the length, and so have forms.

    `Text` is for what programs write: states, reasons, keys.
    """

    #: Characters.
    longest = 1000


class Prose(Line):
    """What a person writes in several lines."""

    longest = 20_000


#: A moment, always with its zone.
Timestamp = DateTime(timezone=True)

#: The smallest units of currencies, by their decimals.
UNITS = (Decimal(1), Decimal("0.1"), Decimal("0.01"))


def round_money(value: Decimal, currency: str) -> Decimal:
    """Round to the smallest unit of the currency, half away from zero, as invoices are rounded in the trade.

    0.125 is 0.13 in USD, and 4.5 is 5 in JPY. `currency` is an ISO code.
    """
    return round_to(value, smallest_unit(currency))


def smallest_unit(currency: str) -> Decimal:
    """0.01 for USD, 1 for JPY; whoever rounds many amounts asks once and uses `round_to`."""
    return UNITS[decimals_of(currency)]


def round_to(value: Decimal, unit: Decimal) -> Decimal:
    """Round to a multiple of a currency's smallest unit, half away from zero."""
    return value.quantize(unit, rounding=ROUND_HALF_UP)
