"""The pages of payables: runs, and the workbench of a statement."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from addons.accounting.periods import last_closed, period_with
from addons.matching.services.pdf_text import is_pdf, picture
from addons.matching.services.words import KIND_WORDS
from addons.supplier_payables.screens import CYCLES
from addons.supplier_payables.services import bench as benches
from addons.supplier_payables.services.acts import Act
from addons.supplier_payables.services.overview import overview
from core import m
from core.clock import today
from core.db import db
from core.errors import UserError
from core.i18n import _, ngettext
from core.records.attachments import read
from core.security.incoming import key_of, page_asked, takes_files
from core.security.rights import current_actor, requires
from core.tabular.errors import FileError

bp = Blueprint("supplier_payables", __name__)

Page = str | Response | tuple[str, int]
#: Seconds for which a browser keeps a picture: a list that is read anew has another address.
_KEPT = 3600


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
    end = request.form.get("period_end") or last_closed("monthly", today()).end.isoformat()
    return render_template(
        "supplier_payables/runs.html",
        runs=overview(db.session),
        cycles=CYCLES,
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


def _bench(statement: Any, problem: str | UserError = "") -> str:
    page, find = page_asked(), request.values.get("find", "").strip()
    beside = request.values.get("beside", type=key_of) or 0
    show = request.values.get("show", "all")
    show = show if show in benches.SHOWN else "all"
    shown = benches.bench(db.session, statement.id, page, find, beside, show)
    return render_template(
        "supplier_payables/workbench.html",
        statement=statement,
        bench=shown,
        page=page,
        pages=max(1, -(-getattr(shown.counts, show) // benches.PAGE)),
        find=find,
        show=show,
        further=_further(),
        users=_users() if statement.state == "draft" else (),
        at=request.values.get("at", type=key_of) or 0,
        may_match=current_actor().may("supplier_payables.match"),
        problem=problem,
    )


def _further() -> list[Act]:
    """What addons let the user do with matches."""
    return [act for act in m.PayablesMatch.further_acts() if current_actor().may(act.permission)]


def _users() -> list[Any]:
    """Who may see to a dispute: whoever may see the company."""
    user = m.User
    companies = user.companies.any(m.Company.id == current_actor().company_id)
    query = select(user).where(user.active, companies | (user.company_id == current_actor().company_id))
    return list(db.session.scalars(query.order_by(user.name, user.id)))


@bp.get("/statements/<int:payable_id>/pages/<int:number>")
@requires("supplier_payables.read")
def source(payable_id: int, number: int) -> str:
    """A page of the supplier's PDF, with what was read of it and where."""
    statement = _statement(payable_id)
    found = benches.source(db.session, statement.id, number)
    if statement.list_file is None or not 1 <= number <= found.pages:
        abort(404)
    return render_template(
        "supplier_payables/source.html", statement=statement, source=found, number=number, kinds=KIND_WORDS
    )


@bp.get("/statements/<int:payable_id>/pages/<int:number>.png")
@requires("supplier_payables.read")
def page_picture(payable_id: int, number: int) -> Response:
    """How that page looks."""
    statement = _statement(payable_id)
    if statement.list_file is None or not is_pdf(contents := read(statement.list_file.sha256)):
        abort(404)
    try:
        response = Response(picture(contents, number), mimetype="image/png")
    except (FileError, IndexError):
        abort(404)
    response.cache_control.private = True
    response.cache_control.max_age = _KEPT
    return response


@bp.post("/statements/<int:payable_id>/list")
@requires("supplier_payables.match")
@takes_files
def upload(payable_id: int) -> Page:
    """Read the supplier's list and match it."""
    file = request.files.get("file")

    def act() -> str:
        found = m.PayablesStatement.upload(
            db.session, payable_id, file.filename or "" if file else "", file.read() if file else b""
        )
        return ngettext("%(num)s line is read.", "%(num)s lines are read.", len(found.lines))

    return _done(payable_id, act)


