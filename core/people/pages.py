"""Pages of the people themselves: the own account, and the invitation that a new user sets a password by."""

from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from flask_security import hash_password
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core import m
from core.db import db
from core.i18n import _
from core.locales import LOCALES
from core.security import passwords, second_factor, sessions
from core.security.actor import SYSTEM, acting
from core.security.guard import check_may_manage
from core.security.rights import ANY_USER, PUBLIC, current_actor, requires

bp = Blueprint("people", __name__)

VALID = timedelta(days=3)


@bp.get("/account")
@requires(ANY_USER)
def account() -> str:
    """Name, language, password, second factor and sessions of the current user."""
    return _account_page()


def _account_page(error: str = "") -> str:
    return render_template(
        "people/account.html",
        user=current_user,
        error=error,
        zones=sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"),
        sessions=sessions.open_sessions(db.session, current_user.id),
        here=sessions.current_key(),
        has_factor=second_factor.is_set_up(current_user),
        must_have_factor=current_user.check_tf_required_setup(),
        codes_left=len(current_user.mf_recovery_codes or ()),
    )


@bp.post("/account")
@requires(ANY_USER)
def save_account() -> Response:
    """Keep the own name, language and time zone."""
    form = request.form
    name, locale, zone = form.get("name", "").strip(), form.get("locale", ""), form.get("timezone", "")
    if not name or len(name) > 200:
        return make_response(_account_page(_("Give your name, in at most 200 characters.")), 422)
    if locale not in ("", *LOCALES) or not _is_zone(zone):
        abort(400)
    current_user.name, current_user.locale, current_user.timezone = name, locale, zone
    db.session.commit()
    flash(_("Saved."), "success")
    return _to_account()


def _is_zone(name: str) -> bool:
    try:
        return not name or bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return False


def _to_account() -> Response:
    return cast(Response, redirect(url_for("people.account"), 303))


@bp.post("/account/sessions/<int:session_id>/end")
@requires(ANY_USER)
def end_session(session_id: int) -> Response:
    """Log one of the own browsers out."""
    if not sessions.end_one(db.session, current_user.id, session_id):
        abort(404)
    db.session.commit()
    flash(_("That session has ended."), "success")
    return _to_account()


@bp.post("/account/sessions/end-others")
@requires(ANY_USER)
def end_other_sessions() -> Response:
    """Log all own browsers out but this one."""
    sessions.end_all(db.session, [current_user.id])
    db.session.commit()
    flash(_("You are logged out everywhere else."), "success")
    return _to_account()


@bp.post("/users/<int:user_id>/sessions/<int:session_id>/end")
@requires("core.users")
def end_session_of(user_id: int, session_id: int) -> Response:
    """Log a browser of another user out."""
    user = db.session.get(m.User, user_id)
    if user is None:
        abort(404)
    check_may_manage(current_actor(), user)
    if not sessions.end_one(db.session, user_id, session_id):
        abort(404)
    db.session.commit()
    flash(_("That session has ended."), "success")
    return cast(Response, redirect(url_for("screens.show", screen="user.form", record_id=user_id), 303))


@bp.post("/users/<int:user_id>/invitation")
@requires("core.users")
def invite(user_id: int) -> str:
    """The link by which a user chooses a password; shown once."""
    user = db.session.get(m.User, user_id)
    if user is None:
        abort(404)
    check_may_manage(current_actor(), user)
    link = url_for("people.accept", token=invitation(user), _external=True)
    return render_template("people/invitation.html", user=user, link=link, days=VALID.days)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="invitation")


def invitation(user: Any) -> str:
    """The token of an invitation: good until a password is set, by it or otherwise."""
    return str(_signer().dumps([user.id, user.fs_uniquifier]))


def _invited(token: str) -> Any:
    try:
        user_id, uniquifier = _signer().loads(token, max_age=int(VALID.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    user = db.session.get(m.User, user_id)
    return user if user is not None and user.active and user.fs_uniquifier == uniquifier else None


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@requires(PUBLIC)
def accept(token: str) -> Response:
    """Choose a password by an invitation; then log in with it."""
    with acting(db.session, SYSTEM):
        user = _invited(token)
        if user is None:
            return make_response(render_template("people/no_invitation.html"), 404)
        errors = _problems(user) if request.method == "POST" else {}
        if request.method == "GET" or errors:
            html = render_template("people/accept.html", user=user, errors=errors)
            return make_response(html, 422 if errors else 200)
        _set_password(user, request.form["password"])
        db.session.commit()
    return cast(Response, redirect(url_for("security.login"), 303))


def _problems(user: Any) -> dict[str, str]:
    util = current_app.extensions["security"].password_util
    password, again = request.form.get("password", ""), request.form.get("again", "")
    problem = passwords.problem_of(util.normalize(password), user)
    if problem:
        return {"password": problem}
    return {} if password == again else {"again": _("The two passwords differ.")}


def _set_password(user: Any, password: str) -> None:
    security = current_app.extensions["security"]
    user.password = hash_password(security.password_util.normalize(password))
    security.datastore.set_uniquifier(user)
