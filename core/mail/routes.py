"""Pages of the outbox, and of the mailbox that stands for the world on a machine that sends nothing."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as BaseResponse

from core import m
from core.db import db
from core.i18n import _
from core.mail import mailbox, outbox
from core.mail.names import OUTCOMES, STATES
from core.records import attachments
from core.security.headers import named
from core.security.incoming import page_asked
from core.security.rights import requires

bp = Blueprint("mail", __name__)

PAGE_SIZE = 80
ACTS: dict[str, Callable[[Any, Any], None]] = {
    "retry": outbox.retry,
    "cancel": outbox.cancel,
    "arrived": lambda session, message: outbox.decide_unsure(session, message, arrived=True),
    "lost": lambda session, message: outbox.decide_unsure(session, message, arrived=False),
}


@bp.get("/mailbox/")
@requires("core.mail")
def letters() -> str:
    """The messages of this machine's mailbox."""
    words = request.args.get("q", "")
    return render_template("mail/mailbox.html", letters=mailbox.letters(_folder(), words), q=words)


@bp.get("/mailbox/<name>")
@requires("core.mail")
def letter(name: str) -> str:
    """One message; nothing in it is run or fetched."""
    return render_template("mail/letter.html", letter=_letter(name), safe=mailbox.SAFE_INLINE)


@bp.get("/mailbox/<name>/<int:index>")
@requires("core.mail")
def part(name: str, index: int) -> Response:
    """A file of a message."""
    parts = _letter(name).parts
    if index >= len(parts):
        abort(404)
    return _file(parts[index].contents, parts[index].filename, parts[index].mimetype)


@bp.get("/outbox/")
@requires("core.mail")
def messages() -> str:
    """The outbox, newest first; the state and the search are in the address."""
    state, words = request.args.get("state", ""), request.args.get("q", "")
    page = page_asked()
    query = select(m.MailMessage).order_by(m.MailMessage.id.desc())
    if state in STATES:
        query = query.where(m.MailMessage.state == state)
    for word in words.split():
        query = query.where(_mentions(word))
    rows = db.session.scalars(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()
    counts = dict(db.session.execute(_counted()).all())
    return render_template(
        "mail/outbox.html",
        messages=rows[:PAGE_SIZE],
        more=len(rows) > PAGE_SIZE,
        page=page,
        state=state,
        q=words,
        counts=counts,
        state_names=STATES,
    )


@bp.get("/outbox/<int:message_id>")
@requires("core.mail")
def message(message_id: int) -> str:
    """One message of the outbox with its attempts and the server's answers."""
    return render_template(
        "mail/message.html",
        message=_message(message_id),
        state_names=STATES,
        outcome_names=OUTCOMES,
    )


@bp.get("/outbox/<int:message_id>/files/<int:attachment_id>")
@requires("core.mail")
def file(message_id: int, attachment_id: int) -> Response:
    """A file that goes with a message."""
    for attachment in _message(message_id).attachments:
        if attachment.id == attachment_id:
            return _file(attachments.read(attachment.sha256), attachment.filename, attachment.mimetype)
    abort(404)


@bp.post("/outbox/<int:message_id>/<any(retry, cancel, arrived, lost):act>")
@requires("core.mail")
def decide(message_id: int, act: str) -> BaseResponse:
    """What a person decides about a message."""
    try:
        ACTS[act](db.session, _message(message_id))
        db.session.commit()
        flash(_("Done."), "success")
    except outbox.MailStateError as error:
        db.session.rollback()
        flash(str(error), "error")
    return redirect(url_for("mail.message", message_id=message_id), 303)


def _folder() -> Path:
    folder: Path = current_app.extensions["settings"].mailbox
    return folder


def _letter(name: str) -> mailbox.Letter:
    found = mailbox.letter(_folder(), name)
    return found if found is not None else abort(404)


def _message(message_id: int) -> Any:
    loaded = selectinload(m.MailMessage.attempt_log), selectinload(m.MailMessage.attachments)
    query = select(m.MailMessage).where(m.MailMessage.id == message_id).options(*loaded)
    found = db.session.scalars(query).one_or_none()
    return found if found is not None else abort(404)


def _mentions(word: str) -> Any:
    searched = func.concat_ws(
        " ",
        m.MailMessage.subject,
        func.array_to_string(m.MailMessage.to, " "),
        func.array_to_string(m.MailMessage.cc, " "),
        m.MailMessage.response,
    )
    return searched.icontains(word, autoescape=True)


def _counted() -> Any:
    return select(m.MailMessage.state, func.count(m.MailMessage.id)).group_by(m.MailMessage.state)


def _file(contents: bytes, filename: str, mimetype: str) -> Response:
    """Shown where that is harmless and wished, else saved; never run."""
    shown = mimetype in mailbox.SAFE_INLINE and "download" not in request.args
    response = named(send_file(BytesIO(contents), mimetype=mimetype), filename, shown=shown)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
