"""What programs give with an act: its schema, and its values out of JSON.

Example: an act that takes `Arrival(line_id: int, quantity: Quantity)` is given `{"line_id": 7, "quantity":
"40"}`. All that is wrong is said at once, each error by the name of its field, as `lines.0.quantity`.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from core.api.problems import ApiProblem, FieldError
from core.api.schemas import Schema, nullable
from core.api.values import (
    ValueRefusedError,
    day_of,
    decimal_of,
    pattern_of,
    refuse_unstorable,
    text_of,
    whole_of,
    yes_or_no,
)
from core.i18n import _
from core.screens.arguments import Argument, Digits, GivenFile, arguments_of
from core.security.incoming import LARGEST_KEY

LONGEST_TEXT = 1000
MOST_LINES = 5000
_FILE = {
    "type": "object",
    "properties": {
        "filename": {"type": "string", "minLength": 1, "maxLength": 255},
        "content": {"type": "string", "contentEncoding": "base64"},
    },
    "required": ["filename", "content"],
    "additionalProperties": False,
}
_EXAMPLES: dict[Any, Any] = {int: 1, str: "", date: "2026-03-31", bool: True, Decimal: "100"}


def schema_of(takes: Any) -> Schema:
    """The body of an act."""
    asked = arguments_of(takes)
    return {
        "type": "object",
        "properties": {one.name: _described(one) for one in asked},
        "required": [one.name for one in asked if one.required],
        "additionalProperties": False,
    }


def _described(one: Argument) -> Schema:
    schema = _schema(one)
    if one.many:
        schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_LINES}
    schema = nullable(schema) if one.nullable else schema
    return {**schema, "description": str(one.label)}


def _schema(one: Argument) -> Schema:
    if one.nests:
        return schema_of(one.type)
    plain: dict[Any, Schema] = {
        int: {"type": "integer", "minimum": 1, "maximum": LARGEST_KEY},
        str: {"type": "string", "maxLength": LONGEST_TEXT},
        date: {"type": "string", "format": "date"},
        bool: {"type": "boolean"},
        GivenFile: _FILE,
    }
    if one.digits is not None:
        plain[Decimal] = {"type": "string", "pattern": pattern_of(*_digits(one.digits), sign="")}
    return {**plain[one.type], "examples": [_EXAMPLES.get(one.type)]}


def _digits(digits: Digits) -> tuple[int, int]:
    return digits.whole, digits.scale


def read_arguments(takes: Any, body: dict[str, Any]) -> Any:
    """The values of a call; raises ApiProblem."""
    errors: list[FieldError] = []
    found = _instance(takes, body, "", errors)
    if errors:
        raise ApiProblem("invalid", errors=errors)
    return found


def _instance(takes: Any, body: Any, path: str, errors: list[FieldError]) -> Any:
    if not isinstance(body, dict):
        errors.append(FieldError(path.rstrip("."), _("Give an object.")))
        return None
    asked = {one.name: one for one in arguments_of(takes)}
    errors += [FieldError(path + n[:80], _("There is no such field.")) for n in body if n not in asked]
    missing = [n for n, one in asked.items() if one.required and n not in body]
    errors += [FieldError(path + n, _("This field is required.")) for n in missing]
    values = {n: _value(one, body[n], path + n, errors) for n, one in asked.items() if n in body}
    return None if errors else takes(**values)


def _value(one: Argument, value: Any, path: str, errors: list[FieldError]) -> Any:
    if value is None and one.nullable:
        return None
    if not one.many:
        return _one(one, value, path, errors)
    if not isinstance(value, list) or not 0 < len(value) <= MOST_LINES:
        errors.append(FieldError(path, _("Give a list of 1 to %(n)s lines.", n=MOST_LINES)))
        return ()
    return tuple(_one(one, each, f"{path}.{at}", errors) for at, each in enumerate(value))


def _one(one: Argument, value: Any, path: str, errors: list[FieldError]) -> Any:
    if one.nests:
        return _instance(one.type, value, f"{path}.", errors)
    try:
        return _READ[one.type](one, value)
    except ValueRefusedError as error:
        errors.append(FieldError(path, str(error)))
        return None


def _text(_one: Argument, value: Any) -> str:
    text = text_of(value)
    if len(text) > LONGEST_TEXT:
        raise ValueRefusedError(_("Give at most %(n)s characters.", n=LONGEST_TEXT))
    refuse_unstorable(text)
    return text


def _decimal(one: Argument, value: Any) -> Decimal:
    assert one.digits is not None  # without them no act is declared
    return decimal_of(text_of(value, is_decimal=True), *_digits(one.digits), sign="")


def _file(_one: Argument, value: Any) -> GivenFile:
    wanted = _('Give a file as {"filename": "…", "content": "…"}, its contents in base64.')
    if not isinstance(value, dict) or set(value) != {"filename", "content"}:
        raise ValueRefusedError(wanted)
    name, content = value["filename"], value["content"]
    if not isinstance(name, str) or not isinstance(content, str) or not 0 < len(name) <= 255:
        raise ValueRefusedError(wanted)
    refuse_unstorable(name)
    try:
        return GivenFile(name, b64decode(content, validate=True))
    except (binascii.Error, ValueError) as error:
        raise ValueRefusedError(wanted) from error


_READ: dict[Any, Callable[[Argument, Any], Any]] = {
    int: lambda _one, value: whole_of(value, 1, LARGEST_KEY),
    str: _text,
    date: lambda _one, value: day_of(text_of(value)),
    bool: lambda _one, value: yes_or_no(value),
    Decimal: _decimal,
    GivenFile: _file,
}
