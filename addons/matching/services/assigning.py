"""Assign the lines of a partner's list to ours.

Problem: we received, of one part, 60 on PO-1 and 40 on PO-2; 30 and 20 in two lots on PO-3. Their list has
40 without an order, 60 for PO-1 at a higher price, and 50 for PO-3. Taking line by line what fits first may
give the 60 to a line that another one fits better; and the 50 fits none.

Rule: lines are compared within their part only. What says exactly the same belongs together. Then, in turn,
where papers agree, and where they say nothing: the same quantity and price; the same quantity; a line that is
the sum of up to four others, of either side; and what is left at all. Where papers contradict only the first
is done, within some days: a slip in a number, not another delivery. Each time the assignment with the most
points in sum is taken (the Hungarian method), so that no pair is made at the cost of a better one. Here:
60 – 60 on PO-1 (price differs), 30 + 20 – 50, 40 – 40.

Nothing depends on the order in which lines come in: they are put in order by what they say.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import combinations, groupby

from addons.matching.services.comparing import AGREEING, CONTRADICTING, UNKNOWN, Pair, Side, compare
from addons.matching.services.grouping import group
from addons.matching.services.lines import Line, Match, Tolerances
from addons.matching.services.verdicts import Duplicates, alone, verdict

Found = tuple[Sequence[Side], Sequence[Side]]
#: Pairs that are weighed at once: more lines of one part are taken in the order of their days.
_WEIGHED = 40_000
#: Lines among which a sum is looked for, and how many make one.
_SUMMANDS, _SUMMED = 14, 4
#: Points of lines that say the same within some days, but for one number of a paper.
_IN_SPITE = 66
#: How far amounts may differ in a sum that else fits: 25 %.
_ALIKE = 0.25


def match(ours: Sequence[Line], theirs: Sequence[Line], tolerances: Tolerances) -> list[Match]:
    """Every line in exactly one match, which may be of one line alone; in the order of keys, ours first."""
    us, them = [Side(line) for line in ours], [Side(line) for line in theirs]
    group(us, them)
    for side in them:
        side.outside = _is_outside(side.line.day, tolerances)
    us.sort(key=lambda side: side.rank)
    them.sort(key=lambda side: side.rank)
    found = list(_assigned(us, them))
    matches = [verdict(a, b, tolerances) for a, b in found]
    duplicates = Duplicates(side for _a, taken in found for side in taken)
    matches += [alone(side, None, tolerances, duplicates) for side in us if side.free]
    matches += [alone(None, side, tolerances, duplicates) for side in them if side.free]
    return sorted(matches, key=lambda one: (not one.ours, one.ours, one.theirs))


def _is_outside(day: date | None, tolerances: Tolerances) -> bool:
    start, end = tolerances.start or date.min, tolerances.end or date.max
    return day is not None and not start <= day <= end


def _assigned(us: Sequence[Side], them: Sequence[Side]) -> Iterator[Found]:
    yield from _twins(us, them)
    parts = {key: list(sides) for key, sides in groupby(us, key=lambda side: side.group)}
    for key, sides in groupby(them, key=lambda side: side.group):
        if key:
            for block in _blocks(parts.get(key, []), list(sides)):
                yield from _Block(*block).assigned()
    yield from _nameless(us, them)


def _twins(us: Sequence[Side], them: Sequence[Side]) -> Iterator[Found]:
    waiting: dict[object, list[Side]] = {}
    for side in us:
        waiting.setdefault(side.twin, []).append(side)
    for side in them:
        if side.group and (same := waiting.get(side.twin)):
            yield _taken([same.pop(0)], [side])


def _taken(ours: Sequence[Side], theirs: Sequence[Side]) -> Found:
    for side in (*ours, *theirs):
        side.free = False
    return ours, theirs


def _blocks(us: Sequence[Side], them: Sequence[Side]) -> Iterator[tuple[list[Side], list[Side]]]:
    """The free lines of a part, in pieces that can be weighed at once."""
    us, them = [side for side in us if side.free], [side for side in them if side.free]
    pieces = max(1, -(-len(us) * len(them) // _WEIGHED))
    pieces = min(pieces, max(len(us), 1), max(len(them), 1))
    for n in range(pieces):
        yield (
            us[len(us) * n // pieces : len(us) * (n + 1) // pieces],
            them[len(them) * n // pieces : len(them) * (n + 1) // pieces],
        )


def _nameless(us: Sequence[Side], them: Sequence[Side]) -> Iterator[Found]:
    """Theirs that name no part of ours: only the same quantity at the same price, if papers agree, is one."""
    free: dict[tuple[float, float | None], list[Side]] = {}
    for side in us:
        if side.free:
            free.setdefault((side.quantity, side.price), []).append(side)
    wanted = [side for side in them if side.free and not side.group and side.price is not None]
    wanted.sort(key=lambda side: (side.quantity, side.price, side.rank))
    for key, sides in groupby(wanted, key=lambda side: (side.quantity, side.price)):
        block = _Block(free.get(key, []), list(sides))
        yield from block.best(lambda pair: pair.level == AGREEING)


class _Block:
    """Lines of ours and theirs of one part, and all their pairs."""

    def __init__(self, us: Sequence[Side], them: Sequence[Side]) -> None:
        self.us, self.them = us, them
        self.pairs = [[compare(ours, theirs) for theirs in them] for ours in us]

    def assigned(self) -> Iterator[Found]:
        """Step by step, the surest first."""
        for level in (AGREEING, UNKNOWN, CONTRADICTING):
            yield from self.best(_exact(level))
            if level > CONTRADICTING:
                yield from self.best(_equal(level))
                yield from self.sums(level)
                yield from self.best(_near(level))

    def best(self, admissible: Callable[[Pair], bool]) -> Iterator[Found]:
        """The pairs of free lines with the most points in sum."""
        # A third of a second, which only those who match shall wait for.
        import numpy as np
        from scipy.optimize import linear_sum_assignment

        rows = [i for i, side in enumerate(self.us) if side.free]
        columns = [j for j, side in enumerate(self.them) if side.free]
        points = np.zeros((len(rows), len(columns)))
        for a, i in enumerate(rows):
            for b, j in enumerate(columns):
                if admissible(pair := self.pairs[i][j]):
                    points[a, b] = pair.score
        if not points.any():
            return
        chosen = linear_sum_assignment(points, maximize=True)
        for row, column in zip(*(one.tolist() for one in chosen), strict=True):
            if points[row, column]:
                yield _taken([self.us[rows[row]]], [self.them[columns[column]]])

    def sums(self, level: int) -> Iterator[Found]:
        """One line of either side that is the sum of several of the other."""
        for j, theirs in enumerate(self.them):
            parts = [s for i, s in enumerate(self.us) if s.free and self.pairs[i][j].level >= level]
            if theirs.free and (chosen := _sum(theirs, parts)):
                yield _taken(chosen, [theirs])
        for i, ours in enumerate(self.us):
            parts = [s for j, s in enumerate(self.them) if s.free and self.pairs[i][j].level >= level]
            if ours.free and (chosen := _sum(ours, parts)):
                yield _taken([ours], chosen)


def _exact(level: int) -> Callable[[Pair], bool]:
    points = _IN_SPITE if level == CONTRADICTING else 0
    return lambda p: p.level >= level and p.same_quantity and p.same_price and p.score >= points


def _equal(level: int) -> Callable[[Pair], bool]:
    return lambda pair: pair.level >= level and pair.same_quantity


def _near(level: int) -> Callable[[Pair], bool]:
    return lambda pair: pair.level >= level and pair.score > 50


def _sum(whole: Side, parts: Sequence[Side]) -> Sequence[Side]:
    """The fewest of them that sum to the line; nothing where none do."""
    if len(parts) < 2:
        return ()
    if sum(side.line.quantity for side in parts) == whole.line.quantity and _alike(whole, parts):
        return parts
    for size in range(2, min(_SUMMED, len(parts)) + 1):
        for chosen in combinations(parts[:_SUMMANDS], size):
            total = sum(side.line.quantity for side in chosen)
            if total == whole.line.quantity and _alike(whole, chosen):
                return chosen
    return ()


def _alike(whole: Side, parts: Sequence[Side]) -> bool:
    """Whether amounts are about the same, or unknown."""
    if whole.price is None or any(side.price is None for side in parts):
        return True
    amount = whole.price * whole.quantity
    return abs(sum((s.price or 0) * s.quantity for s in parts) - amount) <= _ALIKE * abs(amount)
