"""Spread an amount over goods, to the cent.

Problem: 10.00 of freight are for three receipts that weigh the same; 3.33 each leave a cent over. Rule: each
gets its part, rounded down to the cent; the cents that are left go one by one to those of which rounding
took most, of equals to the first. Example: 10.00 over 1, 1 and 1 → 3.34, 3.33, 3.33; over 5, 3 and 1 →
5.555, 3.333 and 1.111 → 5.56, 3.33 and 1.11. The parts sum to the amount, and none is a cent off what it
would be exactly.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def spread(amount: Decimal, bases: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """The parts of an amount, a multiple of `unit`, in proportion to bases of which one is above zero."""
    cents, whole = int(amount / unit), sum(map(Fraction, bases), Fraction(0))
    exact = [cents * Fraction(base) / whole for base in bases]
    parts = [int(part) for part in exact]
    by_loss = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_loss[: cents - sum(parts)]:
        parts[place] += 1
    return [part * unit for part in parts]
