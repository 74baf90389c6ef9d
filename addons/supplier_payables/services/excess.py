"""What of a match is more than may be paid without a second person.

Example: 100 were received at 1.00, with tolerances of 2 % in price and 1 % in quantity. 100 at 1.02 and 101
at 1.00 are the clerk's affair, as are 80, a lower price, and what is explained: freight, rounding, another
period, stated twice. 100 at 1.03, 102 at 1.00, 80 at 1.03 and what never came need somebody who asks and
somebody else who agrees.
"""

from decimal import Decimal
from typing import Any

from addons.matching.services.lines import Match, Tolerances
from core.i18n import _, format_number

#: Lines that are only theirs and are not paid: they are said elsewhere.
NOT_PAID = frozenset({"duplicate", "next_period", "earlier_period", "returned"})
_ZERO = Decimal(0)
_EXPLAINED = NOT_PAID | {"freight", "rounding"}


def excess(
    match: Match, our_quantity: Decimal | None, their_quantity: Decimal | None, tolerances: Tolerances
) -> str:
    """Which limit is passed: `price`, `quantity`, `unreceived`; empty where none is."""
    if match.kind == "only_theirs":
        return "" if _EXPLAINED & set(match.causes) else "unreceived"
    if match.kind == "quantity" and abs(their_quantity or _ZERO) > abs(our_quantity or _ZERO):
        return "quantity"
    if match.kind in ("price", "quantity") and (match.price_change or _ZERO) > tolerances.price:
        return "price"
    return ""


def why(row: Any) -> str:
    """The limit that the row of a match passes, in words."""
    if row.kind == "only_theirs":
        return _("This was never received.")
    if row.kind == "quantity" and abs(row.their_quantity or 0) > abs(row.our_quantity or 0):
        return _("More is stated than was received.")
    return _(
        "The price is %(percent)s %% higher, which is above the supplier's tolerance.",
        percent=format_number(round(row.price_change, 2)),
    )
