"""JSON Schemas of columns, records and calls, read off the mapped columns and the forms."""

from collections.abc import Iterable
from dataclasses import fields as dataclass_fields
from typing import Any

from core.api.queries import LARGEST_LIMIT, LAST_PAGE, LIMIT, operators
from core.api.resources import Lines, Resource, screens
from core.api.values import DECIMAL_KINDS, decimal_pattern, is_whole, whole_range
from core.db import db
from core.i18n import _
from core.jobs.queue import Progress
from core.screens.fields import FieldInfo, readable
from core.screens.forms.form import MAX_LINES, Entry, RecordForm
from core.screens.forms.saving import RecordEditor
from core.security.actor import Actor
from core.security.rights import may_see_field

Schema = dict[str, Any]
_EXAMPLES = {
    "money": "1250.00",
    "price": "0.008500",
    "quantity": "100.0000",
    "rate": "0.130000",
    "exchange_rate": "0.1409230000",
    "date": "2026-03-31",
    "moment": "2026-03-31T14:30:00Z",
    "bool": True,
    "integer": 1,
    "ref": 1,
}


def column_schema(resource: Resource, info: FieldInfo) -> Schema:
    """What JSON holds for a column, null aside."""
    if info.kind == "bool":
        return {"type": "boolean"}
    if is_whole(resource, info):
        least, largest = whole_range(resource, info)
        return {"type": "integer", "minimum": least, "maximum": largest}
    if info.kind in DECIMAL_KINDS:
        return {"type": "string", "pattern": decimal_pattern(resource, info)}
    if info.kind in ("date", "moment"):
        return {"type": "string", "format": "date" if info.kind == "date" else "date-time"}
    if info.kind == "other":
        return {}
    schema: Schema = {"type": "string"}
    if info.values:
        schema["enum"] = list(info.values)
    if info.max_length:
        schema["maxLength"] = info.max_length
    return schema


def nullable(schema: Schema) -> Schema:
    """The same where null may stand too."""
    if "type" not in schema:
        return schema
    either = {**schema, "type": [schema["type"], "null"]}
    return {**either, "enum": [*schema["enum"], None]} if "enum" in schema else either


def example_of(info: FieldInfo) -> Any:
    """A value to show."""
    if info.values:
        return info.values[0]
    if info.kind == "ref" and info.target_column != "id":
        return "USD"
    return _EXAMPLES.get(info.kind, readable(info.name) if info.kind == "text" else {})


def _described(resource: Resource, info: FieldInfo, schema: Schema, label: str = "") -> Schema:
    text = label or str(info.label or _(readable(info.name)))
    currency = resource.currency_of(info.name)
    if currency:
        text += " · " + _("in the currency of “%(field)s”", field=currency)
    found = {**schema, "description": text, "examples": [example_of(info)]}
    # A part of a key of several columns names no record by itself.
    refers = bool(info.target) and info.target_column != info.name
    return {**found, "x-refers-to": f"{info.target}.{info.target_column}"} if refers else found


def record_schema(resource: Resource, actor: Actor, without: str = "") -> Schema:
    """A record as it is read."""
    visible = {n: info for n, info in resource.visible(actor).items() if n != without}
    writable = resource.written() if resource.form else {}
    properties = {}
    for name, info in visible.items():
        schema = column_schema(resource, info)
        properties[name] = _described(resource, info, nullable(schema) if info.nullable else schema)
        if name not in writable and not without:
            properties[name]["readOnly"] = True
    for name, lines in resource.visible_lines(actor).items():
        properties[name] = {
            "type": "array",
            "items": {"$ref": f"#/components/schemas/{lines_name(resource, lines)}"},
        }
    if resource.name == "job":
        properties["progress"] = _progress_schema()
    # What needs a right of its own is missing for others, and lines come in a list only when asked for.
    always = [n for n in visible if may_see_field(Actor(), resource.name, n)]
    return {"type": "object", "properties": properties, "required": always, "additionalProperties": False}


def _progress_schema() -> Schema:
    counts = {f.name: {"type": "integer", "minimum": 0} for f in dataclass_fields(Progress)}
    return {"type": "object", "properties": counts, "readOnly": True, "description": _("Items by outcome.")}


def lines_name(resource: Resource, lines: Lines) -> str:
    """The name of the schema of these lines."""
    return f"{resource.name}.{lines.name}"


