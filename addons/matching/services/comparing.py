"""How near two lines are to each other, in points, and whether their papers agree.

Example: same order and part, 100 pieces each, 2 % dearer, a day apart → 40 + 15 + 20 + 8 + 5 = 88 points.
"""

from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from addons.matching.services.lines import Line
from core.db import clean

#: Papers contradict each other; nothing is known, or one of two agrees; what is known agrees.
CONTRADICTING, UNKNOWN, AGREEING = 0, 1, 2
#: A day outside the period: nothing but papers that agree ties such a line to ours.
OUTSIDE = -1
_SHORTEST_END = 5


class Side:
    """A line with what comparing asks of it again and again."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.parts = tuple(dict.fromkeys(filter(None, map(clean, line.parts))))
        self.order, self.delivery = clean(line.order), clean(line.delivery)
        self.quantity = float(line.quantity)
        value = line.value
        self.price = float(line.price) if line.price is not None else None
        if self.price is None and value is not None and line.quantity:
            self.price = float(value / line.quantity)
        self.group = ""
        self.similar = self.outside = False
        self.free = True

    @cached_property
    def rank(self) -> tuple[object, ...]:
        """An order that depends on what the line says, and not on where it stood."""
        line = self.line
        day = line.day.toordinal() if line.day else 0
        return (self.group, day, self.order, self.delivery, self.quantity, self.price or 0.0, line.key)

    @property
    def twin(self) -> tuple[object, ...]:
        """What a line that says exactly the same has too."""
        line = self.line
        return (self.group, self.order, self.delivery, line.quantity, self.price, line.day)


@dataclass(frozen=True)
class Pair:
    """How well one of ours goes with one of theirs."""

    level: int
    score: float
    same_quantity: bool
    same_price: bool


def same_number(one: str, other: str) -> bool:
    """Whether two cleaned numbers are the same; partners leave out what ours begins with."""
    if one == other:
        return bool(one)
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST_END and long.endswith(short)


def level_of(ours: Side, theirs: Side) -> int:
    """How far the numbers of orders and delivery notes agree."""
    known = [(a, b) for a, b in ((ours.order, theirs.order), (ours.delivery, theirs.delivery)) if a and b]
    agreeing = sum(same_number(a, b) for a, b in known)
    if known and agreeing == len(known):
        return AGREEING
    if theirs.outside:
        return OUTSIDE
    return UNKNOWN if agreeing or not known else CONTRADICTING


def compare(ours: Side, theirs: Side) -> Pair:
    """Points of two lines that may be for the same part."""
    same_quantity = ours.line.quantity == theirs.line.quantity
    same_price = ours.price is not None and ours.price == theirs.price
    score = _part_points(ours, theirs)
    score += _number_points(ours.order, theirs.order, 15) + _number_points(ours.delivery, theirs.delivery, 10)
    score += 20 if same_quantity else 15 * _likeness(ours.quantity, theirs.quantity)
    score += 10 if same_price else 9 * _likeness(ours.price, theirs.price)
    score += _day_points(ours, theirs)
    return Pair(level_of(ours, theirs), max(score, 0.1), same_quantity, same_price)


def _part_points(ours: Side, theirs: Side) -> float:
    if theirs.group and ours.group == theirs.group:
        return 25 if theirs.similar else 40
    return fuzz.token_set_ratio(ours.line.text, theirs.line.text) / 5


def _number_points(one: str, other: str, points: float) -> float:
    if not (one and other):
        return 0
    return points if same_number(one, other) else -points / 2


def _likeness(one: float | None, other: float | None) -> float:
    """1 for the same, 0 for what differs in sign or has no figure."""
    if not one or not other or one * other < 0:
        return 0
    return min(one, other, key=abs) / max(one, other, key=abs)


def _day_points(ours: Side, theirs: Side) -> float:
    one, other = ours.line.day, theirs.line.day
    if one is None or other is None:
        return 0
    return max(0.0, 5 - abs((one - other).days) / 6)
