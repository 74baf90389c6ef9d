"""The body of a call: one JSON object, whatever else is sent is refused with a reason."""

import json
from decimal import Decimal
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from core.api.problems import ApiProblem
from core.i18n import _

LARGEST = 4 * 1024 * 1024


def json_object() -> dict[str, Any]:
    """The object that the call sends; raises ApiProblem."""
    if not request.is_json:
        raise ApiProblem("media-type", _("Send the header “Content-Type: application/json”."))
    try:
        body = json.loads(raw_body().decode(), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        # Not UTF-8, no JSON, a number of thousands of digits, or brackets without an end.
        raise ApiProblem("bad-request", _("The body is no JSON in UTF-8.")) from error
    if not isinstance(body, dict):
        raise ApiProblem("bad-request", _("The body must be one JSON object."))
    return body


def raw_body() -> bytes:
    """What was sent, within limits; raises ApiProblem."""
    request.max_content_length = LARGEST
    try:
        return request.get_data(cache=True)
    except RequestEntityTooLarge as error:
        raise ApiProblem("too-large") from error


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
