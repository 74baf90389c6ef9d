"""The pages of imports: choose a file, say which column is which, look at it, run it, see what came of it."""

import re
import tempfile
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from core import m
from core.db import db
from core.errors import UserError
from core.exchange import importing
from core.exchange.errors import bad_rows, write_errors
from core.exchange.importing import PreviewRow, Totals
from core.exchange.named import became, offered
from core.exchange.newcomers import newcomers
from core.exchange.targets import READING_OPTIONS, Target
from core.exchange.text import state_text, value_text
from core.i18n import _
from core.jobs import queue
from core.security.headers import named
from core.security.incoming import page_asked, takes_files
from core.security.rights import current_actor, requires
from core.tabular import delimited
from core.tabular.errors import FileError

bp = Blueprint("exchange", __name__, url_prefix="/imports")

PAGE = 50
#: Bad rows on the page; all of them are in the error file.
SHOWN_ERRORS = 100
SAMPLES = 3
#: Rows of headings that stand one above the other, at most.
MOST_HEADINGS = 5
#: The number of a row, or of the first and the last.
_ROWS = re.compile(r"([1-9][0-9]{0,2})(?:\s*[-–]\s*([1-9][0-9]{0,2}))?")


def targets() -> dict[str, Target]:
    """What the current user may import."""
    found: dict[str, Target] = current_app.extensions["import_targets"]
    return {name: target for name, target in found.items() if current_actor().may(target.permission)}


def _import(import_id: int) -> tuple[Any, Target]:
    """An import of the user's company and its target; 404 and 403 otherwise."""
    data_import = db.session.scalars(select(m.DataImport).where(m.DataImport.id == import_id)).one_or_none()
    if data_import is None or data_import.target not in current_app.extensions["import_targets"]:
        abort(404)
    if data_import.target not in targets():
        abort(403)
    return data_import, targets()[data_import.target]


