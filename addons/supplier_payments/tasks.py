"""The job that mails the advices of a run."""

from collections.abc import Iterator
from typing import Any

from addons.supplier_payments.services import advising
from core.jobs.kinds import Jobs, Planned, Step
from core.letters import as_item

jobs = Jobs()


@jobs.kind(advising.JOB)
def advise(session: Any, step: Step) -> dict[str, Any]:
    """Mail one advice."""
    return as_item(lambda: advising.send(session, step.params["payment"]))


@advise.plan
def plan(session: Any, job: Any) -> Iterator[Planned]:
    """Each payment of the run."""
    for row in advising.payments_of(session, job.params["run"]):
        yield Planned(str(row.id), f"{row.number}  {row.name}", {"payment": row.id})
