"""The job that mails the advices of a run."""

from collections.abc import Iterator
from typing import Any

from addons.supplier_payments.services import advising
from core.documents import UnidentifiedError, UnprintableError
from core.i18n import _
from core.jobs.kinds import Jobs, Planned, RefusedError, SkippedError, Step
from core.letters import LetterError
from core.records.attachments import DamagedFileError

jobs = Jobs()


@jobs.kind(advising.JOB)
def advise(session: Any, step: Step) -> dict[str, Any]:
    """Mail one advice."""
    try:
        message = advising.send(session, step.params["payment"])
    except (LetterError, UnidentifiedError, UnprintableError, DamagedFileError) as error:
        raise RefusedError(str(error)) from error
    if message is None:
        raise SkippedError(_("sent already"))
    return {"mail": message.id, "to": message.to}


@advise.plan
def plan(session: Any, job: Any) -> Iterator[Planned]:
    """Each payment of the run."""
    for row in advising.payments_of(session, job.params["run"]):
        yield Planned(str(row.id), f"{row.number}  {row.name}", {"payment": row.id})
