"""The pages of payables: runs, and the workbench of a statement."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from addons.accounting.periods import last_closed, period_with
from addons.supplier_payables.services import bench as benches
from core import m
from core.clock import today
from core.db import db
from core.errors import UserError
from core.i18n import _, ngettext
from core.security.incoming import page_asked, takes_files
from core.security.rights import current_actor, requires

bp = Blueprint("supplier_payables", __name__)

Page = str | Response | tuple[str, int]
_RUNS = 50


def _company() -> int:
    company_id = current_actor().company_id
    return company_id if company_id is not None else abort(403)


def _statement(payable_id: int) -> Any:
    """A statement that the user may see."""
    statement = m.PayablesStatement
    found = db.session.scalars(select(statement).where(statement.id == payable_id)).one_or_none()
    return found if found is not None else abort(404)


def _to(url: str) -> Response:
    return cast(Response, redirect(url, 303))


@bp.get("/runs")
@requires("supplier_payables.read")
def runs_page() -> str:
    """All runs, newest first, with who was skipped and why, and the form for the next."""
    return _runs()


def _runs(problem: str = "") -> str:
    run = m.PayablesRun
    rows = db.session.scalars(select(run).order_by(run.period_end.desc(), run.id.desc()).limit(_RUNS)).all()
    end = request.form.get("period_end") or last_closed("monthly", today()).end.isoformat()
    return render_template(
        "supplier_payables/runs.html",
        runs=rows,
        end=end,
        problem=problem,
        may_run=current_actor().may("supplier_payables.run"),
    )


@bp.post("/runs")
@requires("supplier_payables.run")
def start() -> Page:
    """State what is owed for a period."""
    cycle = request.form.get("cycle", "monthly")
    try:
        period = period_with(cycle, date.fromisoformat(request.form.get("period_end", "")))
        _run, made = m.PayablesRun.start(db.session, _company(), cycle, period)
        db.session.commit()
    except (KeyError, ValueError):
        return _runs(_("Give the last day of the period.")), 422
    except UserError as error:
        db.session.rollback()
        return _runs(str(error)), 422
    flash(ngettext("%(num)s statement is made.", "%(num)s statements are made.", len(made)), "success")
    return _to("/m/payables.statement.list")


@bp.get("/statements/<int:payable_id>")
@requires("supplier_payables.read")
def workbench(payable_id: int) -> str:
    """The matches of a statement, problems first, a page at a time."""
    return _bench(_statement(payable_id))


def _bench(statement: Any, problem: str = "") -> str:
    page, find = page_asked(), request.values.get("find", "").strip()
    beside = request.values.get("beside", type=int) or 0
    shown = benches.bench(db.session, statement.id, page, find, beside)
    return render_template(
        "supplier_payables/workbench.html",
        statement=statement,
        bench=shown,
        page=page,
        pages=max(1, -(-shown.counts.whole // benches.PAGE)),
        find=find,
        at=request.values.get("at", type=int) or 0,
        may_match=current_actor().may("supplier_payables.match"),
        problem=problem,
    )


@bp.post("/statements/<int:payable_id>/list")
@requires("supplier_payables.match")
@takes_files
def upload(payable_id: int) -> Page:
    """Read the supplier's list and match it."""
    file = request.files.get("file")

    def act() -> str:
        read = m.PayablesStatement.upload(
            db.session, payable_id, file.filename or "" if file else "", file.read() if file else b""
        )
        return ngettext("%(num)s line is read.", "%(num)s lines are read.", len(read.lines))

    return _done(payable_id, act)


@bp.post("/statements/<int:payable_id>")
@requires("supplier_payables.match")
def decide(payable_id: int) -> Page:
    """Accept, dispute, undo, put together or take apart what is ticked; or accept all that is exact."""
    statement = _statement(payable_id)
    ids = _own(statement.id, request.form.getlist("match", type=int))
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: m.PayablesMatch.accept(db.session, ids),
        "dispute": lambda: m.PayablesMatch.dispute(db.session, ids, request.form.get("note", "")),
        "undo": lambda: m.PayablesMatch.undo(db.session, ids),
        "join": lambda: m.PayablesMatch.join(db.session, ids),
        "split": lambda: m.PayablesMatch.split(db.session, ids),
        "exact": lambda: m.PayablesStatement.accept_exact(db.session, [statement.id]),
    }
    act = acts.get(request.form.get("act", ""))
    if act is None or not (ids or request.form["act"] == "exact"):
        return _bench(statement, _("Tick at least one line.")), 422
    return _done(payable_id, act)


def _own(statement_id: int, ids: list[int]) -> list[int]:
    match = m.PayablesMatch
    own = select(match.id).where(match.id.in_(ids), match.statement_id == statement_id)
    return list(db.session.scalars(own.order_by(match.id)))


@bp.post("/statements/<int:payable_id>/post")
@requires("supplier_payables.post")
def post(payable_id: int) -> Page:
    """Bill what was agreed, under the number of the supplier's invoice."""

    def act() -> str:
        statement = _statement(payable_id)
        statement.reference = request.form.get("reference", statement.reference).strip()[:1000]
        m.PayablesStatement.post(db.session, [statement])
        return _("%(number)s is posted.", number=statement.number)

    return _done(payable_id, act)


def _done(payable_id: int, act: Callable[[], object]) -> Page:
    """Back to the workbench, or the page with why nothing was done."""
    _statement(payable_id)
    try:
        said = act()
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _bench(_statement(payable_id), str(error)), 422
    if isinstance(said, str):
        flash(said, "success")
    page, at = request.form.get("page"), request.form.get("at")
    return _to(
        url_for("supplier_payables.workbench", payable_id=payable_id, page=page or None, at=at or None)
    )
