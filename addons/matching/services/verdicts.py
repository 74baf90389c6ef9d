"""What became of lines that belong together, or of one that stands alone, and what explains it.

Example: 100 at 1.00 of ours and 100 at 1.13 of theirs, with a tax of 13 % known: the price differs by +13 %,
the cause is tax. 10 at 100.00 against 1,000 at 1.00 comes to the same: matched, stated in packs.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from addons.matching.services.comparing import (
    AGREEING,
    CONTRADICTING,
    Side,
    compare,
    level_of,
    same_number,
)
from addons.matching.services.lines import Match, Tolerances

_HUNDRED, _ZERO = Decimal(100), Decimal(0)
_FREIGHT = re.compile(
    r"freight|shipping|postage|carriage|courier|delivery (?:charge|fee)|fracht|porto|versand"
    r"|运费|运输|快递|物流费",
    re.IGNORECASE,
)
#: How near a price must come to one with tax: half a tenth of a percent.
_TAX_SLACK = Decimal("0.05")


class Duplicates:
    """Whether a line of theirs says again what another one said that has its counterpart."""

    def __init__(self, taken: Iterable[Side]) -> None:
        self._said = {self._key(side) for side in taken}

    def __contains__(self, side: Side) -> bool:
        return self._key(side) in self._said

    @staticmethod
    def _key(side: Side) -> object:
        return (side.twin, side.parts if not side.group else ())


def verdict(ours: Sequence[Side], theirs: Sequence[Side], tolerances: Tolerances) -> Match:
    """The match of lines that were assigned to each other."""
    sums = _Sums(ours, theirs)
    levels = [level_of(a, b) for a in ours for b in theirs]
    kind, causes = _kind(sums, tolerances)
    if any(side.line.quantity < 0 for side in ours) and sums.quantities[0] > 0:
        causes = (*causes, "returned")
    agreements = tuple(_agreements(ours, theirs))
    worst = min(levels)
    is_sure = worst == AGREEING or (worst > CONTRADICTING and len(ours) == len(theirs) == 1)
    return Match(
        _keys(ours),
        _keys(theirs),
        kind,
        causes,
        agreements,
        sums.price_change,
        _score(ours, theirs),
        kind == "matched" and not causes and is_sure and sums.is_same and "similar_part" not in agreements,
    )


def alone(ours: Side | None, theirs: Side | None, tolerances: Tolerances, duplicates: Duplicates) -> Match:
    """The match of a line without a counterpart."""
    if theirs is None:
        assert ours is not None
        return Match((ours.line.key,), (), "only_ours", ("returned",) if ours.quantity < 0 else ())
    return Match((), (theirs.line.key,), "only_theirs", tuple(_explained(theirs, tolerances, duplicates)))


def _explained(side: Side, tolerances: Tolerances, duplicates: Duplicates) -> Iterable[str]:
    day = side.line.day
    if side in duplicates:
        yield "duplicate"
    if day and tolerances.end and day > tolerances.end:
        yield "next_period"
    if day and tolerances.start and day < tolerances.start:
        yield "earlier_period"
    if _FREIGHT.search(" ".join((side.line.text, *side.line.parts))):
        yield "freight"
    if side.quantity < 0:
        yield "returned"


class _Sums:
    """Both sides in sum."""

    def __init__(self, ours: Sequence[Side], theirs: Sequence[Side]) -> None:
        self.quantities = _quantity(ours), _quantity(theirs)
        self.amounts = _amount(ours), _amount(theirs)
        self.prices = _price(ours, self.amounts[0]), _price(theirs, self.amounts[1])

    @property
    def price_change(self) -> Decimal | None:
        """In percent of ours."""
        ours, theirs = self.prices
        if ours is None or theirs is None or not ours:
            return None
        return (theirs - ours) * _HUNDRED / ours

    @property
    def is_same(self) -> bool:
        """Whether nothing differs at all."""
        return self.quantities[0] == self.quantities[1] and not self.price_change

    @property
    def pack(self) -> bool:
        """Whether one side counts packs of the other's pieces."""
        small, large = sorted(map(abs, self.quantities))
        return small > 0 and large > small and large % small == 0


def _kind(sums: _Sums, tolerances: Tolerances) -> tuple[str, tuple[str, ...]]:
    ours, theirs = sums.quantities
    same_amount = None not in sums.amounts and _gap(sums.amounts) <= tolerances.amount
    if ours != theirs and same_amount and sums.pack:
        return "matched", ("pack",)
    if abs(theirs - ours) * _HUNDRED > abs(ours) * tolerances.quantity:
        return "quantity", ()
    change = sums.price_change
    if not change:
        return "matched", ()
    gap = abs((sums.prices[1] or _ZERO) - (sums.prices[0] or _ZERO)) * abs(theirs)
    if gap <= tolerances.amount:
        return "matched", ("rounding",)
    if abs(change) <= tolerances.price:
        return "matched", ()
    is_tax = any(abs(change - rate) <= _TAX_SLACK for rate in tolerances.tax_rates)
    return "price", ("tax",) if is_tax else ()


def _gap(amounts: tuple[Decimal | None, Decimal | None]) -> Decimal:
    return abs((amounts[0] or _ZERO) - (amounts[1] or _ZERO))


def _quantity(sides: Sequence[Side]) -> Decimal:
    return sum((side.line.quantity for side in sides), _ZERO)


def _amount(sides: Sequence[Side]) -> Decimal | None:
    values = [side.line.value for side in sides]
    return None if None in values else sum((value for value in values if value is not None), _ZERO)


def _price(sides: Sequence[Side], amount: Decimal | None) -> Decimal | None:
    """The stated price of one line; of several, what a unit comes to."""
    if len(sides) == 1 and sides[0].line.price is not None:
        return sides[0].line.price
    quantity = _quantity(sides)
    return amount / quantity if amount is not None and quantity else None


def _agreements(ours: Sequence[Side], theirs: Sequence[Side]) -> Iterable[str]:
    pairs = [(a, b) for a in ours for b in theirs]
    if all(same_number(a.order, b.order) for a, b in pairs):
        yield "order"
    if all(same_number(a.delivery, b.delivery) for a, b in pairs):
        yield "delivery"
    if any(side.similar for side in theirs):
        yield "similar_part"
    elif all(side.group for side in theirs):
        yield "part"
    if len(pairs) > 1:
        yield "sum"


def _score(ours: Sequence[Side], theirs: Sequence[Side]) -> int:
    scores = [compare(a, b).score for a in ours for b in theirs]
    return round(sum(scores) / len(scores))


def _keys(sides: Sequence[Side]) -> tuple[int, ...]:
    return tuple(sorted(side.line.key for side in sides))
