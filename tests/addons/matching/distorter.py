"""Turns our lines into a supplier's list with known faults; what is true is kept apart from what is shown."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from addons.matching.services.lines import Line, Tolerances

START, END = date(2026, 10, 1), date(2026, 10, 31)
TOLERANCES = Tolerances(start=START, end=END)
#: How often each fault happens; what is left is stated rightly.
RATES = {
    "price": 0.03,
    "tax": 0.02,
    "quantity": 0.03,
    "missing": 0.03,
    "split": 0.03,
    "merged": 0.02,
    "slip": 0.03,
    "twice": 0.01,
    "no_order": 0.05,
    "rounding": 0.02,
}


@dataclass
class Truth:
    """Which match there should be, by (ours, theirs), and what is shown to the matcher."""

    ours: list[Line] = field(default_factory=list)
    theirs: list[Line] = field(default_factory=list)
    matches: dict[tuple[tuple[int, ...], tuple[int, ...]], str] = field(default_factory=dict)


def received(seed: int, count: int) -> list[Line]:
    """A month of receipts: parts come several times, on several orders."""
    random = Random(seed)
    parts = [
        f"RC{n:05d}-{random.choice('ABCDEFGH')}{random.randint(100, 999)}" for n in range(count // 10 + 2)
    ]
    lines = []
    for key in range(1, count + 1):
        part = random.choice(parts)
        price = Decimal(random.randint(100, 90_000)) / 10_000
        day = START + timedelta(random.randint(0, 30))
        quantity = Decimal(random.choice((100, 250, 500, 1000, 2000, 2500, 4000, 5000)))
        order = f"PO/2026/{random.randint(1, count // 12 + 2):05d}"
        if lines and random.random() < 0.1:  # another delivery for the same order
            part, order = lines[-1].parts[1], lines[-1].order
        names = (f"P{parts.index(part):06d}", part)
        note = f"DN{random.randint(1, count // 3 + 2):06d}"
        lines.append(Line(key, quantity, price, names, order, note, day))
    return lines


def distorted(seed: int, count: int, extra: int = 0) -> Truth:
    """Our lines, and theirs with faults; `extra` are lines of next month."""
    random = Random(seed + 1)
    truth = Truth(received(seed, count))
    pending: dict[tuple[str, str], Line] = {}
    for line in truth.ours:
        note = line.delivery if random.random() < 0.5 else ""
        shown = replace(line, key=0, parts=(random.choice(line.parts),), delivery=note)
        fault = random.choices([*RATES, ""], [*RATES.values(), 1 - sum(RATES.values())])[0]
        if fault == "merged":
            _merge(truth, pending, line, shown)
        else:
            _FAULTS[fault](truth, random, line, shown)
    for line, shown in [(x, replace(x, key=0, parts=x.parts[:1])) for x in pending.values()]:
        _state(truth, (line.key,), "matched", shown)
    for _n in range(extra):
        late = random.choice(truth.ours)
        order = f"PO/2026/{random.randint(90_000, 99_999)}"
        days = timedelta(random.randint(1, 20))
        _state(truth, (), "only_theirs", replace(late, key=0, order=order, delivery="", day=END + days))
    random.shuffle(truth.theirs)
    return truth


def _state(truth: Truth, ours: tuple[int, ...], kind: str, *shown: Line) -> None:
    keys = range(len(truth.theirs) + 1, len(truth.theirs) + len(shown) + 1)
    truth.theirs += [replace(line, key=key) for key, line in zip(keys, shown, strict=True)]
    truth.matches[ours, tuple(keys)] = kind


def _merge(truth: Truth, pending: dict[tuple[str, str], Line], line: Line, shown: Line) -> None:
    """Two of one order and part on one line, at the price of a unit in sum."""
    other = pending.pop((line.order, line.parts[0]), None)
    if other is None:
        pending[line.order, line.parts[0]] = line
        return
    quantity = line.quantity + other.quantity
    price = (line.quantity * line.price + other.quantity * other.price) / quantity
    keys = tuple(sorted((line.key, other.key)))
    amount = line.value + other.value
    _state(truth, keys, "matched", replace(shown, quantity=quantity, price=price, amount=amount, delivery=""))


def _right(truth, random, line, shown):
    _state(truth, (line.key,), "matched", shown)


def _price(truth, random, line, shown):
    change = Decimal(random.choice((-8, -3, 2, 5, 12))) / 100
    _state(truth, (line.key,), "price", replace(shown, price=line.price * (1 + change)))


def _tax(truth, random, line, shown):
    _state(truth, (line.key,), "price", replace(shown, price=line.price * Decimal("1.13")))


def _quantity(truth, random, line, shown):
    share = Decimal(random.choice(("0.5", "0.8", "1.1")))
    _state(truth, (line.key,), "quantity", replace(shown, quantity=line.quantity * share))


def _missing(truth, random, line, shown):
    truth.matches[(line.key,), ()] = "only_ours"


def _split(truth, random, line, shown):
    part = line.quantity * Decimal(random.choice(("0.2", "0.4", "0.6")))
    pieces = (replace(shown, quantity=part), replace(shown, quantity=line.quantity - part))
    _state(truth, (line.key,), "matched", *pieces)


def _slip(truth, random, line, shown):
    name = line.parts[1]
    at = random.randrange(len(name) - 3, len(name))
    wrong = name[:at] + random.choice("XYZ") + name[at + 1 :]
    _state(truth, (line.key,), "matched", replace(shown, parts=(wrong.lower(),)))


def _twice(truth, random, line, shown):
    _state(truth, (line.key,), "matched", shown)
    _state(truth, (), "only_theirs", shown)


def _no_order(truth, random, line, shown):
    _state(truth, (line.key,), "matched", replace(shown, order="", delivery=""))


def _rounding(truth, random, line, shown):
    _state(truth, (line.key,), "matched", replace(shown, amount=None, price=line.price + Decimal("0.000004")))


_FAULTS = {
    "": _right,
    "price": _price,
    "tax": _tax,
    "quantity": _quantity,
    "missing": _missing,
    "split": _split,
    "slip": _slip,
    "twice": _twice,
    "no_order": _no_order,
    "rounding": _rounding,
}


def quality(truth: Truth, found) -> dict[str, tuple[float, float]]:
    """Class → precision and recall: a match counts where both its lines and its class are right.

    Of a line that is stated twice, either may be the one that counts.
    """
    said = {_key(truth, one.ours, one.theirs): one.kind for one in found}
    true = Counter()
    right, claimed = Counter(), Counter(said.values())
    for (ours, theirs), kind in truth.matches.items():
        true[kind] += 1
        right[kind] += said.get(_key(truth, ours, theirs)) == kind
    return {kind: (right[kind] / max(claimed[kind], 1), right[kind] / true[kind]) for kind in sorted(true)}


def _key(truth: Truth, ours: tuple[int, ...], theirs: tuple[int, ...]):
    lines = {line.key: line for line in truth.theirs}
    return ours, tuple(sorted(repr(replace(lines[key], key=0)) for key in theirs))
