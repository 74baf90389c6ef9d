"""The page of a public link: it shows what is asked, and only its button answers."""

from contextlib import closing
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import force_locale

from core.db import db
from core.errors import UserError
from core.links import acts
from core.links.declare import Answer, Shown
from core.locales import LOCALES
from core.records import attachments
from core.security.headers import named
from core.security.incoming import takes_a_file
from core.security.rights import PUBLIC, requires

bp = Blueprint("links", __name__, url_prefix="/l")
#: What the fields of rows are called, before their keys.
_ROW = "row."
#: And those of their figures, before name and key.
_FIGURE = "figure."
#: Of so many rows something may be said: a page without a log-in takes no larger form.
REMARKED = 1000


@bp.get("/<token>")
@requires(PUBLIC)
def show(token: str) -> Response:
    """What is asked; it is counted, and nothing else is done."""
    link = _found(token)
    if request.method == "GET":
        acts.count_opening(db.session, link)
        db.session.commit()
    return _page(token, link)


@bp.get("/<token>/file")
@requires(PUBLIC)
def file(token: str) -> Response:
    """The file that the question comes with; of links that are withdrawn or have expired no more."""
    link = _found(token)
    shown = acts.shown_by(db.session, link)
    if shown is None or shown.file is None or (link.answered_at is None and acts.why_not(link, shown)):
        abort(404)
    response = _private(Response(attachments.read(shown.file.sha256), mimetype=shown.file.mimetype))
    return named(response, shown.file.filename)


@bp.post("/<token>")
@requires(PUBLIC)
def answer(token: str) -> Response:
    """Keep an answer that somebody gave by pressing a button."""
    link, given = _found(token), _given()
    with force_locale(_locale(link)):
        try:
            seen = request.form.get("seen", "").replace("\r\n", "\n")
            where = (request.remote_addr or "", request.user_agent.string)
            acts.answer(db.session, link, given, seen, where)
            db.session.commit()
        except UserError as error:  # also what the addon refuses: what was typed stays
            db.session.rollback()
            return _page(token, _found(token), str(error), given, 422)
    return _page(token, _found(token))


@bp.post("/<token>/list")
@requires(PUBLIC)
@takes_a_file
def take(token: str) -> Response:
    """A file that somebody brings before answering; what was typed until then stays on the page."""
    link, given = _found(token), _given()
    with force_locale(_locale(link)):
        try:
            acts.take(db.session, link, *_brought())
            db.session.commit()
        except UserError as error:
            db.session.rollback()
            return _page(token, _found(token), str(error), given, 422)
    return _page(token, _found(token), given=given)


def _brought() -> tuple[str, bytes]:
    """The name and the contents of the file."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    with closing(file):
        return file.filename or "", file.read()


def _given() -> Answer:
    """What was typed into the form."""
    sent = request.form
    said = {key.removeprefix(_ROW): text.strip() for key, text in sent.items() if key.startswith(_ROW)}
    remarks = {key: text for key, text in said.items() if text}
    return Answer(sent.get("answer", ""), sent.get("name", ""), sent.get("note", ""), remarks, _figures())


def _figures() -> dict[str, dict[str, str]]:
    """What was typed as figures of rows: key → name → text."""
    found: dict[str, dict[str, str]] = {}
    for field, text in request.form.items():
        if field.startswith(_FIGURE) and text.strip():
            name, _point, key = field.removeprefix(_FIGURE).partition(".")
            found.setdefault(key, {})[name] = text.strip()
    return found


def _found(token: str) -> Any:
    link = acts.found(db.session, token)
    if link is None:
        abort(404)
    return link


def _locale(link: Any) -> str:
    """The link's language, else that of whoever reads."""
    return (
        link.locale if link.locale in LOCALES else request.accept_languages.best_match(LOCALES, "en") or "en"
    )


def _page(
    token: str, link: Any, problem: str = "", given: Answer | None = None, status: int = 200
) -> Response:
    with force_locale(_locale(link)):
        shown = acts.shown_by(db.session, link)
        why_not = acts.why_not(link, shown)
        values = {"shown": shown, "closed": why_not, "problem": problem, "given": given, "link": link}
        values["is_over"] = acts.is_over(link)
        values |= {"remarked": REMARKED, "logo": acts.logo_of(db.session, link), **_filled(shown, given)}
        html = render_template("links/page.html", token=token, **values)
    return _private(make_response(html, status))


def _filled(shown: Shown | None, given: Answer | None) -> dict[str, Any]:
    """What stands in the fields: what was typed; where nobody has answered yet, what is proposed too."""
    if shown is None:
        return {"remarks": {}, "note": ""}
    if given is None or not given.choice:
        typed = given or Answer("", "")
        remarks = {**shown.proposed, **typed.remarks}
        return {"remarks": remarks, "note": typed.note or shown.proposed_note}
    return {"remarks": given.remarks, "note": given.note}


def _private(response: Response) -> Response:
    # Nobody keeps it, and no search engine lists it.
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
