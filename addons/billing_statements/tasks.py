"""The jobs of a run: print each statement, send each statement."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import delivery
from addons.billing_statements.services.runs import RENDER, SEND, counts, statement_ids
from core import m
from core.documents import UnidentifiedError, UnprintableError
from core.i18n import _
from core.jobs.kinds import Jobs, Planned, RefusedError, SkippedError, Step
from core.mail import MailAddressError, MailTemplateError
from core.records.attachments import DamagedFileError

jobs = Jobs()


def _planned(session: Any, job: Any, state: str) -> Iterator[Planned]:
    for row in statement_ids(session, job.params["run"], state):
        yield Planned(str(row.id), f"{row.number}  {row.code}  {row.name}", {"statement": row.id})


@jobs.kind(RENDER)
def render(session: Any, step: Step) -> dict[str, Any]:
    """Print one statement."""
    statement_id = step.params["statement"]
    if delivery.state_of(session, statement_id) != "created":
        raise SkippedError(_("printed already"))
    try:
        (attachment,) = m.BillingStatement.render(session, [statement_id])
    except UnprintableError as error:
        raise RefusedError(str(error)) from error
    return {"attachment": attachment.id, "sha256": attachment.sha256}


@render.plan
def plan_rendering(session: Any, job: Any) -> Iterator[Planned]:
    """All statements of the run that have no file."""
    return _planned(session, job, "created")


@jobs.kind(SEND)
def send(session: Any, step: Step) -> dict[str, Any]:
    """Mail one statement."""
    statement_id = step.params["statement"]
    if delivery.state_of(session, statement_id) != "released":
        raise SkippedError(_("sent already"))
    try:
        (message,) = m.BillingStatement.send(session, [statement_id])
    except (
        StatementError,
        UnidentifiedError,
        MailAddressError,
        MailTemplateError,
        DamagedFileError,
    ) as error:
        raise RefusedError(str(error)) from error
    return {"mail": message.id, "to": message.to}


@send.plan
def plan_sending(session: Any, job: Any) -> Iterator[Planned]:
    """The released statements of the run: all, or the first few."""
    return islice(_planned(session, job, "released"), job.params.get("most"))


@send.finish
def note_sent(session: Any, job: Any) -> None:
    """The run is sent when nothing released is left."""
    run = session.get(m.BillingRun, job.params["run"])
    if not counts(session, run.id).get("released"):
        run.state = "sent"
