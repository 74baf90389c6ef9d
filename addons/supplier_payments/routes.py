"""The lines of a payment run, to hold back and to release; and the file for the bank."""

from collections.abc import Sequence
from typing import Any, cast

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.supplier_payments.screens import facts
from addons.supplier_payments.services import bank_files
from addons.supplier_payments.services.errors import PayError
from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _
from core.security.incoming import key_of
from core.security.rights import current_actor, requires

bp = Blueprint("supplier_payments", __name__)

Page = str | Response | tuple[str, int]


def _run(run_id: int) -> Any:
    """A run that the user may see."""
    found = db.session.scalars(select(m.PaymentRun).where(m.PaymentRun.id == run_id)).one_or_none()
    return found if found is not None else abort(404)


@bp.get("/runs/<int:run_id>/lines")
@requires("supplier_payments.read")
def lines_page(run_id: int) -> str:
    """What the run pays, by supplier, and what it leaves and why."""
    return _lines(_run(run_id))


def _lines(run: Any, problem: str = "") -> str:
    line = m.PaymentRunLine
    shown = db.session.scalars(
        select(line)
        .where(line.run_id == run.id)
        .options(joinedload(line.partner))
        .order_by(line.taken.desc(), line.position)
    ).all()
    may_prepare = current_actor().may("supplier_payments.prepare")
    return render_template(
        "supplier_payments/lines.html",
        run=run,
        lines=shown,
        facts=facts(db.session, run),
        problem=problem,
        at=request.values.get("at", type=key_of) or 0,
        may_change=may_prepare and run.state == "open",
        accounts=_accounts(run) if may_prepare else (),
    )


def _accounts(run: Any) -> Sequence[Any]:
    """Those of ours that the run may still be paid from."""
    if run.state == "cancelled" or (run.state == "paid" and run.account_id is not None):
        return ()
    account = m.PaymentBankAccount
    ours = select(account).where(
        account.company_id == run.company_id, account.partner_id.is_(None), account.active
    )
    return db.session.scalars(ours.order_by(account.iban)).all()


@bp.post("/runs/<int:run_id>/lines")
@requires("supplier_payments.prepare")
def decide(run_id: int) -> Page:
    """Hold ticked lines back for a reason, or let them go."""
    run, line = _run(run_id), m.PaymentRunLine
    ticked = select(line.id).where(
        line.id.in_(request.form.getlist("line", type=key_of)), line.run_id == run.id
    )
    ids = list(db.session.scalars(ticked.order_by(line.id)))
    try:
        if not ids:
            raise PayError(_("Tick at least one line."))
        if request.form.get("act") == "hold":
            line.hold_back(db.session, ids, request.form.get("reason", ""))
        else:
            line.release(db.session, ids)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _lines(_run(run_id), str(error)), 422
    at = request.form.get("at") or None
    return cast(Response, redirect(url_for("supplier_payments.lines_page", run_id=run_id, at=at), 303))


@bp.post("/runs/<int:run_id>/account")
@requires("supplier_payments.prepare")
def account(run_id: int) -> Page:
    """Name the account of ours that a run is paid from."""
    run = _run(run_id)
    try:
        m.PaymentRun.pay_from(db.session, [run], request.form.get("account", 0, type=key_of))
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _lines(_run(run_id), str(error)), 422
    return cast(Response, redirect(url_for("supplier_payments.lines_page", run_id=run_id), 303))


@bp.post("/runs/<int:run_id>/advices")
@requires("supplier_payments.pay")
def advices(run_id: int) -> Page:
    """Mail all advices of a paid run; the job shows each, and why one is not sent."""
    try:
        (job,) = m.PaymentRun.advise(db.session, [_run(run_id)])
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _lines(_run(run_id), str(error)), 422
    return cast(Response, redirect(url_for("jobs.show", job_id=job.id), 303))


@bp.post("/runs/<int:run_id>/file")
@requires(bank_files.FILE)
def bank_file(run_id: int) -> Page:
    """The file for the bank, as a download."""
    run = _run(run_id)
    try:
        contents = bank_files.bank_file(db.session, run)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _lines(_run(run_id), str(error)), 422
    name = run.number.replace("/", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}.xml"'}
    return Response(contents, mimetype="application/xml", headers=headers)
