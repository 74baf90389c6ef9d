"""What a form asks while somebody types into it: values that follow, and lines that are pasted."""

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.datastructures import MultiDict

from core.db import db
from core.errors import UserError
from core.screens.forms import derive as derived
from core.screens.forms import paste
from core.screens.forms.form import RecordForm
from core.screens.forms.saving import RecordEditor
from core.screens.pages.forms import open_screen, screens
from core.screens.tree import FormScreen
from core.security.incoming import key_of, takes_lines
from core.security.rights import ANY_USER, current_actor, requires

bp = Blueprint("entry", __name__, url_prefix="/m")

#: Names of what was changed since the last answer, and the id of the record that is open.
CHANGED, RECORD = "_changed", "_record"


def _sent(screen: FormScreen) -> RecordForm:
    """The form as it stands on the page; 404 where there is no such record."""
    editor = RecordEditor(db.session, screens(), screen, current_actor())
    form = editor.read(_record(), MultiDict(request.form))
    if form is None or not form.editable:
        abort(404)
    return form


def _record() -> int | None:
    """The id of the record that is open, None for a new one; 404 for what no record can have."""
    named = request.form.get(RECORD, "")
    try:
        return key_of(named) if named else None
    except ValueError:
        abort(404)


def _form_screen(name: str) -> FormScreen:
    screen = open_screen(name, "write")
    if not isinstance(screen, FormScreen):
        abort(404)
    return screen


@bp.post("/<screen>/derive")
@requires(ANY_USER)
@takes_lines
def derive(screen: str) -> Response:
    """What follows from what the form holds now; nothing is written."""
    form_screen = _form_screen(screen)
    if form_screen.derive is None:
        abort(404)
    # The function sees records as they are, and must not write what is merely typed.
    with db.session.no_autoflush:
        form = _sent(form_screen)
        changed = request.form.getlist(CHANGED)
        found = derived.answers(db.session, screens(), form_screen, form, changed)
    db.session.rollback()
    return jsonify(found)


@bp.post("/<screen>/paste/<grid>")
@requires(ANY_USER)
@takes_lines
def pasted(screen: str, grid: str) -> Response:
    """The lines of a text from a spreadsheet, as inputs of this grid."""
    form_screen = _form_screen(screen)
    editor = RecordEditor(db.session, screens(), form_screen, current_actor())
    outcome = editor.open(_record())
    if outcome is None or grid not in outcome.form.grids:
        abort(404)
    text, column = request.form.get("text", ""), request.form.get("column", "")
    try:
        rows = paste.read(_reader(form_screen), outcome.form.grids[grid], text, column)
    except UserError as error:
        return _refused(str(error))
    return _lines(rows)


@bp.post("/<screen>/fill/<grid>")
@requires(ANY_USER)
@takes_lines
def fill(screen: str, grid: str) -> Response:
    """The lines that follow from what the form holds now, as inputs of this grid; nothing is written."""
    form_screen = _form_screen(screen)
    with db.session.no_autoflush:
        form = _sent(form_screen)
        made = form.grids.get(grid)
        if made is None or made.node.filling is None:
            abort(404)
        rows = paste.filled(_reader(form_screen), made, derived.typed_values(form))
    db.session.rollback()
    return _lines(rows)


def _reader(screen: FormScreen) -> paste.Reader:
    return paste.Reader(db.session, screens(), screen, current_actor(), request.form)


def _lines(rows: list[dict[str, paste.Cell]]) -> Response:
    return jsonify([{name: cell.json() for name, cell in row.items()} for row in rows])


def _refused(reason: str) -> Response:
    response = jsonify({"error": reason})
    response.status_code = 422
    return response
