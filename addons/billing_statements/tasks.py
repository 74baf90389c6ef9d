"""The jobs of a run: print each statement, send each statement."""

from collections.abc import Iterator, Mapping, Sequence
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
#: Statements that are printed, or mailed, in one transaction; stopping a job waits for so many.
AT_ONCE = 25


def _planned(session: Any, job: Any, state: str) -> Iterator[Planned]:
    for row in statement_ids(session, job.params["run"], state):
        yield Planned(str(row.id), f"{row.number}  {row.code}  {row.name}", {"statement": row.id})


@jobs.kind(RENDER)
def render(session: Any, step: Step) -> dict[str, Any]:
    """Print one statement."""
    statement_id = step.params["statement"]
    if delivery.states_of(session, [statement_id]).get(statement_id) != "created":
        raise SkippedError(_("printed already"))
    try:
        (attachment,) = m.BillingStatement.render(session, [statement_id])
    except UnprintableError as error:
        raise RefusedError(str(error)) from error
    return _printed(attachment)


def _printed(attachment: Any) -> dict[str, Any]:
    return {"attachment": attachment.id, "sha256": attachment.sha256}


@render.together(AT_ONCE)
def render_set(session: Any, steps: Sequence[Step]) -> Mapping[int, dict[str, Any]]:
    """Print those that are not printed yet."""
    found = _in_state(session, steps, "created")
    files = m.BillingStatement.render(session, list(found))
    return {found[file.record_id]: _printed(file) for file in files}


def _in_state(session: Any, steps: Sequence[Step], state: str) -> dict[int, int]:
    """The statements of these items that are in a state, and are locked from now on → their items."""
    items = {step.params["statement"]: step.item_id for step in steps}
    states = delivery.states_of(session, list(items))
    return {i: items[i] for i in states if states[i] == state}


@render.plan
def plan_rendering(session: Any, job: Any) -> Iterator[Planned]:
    """All statements of the run that have no file."""
    return _planned(session, job, "created")


@jobs.kind(SEND)
def send(session: Any, step: Step) -> dict[str, Any]:
    """Mail one statement."""
    statement_id = step.params["statement"]
    if delivery.states_of(session, [statement_id]).get(statement_id) != "released":
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
    return _mailed(message)


def _mailed(message: Any) -> dict[str, Any]:
    return {"mail": message.id, "to": message.to}


@send.together(AT_ONCE)
def send_set(session: Any, steps: Sequence[Step]) -> Mapping[int, dict[str, Any]]:
    """Mail those that are not mailed yet, and whose customers have an address."""
    found = _in_state(session, steps, "released")
    ids = delivery.reachable(session, list(found))
    messages = m.BillingStatement.send(session, ids)
    return {found[message.record_id]: _mailed(message) for message in messages}


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
