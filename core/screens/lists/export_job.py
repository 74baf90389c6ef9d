"""The job that writes a long workbook; its page offers the file to whoever asked for it."""

from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Any

from flask import current_app
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from core import m
from core.db import AnySession
from core.i18n import _, locale_code
from core.jobs.kinds import Jobs, RefusedError, Step
from core.records.attachments import store_file
from core.screens.composition import ScreenSet
from core.screens.lists import export
from core.screens.lists.page import plan_for
from core.screens.lists.query import query_of
from core.screens.lists.state import parse_state
from core.screens.lists.views import fitting
from core.screens.on_behalf import on_behalf
from core.screens.tree import ListScreen
from core.security.actor import Actor
from core.security.rights import model_rights
from core.tabular.writers import XLSX, write_xlsx

KIND = "core.export"
jobs = Jobs()


@jobs.kind(KIND)
def write(session: AnySession, step: Step) -> dict[str, Any]:
    """Write the workbook with the rights that the user has now, and attach it to the job."""
    with on_behalf(session, step) as actor, TemporaryFile() as file:
        query = export.for_file(_query(step, actor), actor)
        with export.cursor(query, actor) as rows:
            write_xlsx(export.headings(query), rows, file)
        sha256, size = store_file(file)
        attachment = m.Attachment(
            company_id=step.company_id,
            filename=step.job_params["name"],
            mimetype=XLSX,
            sha256=sha256,
            size=size,
            model="job",
            record_id=step.job_id,
        )
        session.add(attachment)
        session.flush()
        return {"attachment": attachment.id}


def made_by(session: AnySession, job: Any) -> Sequence[Any]:
    """The files that a job has made for whoever may see it; what other kinds keep is not for fetching."""
    if job.kind != KIND:
        return []
    attachment = m.Attachment
    mine = (attachment.model == "job") & (attachment.record_id == job.id)
    return list(session.scalars(select(attachment).where(mine).order_by(attachment.id)))


def _query(step: Step, actor: Actor) -> Any:
    screens: ScreenSet = current_app.extensions["screens"]
    screen = screens.by_name.get(step.job_params["screen"])
    if not isinstance(screen, ListScreen) or not actor.may(model_rights(screen.model).read):
        raise RefusedError(_("You may no longer open this list, or its addon was uninstalled."))
    list_plan = plan_for(screens, screen)
    state, notes = fitting(list_plan, parse_state(MultiDict(map(tuple, step.job_params["state"]))), actor)
    if notes:
        raise RefusedError(" ".join(notes))
    return query_of(list_plan, state, actor, locale_code())
