"""What goods cost that come and go: FIFO from layers, or the moving average.

Problem: 10 pieces for 1.00 go out as 3, 3 and 4; each issue is rounded to the cent, and when the last piece
has gone nothing may be left over. Rule: an issue takes the layer's cost up to its last piece less its cost up
to its first, each rounded, so that the takes add up to the layer; with the average, whoever takes all that is
left takes all that it is worth. Moves are valued in the order in which they are done, one by one or as a set.
Example: 0.30, 0.30 and 0.40; 3 pieces for 0.01 cost 0.00, 0.01 and 0.00.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from core.db import round_to


def share(amount: Decimal, quantity: Decimal, part: Decimal, unit: Decimal) -> Decimal:
    """What the first `part` of a quantity costs, rounded to the smallest unit."""
    return round_to(amount * part / quantity, unit)


@dataclass
class Layer:
    """Goods that came in together at one cost; `taken` grows while issues take from it."""

    value_id: int
    move_id: int
    quantity: Decimal
    amount: Decimal
    taken: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """What no issue has taken."""
        return self.quantity - self.taken

    def take(self, quantity: Decimal, unit: Decimal) -> Decimal:
        """Take so much from it; returns what it costs."""
        before = share(self.amount, self.quantity, self.taken, unit)
        self.taken += quantity
        return share(self.amount, self.quantity, self.taken, unit) - before


@dataclass
class Went:
    """A move that returns bring back: what it was worth, and how much of it is back."""

    quantity: Decimal
    amount: Decimal
    back: Decimal = Decimal(0)
    #: What of the amount is freight and duty: whoever sold the goods owes nothing of it when they go back.
    landed: Decimal = Decimal(0)

    def cost_of(self, quantity: Decimal, unit: Decimal) -> Decimal:
        """What the next so many pieces that come back cost when they went."""
        return self._next(self.amount, quantity, unit)

    def owed_for(self, quantity: Decimal, unit: Decimal) -> Decimal:
        """What the supplier asked for the next so many pieces that go back to it."""
        return self._next(self.amount - self.landed, quantity, unit)

    def _next(self, amount: Decimal, quantity: Decimal, unit: Decimal) -> Decimal:
        before = share(amount, self.quantity, self.back, unit)
        self.back += quantity
        return share(amount, self.quantity, self.back, unit) - before


@dataclass(frozen=True)
class Take:
    """So much of a layer for an issue."""

    layer_id: int
    quantity: Decimal
    amount: Decimal


@dataclass
class Stock:
    """A part while moves are valued: how much there is, what it is worth, and its layers, oldest first."""

    quantity: Decimal
    amount: Decimal
    layers: deque[Layer] = field(default_factory=deque)

    def receive(self, layer: Layer) -> None:
        """Take goods in at the cost that the layer says."""
        self.quantity += layer.quantity
        self.amount += layer.amount
        self.layers.append(layer)

    def issue_average(self, quantity: Decimal, unit: Decimal) -> Decimal:
        """Let so much go at the average; returns what it costs."""
        cost = share(self.amount, self.quantity, quantity, unit)
        self.quantity -= quantity
        self.amount -= cost
        return cost

    def issue_fifo(self, quantity: Decimal, unit: Decimal, own: int | None = None) -> list[Take]:
        """Let so much go from the oldest layers, before them from the one that move `own` has brought."""
        takes = []
        left = quantity
        order: Iterable[Layer] = self.layers
        if own is not None:
            order = sorted(order, key=lambda layer: layer.move_id != own)
        for layer in order:
            if not left:
                break
            taken = min(left, layer.left)
            if taken > 0:
                takes.append(Take(layer.value_id, taken, layer.take(taken, unit)))
                left -= taken
        while self.layers and not self.layers[0].left:
            self.layers.popleft()
        self.quantity -= quantity
        self.amount -= sum((take.amount for take in takes), Decimal(0))
        return takes
