"""The job that mails the requests of an inquiry."""

from collections.abc import Iterator
from typing import Any

from addons.purchasing.services import requesting
from core.documents import UnidentifiedError, UnprintableError
from core.i18n import _
from core.jobs.kinds import Jobs, Planned, RefusedError, SkippedError, Step
from core.letters import LetterError
from core.records.attachments import DamagedFileError

jobs = Jobs()


@jobs.kind(requesting.JOB)
def request(session: Any, step: Step) -> dict[str, Any]:
    """Mail one request."""
    try:
        message = requesting.send(session, step.params["order"])
    except (LetterError, UnidentifiedError, UnprintableError, DamagedFileError) as error:
        raise RefusedError(str(error)) from error
    if message is None:
        raise SkippedError(_("sent already"))
    return {"mail": message.id, "to": message.to}


@request.plan
def plan(session: Any, job: Any) -> Iterator[Planned]:
    """Each open request of the inquiry."""
    for row in requesting.requests_of(session, job.params["inquiry"]):
        yield Planned(str(row.id), f"{row.number}  {row.name}", {"order": row.id})
