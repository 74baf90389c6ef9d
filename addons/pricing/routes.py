"""Pages: a supplier's price list comes in as it is; the lines of a run are looked through by keys."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import Any, cast

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from addons.pricing import run_screens as runs
from addons.pricing.services import reviewing
from addons.pricing.services.consequences import MOST, consequences
from addons.pricing.services.list_files import ListFile, Taken
from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _, ngettext
from core.screens.forms.labels import url_of_record
from core.security.incoming import key_of, page_asked, takes_files
from core.security.rights import current_actor, requires

bp = Blueprint("pricing", __name__)

Page = str | Response | tuple[str, int]


def _supplier(partner_id: int) -> Any:
    """A supplier that the user may see."""
    query = select(m.Partner).where(m.Partner.id == partner_id, m.Partner.is_supplier)
    found = db.session.scalars(query).one_or_none()
    return found if found is not None else abort(404)


@bp.get("/suppliers/<int:partner_id>/list")
@requires("pricing.write")
def list_file(partner_id: int) -> str:
    """Ask for the file, and for what it does not say itself."""
    return _page(_supplier(partner_id))


@bp.post("/suppliers/<int:partner_id>/list")
@requires("pricing.write")
@takes_files
def take_in(partner_id: int) -> Page:
    """Write the lists of the file; what became no price stands on the first of them."""
    partner = _supplier(partner_id)
    try:
        taken = m.PricingPriceList.take_in(db.session, _asked(partner))
        db.session.commit()
    except (UserError, ValueError) as error:
        db.session.rollback()
        said = str(error) if isinstance(error, UserError) else _("Give the first day of the list.")
        return _page(_supplier(partner_id), said), 422
    if not taken.lists:
        return _page(partner, _("No price of the file could be taken."), taken), 422
    flash(_said(taken), "success")
    return cast(Response, redirect(f"/m/pricing.price_list.form/{taken.lists[0]}", 303))


def _asked(partner: Any) -> ListFile:
    file, form = request.files.get("file"), request.form
    asked = ListFile(
        partner.id,
        file.read() if file else b"",
        form.get("name", "").strip()[:900],
        date.fromisoformat(form["valid_from"]) if form.get("valid_from") else None,
        form.get("currency", "").strip().upper(),
    )
    if asked.name or file is None:
        return asked
    return replace(asked, name=PurePath(file.filename or "").stem)


def _said(taken: Taken) -> str:
    prices = ngettext("%(num)s price is taken.", "%(num)s prices are taken.", taken.prices)
    if not taken.faults:
        return str(prices)
    return f"{prices} " + ngettext(
        "%(num)s row or cell is left out: see why below.",
        "%(num)s rows or cells are left out: see why below.",
        len(taken.faults),
    )


def _page(partner: Any, problem: str = "", taken: Taken | None = None) -> str:
    return render_template(
        "pricing/list_file.html",
        partner=partner,
        problem=problem,
        faults=taken.faults if taken else [],
        currencies=db.session.scalars(select(m.Currency.code).order_by(m.Currency.code)).all(),
        valid_from=request.form.get("valid_from", ""),
    )


def _run(repricing_id: int) -> Any:
    """A run that the user may see."""
    run = m.PricingRun
    return db.session.scalars(select(run).where(run.id == repricing_id)).one_or_none() or abort(404)


@bp.get("/runs/<int:repricing_id>/review")
@requires("pricing.read_runs")
def review(repricing_id: int) -> str:
    """The lines of a run, the worst first, a page at a time."""
    return _review(_run(repricing_id))


def _review(run: Any, problem: str = "") -> str:
    page, show, by = page_asked(), _one_of("show", reviewing.SHOWN), _one_of("by", reviewing.GROUPS)
    found = reviewing.review(db.session, run, page, show, by)
    screens, actor = current_app.extensions["screens"], current_actor()
    return render_template(
        "pricing/review.html",
        run=run,
        review=found,
        facts=runs.facts_of_review(run, found.counts),
        sources={
            row[0].id: url_of_record(screens, row[0].source_model, row[0].source_id, actor)
            for row in found.rows
            if screens.form_for(row[0].source_model)
        },
        acts=_acts_of(run),
        states=runs.RUN_STATES,
        page=page,
        pages=max(1, -(-getattr(found.counts, show) // reviewing.PAGE)),
        show=show,
        by=by,
        at=request.values.get("at", type=key_of) or 0,
        problem=problem,
    )


def _one_of(name: str, known: Any) -> str:
    """What the address or the form asks for among what is known, or the first of it."""
    asked = request.values.get(name, "")
    return asked if asked in known else str(next(iter(known)))


def _acts_of(run: Any) -> set[str]:
    """What the user may do with the run."""
    return {
        button.name
        for button in runs.buttons()
        if current_actor().may(button.permission) and (button.visible is None or button.visible(run))
    }


@bp.post("/runs/<int:repricing_id>/review")
@requires("pricing.reprice")
def decide(repricing_id: int) -> Page:
    """Accept or leave what is ticked, accept all or what is within the tolerance, or apply the run."""
    run, ids = _run(repricing_id), request.form.getlist("line", type=key_of)
    line = m.PricingRunLine
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: line.accept(db.session, _own(repricing_id, ids)),
        "leave": lambda: line.leave(db.session, _own(repricing_id, ids)),
        "accept_all": lambda: runs.accept_all(db.session, run),
        "accept_within": lambda: runs.accept_within(db.session, run),
        "apply": lambda: runs.apply(db.session, run),
    }
    act = acts.get(name := request.form.get("act", ""))
    if act is None or (name in ("accept", "leave") and not ids):
        return _review(run, _("Tick at least one line.")), 422
    return _done(repricing_id, act)


@bp.post("/runs/<int:repricing_id>/approve")
@requires("pricing.approve")
def approve(repricing_id: int) -> Page:
    """Agree to a run of somebody else, from its review."""
    return _done(repricing_id, lambda: runs.approve(db.session, _run(repricing_id)))


def _own(repricing_id: int, ids: list[int]) -> list[int]:
    line = m.PricingRunLine
    return list(db.session.scalars(select(line.id).where(line.id.in_(ids), line.run_id == repricing_id)))


def _done(repricing_id: int, act: Callable[[], object]) -> Page:
    """Back to the review, or the page with why nothing was done."""
    try:
        said = act()
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _review(_run(repricing_id), str(error)), 422
    if isinstance(said, str):
        flash(said, "success")
    form, names = request.form, ("page", "at", "show", "by")
    kept: dict[str, Any] = {name: form[name] for name in names if form.get(name)}
    return cast(Response, redirect(url_for("pricing.review", repricing_id=repricing_id, **kept), 303))


@bp.get("/runs/<int:repricing_id>/effects")
@requires("pricing.reprice")
def effects(repricing_id: int) -> str:
    """What applying the accepted lines would do, and to which invoices and prices."""
    run, problem, found = _run(repricing_id), "", None
    if not runs.is_open(run):
        abort(404)
    try:
        found = consequences(db.session, run)
    except UserError as error:
        problem = str(error)
    return render_template(
        "pricing/effects.html",
        run=run,
        found=found,
        facts=runs.facts_of_effects(run, found.preview) if found else [],
        most=MOST,
        problem=problem,
    )
