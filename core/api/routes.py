"""The calls: list, get, create, change, delete, act, make."""

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request, url_for

from core.api import reading, writing
from core.api.access import any_token, caller, demand, identify, open_resource
from core.api.arguments import read_arguments
from core.api.bodies import LARGEST, json_object, json_response
from core.api.problems import PREFIX, ApiProblem, handle_within
from core.api.queries import Question, parse
from core.api.replies import once
from core.api.resources import Resource
from core.db import db
from core.i18n import _
from core.screens.tree import Act, Node
from core.security.incoming import takes_files

bp = Blueprint("api", __name__, url_prefix=PREFIX)
bp.before_request(identify)
handle_within(bp)
#: The address of a record.
RECORD = "/<model>/<int:record_id>"


@bp.before_request
def refuse_impossible_ids() -> None:
    """404 for numbers that no record and no file can have."""
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and not 0 < value < 2**63:
            raise ApiProblem("not-found")


def _shown(resource: Resource, record_id: int, status: int = 200) -> Response:
    item = reading.one(resource, caller(), record_id)
    response = json_response(item, status)
    response.set_etag(reading.etag_of(item))
    return response


def _written(resource: Resource, record_id: int, status: int = 200) -> Response:
    """The record after a change; 403, and nothing is changed, where the caller would no longer see it."""
    try:
        return _shown(resource, record_id, status)
    except ApiProblem as problem:
        reason = _("Nothing was saved: after this you would not see the record.")
        raise ApiProblem("forbidden", reason) from problem


@bp.get("/<model>")
@any_token
def index(model: str) -> Response:
    """A page of the records of a model."""
    resource = open_resource(model)
    asked = parse(resource, caller(), request.args)
    page = reading.page_of(resource, caller(), asked)
    body = {"items": page.items, **({"total": page.total} if page.total is not None else {})}
    response = json_response(body)
    links = _links(asked, page)
    if links:
        response.headers["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items())
    return response


def _links(asked: Question, page: reading.Page) -> dict[str, str]:
    links = {}
    if page.more:
        links["next"] = _address(after=page.more, page="")
    if asked.page > 1:
        links["prev"] = _address(page=str(asked.page - 1))
    return links


def _address(**changes: str) -> str:
    args = [(n, v) for n, v in request.args.items(multi=True) if n not in changes]
    return f"{request.base_url}?{urlencode([*args, *((n, v) for n, v in changes.items() if v)])}"


@bp.post("/<model>")
@any_token
def create(model: str) -> Response:
    """Write a new record."""
    resource = open_resource(model, "write")
    assert resource.form is not None
    if not resource.form.create:
        raise ApiProblem("method-not-allowed", headers={"Allow": "GET, HEAD, OPTIONS"})
    return once(lambda: _created(resource))


def _created(resource: Resource) -> Response:
    record_id = writing.save(resource, caller(), None, json_object())
    response = _written(resource, record_id, 201)
    response.headers["Location"] = url_for("api.get", model=resource.name, record_id=record_id)
    return response


@bp.get(RECORD)
@any_token
def get(model: str, record_id: int) -> Response:
    """A record with its lines; 304 when the caller has this version already."""
    resource = open_resource(model)
    response = _shown(resource, record_id)
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        return Response(status=304, headers={"ETag": response.headers["ETag"]})
    return response


@bp.patch(RECORD)
@any_token
def update(model: str, record_id: int) -> Response:
    """Change what the call names of a record, when it still is the version that the caller knows."""
    resource = open_resource(model, "write")
    body = json_object()
    _lock_known_version(resource, record_id)
    writing.save(resource, caller(), record_id, body)
    response = _written(resource, record_id)
    db.session.commit()
    return response


@bp.delete(RECORD)
@any_token
def delete(model: str, record_id: int) -> Response:
    """Delete a record, where its model lets anyone do that by hand."""
    resource = open_resource(model, "delete")
    assert resource.form is not None
    record = _lock_known_version(resource, record_id)
    writing.delete(resource.form, record)
    db.session.commit()
    return Response(status=204)


@bp.post(f"{RECORD}/actions/<action>")
@any_token
def act(model: str, record_id: int, action: str) -> Response:
    """Press a button of the record's form, or do an act that it has for programs: only what it permits."""
    resource = open_resource(model)
    button = _named(resource.buttons(), action) or _declared(resource, action, makes=False)
    demand(button.permission)
    given = None
    if isinstance(button, Act):
        reading.record_of(resource, caller(), record_id)  # what is not there is said before what is wrong
        given = read_arguments(button.takes, json_object())

    def pressed() -> Response:
        record = _lock_known_version(resource, record_id)
        message = writing.do(button, record, given)
        item = reading.one(resource, caller(), record_id)
        response = json_response({"message": message, "record": item})
        response.set_etag(reading.etag_of(item))
        return response

    return once(pressed)


@bp.post("/<model>/actions/<action>")
@any_token
@takes_files
def make(model: str, action: str) -> Response:
    """Do an act that makes records of a model out of what is given, such as a file."""
    resource = open_resource(model)
    act = _declared(resource, action, makes=True)
    demand(act.permission)
    given = read_arguments(act.takes, json_object(_largest(current_app.extensions["settings"])))

    def made() -> Response:
        ids = act.action(db.session, None, given)
        db.session.flush()
        return json_response({"items": [reading.one(resource, caller(), made_id) for made_id in ids]}, 201)

    return once(made)


def _largest(settings: Any) -> int:
    """How long a body with a file may be: four letters of base64 hold three bytes."""
    return int(settings.attachment_megabytes) * 1024 * 1024 * 4 // 3 + LARGEST


def _named(nodes: Sequence[Node], name: str) -> Any:
    return next((node for node in nodes if node.name == name), None)


def _declared(resource: Resource, name: str, makes: bool) -> Act:
    found = _named([act for act in resource.acts() if act.makes is makes], name)
    if found is None:
        raise ApiProblem("not-found", _("There is no such action."))
    return cast(Act, found)


def _lock_known_version(resource: Resource, record_id: int) -> Any:
    """The record under its lock; 428 unless the caller names a version, 412 when it is another one."""
    if not request.if_match:
        raise ApiProblem("precondition-required", _("Send the ETag of the record as “If-Match”."))
    record = reading.record_of(resource, caller(), record_id, lock=True)
    etag = reading.etag_of(reading.one(resource, caller(), record_id))
    if not request.if_match.contains(etag):
        raise ApiProblem("precondition-failed", _("Get the record again and repeat your change."))
    return record
