"""The jobs of dunning: mail each letter of a run; propose a run by the clock."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from addons.dunning.services.errors import DunningError
from addons.dunning.services.sending import JOB
from core import m
from core.documents import UnidentifiedError, UnprintableError
from core.documents.copies import MisdirectedError
from core.i18n import _
from core.jobs.kinds import Jobs, Planned, RefusedError, SkippedError, Step
from core.mail import MailAddressError
from core.records.attachments import DamagedFileError

jobs = Jobs()
PROPOSE = "dunning.propose"


@jobs.kind(JOB)
def send(session: Any, step: Step) -> dict[str, Any]:
    """Mail one letter; what was paid meanwhile is withdrawn."""
    letter_id = step.params["letter"]
    state = select(m.DunningLetter.state).where(m.DunningLetter.id == letter_id).with_for_update()
    if session.scalar(state) != "released":
        raise SkippedError(_("sent already"))
    try:
        (message,) = m.DunningLetter.send(session, [letter_id])
    except (
        DunningError,
        UnprintableError,
        UnidentifiedError,
        MisdirectedError,
        MailAddressError,
        DamagedFileError,
    ) as error:
        raise RefusedError(str(error)) from error
    if message is None:
        return {"message": _("paid before it was sent")}
    return {"mail": message.id, "to": message.to}


@send.plan
def plan(session: Any, job: Any) -> Iterator[Planned]:
    """The released letters of the run."""
    letter, partner = m.DunningLetter, m.Partner
    asked = select(letter.id, letter.number, partner.code, partner.name).join(
        partner, partner.id == letter.partner_id
    )
    released = (letter.run_id == job.params["run"]) & (letter.state == "released")
    for row in session.execute(asked.where(released).order_by(letter.number)):
        yield Planned(str(row.id), f"{row.number}  {row.code}  {row.name}", {"letter": row.id})


@jobs.kind(PROPOSE)
def propose(session: Any, step: Step) -> dict[str, Any]:
    """Propose whom a company asks today; a person looks at it and releases it."""
    run = m.DunningRun(company_id=step.params["company"])
    try:
        m.DunningRun.create(session, [run])
    except DunningError as error:  # one is open still, or there are no steps
        raise SkippedError(str(error)) from error
    if not run.letters:
        number = run.number
        m.DunningRun.cancel(session, [run])
        raise SkippedError(_("%(number)s has no letter: nobody is late enough.", number=number))
    return {"run": run.id, "letters": len(run.letters)}


@propose.plan
def plan_proposing(session: Any, job: Any) -> Iterator[Planned]:
    """Each company that has steps, or the one of the job."""
    company, step = m.Company, m.DunningStep
    asked = select(company.id, company.name).where(company.id.in_(select(step.company_id)))
    if job.company_id is not None:
        asked = asked.where(company.id == job.company_id)
    for row in session.execute(asked.order_by(company.id)).all():
        yield Planned(str(row.id), row.name, {"company": row.id})
