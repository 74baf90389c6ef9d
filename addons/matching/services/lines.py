"""What is compared, and what comes of it: plain values that know no document."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

#: What became of lines: agreed, or with another price or quantity (a line with both counts as the latter), or
#: without a counterpart.
KINDS = ("matched", "price", "quantity", "only_ours", "only_theirs")
#: Known explanations.
CAUSES = (
    "rounding",
    "freight",
    "tax",
    "pack",
    "returned",
    "next_period",
    "earlier_period",
    "duplicate",
)
#: What two lines have in common.
AGREEMENTS = ("order", "delivery", "part", "similar_part", "sum")


@dataclass(frozen=True)
class Line:
    """A line of ours or of theirs; `key` is the caller's, unique on its side.

    Both sides share unit and currency; what was sent back is below zero.
    """

    key: int
    quantity: Decimal
    price: Decimal | None = None
    #: Every number by which the part may be called: ours, theirs, the maker's.
    parts: tuple[str, ...] = ()
    order: str = ""
    delivery: str = ""
    day: date | None = None
    text: str = ""
    #: As stated; quantity × price where it is not.
    amount: Decimal | None = None
    #: The number of the invoice that it is on; lines are not assigned by it.
    document: str = ""

    @property
    def value(self) -> Decimal | None:
        """What it comes to; None where nothing says so."""
        if self.amount is not None:
            return self.amount
        return None if self.price is None else self.quantity * self.price


@dataclass(frozen=True)
class Tolerances:
    """What still counts as agreed."""

    #: In percent of ours.
    price: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    #: By how much the amount of a line may differ through rounding.
    amount: Decimal = Decimal("0.05")
    #: The first and the last day of the period that is compared.
    start: date | None = None
    end: date | None = None
    #: In percent: a price that is higher by one of them was stated with tax.
    tax_rates: tuple[Decimal, ...] = field(default=tuple(map(Decimal, (13, 9, 6, 19, 20, 7))))


@dataclass(frozen=True)
class Match:
    """Lines of ours and theirs that belong together, by their keys; or one that has no counterpart."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    kind: str
    causes: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    #: In percent of our price; None where either price is unknown.
    price_change: Decimal | None = None
    #: 0 to 100.
    score: int = 0
    #: Nothing differs and nothing is doubtful: may be accepted without a look.
    exact: bool = False
