"""Pages for what went wrong: each says what to do next."""

from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from core.db import db
from core.db.outage import is_away, roll_back
from core.errors import UserError
from core.i18n import _, _l, ngettext
from core.outage import outage_page
from core.screens.refusals import said
from core.security.limits import seconds_to_wait
from core.security.login import is_local

#: Status → (what happened, what to do next).
TEXTS: dict[int, tuple[Any, Any]] = {
    400: (_l("This request could not be read"), _l("Go back, reload the page and try again.")),
    403: (
        _l("You may not open this"),
        _l("Ask an administrator for the right, or go back to what you may open."),
    ),
    404: (
        _l("There is nothing here"),
        _l("The record was deleted, belongs to another company, or the address is wrong."),
    ),
    405: (_l("This request could not be read"), _l("Go back, reload the page and try again.")),
    413: (_l("This is too much at once"), _l("Send a smaller file, or fewer lines at a time.")),
    422: (_l("This is not possible"), _l("Correct what is said above and try again.")),
    429: (_l("Too many requests"), ""),
    500: (
        _l("Something went wrong on our side"),
        _l(
            "Nothing was saved. Try again; if it stays, tell your administrator "
            "the time and the page's address."
        ),
    ),
}

#: After these, the same page may be there in a moment.
AGAIN = (429, 500)


def init_app(app: Flask) -> None:
    """Show these pages."""
    app.register_error_handler(UserError, _user_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _refused_by_database)


def _user_error(error: UserError) -> Response:
    db.session.rollback()
    return _page(422, str(error), _("Go back and correct it, then try again."))


def _refused_by_database(error: DBAPIError) -> BaseResponse | HTTPException:
    """What the database refuses on any page is said in words, as on forms: most often somebody else holds the
    lock, or was quicker. What nobody expects stays a fault, with its traceback in the log."""
    roll_back(db.session, error)
    if is_away(error):
        return outage_page(request)
    why = said(error)
    current_app.logger.warning("refused by the database: %s", error.orig)
    return _page(409, why, _("Go back, reload the page and try again."))


def _csrf_error(_error: CSRFError) -> Response:
    return _page(
        400,
        _("Your session has ended"),
        _("Reload the page, log in again if you are asked to, and repeat your change."),
    )


def _http_error(error: HTTPException) -> BaseResponse | HTTPException:
    cause = error.original_exception if isinstance(error, InternalServerError) else None
    if cause is not None:
        roll_back(db.session, cause)
    if is_away(cause):
        return outage_page(request)
    code = error.code or 500
    if code < 400:
        return error
    if current_app.debug and cause is not None:
        raise cause
    title, advice = TEXTS.get(code, TEXTS[500 if code >= 500 else 400])
    if code != 429:
        return _page(code, str(title), str(advice))
    wait = seconds_to_wait()
    page = _page(
        code, str(title), ngettext("Try again in %(num)s second.", "Try again in %(num)s seconds.", wait)
    )
    page.headers["Retry-After"] = str(wait)
    return page


def _ways_on(code: int) -> list[tuple[str, str]]:
    """(label, address) of what one can do next, the likeliest first; an empty address is the page itself."""
    ways = [(_("Try again"), "")] if code in AGAIN and request.method == "GET" else []
    before = (request.referrer or "").removeprefix(request.host_url)
    if before != (request.referrer or "") and is_local(f"/{before}") and f"/{before}" != request.full_path:
        ways.append((_("Back"), f"/{before}"))
    return [*ways, (_("Start page"), "/")]


def _page(code: int, title: str, advice: str) -> Response:
    if request.accept_mimetypes.best == "application/json":
        response = make_response({"error": title, "advice": advice}, code)
        return response
    part = bool(request.headers.get("HX-Request"))
    # The page for a fault asks the database nothing: it may be what is broken.
    base = "layout.html" if code < 500 and current_user.is_authenticated else "bare.html"
    template = "errors/part.html" if part else "errors/page.html"
    html = render_template(template, base=base, code=code, title=title, advice=advice, ways=_ways_on(code))
    response = make_response(html, code)
    if part:
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
        response.headers["HX-Reselect"] = "#toast-part"
    return response
