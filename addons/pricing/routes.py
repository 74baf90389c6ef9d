"""The page on which a supplier's price list comes in as it is."""

from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from sqlalchemy import select

from addons.pricing.services.list_files import ListFile, Taken
from core import m
from core.clock import today
from core.db import db
from core.errors import UserError
from core.i18n import _, ngettext
from core.security.incoming import takes_files
from core.security.rights import requires

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
        valid_from=request.form.get("valid_from", today().isoformat()),
    )
