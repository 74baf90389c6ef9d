"""The description of the API laid out for a page."""

from dataclasses import dataclass, field
from typing import Any

from flask import json

from core.api.problems import KINDS, problem_type
from core.i18n import _

Schema = dict[str, Any]
#: The calls by which records themselves are read and written.
OF_RECORDS = ("list", "create", "get", "update", "delete")


@dataclass(frozen=True)
class Call:
    """One call as the page shows it."""

    method: str
    path: str
    title: str
    anchor: str
    parameters: list[Schema]
    body: list["Field"]
    example: str
    #: Whether the body is a file.
    sends_file: bool
    #: (status, what it means)
    answers: list[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """A field as the page shows it."""

    name: str
    kind: str
    text: str
    required: bool = False
    readonly: bool = False
    nullable: bool = False
    values: list[str] = field(default_factory=list)
    refers_to: str = ""


@dataclass(frozen=True)
class ResourceDocs:
    """A model as the page shows it."""

    name: str
    title: str
    calls: list[Call]
    fields: list[Field]


def overview(spec: Schema) -> dict[str, Any]:
    """The resources with their methods, and the kinds of problems."""
    methods: dict[str, list[str]] = {}
    for _path, method, operation in _operations(spec):
        if operation["operationId"].rpartition(".")[2] in OF_RECORDS:
            methods.setdefault(operation["tags"][0], []).append(method.upper())
    resources = [(t["name"], t["description"], _ordered(methods[t["name"]])) for t in spec.get("tags", [])]
    problems = [(status, problem_type(slug), str(title)) for slug, (status, title) in KINDS.items()]
    return {"resources": resources, "problems": problems}


def _ordered(methods: list[str]) -> list[str]:
    return [method for method in ("GET", "POST", "PATCH", "DELETE") if method in methods]


def resource(spec: Schema, name: str) -> ResourceDocs | None:
    """The page of one model; None for what the description does not hold."""
    title = next((t["description"] for t in spec.get("tags", []) if t["name"] == name), None)
    if title is None:
        return None
    calls = [_call(spec, *found) for found in _operations(spec) if found[2]["tags"] == [name]]
    return ResourceDocs(name, title, calls, list(_fields(spec, spec["components"]["schemas"][name])))


def _operations(spec: Schema) -> list[tuple[str, str, Schema]]:
    return [
        (path, method, operation)
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]


def _call(spec: Schema, path: str, method: str, operation: Schema) -> Call:
    parameters = [_resolved(spec, p) for p in operation.get("parameters", [])]
    content = operation.get("requestBody", {}).get("content", {})
    media = content.get("application/json")
    body = [f for sent in content.values() for f in _fields(spec, _resolved(spec, sent["schema"]))]
    shown = json.dumps(media["example"], ensure_ascii=False, indent=2, sort_keys=False) if media else ""
    answers = [(s, _resolved(spec, r)["description"]) for s, r in sorted(operation["responses"].items())]
    anchor = operation["operationId"].rpartition(".")[2]
    return Call(
        method=method.upper(),
        path=path,
        title=operation["summary"],
        anchor=anchor,
        parameters=parameters,
        body=body,
        example=shown,
        sends_file="multipart/form-data" in content,
        answers=answers,
    )


def _resolved(spec: Schema, part: Schema) -> Schema:
    if "$ref" not in part:
        return part
    _root, _components, kind, name = part["$ref"].split("/")
    found: Schema = spec["components"][kind][name]
    return found


def _fields(spec: Schema, schema: Schema, prefix: str = "") -> list[Field]:
    found = []
    for name, part in schema["properties"].items():
        inner = _resolved(spec, part["items"]) if part.get("type") == "array" else None
        found.append(_field(prefix + name, part, name in schema.get("required", ())))
        if inner is not None and "properties" in inner:
            found += _fields(spec, inner, f"{prefix}{name}[].")
    return found


def _field(name: str, part: Schema, required: bool) -> Field:
    types = part.get("type", "")
    listed = types if isinstance(types, list) else [types]
    return Field(
        name=name,
        kind=kind_text(part),
        text=part.get("description", ""),
        required=required,
        readonly=part.get("readOnly", False),
        nullable="null" in listed,
        values=[v for v in part.get("enum", ()) if v is not None],
        refers_to=part.get("x-refers-to", "").rpartition(".")[0],
    )


def kind_text(part: Schema) -> str:
    """What kind of value a schema takes, in words."""
    types = part.get("type", "")
    first = types[0] if isinstance(types, list) else types
    if first == "array":
        inner = kind_text(part["items"]) if "type" in part["items"] else _("object")
        return _("list of %(kind)s", kind=inner)
    if first == "string" and "contentMediaType" in part:
        return _("file")
    if first == "string":
        by_format = {"date": _("day"), "date-time": _("moment")}
        return by_format.get(part.get("format", ""), _("decimal") if "pattern" in part else _("text"))
    names = {"integer": _("whole number"), "boolean": _("yes or no"), "object": _("object")}
    return names.get(first, _("any value"))
