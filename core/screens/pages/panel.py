"""What stands beside every saved record: its activity, notes and files; its document on paper and by mail."""

from datetime import datetime
from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import get_timezone
from sqlalchemy import select

from core import letters, m
from core.db import db
from core.documents import Delivery, copy_of, delivery_for
from core.errors import UserError
from core.i18n import _, locale_code, ngettext
from core.records import attachments
from core.records.contents import SHOWN
from core.screens.fields import moment_text, number_text
from core.screens.pages.forms import go, open_screen, screens
from core.screens.panel import files
from core.screens.panel.changes import Teller
from core.screens.panel.timeline import Reader
from core.screens.tree import FormScreen
from core.security.headers import named
from core.security.incoming import takes_files
from core.security.rights import ANY_USER, current_actor, requires

bp = Blueprint("panel", __name__, url_prefix="/m/<screen>/<int:record_id>")

LONGEST_NOTE = 10_000
#: A file is shown without a right to anything: no script, no frame, no form, no address of ours.
ALONE = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"
)


def _record(screen: str, record_id: int, lock: bool = False) -> tuple[FormScreen, Any]:
    """The form and the record that the user may read; 403 and 404 otherwise."""
    form = open_screen(screen)
    if not isinstance(form, FormScreen):
        abort(404)
    cls = screens().models.model(form.model)
    query = select(cls).where(cls.id == record_id)
    record = db.session.scalar(query.with_for_update(of=cls) if lock else query)
    if record is None:
        abort(404)
    return form, record


@bp.get("/panel")
@requires(ANY_USER)
def show(screen: str, record_id: int) -> str:
    """The panel, for the form that it stands beside."""
    return _shown(*_record(screen, record_id))


def _shown(form: FormScreen, record: Any, note: str = "", problem: str = "") -> str:
    return render_template(
        "panel.html",
        screen=form,
        record=record,
        note=note,
        problem=problem,
        longest=LONGEST_NOTE,
        **_timeline(form, record),
        **_files(record),
    )


@bp.get("/activity")
@requires(ANY_USER)
def activity(screen: str, record_id: int) -> str:
    """Older entries, from the moment `before` on."""
    form, record = _record(screen, record_id)
    try:
        before = datetime.fromisoformat(request.args.get("before", ""))
    except ValueError:
        abort(404)
    return render_template(
        "panel_entries.html", screen=form, record=record, **_timeline(form, record, before)
    )


def _timeline(form: FormScreen, record: Any, before: datetime | None = None) -> dict[str, Any]:
    actor = current_actor()
    reader = Reader(db.session, form, record, Teller(screens(), form, record, actor))
    return {"timeline": reader.page(before), "may_see_mail": actor.may("core.mail"), "when": _when}


def _when(moment: datetime) -> str:
    """To the minute, in the reader's zone."""
    return moment_text(moment, locale_code(), get_timezone())


def _files(record: Any) -> dict[str, Any]:
    actor = current_actor()
    found = files.files_of(db.session, record._name, record.id)
    return {
        "files": [(file, files.may_remove(actor, file)) for file in found],
        "may_add": files.may_add(actor, record._name),
        "shown": SHOWN,
    }


@bp.post("/notes")
@requires(ANY_USER)
def add_note(screen: str, record_id: int) -> Response:
    """Write a note; whoever may read the record may."""
    form, record = _record(screen, record_id)
    body = request.form.get("body", "").replace("\r\n", "\n").strip()
    if len(body) > LONGEST_NOTE:
        most = number_text(LONGEST_NOTE, locale_code())
        problem = _("A note has at most %(most)s characters: put longer texts into a file.", most=most)
        return make_response(_shown(form, record, note=body, problem=problem), 422)
    if body:
        actor = current_actor()
        company = getattr(record, "company_id", None) or actor.company_id
        note = m.Note(
            company_id=company,
            model=form.model,
            record_id=record.id,
            user_id=actor.user_id,
            user_name=actor.name,
            body=body,
        )
        db.session.add(note)
        db.session.commit()
    return make_response(show(screen, record_id))


