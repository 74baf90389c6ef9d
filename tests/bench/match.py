"""A supplier's list of 5,000 lines against 8,000 receipt lines, with planted differences."""

from addons.matching.services.assigning import match
from tests.addons.matching.distorter import TOLERANCES, distorted
from tests.bench.measure import Result, measured

OURS, THEIRS = 8_000, 5_000


def bench() -> list[Result]:
    """The list is short of 3,000 lines, which the supplier did not state."""
    truth = distorted(26, OURS, extra=200)
    theirs = truth.theirs[:THEIRS]
    with measured("one list", "line") as result:
        found = match(truth.ours, theirs, TOLERANCES)
    result.units = OURS + THEIRS
    paired = sum(1 for one in found if one.ours and one.theirs)
    result.work = {"ours": OURS, "theirs": THEIRS, "pairs": paired, "exact": sum(one.exact for one in found)}
    return [result]
