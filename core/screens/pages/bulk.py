"""The dialog before an act on many records, which says how many it will touch; and its start."""

from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from core.db import db
from core.i18n import _, locale_code, ngettext
from core.screens.bulk import acts
from core.screens.bulk.acts import Act
from core.screens.composition import field_of
from core.screens.fields import number_text
from core.screens.forms.form import Entry, FormBuilder
from core.screens.lists.page import url_of
from core.screens.lists.selection import Selection, read_selection
from core.screens.lists.state import read_state
from core.screens.pages.forms import go, screens
from core.screens.pages.lists import list_screen, query_for
from core.screens.tree import Field, ListScreen, SetField
from core.security.rights import ANY_USER, current_actor, requires

bp = Blueprint("bulk", __name__, url_prefix="/m/<screen>/bulk")


@bp.post("/<act>")
@requires(ANY_USER)
def confirm(screen: str, act: str) -> Response:
    """Say what will be done with how many records; nothing is done yet."""
    listed = list_screen(screen)
    found = _act(listed, act)
    return _dialog(listed, found, _selection(listed, found))


@bp.post("/<act>/start")
@requires(ANY_USER)
def start(screen: str, act: str) -> Response:
    """Start the job, unless the value is wrong or other records are meant than were confirmed."""
    listed = list_screen(screen)
    found = _act(listed, act)
    selection = _selection(listed, found)
    entry = _entry(listed, found, request.form)
    count = selection.count(db.session)
    if str(count) != request.form.get("expected") or (entry is not None and entry.input.errors):
        return _dialog(listed, found, selection, 422)
    back = url_of(listed, selection.query.state)
    data = {n: v for n, v in request.form.items() if entry and n.partition(".")[0] == entry.node.name}
    form = screens().form_of(listed)
    assert form is not None  # or the list would have no acts
    job = acts.start(db.session, listed, form, found, selection, data=data, locale=locale_code(), back=back)
    db.session.commit()
    return go(f"/jobs/{job.id}")


def _act(listed: ListScreen, name: str) -> Act:
    act = acts.find_act(screens(), listed, name, current_actor())
    if act is None:
        abort(403)
    return act


def _selection(listed: ListScreen, act: Act) -> Selection:
    query = query_for(listed, read_state(listed, request.args))
    return replace(read_selection(query, request.form), possible=act.possible)


def _dialog(listed: ListScreen, act: Act, selection: Selection, status: int = 200) -> Response:
    selected, count = selection.size(db.session), selection.count(db.session)
    button = ngettext("%(act)s: %(count)s record", "%(act)s: %(count)s records", count, **_said(act, count))
    html = render_template(
        "bulk.html",
        act=act,
        count=count,
        touches=_touches(listed, count, selected),
        button=button,
        expected=request.form.get("expected"),
        entry=_entry(listed, act, request.form if status != 200 else None),
        url=f"/m/{listed.name}/bulk/{act.name}/start?{request.query_string.decode()}",
        ids=",".join(map(str, selection.ids)),
    )
    return make_response(html, status)


def _said(act: Act, count: int) -> dict[str, str]:
    return {"act": act.label.rstrip("…"), "count": number_text(count, locale_code())}


def _touches(listed: ListScreen, count: int, selected: int) -> str:
    said = {"count": number_text(count, locale_code()), "list": str(listed.title)}
    text = ngettext(
        "This touches %(count)s record of “%(list)s”.",
        "This touches %(count)s records of “%(list)s”.",
        count,
        **said,
    )
    if count == selected:
        return text
    left = number_text(selected - count, locale_code())
    rest = _("%(left)s of the selected are left out: it is not possible for them.", left=left)
    return f"{text} {rest}"


def _entry(listed: ListScreen, act: Act, data: MultiDict[str, str] | None) -> Entry | None:
    """The input of the value that the act sets, checked where something was sent; None for other acts."""
    form = screens().form_of(listed)
    place = field_of(form, act.node.name) if form and isinstance(act.node, SetField) else None
    if form is None or place is None or not isinstance(place.node, Field):
        return None
    return FormBuilder(screens(), form, current_actor()).single(place.node, data)
