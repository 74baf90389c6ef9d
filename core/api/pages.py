"""Pages for people: the description of the API, and the tokens of the user who is logged in."""

from datetime import UTC, datetime
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from sqlalchemy import select

from core import m
from core.api import docs
from core.api.access import any_token, caller, identify_program_or_person
from core.api.openapi import description
from core.api.scopes import choices, titles
from core.api.tokens import TokenError, create_token, revoke
from core.db import db
from core.i18n import _
from core.security.rights import ANY_USER, current_actor, requires
from core.security.session import EVERYTHING

bp = Blueprint("api_pages", __name__)


@bp.get("/api/openapi.json")
@any_token
def openapi() -> Response:
    """What the caller may call, as OpenAPI 3.1: for a token, and for a user who is logged in."""
    identify_program_or_person()
    response = jsonify(description(caller()))
    response.headers["Vary"] = "Authorization, Cookie, Accept-Language"
    return response


@bp.get("/api/docs")
@requires(ANY_USER)
def overview() -> str:
    """How to call, and what there is to call."""
    return render_template("api/overview.html", docs=docs.overview(description(current_actor())))


@bp.get("/api/docs/<model>")
@requires(ANY_USER)
def resource(model: str) -> str:
    """The calls and fields of one model."""
    found = docs.resource(description(current_actor()), model)
    if found is None:
        abort(404)
    return render_template("api/resource.html", resource=found, base=request.url_root.rstrip("/"))


@bp.get("/me/tokens")
@requires(ANY_USER)
def tokens() -> Response:
    """The user's API tokens."""
    return _tokens()


def _tokens(status: int = 200, **shown: Any) -> Response:
    token = m.ApiToken
    rows = db.session.scalars(select(token).where(token.user_id == current_user.id).order_by(token.id.desc()))
    html = render_template(
        "api/tokens.html",
        tokens=rows.all(),
        now=datetime.now(UTC),
        groups=choices(current_actor()),
        titles=titles(),
        # What was refused is shown again; after a success the form is empty.
        sent=request.form if "problem" in shown else {},
        chosen=request.form.getlist("scope") if "problem" in shown else [],
        **shown,
    )
    return make_response(html, status)


@bp.post("/me/tokens")
@requires(ANY_USER)
def create() -> Response:
    """Make a token and show its secret: in this answer and never again."""
    chosen = request.form.getlist("scope") if request.form.get("extent") == "chosen" else [EVERYTHING]
    days = request.form.get("days", "")
    try:
        if days and not (days.isascii() and days.isdigit() and len(days) < 6):
            raise TokenError(_("Give the days as a whole number."))
        made = create_token(
            db.session, current_user, request.form.get("name", ""), chosen, int(days) if days else None
        )
    except TokenError as error:
        db.session.rollback()
        return _tokens(422, problem=str(error))
    db.session.commit()
    return _tokens(201, made=made)


@bp.post("/me/tokens/<int:token_id>/revoke")
@requires(ANY_USER)
def revoke_token(token_id: int) -> Response:
    """Refuse a token from now on."""
    token = db.session.scalar(
        select(m.ApiToken).where(m.ApiToken.id == token_id, m.ApiToken.user_id == current_user.id)
    )
    if token is None:
        abort(404)
    revoke(token)
    db.session.commit()
    flash(_("“%(name)s” is revoked.", name=token.name), "success")
    return cast(Response, redirect(url_for("api_pages.tokens"), 303))
