"""Read the values of parts that have changed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.traits import BATCH
from core import m
from core.i18n import _
from core.jobs.kinds import Jobs, Planned, SkippedError, Step

jobs = Jobs()
READ = "substitutes.read_parts"
#: The parts to be read, in ranges of so many.
_RANGES = text("""
    SELECT min(product_id) AS first, max(product_id) AS last, count(*) AS parts
      FROM (SELECT product_id, (row_number() OVER (ORDER BY product_id) - 1) / :batch AS part
              FROM substitute_trait WHERE read_at IS NULL) u GROUP BY part ORDER BY part
""")
_OF = text("""
    SELECT product_id FROM substitute_trait
     WHERE read_at IS NULL AND product_id BETWEEN :first AND :last ORDER BY product_id
""")


@jobs.kind(READ)
def read_parts(session: Any, step: Step) -> dict[str, Any]:
    """Read one range of parts."""
    ids = session.scalars(_OF, {"first": step.params["first"], "last": step.params["last"]}).all()
    if not ids:
        raise SkippedError(_("read already"))
    return {"parts": len(ids), "known": m.SubstituteTrait.read(session, ids)}


@read_parts.plan
def plan(session: Any, job: Any) -> Iterator[Planned]:
    """A range for each few thousand parts."""
    for row in session.execute(_RANGES, {"batch": BATCH}).all():
        yield Planned(str(row.first), _("%(n)s parts", n=row.parts), {"first": row.first, "last": row.last})
