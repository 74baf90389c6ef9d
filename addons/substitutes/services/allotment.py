"""Share what is there of one part among those who are short.

Problem: 1,000 pieces are free, and three orders lack 600, 500 and 400. Rules: by the day of the order, by the
day that was promised, or by the priority of the customer, who is served first is served whole; pro rata each
gets the same part of what it lacks, in whole pieces, and what rounding leaves goes piece by piece to the
largest remainders. Example, pro rata: 400, 333.33 and 266.67 → 400, 333 and 267. Nobody gets more than is
lacking, and nothing is left while somebody lacks something.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from core.i18n import _, format_date, format_number

_ZERO, _ONE = Decimal(0), Decimal(1)
RULES = ("date", "promise", "priority", "pro_rata")


@dataclass(frozen=True)
class Claim:
    """What one order lacks."""

    key: Hashable
    quantity: Decimal
    ordered: date
    promised: date
    #: 1 goes before 9.
    priority: int = 5


@dataclass(frozen=True)
class Share:
    """How much of it the order gets, and why."""

    key: Hashable
    quantity: Decimal
    because: str


_ORDER: Mapping[str, Callable[[Claim], tuple[Any, ...]]] = {
    "date": lambda claim: (claim.ordered, claim.promised),
    "promise": lambda claim: (claim.promised, claim.ordered),
    "priority": lambda claim: (claim.priority, claim.promised, claim.ordered),
}


def share(free: Decimal, claims: Sequence[Claim], rule: str, step: Decimal = _ONE) -> list[Share]:
    """How `free` pieces are shared by a rule, in steps; the claims in the order in which they go."""
    if rule == "pro_rata":
        return _in_proportion(free, claims, step)
    left, found = max(free, _ZERO), []
    for place, claim in enumerate(sorted(claims, key=_ORDER[rule]), start=1):
        given = min(left, claim.quantity)
        left -= given
        found.append(Share(claim.key, given, _reason(rule, claim, place, given)))
    return found


def _in_proportion(free: Decimal, claims: Sequence[Claim], step: Decimal) -> list[Share]:
    ordered = sorted(claims, key=_ORDER["date"])
    wanted = sum((claim.quantity for claim in ordered), _ZERO)
    if not wanted:
        return []
    rate = min(max(free, _ZERO) / wanted, _ONE)
    exact = [claim.quantity * rate for claim in ordered]
    given = [
        min((x / step).to_integral_value(ROUND_FLOOR) * step, c.quantity)
        for x, c in zip(exact, ordered, strict=True)
    ]
    left = min(max(free, _ZERO), wanted) - sum(given, _ZERO)
    for place in sorted(range(len(ordered)), key=lambda n: given[n] - exact[n]):
        more = min(step, left, ordered[place].quantity - given[place])
        given[place] += more
        left -= more
    because = _("%(percent)s %% of what is lacking", percent=format_number(round(rate * 100, 1)))
    return [Share(claim.key, quantity, because) for claim, quantity in zip(ordered, given, strict=True)]


def _reason(rule: str, claim: Claim, place: int, given: Decimal) -> str:
    said = {
        "date": _("ordered on %(day)s", day=format_date(claim.ordered)),
        "promise": _("promised for %(day)s", day=format_date(claim.promised)),
        "priority": _("priority %(priority)s", priority=claim.priority),
    }[rule]
    if not given:
        return _("%(place)s. in turn, %(why)s: nothing is left", place=place, why=said)
    return _("%(place)s. in turn, %(why)s", place=place, why=said)
