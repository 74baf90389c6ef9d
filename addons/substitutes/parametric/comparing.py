"""What is as good as what was wanted, trait by trait, and why.

Rule: kind, value, package and variety are the same; tolerance is no wider, voltage, power and current are no
less, the dielectric works over as wide a range with as little change. What the wanted part says and the other
does not is not known to be as good: it is left out. What the wanted part does not say is not compared, and
that is said. Example: 100 nF 16 V X5R 0603 may be 100 nF 50 V X7R 0603: more voltage, a better dielectric; a
25 V part of X5R may not be wanted for 50 V.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from addons.substitutes.parametric.reading import Traits
from addons.substitutes.parametric.words import range_of

#: Traits of each kind that must be the same, and those that may be better.
SAME: Mapping[str, Sequence[str]] = {
    "resistor": ("value", "package", "variety"),
    "capacitor": ("value", "package", "variety"),
    "inductor": ("value", "package"),
    "diode": ("variety", "package", "value"),
    "crystal": ("value", "package", "variety", "load"),
    "connector": ("value", "pitch", "variety"),
}
BETTER: Mapping[str, Sequence[str]] = {
    "resistor": ("tolerance", "power"),
    "capacitor": ("voltage", "dielectric", "tolerance"),
    "inductor": ("current", "tolerance"),
    "diode": ("voltage", "current", "power"),
    "crystal": ("tolerance",),
    "connector": ("current",),
}
#: Without these two parts can't be compared at all.
NEEDED: Mapping[str, Sequence[str]] = {
    "resistor": ("value", "package"),
    "capacitor": ("value", "package"),
    "inductor": ("value", "package"),
    "diode": ("variety", "package", "voltage"),
    "crystal": ("value", "package"),
    "connector": ("value", "pitch"),
}


@dataclass(frozen=True)
class Judgement:
    """Whether a part is as good as another, with what is better, what was not compared, and why not."""

    #: The traits in which it is better, in the order of the kind.
    better: Sequence[str] = ()
    #: What the wanted part does not say.
    unknown: Sequence[str] = ()
    #: The first trait by which it is worse or not known to be as good; empty where it is as good.
    worse: str = ""

    @property
    def is_as_good(self) -> bool:
        """Whether it may be suggested."""
        return not self.worse


def comparable(wanted: Traits) -> bool:
    """Whether enough of a part is known to look for others like it."""
    if not wanted.kind:
        return False
    return all(getattr(wanted, name) not in (None, "") for name in NEEDED[wanted.kind])


def judge(wanted: Traits, other: Traits) -> Judgement:
    """Whether the other part is equal or better in each trait of the wanted one."""
    if not comparable(wanted) or other.kind != wanted.kind:
        return Judgement(worse="kind")
    worse = next(iter(_differing(wanted, other)), "")
    if worse:
        return Judgement(worse=worse)
    better, unknown = [], []
    for name in limits_of(wanted):
        before, after = getattr(wanted, name), getattr(other, name)
        if before in (None, ""):
            unknown.append(name)
        elif after in (None, "") or not _AS_GOOD[name](before, after):
            return Judgement(worse=name)
        elif before != after:
            better.append(name)
    return Judgement(tuple(better), tuple(unknown))


def _differing(wanted: Traits, other: Traits) -> Iterator[str]:
    """The traits that must be the same and are not; a variety that one of them does not say may be."""
    for name in SAME[wanted.kind]:
        before, after = getattr(wanted, name), getattr(other, name)
        if before not in (None, "") and before != after and not (name == "variety" and after == ""):
            yield name


def limits_of(wanted: Traits) -> Sequence[str]:
    """The traits in which another part may be better.

    A Zener is bought by its voltage, which is its value, and not by the least that it stands.
    """
    is_exact = wanted.variety in ("zener", "tvs")
    return [name for name in BETTER[wanted.kind] if not (is_exact and name == "voltage")]


def dielectric_serves(wanted: str, other: str) -> bool:
    """Whether a dielectric works over as wide a range of temperatures with as little change."""
    before, after = range_of(wanted), range_of(other)
    if before is None or after is None:
        return False
    return after[0] <= before[0] and after[1] >= before[1] and after[2] <= before[2]


def _no_wider(before: Decimal, after: Decimal) -> bool:
    return after <= before


def _no_less(before: Decimal, after: Decimal) -> bool:
    return after >= before


_AS_GOOD: Mapping[str, Callable[..., bool]] = {
    "tolerance": _no_wider,
    "voltage": _no_less,
    "power": _no_less,
    "current": _no_less,
    "dielectric": dielectric_serves,
}
