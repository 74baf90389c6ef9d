"""Pages of statement runs: preview, create, look, release, send."""

import typing
from datetime import date
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import Text, cast, func, select

from addons.accounting.periods import Period, last_closed
from addons.billing_statements import check_pages
from addons.billing_statements import names as state_names
from addons.billing_statements.errors import StatementError
from addons.billing_statements.forms import RunForm
from addons.billing_statements.looks import PREVIEWED, customers_of, looks_of, stated
from addons.billing_statements.services import delivery, members, outputs, runs
from addons.billing_statements.services.due import due_of, due_today
from core import m
from core.clock import today
from core.db import db, lock_rows
from core.i18n import _, ngettext
from core.jobs import queue
from core.records import attachments
from core.security.headers import named
from core.security.incoming import page_asked
from core.security.rights import current_actor, requires
from core.tabular.writers import XLSX, write_xlsx

bp = Blueprint("billing_statements", __name__)
check_pages.add_to(bp)

PAGE = 100
#: How many statements are sent first, for a look at how they arrive.
FIRST = 10
#: Among the states of statements in a run's filter: those whose mail failed.
MAIL_FAILED = "mail_failed"


def _company() -> int:
    company_id = current_actor().company_id
    if company_id is None:
        abort(403)
    return company_id


@bp.get("/runs")
@requires("billing_statements.read")
def runs_page() -> str:
    """All runs, newest first, and the form for the next."""
    statement, run = m.BillingStatement, m.BillingRun
    query = (
        select(run, func.count(statement.id), func.count().filter(statement.state == "sent"))
        .outerjoin(statement, (statement.run_id == run.id) & (statement.state != "superseded"))
        .group_by(run.id)
        .order_by(run.period_end.desc(), run.id.desc())
        .limit(PAGE)
    )
    form = RunForm(request.args, meta={"csrf": False})
    if form.period_end.data is None:
        form.period_end.data = last_closed("monthly", today()).end
    due = due_today(db.session, _company()) if current_actor().may("billing_statements.run") else []
    return render_template(
        "billing_statements/runs.html",
        rows=db.session.execute(query).all(),
        form=form,
        due=due,
        looks=looks_of(_company(), due),
    )


@bp.post("/due")
@requires("billing_statements.run")
def create_due() -> Response:
    """Create all that is due, in all cycles, and start printing."""
    try:
        made = m.BillingRun.start_due(db.session, _company())
    except StatementError as error:
        return redirect_to_runs(str(error))
    db.session.commit()
    count = sum(len(ids) for _run, ids in made)
    flash(ngettext("%(num)s statement is created.", "%(num)s statements are created.", count), "success")
    return _to(made[0][0]) if len(made) == 1 else _to_runs()


@bp.get("/preview")
@requires("billing_statements.run")
def preview() -> Response | str | tuple[str, int]:
    """What a run would create; nothing is written."""
    form = RunForm(request.args, meta={"csrf": False})
    if not form.validate() or form.period_end.data is None:
        return redirect_to_runs(_("Give the last day of the period."))
    try:
        period = _period(form.cycle.data, form.period_end.data)
    except StatementError as error:
        return redirect_to_runs(str(error))
    found = due_of(db.session, _company(), form.cycle.data, period)
    return render_template(
        "billing_statements/preview.html",
        due=found,
        form=form,
        looks=looks_of(_company(), [found]),
        skipped=customers_of(sorted(found.skipped.items())),
        rows=stated(found),
    )


def _period(cycle: str, period_end: date) -> Period:
    """What a run is about; raises StatementError."""
    changes = members.cycles(db.session, _company())
    return runs.check_period(cycle, period_end, today(), changes)


def redirect_to_runs(problem: str) -> Response:
    """Back to the form, with what was wrong."""
    flash(problem, "danger")
    return _to_runs()


def _to_runs() -> Response:
    return typing.cast(Response, redirect(url_for("billing_statements.runs_page"), 303))


@bp.post("/runs")
@requires("billing_statements.run")
def create() -> Response:
    """Create what was previewed and start printing."""
    form = RunForm()
    if not form.validate_on_submit() or form.period_end.data is None:
        return redirect_to_runs(_("Give the last day of the period."))
    try:
        period = _period(form.cycle.data, form.period_end.data)
    except StatementError as error:
        return redirect_to_runs(str(error))
    run, ids = m.BillingRun.start(db.session, _company(), form.cycle.data, period)
    db.session.commit()
    flash(ngettext("%(num)s statement is created.", "%(num)s statements are created.", len(ids)), "success")
    return _to(run)


