"""How the description of the API tells of files beside records and of documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.api.files import JOB, PART
from core.api.resources import Resource
from core.api.schemas import Schema
from core.documents import delivery_of
from core.i18n import _
from core.screens.panel.files import MOST, may_add
from core.security.actor import Actor

#: The name of the schema; no model has a dash in its name.
FILE = "attached-file"
_FILE_ID = {
    "name": "file_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}
_BYTES = {"type": "string", "contentMediaType": "application/octet-stream"}
_ASKING, _SENDING = (400, 401, 403, 404), (400, 401, 403, 404, 409, 413, 415, 422)


@dataclass(frozen=True)
class FileCall:
    """One call for files, before it is put into the description."""

    path: str
    method: str
    act: str
    text: str
    statuses: tuple[int, ...]
    parts: dict[str, Any]

    @property
    def parameters(self) -> list[Schema]:
        """Those of its path, beside the record's id."""
        return [_FILE_ID] if "{file_id}" in self.path else []


def file_schema() -> Schema:
    """What is known of a file."""
    described: dict[str, tuple[Schema, str]] = {
        "id": ({"type": "integer", "minimum": 1}, _("Number")),
        "filename": ({"type": "string"}, _("File name")),
        "mimetype": ({"type": "string"}, _("Media type, by what the file holds")),
        "size": ({"type": "integer", "minimum": 0}, _("Length in bytes")),
        "sha256": ({"type": "string", "pattern": "^[0-9a-f]{64}$"}, _("SHA-256 of its contents")),
        "created_at": ({"type": "string", "format": "date-time"}, _("Since when it is there")),
        "added_by": ({"type": "string"}, _("Who put it there; empty: the program made it")),
        "document": ({"type": "string"}, _("Of the kept copy of a document: which one, and its version")),
    }
    properties = {name: {**schema, "description": text} for name, (schema, text) in described.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def file_calls(resource: Resource, actor: Actor) -> Iterator[FileCall]:
    """The calls for files of such records that the actor may make."""
    if resource.name == JOB:
        yield _listing()
        yield _getting()
    elif resource.form is not None:
        yield _listing()
        if may_add(actor, resource.name):
            yield _adding()
        yield _getting()
        yield _removing()
    if delivery_of(resource.name) is not None:
        yield _printing()


def _listing() -> FileCall:
    items = {"type": "array", "maxItems": MOST, "items": _reference()}
    page = {"type": "object", "properties": {"items": items}, "required": ["items"]}
    text = _("The newest %(n)s files beside the record.", n=MOST)
    responses = {"200": {"description": text, "content": {"application/json": {"schema": page}}}}
    return FileCall("files", "get", "list-files", _("List files"), _ASKING, {"responses": responses})


def _adding() -> FileCall:
    body = {"type": "object", "properties": {PART: _BYTES}, "required": [PART], "additionalProperties": False}
    made = {
        "description": _("The file."),
        "content": {"application/json": {"schema": _reference()}},
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
    parts = {
        "parameters": ["idempotency-key"],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": body}}},
        "responses": {"201": made},
    }
    return FileCall("files", "post", "add-file", _("Add a file"), _SENDING, parts)


def _getting() -> FileCall:
    parts = _contents("*/*")
    return FileCall("files/{file_id}", "get", "get-file", _("Get a file"), _ASKING, parts)


def _removing() -> FileCall:
    removed = {"description": _("It is out of sight; a person can bring it back.")}
    parts = {"responses": {"204": removed}}
    return FileCall("files/{file_id}", "delete", "remove-file", _("Remove a file"), _ASKING, parts)


def _printing() -> FileCall:
    parts = _contents("application/pdf")
    parts["parameters"] = [*parts["parameters"], "document"]
    return FileCall("document", "get", "get-document", _("Get the document"), (*_ASKING, 409), parts)


def _contents(mimetype: str) -> dict[str, Any]:
    got = {
        "description": _("The contents."),
        "content": {mimetype: {"schema": _BYTES}},
        "headers": {"ETag": "etag", "Content-Disposition": {"schema": {"type": "string"}}},
    }
    known = {"description": _("You have this version already.")}
    return {"parameters": ["if-none-match"], "responses": {"200": got, "304": known}}


def _reference() -> Schema:
    return {"$ref": f"#/components/schemas/{FILE}"}
