"""The calls for files beside records and for their documents."""

from flask import Response, current_app, request, url_for

from core.api import files
from core.api.access import any_token, caller, demand, open_resource
from core.api.bodies import json_response, one_file
from core.api.problems import ApiProblem
from core.api.reading import record_of
from core.api.replies import once
from core.api.resources import Resource
from core.api.routes import RECORD, bp
from core.db import db
from core.i18n import _
from core.screens.panel.files import may_add
from core.security.incoming import takes_files
from core.security.rights import model_rights

_FILES = f"{RECORD}/files"
_FILE = f"{_FILES}/<int:file_id>"
#: What surrounds a file in a multipart body.
_ENVELOPE = 64 * 1024


def _with_files(model: str) -> Resource:
    """The resource, whose records have files when a form shows them, or when they are jobs, to be fetched."""
    resource = open_resource(model)
    if resource.form is None and model != files.JOB:
        raise ApiProblem("not-found", _("Such records have no files."))
    return resource


def _refuse_unless_beside(model: str) -> None:
    """What a job has made, nobody adds to or takes away from."""
    if model == files.JOB:
        raise ApiProblem("method-not-allowed", headers={"Allow": "GET, HEAD, OPTIONS"})


@bp.get(_FILES)
@any_token
def list_files(model: str, record_id: int) -> Response:
    """The files beside a record, newest first."""
    record = record_of(_with_files(model), caller(), record_id)
    return json_response({"items": files.listed(record)})


@bp.post(_FILES)
@any_token
@takes_files
def add_file(model: str, record_id: int) -> Response:
    """Put a file beside a record."""
    record = record_of(_with_files(model), caller(), record_id)
    _refuse_unless_beside(model)
    if not may_add(caller(), model):
        demand(model_rights(model).write)
    megabytes = current_app.extensions["settings"].attachment_megabytes
    filename, contents = one_file(files.PART, megabytes * 1024 * 1024 + _ENVELOPE)

    def added() -> Response:
        file = files.add(record, filename, contents, caller())
        response = json_response(files.to_json(file), 201)
        response.headers["Location"] = url_for(
            "api.get_file", model=model, record_id=record_id, file_id=file.id
        )
        return response

    return once(added)


@bp.get(_FILE)
@any_token
def get_file(model: str, record_id: int, file_id: int) -> Response:
    """The contents of a file."""
    record = record_of(_with_files(model), caller(), record_id)
    return files.sent(files.find(record, file_id))


@bp.delete(_FILE)
@any_token
def remove_file(model: str, record_id: int, file_id: int) -> Response:
    """Take a file out of sight; a person can take that back in the panel."""
    record = record_of(_with_files(model), caller(), record_id)
    _refuse_unless_beside(model)
    files.remove(files.find(record, file_id), caller())
    db.session.commit()
    return Response(status=204)


@bp.get(f"{RECORD}/document")
@any_token
def get_document(model: str, record_id: int) -> Response:
    """A document of the record as PDF, the same bytes as on the screen and in the mail."""
    record = record_of(open_resource(model), caller(), record_id)
    file = files.document_of(record, request.args.get("document", "")[:100])
    db.session.commit()
    return files.sent(file)