@bp.get("/")
@requires("core.import")
def index() -> str:
    """The imports of the company, the latest first."""
    page = page_asked()
    query = select(m.DataImport).where(m.DataImport.target.in_(targets())).order_by(m.DataImport.id.desc())
    found = db.session.scalars(query.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    jobs = select(m.Job.id, m.Job.state).where(m.Job.id.in_([i.job_id for i in found if i.job_id]))
    states: dict[int, str] = dict(db.session.execute(jobs).all())
    row = m.DataImportRow
    bad = select(row.import_id).where(row.import_id.in_([i.id for i in found]), row.state == "bad").distinct()
    in_part = set(db.session.scalars(bad))
    rows = [
        (i, targets()[i.target].title, *state_text(i.state, states.get(i.job_id or 0, ""), i.id in in_part))
        for i in found
    ]
    return render_template("exchange/imports.html", rows=rows[:PAGE], page=page, more=len(rows) > PAGE)


@bp.get("/new")
@requires("core.import")
def new() -> str:
    """Choose what to import, and the file."""
    return _upload_page(request.args.get("target", ""))


def _upload_page(chosen: str, error: str = "") -> str:
    known = targets()
    return render_template(
        "exchange/upload.html",
        targets=known.values(),
        chosen=chosen,
        error=error,
        encodings=delimited.CHOICES,
        encoding=request.form.get("encoding", ""),
    )


@bp.post("/new")
@requires("core.import")
@takes_files
def create() -> Response:
    """Take the file in."""
    chosen, file = request.form.get("target", ""), request.files.get("file")
    try:
        data_import = _upload(chosen, file)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return make_response(_upload_page(chosen, str(error)), 422)
    return cast(Response, redirect(url_for("exchange.mapping", import_id=data_import.id), 303))


def _upload(chosen: str, file: FileStorage | None) -> Any:
    if chosen not in targets():
        raise importing.UnknownTargetError(_("Choose what the rows of the file are."))
    if file is None or not file.filename:
        raise importing.UploadError(_("Choose a file."))
    encoding = request.form.get("encoding", "")
    return importing.upload(db.session, chosen, file.filename, file.read(), encoding)


@bp.get("/<int:import_id>/mapping")
@requires("core.import")
def mapping(import_id: int) -> Response:
    """Say which column holds which field."""
    data_import, target = _import(import_id)
    return _mapping_page(data_import, target, data_import.mapping, data_import.options)


def _mapping_page(
    data_import: Any, target: Target, chosen: Any, options: Any, error: str = "", status: int = 200
) -> Response:
    samples = importing.samples(data_import, SAMPLES)
    html = render_template(
        "exchange/mapping.html",
        data_import=data_import,
        target=target,
        chosen=chosen,
        options=[*target.options, *READING_OPTIONS],
        offered={option.name: offered(db.session, option) for option in target.options},
        given=options,
        samples={heading: texts for heading, texts in zip(data_import.header, samples, strict=True)},
        encodings=importing.encodings(data_import),
        encoding_names=delimited.CHOICES,
        sheets=importing.sheets(data_import),
        unused=importing.unused(data_import),
        error=error,
    )
    return make_response(html, status)


@bp.post("/<int:import_id>/layout")
@requires("core.import")
def read_again(import_id: int) -> Response:
    """Read the file in another encoding, from another sheet, or with its headings in another row."""
    data_import, target = _import(import_id)
    form = request.form
    try:
        importing.read_as(
            db.session,
            data_import,
            encoding=form.get("encoding", ""),
            sheet=form.get("sheet", ""),
            header=_heading_rows(form.get("header", "")),
        )
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        data_import, target = _import(import_id)
        return _mapping_page(data_import, target, data_import.mapping, data_import.options, str(error), 422)
    return cast(Response, redirect(url_for("exchange.mapping", import_id=import_id), 303))


def _heading_rows(typed: str) -> list[int]:
    """`3` or `3-4` as the rows of the headings, nothing typed as none; raises FileError."""
    found = _ROWS.fullmatch(typed.strip())
    rows = [int(row) for row in found.groups() if row] if found else []
    if typed.strip() and not (rows and 0 <= rows[-1] - rows[0] < MOST_HEADINGS):
        raise FileError(
            _(
                "“%(text)s” names no rows: write “3”, or “3-4” where up to %(most)s rows name the columns.",
                text=typed.strip()[:20],
                most=MOST_HEADINGS,
            )
        )
    return rows


@bp.post("/<int:import_id>/mapping")
@requires("core.import")
def save_mapping(import_id: int) -> Response:
    """Keep the choice and go on to the preview."""
    data_import, target = _import(import_id)
    form = request.form
    chosen = {f.name: form.get(f"field-{f.name}", "") for f in target.fields}
    options = {o.name: form.get(f"option-{o.name}", "") for o in (*target.options, *READING_OPTIONS)}
    try:
        importing.set_mapping(db.session, data_import, chosen, options)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        return _mapping_page(data_import, target, chosen, options, str(error), 422)
    return cast(Response, redirect(url_for("exchange.preview", import_id=import_id), 303))


@bp.get("/<int:import_id>/preview")
@requires("core.import")
def preview(import_id: int) -> Response:
    """The first rows as they would be booked."""
    data_import, target = _import(import_id)
    try:
        rows = importing.preview(db.session, data_import)
    except UserError as error:
        return _mapping_page(data_import, target, data_import.mapping, data_import.options, str(error), 422)
    fields = [f for f in target.fields if f.name in data_import.mapping]
    html = render_template(
        "exchange/preview.html",
        data_import=data_import,
        target=target,
        fields=fields,
        rows=[_shown(row, [f.name for f in fields]) for row in rows],
        bad=sum(bool(row.problems) for row in rows),
        unused=importing.unused(data_import),
        newcomers=newcomers(db.session, data_import),
    )
    return make_response(html)


def _shown(row: PreviewRow, names: list[str]) -> dict[str, Any]:
    """A row for the page: its number, what is wrong with it as a whole, and (text, reason) of each cell."""
    reasons = {problem.field: problem.reason for problem in row.problems}
    cells = [
        (value_text(row.values[name]) or row.texts.get(name, ""), reasons.get(name, "")) for name in names
    ]
    return {"number": row.number, "reason": reasons.get("", ""), "cells": cells}


@bp.post("/<int:import_id>/start")
@requires("core.import")
def start(import_id: int) -> Response:
    """Start the import, or its trial."""
    data_import, _target = _import(import_id)
    try:
        importing.start_import(db.session, data_import, dry_run="dry_run" in request.form)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(str(error), "danger")
    return cast(Response, redirect(url_for("exchange.show", import_id=import_id), 303))


@bp.get("/<int:import_id>")
@requires("core.import")
def show(import_id: int) -> Response:
    """What became of the rows; htmx asks for the changing part every two seconds until the end."""
    data_import, target = _import(import_id)
    if data_import.state == "uploaded":
        return cast(Response, redirect(url_for("exchange.mapping", import_id=import_id)))
    state = importing.state_of(db.session, data_import)
    running = state == "running"
    job = db.session.get(m.Job, data_import.job_id) if data_import.job_id else None
    part = request.headers.get("HX-Target") == "import"
    counted = Totals() if running else importing.totals(db.session, import_id)
    text, style = state_text(state, "", counted.bad)
    html = render_template(
        "exchange/result_body.html" if part else "exchange/result.html",
        data_import=data_import,
        target=target,
        state=state,
        state_text=text,
        style=style,
        job=job,
        progress=queue.progress(db.session, job.id) if job and running else None,
        totals=counted,
        became=(0, []) if running else became(db.session, data_import),
        errors=[] if running else list(bad_rows(db.session, import_id, SHOWN_ERRORS)),
    )
    return make_response(html)


@bp.get("/<int:import_id>/errors.<any(csv, xlsx):kind>")
@requires("core.import")
def errors(import_id: int, kind: str) -> Response:
    """The bad rows as a file."""
    data_import, _target = _import(import_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_errors(db.session, data_import, file, kind)
    stem = data_import.filename.rsplit("/", 1)[-1].split(".", 1)[0]
    return named(send_file(file, mimetype=importing.MIMETYPES[kind]), f"{stem}-errors.{kind}")
