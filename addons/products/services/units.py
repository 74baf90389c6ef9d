"""From a unit of a part to its base unit and back, without losing a piece.

Problem: a reel holds 5,000 pieces. 2.5 reels are 12,500 pieces; 0.0001 reels are half a piece, which there is
not; 3,333 pieces are 0.6666 reels, which are 3,333 again; 1 piece of a bag of 3 is a third, which no decimal
says. Whoever rounds loses a piece, and the count in December finds it.

Rule: quantity × factor and quantity ÷ factor are exact, to the four decimals of quantities, or they are
refused; and a part that comes in whole units is never given a part of one, whichever document asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.products.services.errors import UnitError
from core.db import AnySession
from core.i18n import _, format_number

#: The smallest quantity that is kept.
_SMALLEST = Decimal("0.0001")
_UNITS = text("""
    SELECT p.id, p.code, p.unit, p.countable,
           (SELECT json_object_agg(lower(u.name), CAST(u.factor AS text))
              FROM product_unit u WHERE u.product_id = p.id)
      FROM product p WHERE p.id = ANY(:ids)
""")


@dataclass(frozen=True)
class Units:
    """The units of one part."""

    code: str
    #: What its quantities are kept in.
    base: str
    #: Whether there are whole base units only.
    countable: bool
    #: Base units in one, by the unit's name in lower case.
    factors: dict[str, Decimal]

    def to_base(self, quantity: Decimal, unit: str = "") -> Decimal:
        """The quantity in base units; no unit is the base unit. Raises UnitError."""
        made = quantity * self.factor(unit)
        if not _fits(made) or (self.countable and not is_whole(made)):
            raise UnitError(
                _(
                    "%(quantity)s %(unit)s of %(code)s are %(made)s %(base)s: give a quantity that comes "
                    "out whole.",
                    quantity=format_number(quantity),
                    unit=unit or self.base,
                    code=self.code,
                    made=format_number(made),
                    base=self.base,
                )
            )
        return made

    def from_base(self, quantity: Decimal, unit: str = "") -> Decimal:
        """A quantity of base units in another unit; raises UnitError where no decimal says it exactly."""
        factor = self.factor(unit)
        made = (quantity / factor).quantize(_SMALLEST)
        if made * factor != quantity:
            raise UnitError(
                _(
                    "%(quantity)s %(base)s of %(code)s don't come out even in %(unit)s: leave them in "
                    "%(base)s.",
                    quantity=format_number(quantity),
                    base=self.base,
                    code=self.code,
                    unit=unit,
                )
            )
        return made

    def factor(self, unit: str = "") -> Decimal:
        """Base units in one of this unit, in any case of letters; raises UnitError without such a unit."""
        name = unit.strip().lower()
        if name in ("", self.base.lower()):
            return Decimal(1)
        if name not in self.factors:
            raise UnitError(
                _(
                    "%(code)s has no unit “%(unit)s”: choose among %(known)s, or add it to the part.",
                    code=self.code,
                    unit=unit,
                    known=", ".join([self.base, *sorted(self.factors)]),
                )
            )
        return self.factors[name]


def units_of(session: AnySession, products: Sequence[int]) -> dict[int, Units]:
    """The units of each of these parts, by id: one query. Core rows: whoever asks may see the parts."""
    rows: Sequence[Any] = session.execute(_UNITS, {"ids": list(products)}).all()
    return {
        key: Units(code, base, countable, {name: Decimal(factor) for name, factor in (factors or {}).items()})
        for key, code, base, countable, factors in rows
    }


def is_whole(quantity: Decimal) -> bool:
    """Whether there is no part of a unit in it."""
    return quantity == int(quantity)


def why_not_whole(part: Any, *quantities: Decimal | None) -> str:
    """Why one of these quantities of a part can't be: goods that are counted come in whole units.

    Empty where each can be, or is None. `part` has `code`, `kind`, `unit` and `countable`. Of a service an
    hour and a half may be sold.
    """
    if part is None or not part.countable or part.kind != "goods":
        return ""
    odd = next((quantity for quantity in quantities if quantity is not None and not is_whole(quantity)), None)
    if odd is None:
        return ""
    return _(
        "%(code)s comes in whole %(unit)s: give a whole number instead of %(quantity)s.",
        code=part.code,
        unit=part.unit,
        quantity=format_number(odd),
    )


def _fits(quantity: Decimal) -> bool:
    return quantity == quantity.quantize(_SMALLEST)
