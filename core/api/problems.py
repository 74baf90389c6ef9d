"""Answers for what went wrong, as RFC 9457 has them: a stable type, a title to read, errors by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, request
from psycopg import errors as database
from sqlalchemy.exc import DBAPIError, StatementError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from core.db import db
from core.db.outage import is_away, roll_back
from core.errors import UserError
from core.i18n import _, _l
from core.screens.refusals import explain
from core.security.limits import seconds_to_wait

PREFIX = "/api/v1"
MEDIA_TYPE = "application/problem+json"

#: Slug → (status, title). Slugs are part of the interface: programs go by them.
KINDS: dict[str, tuple[int, Any]] = {
    "bad-request": (400, _l("The request could not be read")),
    "unauthorised": (401, _l("A valid API token is needed")),
    "forbidden": (403, _l("The token does not permit this")),
    "not-found": (404, _l("There is nothing here")),
    "method-not-allowed": (405, _l("This resource does not take that method")),
    "conflict": (409, _l("The state of the record does not allow this")),
    "in-flight": (409, _l("A call with this idempotency key is still at work")),
    "precondition-failed": (412, _l("The record has changed meanwhile")),
    "too-large": (413, _l("The request is too large")),
    "media-type": (415, _l("The request is of another media type")),
    "invalid": (422, _l("The values were refused")),
    "key-reused": (422, _l("The idempotency key belongs to another call")),
    "precondition-required": (428, _l("Say which version of the record you know")),
    "too-many-requests": (429, _l("Too many requests")),
    "fault": (500, _l("Something went wrong on our side")),
    "unavailable": (503, _l("The database does not answer.")),
}
_BY_STATUS = {
    400: "bad-request",
    401: "unauthorised",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    412: "precondition-failed",
    413: "too-large",
    415: "media-type",
    422: "invalid",
    428: "precondition-required",
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: `partner_id`, `lines.0.quantity`, or a parameter of the address."""

    field: str
    message: str


class ApiProblem(Exception):
    """A refusal by the API itself."""

    def __init__(
        self,
        slug: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or slug)
        self.slug, self.detail, self.errors, self.headers = slug, detail, errors, dict(headers or {})


def problem_type(slug: str) -> str:
    """The `type` of a problem."""
    return f"urn:bincard:problem:{slug}"


def answer(problem: ApiProblem) -> Response:
    """The problem as a response in the language of the call."""
    status, title = KINDS[problem.slug]
    body: dict[str, Any] = {"type": problem_type(problem.slug), "title": str(title), "status": status}
    if problem.detail:
        body["detail"] = problem.detail
    if problem.errors:
        body["errors"] = [vars(error) for error in problem.errors]
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype=MEDIA_TYPE)
    response.headers.extend(problem.headers)
    return response


def init_app(app: Flask) -> None:
    """Answer problems below `/api/v1`, also at addresses that there are not; the rest keeps its pages."""
    app.register_error_handler(ApiProblem, _problem)
    otherwise = app.error_handler_spec[None][None][HTTPException]

    def handle(error: HTTPException) -> Any:
        return _http(error) if is_api_call() else otherwise(error)

    app.register_error_handler(HTTPException, handle)


def handle_within(bp: Blueprint) -> None:
    """Answer what the views of this blueprint raise."""
    bp.register_error_handler(UserError, _refused)
    bp.register_error_handler(StatementError, _refused_by_database)
    bp.register_error_handler(InvalidOperation, _too_large)


def is_api_call() -> bool:
    """Whether the request is for the API, also at an address that there is not."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def _problem(problem: ApiProblem, cause: BaseException | None = None) -> Response:
    roll_back(db.session, cause)
    return answer(problem)


def _refused(error: UserError) -> Response:
    return _problem(ApiProblem("conflict", str(error)))


def _refused_by_database(error: StatementError) -> Response:
    return _problem(of_database(error), error)


def _too_large(_error: InvalidOperation) -> Response:
    # An amount that is computed from what was sent has more digits than any column.
    return _problem(ApiProblem("invalid", _("A number is too large to be kept. Check the amounts.")))


def _http(error: HTTPException) -> BaseResponse:
    cause = error.original_exception if isinstance(error, InternalServerError) else None
    if cause is not None:
        return _problem(of_fault(cause), cause)
    if error.code is not None and error.code < 400:
        return error.get_response()
    if error.code == 429:
        return _problem(_too_many())
    slug = _BY_STATUS.get(error.code or 500, "fault" if (error.code or 500) >= 500 else "bad-request")
    kept = {n: v for n, v in error.get_headers() if n.lower() == "allow"}
    return _problem(ApiProblem(slug, headers=kept))


def _too_many() -> ApiProblem:
    seconds = seconds_to_wait()
    detail = _("This token has called too often: go on in %(seconds)s seconds.", seconds=seconds)
    return ApiProblem("too-many-requests", detail, headers={"Retry-After": str(seconds)})


def of_fault(error: BaseException) -> ApiProblem:
    """The problem for what a view did not expect."""
    if is_away(error):
        return ApiProblem("unavailable", headers={"Retry-After": "5"})
    return ApiProblem("fault", _("Nothing was saved. Tell your administrator the time and the address."))


def of_database(error: StatementError) -> ApiProblem:
    """The problem for what the database or its types refused; re-raises what is a fault of ours."""
    if is_away(error):
        return of_fault(error)
    if not isinstance(error, DBAPIError):
        # Bound values are checked by our own types before they are sent.
        if isinstance(error.orig, ValueError | ArithmeticError):
            return ApiProblem("invalid", _("A value does not fit: check the amounts."))
        raise error
    if isinstance(error.orig, database.RaiseException):
        return ApiProblem("conflict", error.orig.diag.message_primary or "")
    if isinstance(error.orig, database.DeadlockDetected | database.SerializationFailure):
        return ApiProblem("conflict", _("Somebody else is saving this record at the moment. Try again."))
    message, _field = explain(error, current_app.extensions["composition"])
    return ApiProblem("conflict", message)
