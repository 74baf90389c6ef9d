"""The job of a run: mail each letter."""

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
