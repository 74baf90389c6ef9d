"""The page of a job: how far it is, what became of each item, and the reins."""

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import to_user_timezone
from sqlalchemy import Select, select

from core import m
from core.db import db
from core.i18n import _, _l, ngettext
from core.jobs import queue
from core.jobs.models import FINISHED
from core.records.attachments import path_to
from core.screens.bulk import acts, undo
from core.screens.lists import export_job
from core.security.headers import named
from core.security.incoming import page_asked
from core.security.rights import ANY_USER, current_actor, model_rights, requires
from core.security.rules import here
from core.tabular.writers import XLSX, stream_csv, write_xlsx

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

PAGE = 100
STATES = {"pending": _l("Left"), "done": _l("Done"), "skipped": _l("Skipped"), "failed": _l("Failed")}


def _job(job_id: int) -> Any:
    """A job of the user's company, 404 otherwise; by the rule of jobs, whoever sees one may steer it."""
    if not current_actor().may(model_rights("job").read):
        abort(403)
    job = db.session.scalar(select(m.Job).where(m.Job.id == job_id, here(m.Job)))
    if job is None:
        abort(404)
    return job


@bp.get("/<int:job_id>")
@requires(ANY_USER)
def show(job_id: int) -> Response:
    """The page; htmx asks for its changing part every two seconds until the job has ended."""
    job = _job(job_id)
    state = request.args.get("state", "")
    page = page_asked()
    progress = queue.progress(db.session, job_id)
    part = request.headers.get("HX-Target") == "job"
    html = render_template(
        "job_body.html" if part else "job.html",
        job=job,
        progress=progress,
        shares=_shares(progress),
        items=_items(job_id, state if state in STATES else "", page),
        state=state,
        page=page,
        page_size=PAGE,
        states=[(key, str(text), getattr(progress, key)) for key, text in STATES.items()],
        finished=job.state in FINISHED,
        back=job.params.get("back", ""),
        records=f"/m/{job.params['form']}/" if job.params.get("form") else "",
        files=export_job.made_by(db.session, job),
        undoable=undo.undoable(db.session, job),
        undone_by=undo.undone_by(db.session, job) if job.kind == acts.KIND else None,
    )
    return make_response(html)


@bp.get("/<int:job_id>/file/<int:attachment_id>")
@requires(ANY_USER)
def fetch(job_id: int, attachment_id: int) -> Response:
    """A file that the job has made."""
    job = _job(job_id)
    made = next((file for file in export_job.made_by(db.session, job) if file.id == attachment_id), None)
    if made is None:
        abort(404)
    return named(send_file(path_to(made.sha256), mimetype=made.mimetype), made.filename)


@bp.get("/<int:job_id>/items.<any(csv, xlsx):kind>")
@requires(ANY_USER)
def items_as_file(job_id: int, kind: str) -> Response:
    """The items of one outcome, with their reasons, to work through."""
    job = _job(job_id)
    asked = request.args.get("state", "")
    state = asked if asked in STATES else ""
    header = [_("Item"), _("State"), _("Reason"), _("Time")]
    query = _items_query(job_id, state)
    texts = {key: str(text) for key, text in STATES.items()}
    rows = [
        (item.label or item.key, texts[item.state], item.reason, to_user_timezone(item.updated_at))
        for item in db.session.execute(query)
    ]
    name = f"job_{job.id}_{state or 'items'}.{kind}"
    if kind == "csv":
        return named(Response(stream_csv(header, rows), mimetype="text/csv; charset=utf-8"), name)
    file: Any = TemporaryFile()  # noqa: SIM115  # the response closes it
    write_xlsx(header, rows, file)
    return named(send_file(file, mimetype=XLSX), name)


def _shares(progress: queue.Progress) -> list[tuple[str, float, float]]:
    """(outcome, where its part of the bar begins, how wide it is), in hundredths."""
    shares, at = [], 0.0
    for name in ("done", "skipped", "failed"):
        width = 100 * getattr(progress, name) / progress.total if progress.total else 0.0
        shares.append((name, round(at, 3), round(width, 3)))
        at += width
    return shares


def _items(job_id: int, state: str, page: int) -> list[Any]:
    query = _items_query(job_id, state)
    # One more than a page holds, to know whether there is a next one.
    return list(db.session.execute(query.limit(PAGE + 1).offset((page - 1) * PAGE)))


def _items_query(job_id: int, state: str) -> Select[*tuple[Any, ...]]:
    columns = (
        m.JobItem.id,
        m.JobItem.label,
        m.JobItem.key,
        m.JobItem.state,
        m.JobItem.reason,
        m.JobItem.updated_at,
    )
    query = select(*columns).where(m.JobItem.job_id == job_id)
    if state:
        query = query.where(m.JobItem.state == state)
    return query.order_by(m.JobItem.position)


@bp.post("/<int:job_id>/<any(pause, resume, cancel, retry):act>")
@requires(ANY_USER)
def steer(job_id: int, act: str) -> Response:
    """Pause, resume, cancel, or do the failed items once more."""
    job = _job(job_id)
    try:
        message = _ACTS[act](job)
        db.session.commit()
        flash(message, "success")
    except queue.JobStateError as error:
        db.session.rollback()
        flash(str(error), "warning")
    return cast(Response, redirect(url_for("jobs.show", job_id=job_id), 303))


@bp.post("/<int:job_id>/undo")
@requires(ANY_USER)
def take_back(job_id: int) -> Response:
    """Start the job that takes this one back."""
    job = _job(job_id)
    try:
        back = undo.start(db.session, job)
        db.session.commit()
    except undo.UndoError as error:
        db.session.rollback()
        flash(str(error), "warning")
        return cast(Response, redirect(url_for("jobs.show", job_id=job_id), 303))
    return cast(Response, redirect(url_for("jobs.show", job_id=back.id), 303))


def _pause(job: Any) -> str:
    queue.pause(db.session, job)
    return _("Paused. What is in hand is still finished.")


def _resume(job: Any) -> str:
    queue.resume(db.session, job)
    return _("The job goes on.")


def _cancel(job: Any) -> str:
    queue.cancel(db.session, job)
    return _("Cancelled. What was done stays done.")


def _retry(job: Any) -> str:
    count = queue.retry_failed(db.session, job)
    return ngettext("%(num)s item is done once more.", "%(num)s items are done once more.", count)


_ACTS: dict[str, Callable[[Any], str]] = {
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "retry": _retry,
}
