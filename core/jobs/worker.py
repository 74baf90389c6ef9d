"""Work on one job until nothing of it is left to do.

Problem: a worker may be killed at any moment, and several may hear of the same job. Rule: an item is
claimed by its row lock (SKIP LOCKED); its effects and its outcome commit in the transaction that holds
the lock. Whoever dies loses the lock and the effects together, and the next worker takes the item up.
An attempt is counted, and committed, before it begins: an item that kills its worker fails after
`MAX_ATTEMPTS` instead of killing workers for ever. The same holds for planning, with the job's own row.

Between the count and the claim another worker may count the same item, though nobody died: what was counted
often is counted again only after `CALM` seconds, by when whoever counted it has claimed it or is dead.

Items of a kind that does sets are taken in sets at their first attempt, and from then on one by one: whatever
goes wrong with one of a set is found, and counted, at that one alone.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.exc import OperationalError

from core import m
from core.db import db
from core.db.outage import is_away
from core.i18n import _, in_locale
from core.jobs.kinds import Kind, RefusedError, SkippedError, Step
from core.logs import structlog
from core.security.actor import Actor, set_actor

MAX_ATTEMPTS = 5
#: Attempts that several workers may count at once, and the seconds that each further one keeps apart.
HASTY, CALM = 3, 2.0
#: Seconds after which a worker puts a long job back in line, so that short ones get their turn.
TURN = 20.0
Lease = Callable[[], AbstractContextManager[Flask]]
log = logging.getLogger(__name__)

_COUNT_PLANNING = text("""
    UPDATE job SET planning_attempts = planning_attempts + 1, planning_at = now() WHERE id = (
        SELECT id FROM job WHERE id = :job AND NOT planned AND state IN ('queued', 'running')
        AND (planning_attempts < :hasty OR planning_at < now() - make_interval(secs => :calm))
        FOR UPDATE SKIP LOCKED)
    RETURNING id
