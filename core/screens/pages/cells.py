"""A cell of a list that is changed in place: its input, and what becomes of what was typed."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request

from core.db import db
from core.i18n import _
from core.screens.forms.cells import CellEditor
from core.screens.forms.saving import BASE, Outcome
from core.screens.lists.page import base_of, company_of, editable_columns, plan_for
from core.screens.lists.query import ListQuery
from core.screens.lists.rows import row_maker
from core.screens.lists.state import read_state
from core.screens.pages.forms import screens
from core.screens.pages.lists import list_screen, query_for
from core.screens.tree import FormScreen, ListScreen
from core.security.rights import ANY_USER, current_actor, requires

bp = Blueprint("cells", __name__, url_prefix="/m/<screen>/<int:record_id>/cell/<name>")


@bp.get("")
@requires(ANY_USER)
def edit(screen: str, record_id: int, name: str) -> Response:
    """The input of the cell, with the value of now."""
    listed, form = _editable(screen, name)
    editor = _editor(form, name)
    outcome = editor.open(record_id)
    if outcome is None:
        return _refused(_("This record can no longer be changed."))
    return jsonify(html=_input(editor, outcome), row=_row(listed, form, record_id))


@bp.post("")
@requires(ANY_USER)
def save(screen: str, record_id: int, name: str) -> Response:
    """Write the cell; the answer holds the row as it is now, and what takes the change back."""
    listed, form = _editable(screen, name)
    editor = _editor(form, name)
    before = editor.open(record_id)
    if before is None:
        return _refused(_("This record can no longer be changed."))
    undo = editor.raw(before)
    outcome = editor.save(record_id, request.form, request.form.get(BASE, ""))
    if outcome is None or outcome.saved_id is None:
        db.session.rollback()
        return _wrong(editor, outcome)
    db.session.commit()
    after = editor.open(record_id)
    undo |= {BASE: after.base if after is not None else ""}
    return jsonify(row=_row(listed, form, record_id), undo=undo, message=_("Saved."))


def _editable(screen: str, name: str) -> tuple[ListScreen, FormScreen]:
    """The list and the form of its records, where this user may change this column in place."""
    listed = list_screen(screen)
    form = screens().form_of(listed)
    if form is None or name not in editable_columns(screens(), plan_for(screens(), listed), current_actor()):
        abort(403)
    return listed, form


def _editor(form: FormScreen, name: str) -> CellEditor:
    return CellEditor(db.session, screens(), form, name, current_actor())


def _input(editor: CellEditor, outcome: Outcome) -> str:
    entry = editor.entry(outcome)
    return render_template(
        "cell.html", entry=entry, base=outcome.base, base_name=BASE, error=editor.reason(outcome)
    )


def _wrong(editor: CellEditor, outcome: Outcome | None) -> Response:
    if outcome is None:
        return _refused(_("This record can no longer be changed."))
    return make_response(jsonify(html=_input(editor, outcome), error=editor.reason(outcome)), 422)


def _refused(message: str) -> Response:
    return make_response(jsonify(error=message), 422)


def _row(listed: ListScreen, form: FormScreen, record_id: int) -> str:
    """The row of the record as the list shows it, in the state of the list's address."""
    query: ListQuery = query_for(listed, read_state(listed, request.args))
    editable = editable_columns(screens(), query.plan, current_actor())
    found: Any = db.session.execute(query.one(record_id)).one_or_none()
    company = company_of(current_actor())
    own = company.currency_code if company is not None else ""
    make = row_maker(query, listed.address or base_of(form), editable, own)
    return make([found])[0] if found is not None else ""
