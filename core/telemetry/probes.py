"""`/healthz`, `/readyz` and `/metrics`: answered before any app, so that they say what is wrong with it.

`/healthz`  200 as long as this process answers at all: restart it when it doesn't.
`/readyz`   200 when a request can be served: the database answers and the installed addons load. The broker
            is reported, and no reason to turn people away: work waits in rows until it is back. Nor is a
            process that goes on with the addons of before, or with code that was replaced since.
`/metrics`  for whoever holds `BINCARD_METRICS_TOKEN`, or for this machine where there is none.
"""

import hmac
import json
from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Request, Response

from core.jobs.ring import broker_answers
from core.loader.graph import ResolutionError
from core.loader.installed import NotInitialisedError
from core.settings import Settings
from core.telemetry import metrics

Lease = Callable[[], AbstractContextManager[Flask]]
LOCAL = ("127.0.0.1", "::1", "")


def probe(
    request: Request, settings: Settings, engine: Engine, lease: Lease, state: Callable[[], tuple[str, bool]]
) -> Response | None:
    """The answer to a probe; None for any other request."""
    match request.path:
        case "/healthz":
            return Response("ok\n", mimetype="text/plain")
        case "/readyz":
            return _readiness(lease, state)
        case "/metrics" if _may_scrape(request, settings):
            return _metrics(engine)
    return None


def _readiness(lease: Lease, state: Callable[[], tuple[str, bool]]) -> Response:
    found = {"database": "ok", "addons": "ok", "broker": "ok" if broker_answers() else "away", "code": "ok"}
    try:
        with lease():
            ready = True
        problem, outdated = state()
        found |= {"addons": f"the set before, since {problem}"} if problem else {}
        found |= {"code": "changed on disk: restart this process"} if outdated else {}
    except SQLAlchemyError:
        ready = False
        found |= {"database": "away", "addons": "unknown"}
    except (NotInitialisedError, ResolutionError) as error:
        ready = False
        found["addons"] = str(error)
    return Response(json.dumps(found) + "\n", 200 if ready else 503, mimetype="application/json")


def _may_scrape(request: Request, settings: Settings) -> bool:
    token = settings.metrics_token.get_secret_value()
    if not token:
        return (request.remote_addr or "") in LOCAL
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _metrics(engine: Engine) -> Response:
    try:
        with engine.connect() as connection:
            return Response(metrics.scrape(connection), content_type=metrics.CONTENT_TYPE)
    except SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
