"""The amounts of an invoice, computed once.

Problem: the total on the invoice, the tax report and the ledger must agree to the cent. Rule: each line's net
is quantity × unit price less its discount, rounded half up, once, to the smallest unit of the currency; each
tax is computed on the sum of the nets of its lines and rounded once; the total is the sum of the stored
amounts. Example: 3 × 0.335 = 1.005 → 1.01 USD; two such lines at 13 % → net 2.02, tax 0.2626 → 0.26, total
2.28. In JPY 3 × 1.5 = 4.5 → 5; two such lines at 13 % → net 10, tax 1.3 → 1, total 11. With a discount of 2.5
%, 7 × 0.99 = 6.93 is 6.75675 → 6.76: the discount is no amount that is rounded by itself.

A line names one tax, which may be a group of several: each of these is computed on the nets of all lines that
have it, by itself or in a group. Example: 10.10 at GST 5 % + PST 7 % → 0.505 → 0.51 and 0.707 → 0.71.

Where a tax is included, quantity × unit price is what the customer pays, rounded once; the line's net is that
divided by one plus the rate, rounded once, and the rest is the tax in it. These rests are summed up and
shared out among the taxes of a group by their rates, the last one taking what rounding leaves, so that net
and taxes are together what the prices say. Example: 3 × 9.99 with 13 % → 29.97 = 26.52 + 3.45.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, NamedTuple

from core.db import round_to

#: Digits enough for any quantity × price × discount, so that nothing is rounded before it is.
EXACT = Context(prec=60)
_ZERO = Decimal(0)


class TaxRule(NamedTuple):
    """How a tax that lines name is computed."""

    #: Together, as a fraction.
    rate: Decimal
    #: The taxes that it consists of with their rates; itself, where it is no group.
    parts: tuple[tuple[int, Decimal], ...]
    #: Whether prices have it in them.
    included: bool = False


@dataclass(frozen=True)
class TaxAmount:
    """One tax of a document: on which base, how much."""

    tax_id: int
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    """The amounts of a document, in its currency."""

    net: Decimal
    taxes: tuple[TaxAmount, ...]

    @property
    def tax(self) -> Decimal:
        """The taxes together."""
        return sum((t.amount for t in self.taxes), _ZERO)

    @property
    def total(self) -> Decimal:
        """What the customer owes."""
        return self.net + self.tax


def line_amount(
    quantity: Decimal, unit_price: Decimal, unit: Decimal, discount: Decimal | None = None
) -> Decimal:
    """What one line comes to by its price, in multiples of the smallest unit of the document's currency.

    `discount` is in percent, None or 0 for none.
    """
    amount = EXACT.multiply(quantity, unit_price)
    if discount:
        amount = EXACT.multiply(amount, (100 - discount).scaleb(-2))
    return round_to(amount, unit)


def tax_within(amount: Decimal, rule: TaxRule | None, unit: Decimal) -> Decimal:
    """The tax that is in the amount of a line; nothing where the tax comes on top of it."""
    if rule is None or not rule.included:
        return _ZERO
    return amount - round_to(EXACT.divide(amount, 1 + rule.rate), unit)


def price(line: Any, unit: Decimal, rules: Mapping[int, TaxRule]) -> None:
    """Set the net of a line, and the tax within its price; one without a price comes to nothing."""
    amount = line_amount(line.quantity, line.unit_price or _ZERO, unit, line.discount)
    line.tax_within = tax_within(amount, rules.get(line.tax_id), unit)
    line.net = amount - line.tax_within


def totals_of(
    lines: Iterable[tuple[Decimal, int | None, Decimal]], rules: Mapping[int, TaxRule], unit: Decimal
) -> Totals:
    """The totals of lines, or of sums of them, given as (net, tax id, tax within)."""
    net = _ZERO
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    for amount, tax_id, within in lines:
        net += amount
        if tax_id is not None:
            base, held = sums.get(tax_id, (_ZERO, _ZERO))
            sums[tax_id] = (base + amount, held + within)
    return Totals(net, tuple(_taxes(sums, rules, unit)))


def _taxes(
    sums: Mapping[int, tuple[Decimal, Decimal]], rules: Mapping[int, TaxRule], unit: Decimal
) -> Iterator[TaxAmount]:
    """Each tax once, though it may be on lines by itself, in groups, on top of prices and within them."""
    bases: dict[int, Decimal] = {}
    on_top: dict[int, tuple[Decimal, Decimal]] = {}
    within: dict[int, Decimal] = {}
    for tax_id, (base, held) in sums.items():
        rule = rules[tax_id]
        shares = _shared(held, rule, unit) if rule.included else {}
        for part, rate in rule.parts:
            bases[part] = bases.get(part, _ZERO) + base
            if rule.included:
                within[part] = within.get(part, _ZERO) + shares[part]
            else:
                on_top[part] = (on_top.get(part, (_ZERO, rate))[0] + base, rate)
    for part, base in sorted(bases.items()):
        taxed, rate = on_top.get(part, (_ZERO, _ZERO))
        yield TaxAmount(part, base, round_to(taxed * rate, unit) + within.get(part, _ZERO))


def _shared(held: Decimal, rule: TaxRule, unit: Decimal) -> dict[int, Decimal]:
    """What is within the prices, by the rates of the taxes that it consists of."""
    shares: dict[int, Decimal] = {}
    passed = given = _ZERO
    for part, rate in rule.parts:
        passed += rate
        upto = held if passed == rule.rate else round_to(EXACT.divide(held * passed, rule.rate), unit)
        shares[part] = upto - given
        given = upto
    return shares