@bp.get("/runs/<int:run_id>")
@requires("billing_statements.read")
def run_page(run_id: int) -> str:
    """One run: how far it is, its statements, and who was left out and why."""
    run = _run(run_id)
    counts = runs.counts(db.session, run.id)
    state = request.args.get("state", "")
    page = page_asked()
    return render_template(
        "billing_statements/run.html",
        run=run,
        counts=counts,
        live=sum(counts.values()) - counts.get("superseded", 0),
        totals=_totals(run.id),
        statements=_statements(run.id, state, page),
        skips=_skips(run.id),
        unprinted=_left_out(run.id, runs.RENDER, "created"),
        unsent=_left_out(run.id, runs.SEND, "released"),
        job=_latest_job(run.id),
        state=state,
        page=page,
        page_size=PAGE,
        progress=_progress(run.id),
        failed_mails=len(runs.failed_mails(db.session, run.id)),
        first=FIRST,
        own_run=runs.own_run() if runs.waits_for_second(db.session, run) else "",
        may_run=current_actor().may("billing_statements.run"),
        may_send=current_actor().may("billing_statements.send"),
    )


def _run(run_id: int) -> Any:
    run = db.session.scalars(select(m.BillingRun).where(m.BillingRun.id == run_id)).one_or_none()
    if run is None:
        abort(404)
    return run


def _totals(run_id: int) -> list[Any]:
    statement = m.BillingStatement
    query = (
        select(statement.currency_code, func.count(), func.sum(statement.closing))
        .where(statement.run_id == run_id, statement.state != "superseded")
        .group_by(statement.currency_code)
        .order_by(statement.currency_code)
    )
    return list(db.session.execute(query))