@bp.post("/files")
@requires(ANY_USER)
@takes_files
def add_files(screen: str, record_id: int) -> tuple[str, int]:
    """Put one or several files beside the record: all of them, or none."""
    _form, record = _record(screen, record_id)
    actor = current_actor()
    if not files.may_add(actor, record._name):
        abort(403)
    sent = [file for file in request.files.getlist("file") if file.filename]
    try:
        for file in sent:
            files.add_file(db.session, record, file.filename or "", file.read(), actor)
    except UserError as error:
        db.session.rollback()
        return str(error), 422
    db.session.commit()
    return ngettext("%(num)s file added.", "%(num)s files added.", len(sent)), 200


def _file(record: Any, attachment_id: int) -> Any:
    file = files.file_of(db.session, record, attachment_id)
    if file is None:
        abort(404)
    return file


@bp.get("/files/<int:attachment_id>")
@requires(ANY_USER)
def file(screen: str, record_id: int, attachment_id: int) -> Response:
    """The file to save; with `show`, in a tab where a browser shows its kind without running it."""
    _form, record = _record(screen, record_id)
    found = _file(record, attachment_id)
    if found.removed_at is not None:
        abort(404)
    return _sent(found, "show" in request.args)


def _sent(file: Any, shown: bool) -> Response:
    shown = shown and file.mimetype in SHOWN
    response = send_file(BytesIO(attachments.read(file.sha256)), mimetype=file.mimetype)
    named(response, file.filename, shown=shown)
    # Chromium's reader of PDF doesn't start in a sandbox; it runs no script of the page's origin either way.
    pdf = file.mimetype == "application/pdf"
    response.headers["Content-Security-Policy"] = ALONE if pdf else f"{ALONE}; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@bp.post("/files/<int:attachment_id>/<any(remove, restore):act>")
@requires(ANY_USER)
def change_file(screen: str, record_id: int, attachment_id: int, act: str) -> str:
    """Take a file away, or take that back."""
    _form, record = _record(screen, record_id)
    found = _file(record, attachment_id)
    if not files.may_remove(current_actor(), found):
        abort(403)
    (files.remove_file if act == "remove" else files.restore_file)(db.session, found)
    db.session.commit()
    return _("“%(name)s” is removed.", name=found.filename) if act == "remove" else _("Taken back.")


def _deliverable(record: Any, document: str) -> Delivery:
    delivery = delivery_for(record, document)
    if delivery is None or not delivery.ready(record):
        abort(404)
    return delivery


def _asked_document() -> str:
    return request.args.get("document", "")[:100]


@bp.get("/print")
@requires(ANY_USER)
def print_document(screen: str, record_id: int) -> Response:
    """A document of the record; what is printed first is what is printed ever after."""
    form, record = _record(screen, record_id)
    document = _asked_document()
    _deliverable(record, document)
    try:
        copy = copy_of(db.session, record, document)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(str(error), "danger")
        return go(url_for("screens.show", screen=form.name, record_id=record_id))
    return _sent(copy, shown=True)


@bp.get("/send")
@requires(ANY_USER)
def letter(screen: str, record_id: int) -> str:
    """The dialog with the mail as it would go out."""
    form, record = _record(screen, record_id)
    papers = [paper.name for paper in letters.shown_papers(record, current_actor()) if paper.may_send]
    document = _asked_document() or next(iter(papers), "")
    delivery = _sendable(record, document)
    return _dialog(form, record, letters.proposed(db.session, delivery, record, document))


def _sendable(record: Any, document: str) -> Delivery:
    delivery = _deliverable(record, document)
    if not current_actor().may(delivery.permission):
        abort(403)
    return delivery


def _dialog(form: FormScreen, record: Any, written: letters.Letter) -> str:
    again = _deliverable(record, written.document).again(record)
    papers = [paper for paper in letters.shown_papers(record, current_actor()) if paper.may_send]
    return render_template(
        "letter.html", screen=form, record=record, letter=written, again=again, papers=papers
    )


@bp.post("/send")
@requires(ANY_USER)
def send(screen: str, record_id: int) -> Response:
    """Put the mail into the outbox; the same dialog a second time sends nothing more."""
    form, record = _record(screen, record_id, lock=True)
    written = letters.read_letter(request.form)
    delivery = _sendable(record, written.document)
    try:
        letters.send(db.session, delivery, record, written)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        written.problem = str(error)
        return make_response(_dialog(form, _record(screen, record_id)[1], written), 422)
    flash(_("The mail is in the outbox."), "success")
    return go(url_for("screens.show", screen=form.name, record_id=record_id))
