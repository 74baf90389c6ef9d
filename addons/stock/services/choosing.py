"""From which lots and places a move takes.

Problem: a customer wants no old date codes next year because the young ones went first, and a whole reel is
worth more than the same pieces in two cut ones. Rule: the oldest date code first, what has none last; of one
date code whole reels as far as they are needed whole, then cut ones, and only then is a whole one cut.
Example: 7,000 of reels of 5,000 (2601, whole), 5,000 (2601, whole), 3,000 (2601, cut) → one whole reel, and
2,000 of the cut one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

#: Nothing is free.
NONE = Decimal(0)


@dataclass
class Shelf:
    """What is free of a part and lot in one place; `free` shrinks while moves take from it."""

    balance_id: int
    product_id: int
    location_id: int
    lot_id: int | None
    free: Decimal
    date_code: str
    #: Whether it is a reel that nothing was cut from or promised of.
    is_whole: bool
    warehouse_id: int | None
    pickable: bool


@dataclass(frozen=True)
class Taking:
    """So much is taken from a shelf."""

    shelf: Shelf
    quantity: Decimal


def choose(moves: Sequence[Any], shelves: Sequence[Shelf]) -> Mapping[int, list[Taking]]:
    """The takings of each move, by its id, in the order of the moves."""
    by_part: dict[int, list[Shelf]] = {}
    for shelf in sorted(shelves, key=lambda s: (s.date_code == "", s.date_code, s.balance_id)):
        by_part.setdefault(shelf.product_id, []).append(shelf)
    return {move.id: _take(move, by_part.get(move.product_id, [])) for move in moves}


def _take(move: Any, shelves: Sequence[Shelf]) -> list[Taking]:
    found: list[Taking] = []
    left = move.quantity
    fitting = [shelf for shelf in shelves if shelf.free > NONE and _fits(move, shelf)]
    for _code, group in groupby(fitting, key=lambda shelf: shelf.date_code):
        for shelf, fits_whole in _passes(list(group)):
            taken = min(left, shelf.free)
            if taken > NONE and (not fits_whole or taken == shelf.free):
                found.append(Taking(shelf, taken))
                shelf.free -= taken
                left -= taken
    return found


def _passes(group: Sequence[Shelf]) -> Sequence[tuple[Shelf, bool]]:
    """Whole reels for as long as they are taken whole, cut ones, whole ones to be cut."""
    whole = [shelf for shelf in group if shelf.is_whole]
    cut = [shelf for shelf in group if not shelf.is_whole]
    return [(s, True) for s in whole] + [(s, False) for s in cut] + [(s, False) for s in whole]


def _fits(move: Any, shelf: Shelf) -> bool:
    if move.lot_id is not None and move.lot_id != shelf.lot_id:
        return False
    if shelf.location_id == move.from_id:
        return True
    # A delivery is picked wherever in its warehouse the goods are.
    return bool(move.kind == "delivery" and shelf.pickable and shelf.warehouse_id == move.warehouse_id)
