"""Take an act on many records back: exactly the records that it touched, but for those changed since.

It is a job of its own, with one item for each record that was done. What each was before is in the result of
its item; whether somebody changed it since, the audit knows.
"""

from typing import Any

from flask import current_app
from sqlalchemy import func, insert, select

from core import m
from core.db import AnySession
from core.errors import UserError
from core.i18n import _
from core.jobs import queue
from core.jobs.kinds import Jobs, RefusedError, SkippedError, Step
from core.jobs.models import FINISHED
from core.screens.bulk import acts
from core.screens.bulk.job import act_of, last_change, locked_record, press_on, set_field
from core.screens.composition import ScreenSet
from core.screens.on_behalf import on_behalf
from core.screens.tree import BulkAction, SetField

KIND = "core.bulk.undo"
jobs = Jobs()


class UndoError(UserError):
    """There is nothing to take back, or it was taken back already."""


def undoable(session: AnySession, job: Any) -> int:
    """How many records the job has done that can be taken back; 0 while it runs, and once it was undone."""
    if job.kind != acts.KIND or job.state not in FINISHED or undone_by(session, job) is not None:
        return 0
    return int(session.scalar(select(func.count()).where(*_done(job))) or 0)


def undone_by(session: AnySession, job: Any) -> int | None:
    """The id of the job that takes this one back, None where there is none."""
    undo = (m.Job.kind == KIND) & (m.Job.model == "job") & (m.Job.record_id == job.id)
    found: int | None = session.scalar(select(m.Job.id).where(undo))
    return found


def _done(job: Any) -> tuple[Any, ...]:
    item = m.JobItem
    return item.job_id == job.id, item.state == "done", item.result.has_key("trace")


def start(session: AnySession, job: Any) -> Any:
    """Start the job that takes it back; raises UndoError. The caller commits."""
    session.refresh(job, with_for_update=True)  # of two clicks the second one finds the first one's job
    if not undoable(session, job):
        raise UndoError(_("There is nothing to take back here any more."))
    title = _("Take back: %(title)s", title=job.title)
    undo = queue.start(session, KIND, title, params=job.params, model="job", record_id=job.id)
    item = m.JobItem
    done = select(undo.id, item.position, item.key, item.label, item.result).where(*_done(job))
    session.execute(
        insert(item.__table__).from_select(["job_id", "position", "key", "label", "params"], done)
    )
    undo.planned = True
    session.flush()
    return undo


@jobs.kind(KIND)
def take_back(session: AnySession, step: Step) -> dict[str, Any]:
    """Take the act back for one record, with the rights that the user has now."""
    with on_behalf(session, step) as actor:
        screens: ScreenSet = current_app.extensions["screens"]
        screen, form, act = act_of(screens, step, actor)
        record = locked_record(session, screens, screen, int(step.key))
        _refuse_changed(session, record, step.params["trace"])
        if isinstance(act.node, SetField):
            set_field(session, screens, form, act.node, record, step.params["was"], actor)
            return {}
        undo = act.node.undo if isinstance(act.node, BulkAction) else ""
        back = acts.find_act(screens, screen, undo, actor)
        if back is None or not isinstance(back.node, BulkAction):
            raise RefusedError(_("You may no longer do this, or its addon was uninstalled."))
        return {"message": press_on(session, back.node, record)}


def _refuse_changed(session: AnySession, record: Any, trace: int) -> None:
    last = last_change(session, record)
    if last != trace:
        who = session.scalar(select(m.AuditEvent.user_name).where(m.AuditEvent.id == last))
        raise SkippedError(_("%(who)s has changed it since: it stays as it is.", who=who or _("System")))
