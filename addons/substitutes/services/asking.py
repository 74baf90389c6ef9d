"""What is asked of substitutes, and what is answered."""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

#: From what fits without a change to what takes another board, as `substitute.fit`.
FITS = ("drop_in", "same_footprint", "needs_change")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Wanted:
    """So much of a part that a customer wants, and that may be short."""

    key: Hashable
    partner_id: int
    product_id: int
    #: In base units of the part.
    quantity: Decimal
    #: ISO code.
    currency: str
    on: dt.date
    #: What one of it costs the customer, less the discount; None where nobody knows.
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class Found:
    """A part that some source names for a line."""

    key: Hashable
    product_id: int
    fit: str = "drop_in"
    #: `approved`, `proposed`, or `suggested` where nobody has even proposed it.
    state: str = "proposed"
    rank: int = 999
    condition: str = ""
    #: The parts between, by which it was reached.
    by_way: Sequence[int] = ()
    #: What speaks for it and what differs, in words.
    because: Sequence[str] = ()
    #: Why the customer has to agree before; empty where nobody needs to.
    consent: str = ""


@dataclass(frozen=True)
class Remembered:
    """What the customer did when the same part was wanted before."""

    #: What was taken last: the day of the order, its number, how much at which price.
    order_id: int | None = None
    number: str = ""
    date: dt.date | None = None
    quantity: Decimal = _ZERO
    unit_price: Decimal | None = None
    currency: str = ""
    #: Whether it is what the customer took last in place of this part.
    is_last: bool = False
    returned: Decimal = _ZERO
    complaint: str = ""
    #: Why the customer did not want it, later than taking it; empty for never.
    refused: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the customer was not content with it."""
        return bool(self.returned or self.complaint or self.refused)


@dataclass(frozen=True)
class Candidate:
    """A part that a line may take, with all that a rep decides by."""

    found: Found
    code: str
    mpn: str
    maker: str
    description: str
    #: What nobody has been promised.
    free: Decimal
    #: The next day on which something comes in.
    arrival: dt.date | None
    unit_price: Decimal | None
    price_origin: str
    #: Against what the line costs now; None where one of the two is not known.
    difference: Decimal | None
    #: A part of the net, for whoever may see costs.
    margin: Decimal | None
    #: How much of what is wanted is free: 0 to 1.
    covered: Decimal
    memory: Remembered = field(default_factory=Remembered)
    #: In words: by way of which part, what differs in packs, why it stands where it stands.
    notes: Sequence[str] = ()

    @property
    def product_id(self) -> int:
        """The part."""
        return self.found.product_id
