"""The job that mails the requests of an inquiry."""

from collections.abc import Iterator
from typing import Any

from addons.purchasing.services import requesting
from core.jobs.kinds import Jobs, Planned, Step
from core.letters import as_item

jobs = Jobs()


@jobs.kind(requesting.JOB)
def request(session: Any, step: Step) -> dict[str, Any]:
    """Mail one request."""
    return as_item(lambda: requesting.send(session, step.params["order"]))


@request.plan
def plan(session: Any, job: Any) -> Iterator[Planned]:
    """Each open request of the inquiry."""
    for row in requesting.requests_of(session, job.params["inquiry"]):
        yield Planned(str(row.id), f"{row.number}  {row.name}", {"order": row.id})
