"""The pages of lists under `/m`: the list itself, and the list as a file."""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from core.db import db
from core.i18n import _, locale_code
from core.jobs import queue
from core.screens.bulk import acts
from core.screens.lists import export, export_job, views
from core.screens.lists.page import page_of, plan_for
from core.screens.lists.query import ListQuery, query_of
from core.screens.lists.selection import read_ids
from core.screens.lists.state import ListState, read_state
from core.screens.pages.forms import open_screen, screens
from core.screens.tree import FormScreen, ListScreen
from core.security.headers import named
from core.security.rights import ANY_USER, current_actor, model_rights, requires
from core.tabular.writers import XLSX, stream_csv, write_xlsx

bp = Blueprint("lists", __name__, url_prefix="/m")

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}
#: What of the page a search or a filter changes.
PARTS = ("list", "results")


def list_screen(name: str) -> ListScreen:
    """The list, when the user may read its model; 404 and 403 otherwise."""
    screen = open_screen(name)
    if not isinstance(screen, ListScreen):
        abort(404)
    return screen


def query_for(screen: ListScreen, state: ListState) -> ListQuery:
    """The query of a state for the current user."""
    return query_of(plan_for(screens(), screen), state, current_actor(), locale_code())


@bp.get("/<screen>")
@requires(ANY_USER)
def show_list(screen: str) -> BaseResponse:
    """A list in the state that the address gives, or in that of a saved view."""
    listed = list_screen(screen)
    actor = current_actor()
    menu = views.menu_of(db.session, listed.name, actor)
    default = menu.default()
    if not request.args and default is not None:
        return redirect(url_for("lists.show_list", screen=screen, view=default.id))
    opened = views.opened(menu, plan_for(screens(), listed), request.args, actor)
    page = page_of(screens(), query_for(listed, opened.state), actor)
    only_body = request.headers.get("HX-Target") in PARTS
    html = render_template(
        "list_body.html" if only_body else "list.html",
        page=page,
        screen=listed,
        views=menu,
        view=opened.view,
        changed=opened.changed,
        notes=opened.notes,
        acts=acts.acts_of(screens(), listed, actor),
        may_create=page.form is not None and _may_create(listed, page.form),
    )
    return make_response(html)


def _may_create(listed: ListScreen, form: FormScreen) -> bool:
    return listed.create and form.create and current_actor().may(model_rights(form.model).write)


@bp.route("/<screen>/export.<kind>", methods=["GET", "POST"])
@requires(ANY_USER)
def as_file(screen: str, kind: str) -> BaseResponse:
    """All rows of the list in its state, or those of the sent `ids`, as `csv` or `xlsx`."""
    if kind not in KINDS:
        abort(404)
    listed = list_screen(screen)
    query = query_for(listed, read_state(listed, request.args))
    ids = read_ids(request.form)
    if ids:
        query = query.chosen(ids)
    query = export.for_file(query, current_actor())
    name = f"{screen.removesuffix('.list').replace('.', '_')}.{kind}"
    if kind == "csv":
        return _csv(query, name)
    if not ids and query_size(query) > export.LONG:
        return _start_job(listed, query.state, name)
    return _xlsx(query, name)


def query_size(query: ListQuery) -> int:
    """How many rows match."""
    return int(db.session.scalar(query.exact_count()) or 0)


def _csv(query: ListQuery, name: str) -> Response:
    stack = ExitStack()
    rows = stack.enter_context(export.cursor(query, current_actor()))
    response = Response(_closing(stream_csv(export.headings(query), rows), stack), mimetype=KINDS["csv"])
    response.call_on_close(stack.close)
    return named(response, name)


def _closing(blocks: Iterator[bytes], stack: ExitStack) -> Iterator[bytes]:
    with stack:
        yield from blocks


def _xlsx(query: ListQuery, name: str) -> Response:
    with ExitStack() as stack:
        file: Any = stack.enter_context(TemporaryFile())
        with export.cursor(query, current_actor()) as rows:
            write_xlsx(export.headings(query), rows, file)
        stack.pop_all()  # from here on the response closes it
    return named(send_file(file, mimetype=KINDS["xlsx"]), name)


def _start_job(listed: ListScreen, state: ListState, name: str) -> BaseResponse:
    """A long workbook: the job's page has the file when it is ready."""
    params = {"screen": listed.name, "state": state.kept(), "name": name, "locale": locale_code()}
    title = _("Export: %(list)s", list=str(listed.title))
    job = queue.start(db.session, export_job.KIND, title, params=params)
    db.session.commit()
    return redirect(url_for("jobs.show", job_id=job.id))
