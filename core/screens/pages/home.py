"""The pages around the screens: home, palette, and what a user sets for himself."""

from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from core import m
from core.clock import today
from core.db import db
from core.i18n import COOKIE
from core.locales import LOCALES
from core.screens.boards.dashboards import boards_for, read_items
from core.screens.palette import found_by
from core.security.actor import SYSTEM, acting
from core.security.incoming import key_of
from core.security.login import is_local
from core.security.rights import ANY_USER, PUBLIC, current_actor, model_rights, requires
from core.security.rules import here

bp = Blueprint("home", __name__)

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "theme"
_YEAR = 365 * 24 * 3600


@bp.get("/")
@requires(ANY_USER)
def index() -> str:
    """The user's dashboard, or the one of `board`; the menus as tiles for whom there is none."""
    boards = boards_for(current_app.extensions["dashboards"], current_actor())
    wanted = request.args.get("board", "")
    board = next((b for b in boards if b.name == wanted), boards[0] if boards else None)
    read = read_items(board, db.session, today()) if board else []
    return render_template("home.html", boards=boards, board=board, items=read, jobs=_recent_jobs())


def _recent_jobs() -> list[Any]:
    if not current_actor().may(model_rights("job").read):
        return []
    columns = (m.Job.id, m.Job.title, m.Job.state, m.Job.created_at)
    query = select(*columns).where(here(m.Job))
    return list(db.session.execute(query.order_by(m.Job.id.desc()).limit(6)))


@bp.get("/palette")
@requires(ANY_USER)
def palette() -> Response:
    """Pages, acts and records that match `q`, the records that it names exactly first."""
    q = request.args.get("q", "").strip()[:100]
    return jsonify(found_by(q, db.session, current_app.extensions["screens"], current_actor()))


@bp.post("/me/locale")
@requires(PUBLIC)
def set_locale() -> Response:
    """Choose the language; a user's choice goes with the user, a visitor's stays in the browser."""
    locale = request.form.get("locale", "")
    if locale not in LOCALES:
        raise BadRequest
    if current_user.is_authenticated:
        current_user.locale = locale
        db.session.commit()
    response = _back()
    _keep(response, COOKIE, locale)
    return response


@bp.post("/me/theme")
@requires(PUBLIC)
def set_theme() -> Response:
    """Choose light, dark, or as the system is."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        raise BadRequest
    response = _back()
    _keep(response, THEME_COOKIE, theme)
    return response


@bp.post("/me/company")
@requires(ANY_USER)
def set_company() -> Response:
    """Work in another company, one of the user's."""
    wanted = request.form.get("company", type=key_of)
    if wanted not in {company.id for company in current_user.companies}:
        raise BadRequest
    current_user.company_id = wanted
    db.session.commit()
    return cast(Response, redirect("/", 303))


def _back() -> Response:
    target = request.form.get("next", "")
    return make_response(redirect(target if is_local(target) else "/", 303))


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure, httponly=True)


def theme() -> str:
    """The theme that the browser asked for."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def company() -> Any:
    """The company that the user works in, None for a visitor."""
    if not current_user.is_authenticated or current_user.company_id is None:
        return None
    with acting(db.session, SYSTEM):
        return db.session.get(m.Company, current_user.company_id)
