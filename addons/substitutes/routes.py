"""The panel of a short line: what it may take, and the acts of whoever sells."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, flash, render_template, request, url_for

from addons.substitutes.order_panel import panel_of
from addons.substitutes.program_acts import said_of
from addons.substitutes.services.asking_customers import DAYS, Ask
from addons.substitutes.services.sharing import sharing_of
from addons.substitutes.services.substituting import Acceptance, Refusal
from addons.substitutes.words import FITS, SHARE_RULES, STATES
from core import m
from core.db import db
from core.errors import UserError
from core.i18n import _, ngettext
from core.screens.pages.forms import go
from core.screens.typed import typed_quantity
from core.security.incoming import key_of
from core.security.rights import requires

bp = Blueprint("substitutes", __name__)


def _line(line_id: int) -> Any:
    line = db.session.get(m.SalesOrderLine, line_id)
    if line is None or line.product_id is None:
        abort(404)
    return line


@bp.get("/lines/<int:line_id>")
@requires("sales.write")
def panel(line_id: int) -> str:
    """What the line may take instead; a piece of a page, for the dialog of the order's form."""
    found = panel_of(db.session, _line(line_id), _quantity(request.args.get("quantity", "")))
    return render_template("substitutes/panel.html", panel=found, fits=FITS, states=STATES)


def _quantity(typed: str) -> Decimal | None:
    """How much is typed; nothing while it is no number yet: taking the part says what is wrong with it."""
    try:
        return typed_quantity(typed) if typed.strip() else None
    except UserError:
        return None


@bp.post("/lines/<int:line_id>/accept")
@requires("sales.write")
def accept(line_id: int) -> Response:
    """Put the part of the pressed button on the line, for so many pieces."""
    return _act(_line(line_id), _accept)


def _accept(line: Any) -> str:
    typed = request.form.get("quantity", "").strip()
    quantity = typed_quantity(typed) if typed else None
    part = request.form.get("substitute_id", 0, type=key_of)
    return said_of(m.SalesOrder.substitute(db.session, [Acceptance(line.id, part, quantity)])[line.id])


@bp.post("/lines/<int:line_id>/take-back")
@requires("sales.write")
def take_back(line_id: int) -> Response:
    """Put what was ordered on the line again."""

    def act(line: Any) -> str:
        m.SalesOrder.take_substitute_back(db.session, [line])
        return _("Line %(position)s has %(part)s again.", position=line.position, part=line.product.code)

    return _act(_line(line_id), act)


@bp.post("/lines/<int:line_id>/decline")
@requires("sales.write")
def decline(line_id: int) -> Response:
    """Keep that the customer did not want a part, or any; the line stays."""

    def act(line: Any) -> str:
        part = request.form.get("substitute_id", type=key_of)
        m.SalesOrder.decline_substitutes(db.session, [Refusal(line.id, request.form.get("reason", ""), part)])
        return _("Kept: the customer did not want it.")

    return _act(_line(line_id), act)


@bp.post("/lines/<int:line_id>/ask")
@requires("sales.write")
def ask(line_id: int) -> Response:
    """Ask the customer about a part, and lead to the question with its link."""
    line = _line(line_id)
    part = request.form.get("substitute_id", 0, type=key_of)
    try:
        (consent,) = m.SubstituteConsent.ask(db.session, [Ask(line.id, part)])
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(str(error), "danger")
        return go(url_for("screens.show", screen="sales.order.form", record_id=line.order_id))
    flash(
        _("Mail the question to the customer, or send the link: it is good for %(days)s days.", days=DAYS),
        "success",
    )
    return go(url_for("screens.show", screen="substitute.consent.form", record_id=consent.id))


@bp.get("/shares/<int:product_id>")
@requires("sales.write")
def shares(product_id: int) -> str:
    """How a part would be shared among the orders that are short of what it may stand in for."""
    product, rule = _product(product_id), _rule(request.args.get("rule", ""))
    found = sharing_of(db.session, product, rule)
    return render_template(
        "substitutes/shares.html", product=product, sharing=found, rule=rule, rules=SHARE_RULES
    )


@bp.post("/shares/<int:product_id>")
@requires("sales.confirm")
def give_shares(product_id: int) -> Response:
    """Put the part on the lines by their shares."""
    product, rule = _product(product_id), _rule(request.form.get("rule", ""))
    try:
        given = m.Substitute.share_out(db.session, product, rule)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(str(error), "danger")
    else:
        flash(ngettext("%(num)s line has it now.", "%(num)s lines have it now.", given), "success")
    return go(url_for("substitutes.shares", product_id=product_id, rule=rule))


def _product(product_id: int) -> Any:
    product = db.session.get(m.Product, product_id)
    if product is None:
        abort(404)
    return product


def _rule(named: str) -> str:
    return named if named in SHARE_RULES else "date"


def _act(line: Any, act: Callable[[Any], str]) -> Response:
    """Do it and say so on the order's form; a refusal is said there too."""
    here = url_for("screens.show", screen="sales.order.form", record_id=line.order_id)
    try:
        said = act(line)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(str(error), "danger")
    else:
        flash(said, "success")
    return go(here)
