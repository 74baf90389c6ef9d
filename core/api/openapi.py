"""The description of the API as OpenAPI 3.1: what the caller may call in this app, in the caller's language.

Made when it is first asked for, and kept as long as the app. The parts are assembled by apispec, the same
library that Flask-Smorest stands on; ADR 060 says why the rest of Flask-Smorest is not used.
"""

from typing import Any

from flask import current_app

from core.api.arguments import schema_of
from core.api.file_schemas import FILE, file_calls, file_schema
from core.api.problems import KINDS, MEDIA_TYPE, PREFIX, problem_type
from core.api.resources import Resource, find_resource, resource_names
from core.api.schemas import (
    Schema,
    call_schemas,
    example,
    lines_name,
    list_parameters,
    record_schema,
)
from core.i18n import _, locale_code
from core.screens.fields import readable
from core.screens.tree import Act
from core.security.actor import Actor
from core.security.rights import model_rights

_KEPT = 64
_RECORD_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
}
_READING, _WRITING = (400, 401, 403), (400, 401, 403, 409, 413, 415, 422)
_STATUSES = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 503)


def description(actor: Actor) -> Schema:
    """The description for this caller."""
    kept: dict[Any, Schema] = current_app.extensions.setdefault("openapi", {})
    key = (locale_code(), actor.is_superuser, actor.permissions)
    if key not in kept:
        if len(kept) >= _KEPT:
            kept.clear()
        kept[key] = _describe(actor)
    return kept[key]


def readable_resources(actor: Actor) -> list[Resource]:
    """The resources that the caller may read."""
    found = [find_resource(name) for name in resource_names()]
    return [r for r in found if r is not None and actor.may(model_rights(r.name).read)]


def title_of(resource: Resource) -> str:
    """What a person calls such a record."""
    return _(resource.cls._title or readable(resource.name.rpartition(".")[2]))


def _describe(actor: Actor) -> Schema:
    from apispec import APISpec  # only who asks for the description pays for it

    spec = APISpec(
        "Bincard",
        "1",
        "3.1.0",
        info={"description": _("Records and their actions, by the rights of the token.")},
        security=[{"token": []}],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    _add_shared(spec)
    for resource in readable_resources(actor):
        _Describer(spec, resource, actor).add()
    return dict(spec.to_dict())


def _add_shared(spec: Any) -> None:
    spec.components.schema("problem", component=_problem_schema())
    spec.components.schema(FILE, component=file_schema())
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}
    for status in _STATUSES:
        titles = dict.fromkeys(str(title) for code, title in KINDS.values() if code == status)
        spec.components.response(f"problem-{status}", {"description": " / ".join(titles), "content": content})
    key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
    repeat = _("Repeating the call with the same key gives the first answer again.")
    spec.components.parameter("idempotency-key", "header", _header("Idempotency-Key", key, repeat))
    version = _("The ETag of the version that you know.")
    etag = {"type": "string"}
    spec.components.parameter("if-match", "header", {**_header("If-Match", etag, version), "required": True})
    spec.components.parameter("if-none-match", "header", _header("If-None-Match", etag, version))
    which = _("Which document, where such records have several: its name.")
    document = {"name": "document", "schema": {"type": "string", "maxLength": 100}, "description": which}
    spec.components.parameter("document", "query", document)
    spec.components.header("etag", {"description": version, "schema": etag})


def _header(name: str, schema: Schema, text: str) -> Schema:
    return {"name": name, "schema": schema, "description": text}


def _problem_schema() -> Schema:
    error = {
        "type": "object",
        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
        "required": ["field", "message"],
    }
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": [problem_type(slug) for slug in KINDS]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": error},
        },
        "required": ["type", "title", "status"],
    }