def call_schemas(resource: Resource, actor: Actor) -> tuple[Schema, Schema]:
    """What a call may send: to create a record, and to change one."""
    assert resource.form is not None
    opened = RecordEditor(db.session, screens(), resource.form, actor).open(None)
    assert opened is not None
    form = opened.form
    names = [n for n, e in form.entries.items() if e.input is not None]
    later = [n for n in resource.written() if n not in names and n in resource.visible(actor)]
    properties = {n: _written(resource, form.entries[n]) for n in names}
    properties |= {n: _described(resource, resource.columns[n], _any_value(resource, n)) for n in later}
    grids = _grid_schemas(resource, form)
    create = {
        "type": "object",
        "properties": {n: properties[n] for n in names} | grids,
        "required": _required(form.entries.values()),
        "additionalProperties": False,
    }
    update = {"type": "object", "properties": properties | grids, "additionalProperties": False}
    return create, update


def _any_value(resource: Resource, name: str) -> Schema:
    return nullable(column_schema(resource, resource.columns[name]))


def _written(resource: Resource, entry: Entry) -> Schema:
    schema = column_schema(resource, entry.info)
    must = entry.required
    if must and schema.get("type") == "string" and "pattern" not in schema and "enum" not in schema:
        schema["minLength"] = 1
    if not must and entry.info.nullable:
        schema = nullable(schema)
    return _described(resource, entry.info, schema, entry.label)


def _required(entries: Iterable[Entry]) -> list[str]:
    """What a new record can't do without and nothing fills in by itself."""
    open_ones = [e for e in entries if e.input is not None and e.input.data in (None, "")]
    return [e.node.name for e in open_ones if e.required]


def _grid_schemas(resource: Resource, form: RecordForm) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for name, grid in form.grids.items():
        if grid.blank is None:
            continue
        of = resource.lines[name].resource
        entries = [e for e in grid.blank.entries if e.input is not None]
        properties: dict[str, Schema] = {
            "id": {"type": ["integer", "null"], "minimum": 1, "description": _("Names a line that is kept.")}
        }
        properties |= {e.node.name: _written(of, e) for e in entries}
        line = {"type": "object", "properties": properties, "additionalProperties": False}
        found[name] = {
            "type": "array",
            "maxItems": MAX_LINES,
            "items": line,
            "description": _("All lines: what is left out is deleted."),
        }
    return found


def example(schema: Schema, names: Iterable[str] | None = None) -> Any:
    """An instance of a schema, made of the examples of its parts."""
    if schema.get("type") == "array":
        return [example(schema["items"])]
    if schema.get("type") != "object":
        return schema.get("examples", [None])[0]
    chosen = schema["properties"] if names is None else names
    return {n: example(schema["properties"][n]) for n in chosen if n != "id"}


def list_parameters(resource: Resource, actor: Actor) -> list[Schema]:
    """The parameters of a list: filters by column, then order, page and fields."""
    visible = resource.visible(actor)
    found = [_filter(resource, info, operator) for info in visible.values() for operator in operators(info)]
    sortable = [n for n, info in visible.items() if info.kind != "other"]
    found += [
        _choice("sort", [*sortable, *(f"-{n}" for n in sortable)], _("Order; a minus is descending.")),
        _choice("fields", list(visible), _("Only these fields; all without it.")),
        _number("limit", 1, LARGEST_LIMIT, _("Records a page; %(n)s without it.", n=LIMIT)),
        _number("page", 1, LAST_PAGE, _("The number of the page, to jump to it.")),
        _parameter(
            "after", {"type": "string"}, _("Begins after this row, as the link to the next page says")
        ),
        _parameter("count", {"type": "boolean"}, _("Counts all records that match as well.")),
    ]
    lines = list(resource.visible_lines(actor))
    return [*found, _choice("include", lines, _("Lines to give with each record."))] if lines else found


def _filter(resource: Resource, info: FieldInfo, operator: str) -> Schema:
    label = str(info.label or _(readable(info.name)))
    schema = column_schema(resource, info)
    texts = {"from": _("at least"), "to": _("at most"), "contains": _("contains"), "empty": _("is empty")}
    if operator in ("", "eq"):
        name = f"{info.name}.eq" if operator else info.name
        return _parameter(name, {"type": "array", "items": schema}, label)
    plain: Schema = {"empty": {"type": "boolean"}, "contains": {"type": "string"}}.get(operator, schema)
    return _parameter(f"{info.name}.{operator}", plain, f"{label} {texts[operator]}")


def _parameter(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _number(name: str, least: int, most: int, description: str) -> Schema:
    return _parameter(name, {"type": "integer", "minimum": least, "maximum": most}, description)


def _choice(name: str, names: list[str], description: str) -> Schema:
    schema = {"type": "array", "items": {"type": "string", "enum": names}, "uniqueItems": True}
    return {**_parameter(name, schema, description), "style": "form", "explode": False}
