"""Which lines may be for the same part.

Problem: we call a part by our code, the maker's number and the supplier's, they write one of the three, with
or without hyphens, and now and then with a slip. Rule: our names that share a line are one part; a line of
theirs belongs to the part that any of its names is a name of. `RC0603FR 0710KL` is RC0603FR-0710KL. Where no
name is known, the one name that is a single slip away counts, marked as similar; two such names are none.
"""

from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from addons.matching.services.comparing import Side

#: Shorter numbers are too alike to be read with a slip.
_SHORTEST = 6


def group(ours: Sequence[Side], theirs: Sequence[Side]) -> None:
    """Note the part of each line; theirs that name none of ours have none."""
    part_of = _parts(ours)
    for side in ours:
        side.group = part_of[side.parts[0]] if side.parts else ""
    names = sorted(name for name in part_of if len(name) >= _SHORTEST)
    found: dict[str, str] = {}
    for side in theirs:
        known = next((part_of[name] for name in side.parts if name in part_of), "")
        side.group = known or next(filter(None, (_similar(n, names, part_of, found) for n in side.parts)), "")
        side.similar = not known and bool(side.group)


def _parts(ours: Iterable[Side]) -> dict[str, str]:
    """Each name → the least of the names of its part."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for side in ours:
        for name in side.parts:
            one, other = sorted((root(side.parts[0]), root(name)))
            parent[other] = one
    return {name: root(name) for name in parent}


def _similar(name: str, names: Sequence[str], part_of: dict[str, str], found: dict[str, str]) -> str:
    if len(name) < _SHORTEST:
        return ""
    if name not in found:
        near = process.extract(name, names, scorer=OSA.distance, score_cutoff=1, limit=None)
        parts = {part_of[hit] for hit, _distance, _index in near}
        found[name] = parts.pop() if len(parts) == 1 else ""
    return found[name]
