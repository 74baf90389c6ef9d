"""Which quantity can be sold: not below the least, in steps, in whole packs.

Problem: a customer wants 4,200 pieces of a part that goes out from 1,000 on, in hundreds, on reels of 5,000.
4,200 is fine unless the customer takes whole reels only; then it is 5,000. Of a part in steps of 30 and reels
of 100 whole reels come as 300.

Rule: the smallest quantity that is not below what is wanted nor below the minimum, and a multiple of the step
and of the pack, as far as they are given. It is offered with its reason; whoever asked decides.

While somebody types, a quantity below the minimum or between the steps is warned of, with the next one; one
that is fine is told the next full pack, where it is none: 4,200 → "3,000 a reel: 2 × 3,000 = 6,000".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import lcm

from core.i18n import _, format_number

#: Quantities have four decimals; in this many parts each is a whole number.
_PARTS = 10_000


@dataclass(frozen=True)
class Suggestion:
    """A quantity that can be sold."""

    quantity: Decimal
    #: Why it is not what was wanted, in words; empty where it is.
    reason: str = ""


def suggest(
    quantity: Decimal,
    moq: Decimal | None = None,
    multiple: Decimal | None = None,
    pack: Decimal | None = None,
) -> Suggestion:
    """The quantity to offer for one that is wanted, in base units of the part, and why.

    `moq` is the least, `multiple` the step, `pack` what a full pack holds: give it only where whole packs are
    wanted. Nothing is applied by this: show the suggestion, and let people take it. Quantities of zero and
    below (returns, corrections) stay as they are.
    """
    if quantity <= 0:
        return Suggestion(quantity)
    least = max(quantity, moq or quantity)
    step = _step([one for one in (multiple, pack) if one])
    offered = least if step is None else (least / step).to_integral_value(ROUND_CEILING) * step
    if offered == quantity:
        return Suggestion(quantity)
    return Suggestion(offered, ", ".join(_reasons(quantity, moq, multiple, pack)))


def _step(steps: list[Decimal]) -> Decimal | None:
    """The smallest quantity that is a multiple of all of these."""
    if not steps:
        return None
    return Decimal(lcm(*(int(step * _PARTS) for step in steps))) / _PARTS


def _reasons(
    quantity: Decimal, moq: Decimal | None, multiple: Decimal | None, pack: Decimal | None
) -> Iterator[str]:
    """Which of the rules the quantity breaks, or what it then grows to does."""
    if moq and quantity < moq:
        yield _("at least %(quantity)s", quantity=format_number(moq))
    if multiple and (max(quantity, moq or quantity) % multiple or pack):
        yield _("in steps of %(quantity)s", quantity=format_number(multiple))
    if pack:
        yield _("whole packs of %(quantity)s", quantity=format_number(pack))


@dataclass(frozen=True)
class Hint:
    """What is said of a quantity or a price; `tone` is empty where nothing is wrong."""

    note: str = ""
    tone: str = ""
    offer: Decimal | None = None


def hint_of(
    quantity: Decimal | None,
    moq: Decimal | None = None,
    multiple: Decimal | None = None,
    pack: Decimal | None = None,
    pack_name: str = "",
) -> Hint:
    """What somebody who types a quantity is told of it."""
    if not quantity or quantity < 0:
        return Hint()
    sold = suggest(quantity, moq, multiple)
    if sold.quantity != quantity:
        words = _("%(why)s: %(quantity)s", why=sold.reason, quantity=format_number(sold.quantity))
        return Hint(words, "warn", sold.quantity)
    packed = suggest(quantity, moq, multiple, pack).quantity
    if pack is None or packed == quantity:
        return Hint()
    words = _(
        "%(pack)s a %(unit)s: %(count)s × %(pack)s = %(quantity)s",
        pack=format_number(pack),
        unit=pack_name or _("pack"),
        count=format_number(packed / pack),
        quantity=format_number(packed),
    )
    return Hint(words, offer=packed)
