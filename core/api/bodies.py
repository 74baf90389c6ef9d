"""Bodies: a call sends one JSON object, or one file; whatever else is sent is refused with a reason."""

import json
from decimal import Decimal
from typing import Any

from flask import Response, request
from flask import json as flask_json
from werkzeug.exceptions import RequestEntityTooLarge

from core.api.problems import ApiProblem, FieldError
from core.i18n import _

LARGEST = 4 * 1024 * 1024


def json_object(largest: int = LARGEST) -> dict[str, Any]:
    """The object that the call sends, in at most so many bytes; raises ApiProblem."""
    if not request.is_json:
        raise ApiProblem("media-type", _("Send the header “Content-Type: application/json”."))
    try:
        body = json.loads(raw_body(largest).decode(), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        # Not UTF-8, no JSON, a number of thousands of digits, or brackets without an end.
        raise ApiProblem("bad-request", _("The body is no JSON in UTF-8.")) from error
    if not isinstance(body, dict):
        raise ApiProblem("bad-request", _("The body must be one JSON object."))
    return body


def json_response(body: Any, status: int = 200) -> Response:
    """An answer, with its fields in the order of `body`."""
    text = flask_json.dumps(body, ensure_ascii=False, sort_keys=False)
    return Response(text, status, mimetype="application/json")


def one_file(part: str, largest: int) -> tuple[str, bytes]:
    """Name and contents of the one file that the call sends as this part; raises ApiProblem.

    `largest` is the length in bytes that the whole body may have.
    """
    if request.mimetype != "multipart/form-data":
        raise ApiProblem("media-type", _("Send the file as “%(part)s” of multipart/form-data.", part=part))
    raw_body(largest)
    names = [name for sent in (request.files, request.form) for name, _value in sent.items(multi=True)]
    if names != [part] or part not in request.files:
        raise ApiProblem("invalid", errors=[FieldError(part, _("Send one file, and nothing else."))])
    sent = request.files[part]
    return sent.filename or "", sent.read()


def raw_body(largest: int = LARGEST) -> bytes:
    """What was sent, of at most so many bytes; read once, whoever asks again. Raises ApiProblem."""
    request.max_content_length = largest
    try:
        return request.get_data(cache=True)
    except RequestEntityTooLarge as error:
        raise ApiProblem("too-large") from error


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