""").bindparams(hasty=HASTY, calm=CALM)
_NEXT = text("""
    UPDATE job_item SET attempts = attempts + 1, updated_at = now() WHERE id = (
        SELECT id FROM job_item WHERE job_id = :job AND state = 'pending'
        AND (attempts < :hasty OR updated_at < now() - make_interval(secs => :calm))
        ORDER BY attempts, position LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts
""").bindparams(hasty=HASTY, calm=CALM)
#: Items that nobody has tried yet, as many as are done at once.
_FRESH = text("""
    UPDATE job_item SET attempts = 1, updated_at = now() WHERE id IN (
        SELECT id FROM job_item WHERE job_id = :job AND state = 'pending' AND attempts = 0
        ORDER BY position LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts
""")
_CLAIM = text("""
    SELECT id FROM job_item WHERE id = ANY(:ids) AND state = 'pending'
     ORDER BY position FOR UPDATE SKIP LOCKED
""")
_DONE = text("""
    UPDATE job_item SET state = 'done', reason = '', result = done.value, updated_at = now()
      FROM jsonb_each(CAST(:results AS jsonb)) done
     WHERE job_item.id = CAST(done.key AS bigint) AND state = 'pending'
""")


def run_job(job_id: int, lease: Lease, turn: float = TURN) -> bool:
    """Do the items of a job that nobody else is at, each within a lease of its own.

    Returns True when the turn of `turn` seconds is over and items are left; False when nothing is left
    for this worker: the job is done, paused, or its last items are in other workers' hands.
    """
    with structlog.contextvars.bound_contextvars(job_id=job_id):
        return _take_turn(job_id, lease, monotonic() + turn)


def _take_turn(job_id: int, lease: Lease, until: float) -> bool:
    with _in_app(lease):
        if not _begin(job_id):
            return False
    while monotonic() < until:
        with _in_app(lease):
            if not _some_items(job_id):
                _finish(job_id)
                return False
    return True


@contextmanager
def _in_app(lease: Lease) -> Iterator[None]:
    with lease() as app, app.app_context():
        yield


def _begin(job_id: int) -> bool:
    """Write the job's items if that has not happened yet; False when there is nothing to do."""
    counted = db.session.execute(_COUNT_PLANNING, {"job": job_id}).one_or_none()
    db.session.commit()
    # Planning may take minutes: whoever hears of the job meanwhile goes on to another one.
    query = select(m.Job).where(m.Job.id == job_id).with_for_update(skip_locked=True)
    job = db.session.scalars(query).one_or_none()
    if job is None or job.state not in ("queued", "running") or not (job.planned or counted):
        db.session.rollback()
        return False
    _act_for(job)
    kind = current_app.extensions["job_kinds"].get(job.kind)
    with _in_words_for(job):
        hopeless = _why_hopeless(job, kind)
    if hopeless:
        _fail_job(job, hopeless)
        return False
    return _or_failed(job_id, lambda: _start(job, kind))


def _why_hopeless(job: Any, kind: Kind | None) -> str:
    if kind is None:
        return _("no installed addon knows the job kind %(kind)s: install it and start again", kind=job.kind)
    if not job.planned and job.planning_attempts > MAX_ATTEMPTS:
        return _(
            "its worker died %(n)s times while it found out what there is to do: see the log of the workers, "
            "and start again when that is mended",
            n=MAX_ATTEMPTS,
        )
    return ""


def _in_words_for(job: Any) -> AbstractContextManager[None]:
    """Whoever started the job reads what became of it."""
    user = db.session.get(m.User, job.user_id) if job.user_id else None
    return in_locale(job.params.get("locale") or (user.locale if user else ""))


def _start(job: Any, kind: Kind) -> None:
    _plan(job, kind)
    job.state, job.started_at = "running", job.started_at or datetime.now(UTC)
    db.session.commit()


def _or_failed(job_id: int, act: Callable[[], None]) -> bool:
    """What an addon's planner or finisher raises ends the job with the reason; so it would a second time."""
    try:
        act()
    except Exception as error:  # whatever an addon's code raises belongs to this job, not to the worker
        db.session.rollback()
        if is_away(error) or isinstance(error, OperationalError):
            raise
        refused = isinstance(error, RefusedError)
        if not refused:
            log.exception("job %s", job_id)
        reason = str(error) if refused else f"{type(error).__name__}: {error}"
        _fail_job(db.session.get(m.Job, job_id), reason)
        return False
    return True


def _fail_job(job: Any, reason: str) -> None:
    job.state, job.error, job.finished_at = "failed", reason, datetime.now(UTC)
    db.session.commit()


def _plan(job: Any, kind: Kind) -> None:
    if job.planned:
        return
    rows = [
        {"job_id": job.id, "position": n, "key": p.key, "label": p.label, "params": p.params}
        for n, p in enumerate(kind.items_of(db.session, job))
    ]
    if rows:
        db.session.execute(insert(m.JobItem), rows)
    job.planned = True


def _act_for(job: Any) -> None:
    user = db.session.get(m.User, job.user_id) if job.user_id else None
    name = user.name or user.email if user else "system"
    actor = Actor(job.user_id, name, job.company_id, is_superuser=True, request_id=f"job {job.id}")
    set_actor(db.session, actor)


def _some_items(job_id: int) -> bool:
    """Take an item up, or a set, and do it; False when there is none to take."""
    job = db.session.get(m.Job, job_id)
    if job is None or job.state != "running":
        db.session.rollback()
        return False
    taken = _counted(job)
    db.session.commit()
    if not taken:
        return False
    mine = list(db.session.scalars(_CLAIM, {"ids": [row.id for row in taken]}))
    if not mine:
        db.session.rollback()  # another worker was quicker
        return True
    _act_for(job)
    if len(mine) == 1:
        _do(job_id, next(row for row in taken if row.id == mine[0]))
    else:
        _do_together(job_id, mine)
    return True


def _counted(job: Any) -> Sequence[Row[tuple[int, int]]]:
    """The items to do next, their attempt counted: a set of fresh ones where the kind does sets, else one."""
    at_once = current_app.extensions["job_kinds"][job.kind].at_once
    fresh = db.session.execute(_FRESH, {"job": job.id, "most": at_once}).all() if at_once > 1 else ()
    return fresh or db.session.execute(_NEXT, {"job": job.id}).all()


def _do_together(job_id: int, ids: Sequence[int]) -> None:
    """Do a set; what is left of it is done one by one."""
    job = db.session.get_one(m.Job, job_id)
    kind = current_app.extensions["job_kinds"][job.kind]
    items = db.session.scalars(select(m.JobItem).where(m.JobItem.id.in_(ids)).order_by(m.JobItem.position))
    try:
        results = kind.work_together(db.session, [_step(job, item) for item in items])
        db.session.execute(_DONE, {"results": json.dumps(results)})
        db.session.commit()
    except Exception as error:  # whatever an addon's code raises belongs to an item, which is found alone
        db.session.rollback()
        if is_away(error) or isinstance(error, OperationalError):
            raise
        log.info("job %s: a set of %s items goes on one by one: %s", job_id, len(ids), error)


def _step(job: Any, item: Any) -> Step:
    return Step(job.id, item.id, item.label, item.params, job.params, job.company_id, job.user_id, item.key)


def _do(job_id: int, taken: Row[tuple[int, int]]) -> None:
    job, item = db.session.get_one(m.Job, job_id), db.session.get_one(m.JobItem, taken.id)
    kind = current_app.extensions["job_kinds"][job.kind]
    if taken.attempts > MAX_ATTEMPTS:
        with _in_words_for(job):
            died = _("its worker died %(n)s times at it: see the log of the workers", n=MAX_ATTEMPTS)
        _note(taken.id, "failed", died)
        return
    try:
        result = kind.work(db.session, _step(job, item)) or {}
        _outcome(taken.id, "done", "", result)
        db.session.commit()
    except Exception as error:  # whatever an addon's code raises belongs to this item, not to the worker
        db.session.rollback()
        if is_away(error) or isinstance(error, OperationalError):
            raise  # the database is away, or a lock was: the item stays pending, the sweeper rings again
        _note_error(job_id, taken.id, error)


def _note_error(job_id: int, item_id: int, error: Exception) -> None:
    if isinstance(error, SkippedError | RefusedError):
        _note(item_id, "skipped" if isinstance(error, SkippedError) else "failed", str(error))
        return
    log.exception("job %s item %s", job_id, item_id)
    _note(item_id, "failed", f"{type(error).__name__}: {error}")


def _note(item_id: int, state: str, reason: str) -> None:
    _outcome(item_id, state, reason, {})
    db.session.commit()


def _outcome(item_id: int, state: str, reason: str, result: dict[str, object]) -> None:
    pending = (m.JobItem.id == item_id) & (m.JobItem.state == "pending")
    values = {"state": state, "reason": reason, "result": result}
    db.session.execute(update(m.JobItem).where(pending).values(values))


def _finish(job_id: int) -> None:
    """End the job when no item is left anywhere."""
    job = db.session.scalars(select(m.Job).where(m.Job.id == job_id).with_for_update()).one()
    left = select(m.JobItem.id).where(m.JobItem.job_id == job_id, m.JobItem.state == "pending").limit(1)
    if job.state != "running" or db.session.scalar(left) is not None:
        db.session.rollback()
        return
    kind = current_app.extensions["job_kinds"][job.kind]
    _act_for(job)
    _or_failed(job_id, lambda: _end(job, kind))


def _end(job: Any, kind: Kind) -> None:
    if kind.finisher:
        kind.finisher(db.session, job)
    job.state, job.finished_at = "done", datetime.now(UTC)
    db.session.commit()
