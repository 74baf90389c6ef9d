"""Jobs as users and services see them: start, pause, resume, cancel, progress."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text, update

from core import m
from core.db import AnySession, advisory_lock
from core.errors import UserError
from core.i18n import _, _l
from core.jobs.ring import RUN_JOB, ring_later
from core.security.actor import actor_of

#: What a person reads of a job that has gone on since they looked.
_NOW = {
    "queued": _l("The job waits for its turn."),
    "running": _l("The job is running."),
    "paused": _l("The job is paused."),
    "done": _l("The job is done."),
    "failed": _l("The job has failed."),
    "cancelled": _l("The job is cancelled."),
}


class JobStateError(UserError):
    """The job's state does not allow this; says which state it is in and what to do."""


@dataclass(frozen=True)
class Progress:
    """How many items there are, by outcome."""

    total: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    pending: int = 0


def start(
    session: AnySession,
    kind: str,
    title: str,
    *,
    params: dict[str, Any] | None = None,
    model: str = "",
    record_id: int | None = None,
    alongside: bool = False,
) -> Any:
    """Write a job into the caller's transaction; the workers hear of it when that commits.

    For one record no second job of a kind starts while the first is open, whoever asks at the same moment:
    raises JobStateError, unless it may go `alongside`.
    """
    actor = actor_of(session)
    if model and record_id is not None and not alongside:
        _refuse_second(session, kind, model, record_id)
    job = m.Job(
        kind=kind,
        title=title,
        params=params or {},
        model=model,
        record_id=record_id,
        user_id=actor.user_id,
        company_id=actor.company_id,
    )
    session.add(job)
    session.flush()
    ring_later(session, RUN_JOB, job.id)
    return job


def _refuse_second(session: AnySession, kind: str, model: str, record_id: int) -> None:
    advisory_lock(session, f"{kind} {model} {record_id}")
    job = m.Job
    query = select(job.id).where(job.model == model, job.record_id == record_id, job.kind == kind)
    if session.scalar(query.where(job.state.in_(("queued", "running", "paused"))).limit(1)) is not None:
        raise JobStateError(_("This is under way already: look at its job."))


def progress(session: AnySession, job_id: int) -> Progress:
    """The items of a job, counted by outcome."""
    query = select(m.JobItem.state, func.count()).where(m.JobItem.job_id == job_id).group_by(m.JobItem.state)
    counts: dict[str, int] = dict(session.execute(query).all())
    return Progress(total=sum(counts.values()), **counts)


def pause(session: AnySession, job: Any) -> None:
    """Stop after the items in hand."""
    _move(session, job, ("queued", "running"), "paused")


def resume(session: AnySession, job: Any) -> None:
    """Go on with a paused job."""
    _move(session, job, ("paused",), "queued")
    ring_later(session, RUN_JOB, job.id)


def cancel(session: AnySession, job: Any) -> None:
    """End the job without the items that are left; they are marked as skipped."""
    _move(session, job, ("queued", "running", "paused"), "cancelled")
    pending = (m.JobItem.job_id == job.id) & (m.JobItem.state == "pending")
    session.execute(
        update(m.JobItem).where(pending).values(state="skipped", reason=_("the job was cancelled"))
    )


def retry_failed(session: AnySession, job: Any) -> int:
    """Do the failed items once more, and only those; returns how many."""
    failed = (m.JobItem.job_id == job.id) & (m.JobItem.state == "failed")
    again = update(m.JobItem).where(failed).values(state="pending", reason="", attempts=0)
    count = session.execute(again.returning(m.JobItem.id)).all()
    if count:
        _move(session, job, ("done", "failed", "running", "queued"), "queued")
        ring_later(session, RUN_JOB, job.id)
    return len(count)


def _move(session: AnySession, job: Any, allowed: tuple[str, ...], state: str) -> None:
    session.execute(text("SELECT 1 FROM job WHERE id = :id FOR UPDATE"), {"id": job.id})
    session.refresh(job)
    if job.state not in allowed:
        look = _("Look at it again, and choose from what is possible now.")
        raise JobStateError(f"{_NOW[job.state]} {look}")
    job.state = state
    session.flush()
