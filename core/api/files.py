"""Files beside records, and the document of a record, as programs get and give them.

The rules are those of the panel beside a form: who may read the record sees its files, who may write it adds
some, and what the program made stays. Nothing is deleted: a removed file is out of sight. What an export has
made is fetched from its job, by whoever sees the job.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import Response, send_file

from core.api.problems import ApiProblem, FieldError
from core.api.values import moment_text
from core.db import db
from core.documents import copy_of, delivery_for
from core.i18n import _
from core.records import attachments
from core.screens.lists.export_job import made_by
from core.screens.panel import files
from core.security.actor import Actor
from core.security.headers import named

#: Its files are made by the program alone: nobody adds or removes any.
JOB = "job"
#: The part of a multipart body that holds the file.
PART = "file"


def to_json(file: Any) -> dict[str, Any]:
    """What is known of a file."""
    return {
        "id": file.id,
        "filename": file.filename,
        "mimetype": file.mimetype,
        "size": file.size,
        "sha256": file.sha256,
        "created_at": moment_text(file.created_at),
        "added_by": file.user_name,
        "document": file.document,
    }


def listed(record: Any) -> Sequence[dict[str, Any]]:
    """The files beside the record, newest first; of a job those that it has made."""
    if record._name == JOB:
        return [to_json(file) for file in made_by(db.session, record)]
    return [to_json(file) for file in files.files_of(db.session, record._name, record.id)]


def find(record: Any, file_id: int) -> Any:
    """A file beside this record; 404 for what there is not, or no longer."""
    if record._name == JOB:
        file = next((made for made in made_by(db.session, record) if made.id == file_id), None)
    else:
        file = files.file_of(db.session, record, file_id)
    if file is None or file.removed_at is not None:
        raise ApiProblem("not-found", _("There is no such file."))
    return file


def add(record: Any, filename: str, contents: bytes, actor: Actor) -> Any:
    """Keep a file beside the record; 403 and 422 as a person would be refused."""
    try:
        return files.add_file(db.session, record, filename, contents, actor)
    except files.FileRefusedError as error:
        raise ApiProblem("invalid", errors=[FieldError(PART, str(error))]) from error


def remove(file: Any, actor: Actor) -> None:
    """Take the file out of sight, where the caller may."""
    if not files.may_remove(actor, file):
        reason = _("Files of others need the right to write the record; what the program made stays.")
        raise ApiProblem("forbidden", reason)
    files.remove_file(db.session, file)


def document_of(record: Any, document: str = "") -> Any:
    """The file with a document of the record: the bytes that everybody gets, made at the first call.

    404 where such records have none, 409 where the record has none as it is now. The caller commits.
    """
    delivery = delivery_for(record, document)
    if delivery is None:
        raise ApiProblem("not-found", _("Such records have no document."))
    if not delivery.ready(record):
        raise ApiProblem("conflict", _("The record has no document as it is now: post or release it first."))
    return copy_of(db.session, record, document)


def sent(file: Any) -> Response:
    """The file to save, under its hash as its version; what it holds is run by no browser."""
    # An export may be larger than what people may put beside a record: it is not read into memory.
    contents = (
        attachments.path_to(file.sha256) if file.model == JOB else BytesIO(attachments.read(file.sha256))
    )
    response = send_file(
        contents,
        mimetype=file.mimetype,
        etag=file.sha256,
        last_modified=file.created_at,
    )
    response.cache_control.private = True
    return named(response, file.filename)