def _statements(run_id: int, state: str, page: int) -> list[Any]:
    """One more than a page holds, to know whether there is a next one."""
    statement, partner, mail = m.BillingStatement, m.Partner, m.MailMessage
    query = (
        select(
            statement.id,
            statement.number,
            statement.state,
            statement.currency_code,
            statement.opening,
            statement.debits,
            statement.credits,
            statement.closing,
            statement.attachment_id,
            partner.code,
            partner.name,
            mail.to,
            mail.state.label("mail_state"),
            mail.id.label("mail_id"),
        )
        .join(partner, partner.id == statement.partner_id)
        .outerjoin(mail, mail.id == statement.mail_id)
        .where(statement.run_id == run_id)
        .order_by(statement.number, statement.version)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    if state == MAIL_FAILED:
        query = query.where(mail.state == "failed")
    elif state:
        query = query.where(statement.state == state)
    return list(db.session.execute(query))


def _skips(run_id: int) -> list[Any]:
    skip = m.BillingRunSkip
    query = (
        select(skip.reason, m.Partner.code, m.Partner.name, m.Partner.id)
        .join(m.Partner)
        .where(skip.run_id == run_id)
    )
    return list(db.session.execute(query.order_by(skip.reason, m.Partner.code)))


def _left_out(run_id: int, kind: str, state: str) -> list[Any]:
    """The statements that the latest job of this kind left as they were, each with its reason."""
    job, item, statement = m.Job, m.JobItem, m.BillingStatement
    latest = (
        select(func.max(job.id))
        .where(job.model == "billing.run", job.record_id == run_id, job.kind == kind)
        .scalar_subquery()
    )
    query = (
        select(
            item.reason,
            m.Partner.code,
            m.Partner.name,
            m.Partner.id,
            statement.id.label("statement_id"),
            statement.number,
        )
        .join(statement, cast(statement.id, Text) == item.key)
        .join(m.Partner, m.Partner.id == statement.partner_id)
        .where(item.job_id == latest, item.state.in_(("skipped", "failed")), statement.state == state)
    )
    return list(db.session.execute(query.order_by(m.Partner.code).limit(PREVIEWED)))


def _latest_job(run_id: int) -> Any:
    query = select(m.Job).where(m.Job.model == "billing.run", m.Job.record_id == run_id)
    return db.session.scalars(query.order_by(m.Job.id.desc()).limit(1)).one_or_none()


def _progress(run_id: int) -> Any:
    job = _latest_job(run_id)
    return queue.progress(db.session, job.id) if job else None


@bp.post("/runs/<int:run_id>/print")
@requires("billing_statements.run")
def print_missing(run_id: int) -> Response:
    """Print the statements that have no file yet."""
    return _act(run_id, runs.start_rendering, _("The statements are being printed."))


@bp.post("/runs/<int:run_id>/release")
@requires("billing_statements.send")
def release(run_id: int) -> Response:
    """Let the printed statements go out."""
    return _act(run_id, release_run, _("The statements are released."))


@bp.post("/runs/<int:run_id>/send")
@requires("billing_statements.send")
def send(run_id: int) -> Response:
    """Mail the released statements."""
    return _act(run_id, send_run, _("The statements are being sent."))


@bp.post("/runs/<int:run_id>/<any(pause, resume):act>")
@requires("core.jobs")
def steer(run_id: int, act: str) -> Response:
    """Pause the job of the run, or let it go on."""
    return _act(
        run_id, pause if act == "pause" else resume, _("Paused.") if act == "pause" else _("It goes on.")
    )


def release_run(session: Any, run: Any) -> None:
    """Release one run from its page."""
    m.BillingRun.release(session, [run])


def send_run(session: Any, run: Any) -> None:
    """Send one run from its page, or its first few statements."""
    m.BillingRun.send(session, [run], FIRST if request.form.get("first") else None)


def retry_run(session: Any, run: Any) -> None:
    """Send the failed mails of one run again from its page."""
    m.BillingRun.retry_mails(session, [run])


def pause(session: Any, run: Any) -> None:
    """Start no further item; what is in hand is finished."""
    queue.pause(session, _latest_job(run.id))


def resume(session: Any, run: Any) -> None:
    """Go on where it was paused."""
    queue.resume(session, _latest_job(run.id))


@bp.post("/runs/<int:run_id>/retry")
@requires("billing_statements.send")
def retry_mails(run_id: int) -> Response:
    """Send the failed mails of the run once more."""
    return _act(run_id, retry_run, _("The failed mails are sent once more."))


@bp.context_processor
def _names_of_states() -> dict[str, Any]:
    return {"statement_names": state_names}


@bp.app_template_global()
def statement_mails(statement: Any) -> list[Any]:
    """For the statement's form: its mails, for whoever may see the outbox."""
    return list(delivery.mails_of(db.session, statement)) if current_actor().may("core.mail") else []


def _act(run_id: int, act: Any, message: str) -> Response:
    _run(run_id)
    # Whoever asks second waits for the first, and sees what became of the run.
    [run] = lock_rows(db.session, m.BillingRun, [run_id])
    try:
        act(db.session, run)
    except (StatementError, queue.JobStateError) as error:
        db.session.rollback()
        flash(str(error), "danger")
        return _to(run)
    db.session.commit()
    flash(message, "success")
    return _to(run)


def _to(run: Any) -> Response:
    return typing.cast(Response, redirect(url_for("billing_statements.run_page", run_id=run.id), 303))


@bp.get("/statements/<int:statement_id>.pdf")
@requires("billing_statements.read")
def pdf(statement_id: int) -> Response:
    """The very file that is sent."""
    statement = _statement(statement_id)
    if statement.attachment is None:
        abort(404)
    response = Response(attachments.read(statement.attachment.sha256), mimetype="application/pdf")
    return named(response, statement.attachment.filename, shown=True)


@bp.get("/runs/<int:run_id>/index.xlsx")
@requires("billing_statements.read")
def index_of(run_id: int) -> Response:
    """Which statement is whose, of how much, and where it went."""
    run = _run(run_id)
    file: Any = TemporaryFile()  # noqa: SIM115  # the response closes it
    write_xlsx(*outputs.index(db.session, run.id), file)
    return named(send_file(file, mimetype=XLSX), _("Statements up to %(day)s.xlsx", day=run.period_end))


@bp.get("/runs/<int:run_id>/files.zip")
@requires("billing_statements.read")
def files_of(run_id: int) -> Response:
    """All statements of a run that stand, in one archive."""
    run = _run(run_id)
    response = Response(outputs.archive(db.session, run.id), mimetype="application/zip")
    return named(response, _("Statements up to %(day)s.zip", day=run.period_end))


def _statement(statement_id: int) -> Any:
    query = select(m.BillingStatement).where(m.BillingStatement.id == statement_id)
    statement = db.session.scalars(query).one_or_none()
    return statement if statement is not None else abort(404)