@bp.post("/statements/<int:payable_id>")
@requires("supplier_payables.match")
def decide(payable_id: int) -> Page:
    """Accept, dispute, undo, put together or take apart what is ticked; or accept all that is exact."""
    statement = _statement(payable_id)
    ids = _own(statement.id, request.form.getlist("match", type=key_of))
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: m.PayablesMatch.accept(db.session, ids),
        "ask": lambda: m.PayablesMatch.ask(db.session, ids),
        "dispute": lambda: m.PayablesMatch.dispute(
            db.session, ids, request.form.get("note", ""), request.form.get("owner", type=key_of)
        ),
        "repeat": lambda: m.PayablesMatch.repeat(db.session, ids),
        "undo": lambda: m.PayablesMatch.undo(db.session, ids),
        "join": lambda: m.PayablesMatch.join(db.session, ids),
        "split": lambda: m.PayablesMatch.split(db.session, ids),
        "exact": lambda: m.PayablesStatement.accept_exact(db.session, [statement.id]),
    }
    acts |= {act.name: partial(act.do, db.session, ids) for act in _further()}
    act = acts.get(request.form.get("act", ""))
    if act is None or not (ids or request.form["act"] == "exact"):
        return _bench(statement, _("Tick at least one line.")), 422
    return _done(payable_id, act)


def _own(statement_id: int, ids: list[int]) -> list[int]:
    match = m.PayablesMatch
    own = select(match.id).where(match.id.in_(ids), match.statement_id == statement_id)
    return list(db.session.scalars(own.order_by(match.id)))


@bp.get("/disputes/<int:match_id>")
@requires("supplier_payables.read")
def dispute_page(match_id: int) -> str:
    """A disputed match: why, its lines, who sees to it, and how it ended."""
    return _dispute_page(match_id)


def _dispute_page(match_id: int, problem: str = "") -> str:
    match = _dispute(match_id)
    return render_template(
        "supplier_payables/dispute.html",
        match=match,
        statement=match.statement,
        row=benches.lines_of(db.session, match.id),
        users=_users(),
        may_match=current_actor().may("supplier_payables.match"),
        problem=problem,
    )


def _dispute(match_id: int) -> Any:
    match = m.PayablesMatch
    found = select(match).where(match.id == match_id, match.state == "disputed")
    return db.session.scalars(found).one_or_none() or abort(404)


@bp.post("/disputes/<int:match_id>")
@requires("supplier_payables.match")
def see_to(match_id: int) -> Page:
    """Hand a dispute over, or say how it ended."""
    match, owner = _dispute(match_id), request.form.get("owner", type=key_of)
    try:
        if request.form.get("act") == "settle":
            m.PayablesMatch.settle(db.session, [match], request.form.get("outcome", ""))
        elif owner is not None and owner in {user.id for user in _users()}:
            m.PayablesMatch.hand_over(db.session, [match], owner)
        else:
            return _dispute_page(match_id, _("Choose who sees to it.")), 422
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _dispute_page(match_id, str(error)), 422
    flash(_("Saved."), "success")
    return _to(url_for("supplier_payables.dispute_page", match_id=match_id))


@bp.post("/statements/<int:payable_id>/redo")
@requires("supplier_payables.run")
def redo(payable_id: int) -> Page:
    """Do one supplier again, and lead to what takes the place of its statement."""
    statement = _statement(payable_id)
    try:
        made = m.PayablesStatement.redo(db.session, [statement])
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _bench(_statement(payable_id), error), 422
    if not made:
        flash(_("Nothing is left to be stated: the statement is gone."), "success")
        return _to("/m/payables.statement.list")
    flash(_("It is made anew."), "success")
    return _to(f"/m/payables.statement.form/{made[0]}")


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
        return _bench(_statement(payable_id), error), 422
    if isinstance(said, str):
        flash(said, "success")
    kept: dict[str, Any] = {name: request.form.get(name) or None for name in ("page", "at", "show")}
    return _to(url_for("supplier_payables.workbench", payable_id=payable_id, **kept))
