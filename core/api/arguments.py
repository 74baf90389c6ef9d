"""What programs give with an act: its schema, and its values out of JSON.

Example: an act that takes `Arrival(line_id: int, quantity: Quantity)` is given `{"line_id": 7, "quantity":
"40"}`. All that is wrong is said at once, each error by the name of its field, as `lines.0.quantity`.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from core.api.problems import ApiProblem, FieldError
from core.api.values import ValueRefusedError, day_of, refuse_unstorable
from core.i18n import _
from core.screens.arguments import Argument, arguments_of
from core.screens.tree import GivenFile

Schema = dict[str, Any]
LARGEST_KEY = 2**63 - 1
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
    if one.nullable:
        schema = {**schema, "type": [schema["type"], "null"]}
    return {**schema, "description": str(one.label)}


def _schema(one: Argument) -> Schema:
    if one.nests and one.type is not GivenFile:
        return schema_of(one.type)
    plain: dict[Any, Schema] = {
        int: {"type": "integer", "minimum": 1, "maximum": LARGEST_KEY},
        str: {"type": "string", "maxLength": LONGEST_TEXT},
        date: {"type": "string", "format": "date"},
        bool: {"type": "boolean"},
        Decimal: {"type": "string", "pattern": _pattern(one)},
        GivenFile: _FILE,
    }
    return {**plain[one.type], "examples": [_EXAMPLES.get(one.type)]}


def _pattern(one: Argument) -> str:
    if one.digits is None:
        return r"^$"
    return rf"^[0-9]{{1,{one.digits.whole}}}(\.[0-9]{{1,{one.digits.scale}}})?$"


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
    if one.nests and one.type is not GivenFile:
        return _instance(one.type, value, f"{path}.", errors)
    try:
        return _READ[one.type](one, value)
    except ValueRefusedError as error:
        errors.append(FieldError(path, str(error)))
        return None


def _whole(_one: Argument, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_KEY:
        raise ValueRefusedError(
            _("Give a number from %(least)s to %(largest)s.", least=1, largest=LARGEST_KEY)
        )
    return value


def _text(_one: Argument, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueRefusedError(_("Give a string."))
    if len(value) > LONGEST_TEXT:
        raise ValueRefusedError(_("Give at most %(n)s characters.", n=LONGEST_TEXT))
    refuse_unstorable(value)
    return value


def _decimal(one: Argument, value: Any) -> Decimal:
    if not isinstance(value, str):
        raise ValueRefusedError(_('Give a decimal as a string, such as "12.50".'))
    if not re.fullmatch(_pattern(one)[1:-1], value) or one.digits is None:
        digits = {"whole": one.digits.whole, "scale": one.digits.scale} if one.digits else {}
        raise ValueRefusedError(
            _(
                "Give a decimal with at most %(whole)s digits before the point and %(scale)s behind it.",
                **digits,
            )
        )
    return Decimal(value)


def _day(_one: Argument, value: Any) -> date:
    return day_of(value if isinstance(value, str) else "")


def _yes_or_no(_one: Argument, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueRefusedError(_("Give true or false."))
    return value


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
    int: _whole,
    str: _text,
    date: _day,
    bool: _yes_or_no,
    Decimal: _decimal,
    GivenFile: _file,
}
