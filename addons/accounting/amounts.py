"""The amounts of an invoice, computed once.

Problem: the total on the invoice, the tax report and the ledger must agree to the cent. Rule: each line's
net is quantity × unit price less its discount, rounded half up, once, to the smallest unit of the currency;
each tax is computed on the sum of the nets of its lines and rounded once; the total is the sum of the
stored amounts. Example: 3 × 0.335 = 1.005 → 1.01 USD; two such lines at 13 % → net 2.02, tax 0.2626 → 0.26,
total 2.28. In JPY 3 × 1.5 = 4.5 → 5; two such lines at 13 % → net 10, tax 1.3 → 1, total 11. With a
discount of 2.5 %, 7 × 0.99 = 6.93 is 6.75675 → 6.76: the discount is no amount that is rounded by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

from core.db import round_to

#: Digits enough for any quantity × price × discount, so that nothing is rounded before it is.
EXACT = Context(prec=60)


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
        return sum((t.amount for t in self.taxes), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What the customer owes."""
        return self.net + self.tax


def line_net(
    quantity: Decimal, unit_price: Decimal, unit: Decimal, discount: Decimal | None = None
) -> Decimal:
    """The net amount of one line, in multiples of the smallest unit of the document's currency.

    `discount` is in percent, None or 0 for none.
    """
    gross = EXACT.multiply(quantity, unit_price)
    if discount:
        gross = EXACT.multiply(gross, (100 - discount).scaleb(-2))
    return round_to(gross, unit)


def totals_of(
    nets: Iterable[tuple[Decimal, int | None]], rates: Mapping[int, Decimal], unit: Decimal
) -> Totals:
    """The totals of lines given as (net, tax id); `rates` has the rate of each tax as a fraction."""
    net = Decimal(0)
    bases: dict[int, Decimal] = {}
    for amount, tax_id in nets:
        net += amount
        if tax_id is not None:
            bases[tax_id] = bases.get(tax_id, Decimal(0)) + amount
    taxes = tuple(
        TaxAmount(tax_id, base, round_to(base * rates[tax_id], unit))
        for tax_id, base in sorted(bases.items())
    )
    return Totals(net, taxes)
