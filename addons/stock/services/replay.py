"""What the moves of a part cost, had its receipts cost something else.

Problem: 100 came in at 1.00, 60 of them went to a customer, 10 of these came back and 20 of the rest were
scrapped; then the maker charges 1.08. What is still there, what was sold, what came back and what was
scrapped all cost more, each to the cent as if 1.08 had been known at once. Rule: the rows of the part are
gone through once more from the receipt on, in the order in which they were done, by the same arithmetic that
valued them. With FIFO an issue takes the same pieces of the same layers as it took; with the average it takes
its part of what all is worth by then. Example, FIFO: the 60 cost 64.80, the 10 that came back 10.80, the 20
scrapped 21.60; what is left costs 32.40; 64.80 − 10.80 + 21.60 + 32.40 is the 108.00 of the receipt.

Freight and duty are no supplier's: where 8.00 of them come on top instead, and 10 pieces go back to the
maker, these have cost 10.80 and the maker owes 10.00; the 0.80 are lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from addons.stock.services.costs import Layer, Went, share
from core.db import round_to

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Step:
    """A value row that moved goods, and what its move has cost until now."""

    value_id: int
    move_id: int
    #: Positive for what came in.
    quantity: Decimal
    #: The sum of all value rows of the move, with the sign of the quantity.
    amount: Decimal
    returns_id: int | None = None
    #: Whether a count found it, at what the part was worth.
    is_found: bool = False
    #: With FIFO: the layers that an issue took from, and how much of each, in their order.
    takes: Sequence[tuple[int, Decimal]] = ()
    #: What of the amount is landed cost.
    landed: Decimal = _ZERO


@dataclass(frozen=True)
class Cost:
    """What a move did to the value of the part, and what stands against that in the ledger."""

    amount: Decimal
    against: Decimal
    landed: Decimal = _ZERO


@dataclass
class Replay:
    """A part before the first row that may change."""

    quantity: Decimal
    amount: Decimal
    unit: Decimal
    is_fifo: bool
    #: Whether what changes is landed cost, and no price.
    is_landed: bool = False
    #: Layers from before that are taken from, by the id of their row.
    layers: dict[int, Layer] = field(default_factory=dict)
    #: Moves from before that are brought back, by their id.
    went: dict[int, Went] = field(default_factory=dict)

    def run(self, steps: Sequence[Step], changes: Mapping[int, Decimal]) -> dict[int, Cost]:
        """What each move costs when receipts cost so much more than they did; by the move's id."""
        found = {}
        for step in steps:
            cost = self._receive(step, changes) if step.quantity > 0 else self._issue(step)
            found[step.move_id] = cost
            self.quantity += step.quantity
            self.amount += cost.amount
            self.went.setdefault(step.move_id, Went(abs(step.quantity), abs(cost.amount), landed=cost.landed))
        return found

    def _receive(self, step: Step, changes: Mapping[int, Decimal]) -> Cost:
        went = self.went.get(step.returns_id) if step.returns_id is not None else None
        landed = step.landed
        if went is not None:
            amount = went.cost_of(step.quantity, self.unit)
        elif step.is_found and self.quantity > 0:
            amount = round_to(self.amount / self.quantity * step.quantity, self.unit)
        else:
            change = changes.get(step.move_id, _ZERO)
            amount = step.amount + change
            landed += change if self.is_landed else _ZERO
        self.layers[step.value_id] = Layer(step.value_id, step.move_id, step.quantity, amount)
        return Cost(amount, -amount, landed)

    def _issue(self, step: Step) -> Cost:
        if self.is_fifo:
            takes = ((self.layers[layer], quantity) for layer, quantity in step.takes)
            cost = sum((layer.take(quantity, self.unit) for layer, quantity in takes), _ZERO)
        else:
            cost = share(self.amount, self.quantity, -step.quantity, self.unit)
        went = self.went.get(step.returns_id) if step.returns_id is not None else None
        against = cost if went is None else went.owed_for(-step.quantity, self.unit)
        return Cost(-cost, against)
