"""The generic pages of records under `/m`: a form, its buttons and its choices."""

from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import MultiDict

from core.db import db, lock_rows
from core.errors import UserError
from core.i18n import _
from core.letters import shown_papers
from core.screens.actions import find_button, press, shown_buttons
from core.screens.composition import ScreenSet, field_of
from core.screens.fields import choice_text, label_text
from core.screens.forms.choices import (
    HiddenChoiceError,
    NoSuchChoiceError,
    choice_field,
    find_choices,
    values_held,
)
from core.screens.forms.form import shown_nodes
from core.screens.forms.saving import BASE, Outcome, RecordEditor
from core.screens.refusals import explain, said
from core.screens.tree import Field, FormScreen, Screen
from core.security.incoming import takes_lines
from core.security.rights import ANY_USER, current_actor, model_rights, requires

bp = Blueprint("screens", __name__, url_prefix="/m")


def screens() -> ScreenSet:
    """The screens of the current app."""
    return cast(ScreenSet, current_app.extensions["screens"])


def open_screen(name: str, right: str = "read") -> Any:
    """The screen, when the user has this right on its model; 404 and 403 otherwise."""
    screen = screens().by_name.get(name)
    if screen is None:
        abort(404)
    needed = getattr(model_rights(screen.model), right)
    if needed is None or not current_actor().may(needed):
        abort(403)
    return screen


def _form_screen(name: str, right: str = "read") -> FormScreen:
    screen = open_screen(name, right)
    if not isinstance(screen, FormScreen):
        abort(404)
    return screen


@bp.get("/<screen>/choices/<path>")
@requires(ANY_USER)
def choices(screen: str, path: str) -> Response:
    """What a search field offers for the text `q`."""
    try:
        info, node = choice_field(screens(), open_screen(screen), path, current_actor())
    except HiddenChoiceError:
        abort(403)
    except NoSuchChoiceError:
        abort(404)
    needed = model_rights(info.target)
    if not current_actor().may(needed.choose or needed.read):
        abort(403)
    held = values_held(screens(), screens().by_name[screen], info, node, request.args)
    q = request.args.get("q", "").strip()[:100]
    found = find_choices(db.session, screens(), info, node, q, current_actor(), held)
    return jsonify([choice.json() for choice in found])


@bp.get("/<screen>/new")
@requires(ANY_USER)
def new(screen: str) -> Response:
    """An empty form."""
    form = _form_screen(screen, "write")
    if not form.create:
        abort(404)
    return _show(form, _found(_editor(form).open(None)))


@bp.get("/<screen>/<int:record_id>")
@requires(ANY_USER)
def show(screen: str, record_id: int) -> Response:
    """The form of a record."""
    form = _form_screen(screen)
    return _show(form, _found(_editor(form).open(record_id)))


@bp.post("/<screen>/new")
@requires(ANY_USER)
@takes_lines
def create(screen: str) -> Response:
    """Write a new record."""
    form = _form_screen(screen, "write")
    if not form.create:
        abort(404)
    return _save(form, None)


@bp.post("/<screen>/<int:record_id>")
@requires(ANY_USER)
@takes_lines
def save(screen: str, record_id: int) -> Response:
    """Write a record."""
    return _save(_form_screen(screen, "write"), record_id)


def _editor(form: FormScreen) -> RecordEditor:
    return RecordEditor(db.session, screens(), form, current_actor())


def _found(outcome: Outcome | None) -> Outcome:
    if outcome is None:
        abort(404)
    return outcome


def _save(form: FormScreen, record_id: int | None) -> Response:
    data = MultiDict(request.form)
    outcome = _found(_editor(form).save(record_id, data))
    if outcome.saved_id is None:
        return _show(form, outcome, status=422)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("screens.show", screen=form.name, record_id=outcome.saved_id))


def _show(screen: FormScreen, outcome: Outcome, status: int = 200) -> Response:
    form = outcome.form
    html = render_template(
        "form.html",
        screen=screen,
        form=form,
        record=form.record,
        base=outcome.base,
        base_name=BASE,
        conflict=outcome.conflict,
        unsaved=status != 200,  # it holds what was sent, not what is kept
        nodes=shown_nodes(screen.nodes, form),
        listed=screens().list_of(screen.model),
        name=_name_of(screen, form.record),
        action=_action(screen, form.record),
        buttons=shown_buttons(screen, form.record, current_actor()),
        may_delete=_may_delete(screen, form.record),
        papers=shown_papers(form.record, current_actor()),
    )
    return make_response(html, status)


def _action(screen: FormScreen, record: Any) -> str:
    if record is None:
        return url_for("screens.create", screen=screen.name)
    return url_for("screens.save", screen=screen.name, record_id=record.id)


def _name_of(screen: FormScreen, record: Any) -> str:
    """What the record is called; what has no name goes by its kind, with its number or its state."""
    if record is not None and record._label == "id":
        return f"{screen.title} {record.id}"
    name = "" if record is None else label_text(record, getattr(record, record._label, "") or "")
    if name or record is None:
        return name
    place = field_of(screen, "state")
    choices = place.node.choices if place is not None and isinstance(place.node, Field) else None
    state = choice_text(record.state, choices) if choices else f"#{record.id}"
    return f"{screen.title} ({state})"


def _may_delete(screen: Screen, record: Any) -> bool:
    needed = model_rights(screen.model).delete
    readonly = (
        isinstance(screen, FormScreen)
        and record is not None
        and (not screen.delete or (screen.readonly is not None and screen.readonly(record)))
    )
    return record is not None and needed is not None and not readonly and current_actor().may(needed)


def go(url: str) -> Response:
    """Lead the browser on; htmx follows a header, since it would swap a redirect's page in."""
    if request.headers.get("HX-Request"):
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return cast(Response, redirect(url, 303))


@bp.post("/<screen>/<int:record_id>/do/<button>")
@requires(ANY_USER)
@takes_lines
def do(screen: str, record_id: int, button: str) -> Response:
    """Press a button of the form: only what the screen declares, shows and permits."""
    form = _form_screen(screen)
    here = url_for("screens.show", screen=form.name, record_id=record_id)
    cls = screens().models.model(form.model)
    if db.session.get(cls, record_id) is None:
        abort(404)
    node = find_button(form, button)
    if node is None:
        abort(404)
    if not current_actor().may(node.permission):
        abort(403)
    try:
        # Whoever presses second waits for the first, and sees what became of the record.
        [record] = lock_rows(db.session, cls, [record_id])
        message = press(db.session, node, record)
        db.session.commit()
    except (UserError, DBAPIError) as error:
        db.session.rollback()
        flash(said(error), "danger")
        return go(here)
    flash(str(message), "success")
    return go(here)


@bp.post("/<screen>/<int:record_id>/delete")
@requires(ANY_USER)
def delete(screen: str, record_id: int) -> Response:
    """Delete a record, where its model lets anyone do that by hand."""
    form = _form_screen(screen, "delete")
    record = db.session.get(screens().models.model(form.model), record_id)
    if record is None:
        abort(404)
    if not _may_delete(form, record):
        abort(403)
    try:
        db.session.delete(record)
        db.session.commit()
    except DBAPIError as error:
        db.session.rollback()
        flash(explain(error, screens().models)[0], "danger")
        return go(url_for("screens.show", screen=form.name, record_id=record_id))
    flash(_("Deleted."), "success")
    listed = screens().list_of(form.model)
    return go(url_for("lists.show_list", screen=listed.name) if listed else "/")