class _Describer:
    """Describes one resource."""

    def __init__(self, spec: Any, resource: Resource, actor: Actor) -> None:
        self.spec, self.resource, self.actor = spec, resource, actor
        self.name, self.title = resource.name, title_of(resource)
        rights = model_rights(resource.name)
        form = resource.form
        self.may_write = resource.writable and actor.may(rights.write)
        self.may_create = self.may_write and form is not None and form.create
        self.may_delete = (
            form is not None and form.delete and rights.delete is not None and actor.may(rights.delete)
        )

    def add(self) -> None:
        """Add its schemas and paths."""
        self.spec.tag({"name": self.name, "description": self.title})
        for lines in self.resource.visible_lines(self.actor).values():
            schema = record_schema(lines.resource, self.actor, without=lines.parent)
            self.spec.components.schema(lines_name(self.resource, lines), component=schema)
        self.spec.components.schema(self.name, component=record_schema(self.resource, self.actor))
        if self.may_write:
            create, update = call_schemas(self.resource, self.actor)
            self.spec.components.schema(f"{self.name}-create", component=create)
            self.spec.components.schema(f"{self.name}-update", component=update)
        self._add_paths()

    def _add_paths(self) -> None:
        self._path("", {"get": self._list(), **({"post": self._create()} if self.may_create else {})})
        at_record = {"get": self._get()}
        if self.may_write:
            at_record["patch"] = self._update()
        if self.may_delete:
            at_record["delete"] = self._delete()
        self._path("/{id}", at_record, _RECORD_ID)
        for button in self.resource.buttons():
            if self.actor.may(button.permission):
                self._path(f"/{{id}}/actions/{button.name}", {"post": self._action(button)}, _RECORD_ID)
        for act in self.resource.acts():
            if self.actor.may(act.permission):
                at = (f"/actions/{act.name}",) if act.makes else (f"/{{id}}/actions/{act.name}", _RECORD_ID)
                self._path(at[0], {"post": self._act(act)}, *at[1:])
        for call in file_calls(self.resource, self.actor):
            operation = self._operation(call.act, call.text, call.statuses, **call.parts)
            self._path(f"/{{id}}/{call.path}", {call.method: operation}, _RECORD_ID, *call.parameters)

    def _path(self, tail: str, operations: Schema, *parameters: Schema) -> None:
        path = f"{PREFIX}/{self.name}{tail}"
        self.spec.path(path=path, operations=operations, parameters=[dict(p) for p in parameters])

    def _operation(self, act: str, text: str, statuses: tuple[int, ...], **parts: Any) -> Schema:
        responses = parts.pop("responses")
        return {
            "operationId": f"{self.name}.{act}",
            "tags": [self.name],
            "summary": text,
            "responses": {**responses, **{str(s): f"problem-{s}" for s in (*statuses, 429, 503)}},
            **parts,
        }

    def _record(self) -> Schema:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{self.name}"}}}
        return {"description": self.title, "content": content, "headers": {"ETag": "etag"}}

    def _list(self) -> Schema:
        # `fields` leaves out what is required of a whole record.
        partial = {"type": "object", "properties": record_schema(self.resource, self.actor)["properties"]}
        page = {
            "type": "object",
            "properties": {"items": {"type": "array", "items": partial}, "total": {"type": "integer"}},
            "required": ["items"],
        }
        found = {
            "description": self.title,
            "content": {"application/json": {"schema": page}},
            "headers": {"Link": {"schema": {"type": "string"}, "description": _("The next page.")}},
        }
        text = _("List")
        parameters = list_parameters(self.resource, self.actor)
        return self._operation("list", text, _READING, parameters=parameters, responses={"200": found})

    def _get(self) -> Schema:
        responses = {"200": self._record(), "304": {"description": _("You have this version already.")}}
        parameters = ["if-none-match"]
        return self._operation("get", _("Get"), (*_READING, 404), parameters=parameters, responses=responses)

    def _body(self, act: str) -> Schema:
        name = f"{self.name}-{act}"
        schema = self.spec.components.schemas[name]
        shown = example(schema, schema["required"] if act == "create" else list(schema["properties"])[:1])
        media = {"schema": {"$ref": f"#/components/schemas/{name}"}, "example": shown}
        return {"required": True, "content": {"application/json": media}}

    def _create(self) -> Schema:
        made = self._record()
        made["headers"] = {**made["headers"], "Location": {"schema": {"type": "string"}}}
        return self._operation(
            "create",
            _("Create"),
            _WRITING,
            parameters=["idempotency-key"],
            requestBody=self._body("create"),
            responses={"201": made},
        )

    def _update(self) -> Schema:
        return self._operation(
            "update",
            _("Change"),
            (*_WRITING, 404, 412, 428),
            parameters=["if-match"],
            requestBody=self._body("update"),
            responses={"200": self._record()},
        )

    def _delete(self) -> Schema:
        return self._operation(
            "delete",
            _("Delete"),
            (*_READING, 404, 409, 412, 428),
            parameters=["if-match"],
            responses={"204": {"description": _("Deleted.")}},
        )

    def _action(self, button: Any) -> Schema:
        return self._operation(
            button.name,
            str(button.label or readable(button.name)),
            (*_READING, 404, 409, 412, 413, 422, 428),
            parameters=["if-match", "idempotency-key"],
            responses={"200": self._told()},
        )

    def _told(self) -> Schema:
        done = {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "record": {"$ref": f"#/components/schemas/{self.name}"},
            },
            "required": ["message", "record"],
        }
        content = {"application/json": {"schema": done}}
        return {"description": _("Done."), "content": content, "headers": {"ETag": "etag"}}

    def _act(self, act: Act) -> Schema:
        schema = schema_of(act.takes)
        media = {"schema": schema, "example": example(schema, schema["required"])}
        return self._operation(
            act.name,
            str(act.label or readable(act.name)),
            (*_WRITING, 404) if act.makes else (*_WRITING, 404, 412, 428),
            parameters=["idempotency-key"] if act.makes else ["if-match", "idempotency-key"],
            requestBody={"required": True, "content": {"application/json": media}},
            responses={"201": self._made()} if act.makes else {"200": self._told()},
        )

    def _made(self) -> Schema:
        items = {"type": "array", "items": {"$ref": f"#/components/schemas/{self.name}"}}
        page = {"type": "object", "properties": {"items": items}, "required": ["items"]}
        return {"description": self.title, "content": {"application/json": {"schema": page}}}
