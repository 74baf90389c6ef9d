"""Pages of the administration that are no generic list or form: the letterhead, and an event of the audit."""

import json
from typing import Any, cast

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from core import m
from core.administration.letterhead import remove_logo, set_logo
from core.db import db
from core.documents.pictures import PictureError
from core.i18n import _
from core.records import attachments
from core.records.letterhead import logo_of
from core.screens.fields import actor_text, label_column, label_text
from core.screens.pages.forms import screens
from core.screens.panel.timeline import act_title
from core.screens.refusals import kind_name
from core.security.incoming import takes_files
from core.security.rights import current_actor, may_see_field, model_rights, requires
from core.security.rules import here

bp = Blueprint("administration", __name__)


def _company(record_id: int, lock: bool = False) -> Any:
    query = select(m.Company).where(m.Company.id == record_id)
    company = db.session.scalar(query.with_for_update() if lock else query)
    if company is None:
        abort(404)
    return company


@bp.get("/companies/<int:record_id>/letterhead")
@requires("core.configure")
def letterhead(record_id: int) -> str:
    """The picture on the company's documents, and the form that changes it."""
    return _page(_company(record_id))


def host_notices() -> list[str]:
    """What whoever sets the program up should know of the process that serves the page."""
    state = current_app.extensions.get("host_state")
    if state is None or not current_actor().may("core.configure"):
        return []
    problem, outdated = state()
    notices = []
    if problem:
        notices.append(
            _(
                "This server goes on with the addons of before, as it cannot load those that are installed "
                "(%(problem)s). Put that right and restart it.",
                problem=problem,
            )
        )
    if outdated:
        notices.append(_("The code on disk is newer than this server: restart it."))
    return notices


def _page(company: Any, problem: str = "") -> str:
    logo = logo_of(db.session, company.id)
    return render_template("administration/letterhead.html", record=company, logo=logo, problem=problem)


@bp.get("/companies/<int:record_id>/letterhead.png")
@requires("core.configure")
def picture(record_id: int) -> Response:
    """The picture itself."""
    logo = logo_of(db.session, _company(record_id).id)
    if logo is None:
        abort(404)
    return Response(attachments.read(logo.sha256), mimetype="image/png")


@bp.post("/companies/<int:record_id>/letterhead")
@requires("core.configure")
@takes_files
def change_letterhead(record_id: int) -> Response | tuple[str, int]:
    """Put the sent picture onto the documents; without one, take it off them."""
    company = _company(record_id, lock=True)
    sent = request.files.get("file")
    try:
        if sent and sent.filename:
            set_logo(db.session, company.id, sent.read())
        elif "remove" in request.form:
            remove_logo(db.session, company.id)
        else:
            raise PictureError(_("Choose a picture first."))
    except PictureError as error:
        db.session.rollback()
        return _page(_company(record_id), str(error)), 422
    db.session.commit()
    flash(_("Saved. It stands on documents that are printed from now on."), "success")
    return cast(Response, redirect(url_for("administration.letterhead", record_id=record_id), 303))


@bp.get("/audit/<int:event_id>")
@requires("core.audit")
def event(event_id: int) -> str:
    """An event with the values before and after."""
    found = db.session.scalar(select(m.AuditEvent).where(m.AuditEvent.id == event_id, here(m.AuditEvent)))
    if found is None:
        abort(404)
    return render_template(
        "administration/event.html",
        event=found,
        who=actor_text(found.user_name),
        record=_record_name(found),
        act=_act_name(found),
        rows=_rows(found),
        address=_address(found),
    )


def _record_name(event: Any) -> str:
    """What people call the record: its kind, and its name or, where they may see none, its number."""
    models = current_app.extensions["composition"]
    if event.model not in models.parts:
        return f"{event.model} {event.record_id or ''}".strip()
    cls = models.model(event.model)
    label = None
    if current_actor().may(model_rights(event.model).read) and may_see_field(
        current_actor(), event.model, cls._label
    ):
        label = db.session.scalar(select(label_column(cls)).where(cls.id == event.record_id))
    return f"{kind_name(cls, event.model)} {label_text(cls, label) or f'#{event.record_id}'}"


def _act_name(event: Any) -> str:
    form = screens().form_for(event.model)
    return act_title(form, event.action)


def _rows(event: Any) -> list[tuple[str, str, str]]:
    """(name, before, after) of each value that the event tells of and the reader may see."""
    before, after = event.before or {}, event.after or {}
    names = [n for n in dict.fromkeys([*before, *after]) if may_see_field(current_actor(), event.model, n)]
    return [(name, _text(before.get(name)), _text(after.get(name))) for name in names]


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _address(event: Any) -> str:
    """Where the record is, empty where no form shows it or the reader may not read it."""
    form = screens().form_for(event.model)
    if form is None or event.record_id is None or not current_actor().may(model_rights(event.model).read):
        return ""
    return url_for("screens.show", screen=form.name, record_id=event.record_id)
