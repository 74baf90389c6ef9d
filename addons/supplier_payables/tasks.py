"""The run by the clock: each cycle of each company once its period is over."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import text

from addons.accounting.periods import Period, last_closed
from core import m
from core.clock import today
from core.i18n import _, format_date
from core.jobs.kinds import Jobs, Planned, SkippedError, Step

jobs = Jobs()
RUN_DUE = "supplier_payables.run_due"
_CYCLES = text("""
    SELECT DISTINCT c.id, c.name, p.settlement_cycle AS cycle
      FROM partner p JOIN company c ON c.id = p.company_id
     WHERE p.is_supplier AND p.settlement = 'period'
       AND (CAST(:company AS bigint) IS NULL OR c.id = :company)
     ORDER BY c.id, cycle
""")


@jobs.kind(RUN_DUE)
def run_due(session: Any, step: Step) -> dict[str, Any]:
    """State one period of one cycle; who gets no statement stands on the run, with the reason."""
    of = step.params
    period = Period(date.fromisoformat(of["start"]), date.fromisoformat(of["end"]))
    run, made = m.PayablesRun.start(session, of["company"], of["cycle"], period)
    skipped = [f"{one.partner.name}: {one.reason}" for one in run.skips if one.partner]
    if not made:
        raise SkippedError("; ".join(skipped) or _("nobody is due"))
    return {"run": run.id, "statements": len(made), "skipped": skipped}


@run_due.plan
def plan(session: Any, job: Any) -> Iterator[Planned]:
    """The last period that is over of each cycle that suppliers have: it catches up what was missed."""
    for row in session.execute(_CYCLES, {"company": job.company_id}).all():
        period = last_closed(row.cycle, today())
        params = {
            "company": row.id,
            "cycle": row.cycle,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
        }
        yield Planned(f"{row.id} {row.cycle}", f"{row.name} {format_date(period.end)}", params)
