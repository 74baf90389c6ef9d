"""Around each request: its number, one log line, and its share of the metrics."""

import re
import uuid
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from flask import Flask, request
from werkzeug.wsgi import ClosingIterator

from core.logs import structlog
from core.telemetry import metrics

log = structlog.stdlib.get_logger("bincard.request")
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
REQUEST_ID = "bincard.request_id"
ROUTE = "bincard.route"
#: A number that a proxy gave is taken over; anything else could forge lines in the log.
_GIVEN = re.compile(r"[\w.-]{1,64}\Z")
#: Addresses that end with what lets somebody in.
_SECRET_PATHS = re.compile(r"^(/invitation/|/second-factor/(?=[^/]{20}))[^/]+")


def init_app(app: Flask) -> None:
    """Note the rule of each request, by which the metrics count."""
    app.before_request(_note_route)


def _note_route() -> None:
    request.environ[ROUTE] = str(request.url_rule) if request.url_rule else ""


def observed(serve: Wsgi) -> Wsgi:
    """Serve with a number, a log line and metrics."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began, number = perf_counter(), _number(environ)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        seen: list[int] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen[:] = [int(status.split(" ", 1)[0])]
            return start_response(status, [*headers, ("X-Request-ID", number)], exc_info)

        def finish() -> None:
            _note(environ, seen[0] if seen else 500, perf_counter() - began)

        try:
            body = serve(environ, start)
        except BaseException:
            finish()
            raise
        return ClosingIterator(body, finish)

    return application


def _number(environ: dict[str, Any]) -> str:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    number: str = given if _GIVEN.match(given) else uuid.uuid4().hex
    environ[REQUEST_ID] = number
    return number


def _note(environ: dict[str, Any], status: int, seconds: float) -> None:
    method, route = environ.get("REQUEST_METHOD", ""), environ.get(ROUTE, "")
    metrics.count_request(method, route, status, seconds)
    # The path without its query: what people search for is nobody's business here.
    log.info(
        "request",
        method=method,
        path=_SECRET_PATHS.sub(r"\1…", environ.get("PATH_INFO", "")),
        status=status,
        ms=round(seconds * 1000, 1),
        address=environ.get("REMOTE_ADDR", ""),
    )
    structlog.contextvars.clear_contextvars()
