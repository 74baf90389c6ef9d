"""How often one may ask: by user, else by address, for what is worth guessing at or heavy to answer; programs
by token, for whatever they ask.

Counted in Redis or Valkey where the jobs' broker is one, so that all processes count together; else in the
memory of each process, where a limit holds for each. A counter that is away lets everybody through: the
lock-out of `core.security.throttle` is in the database and holds all the same.
"""

from time import time
from typing import Any

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from flask_login import current_user
from sqlalchemy import make_url

from core.security import late_storage

#: Endpoint → (methods, limit). Guesses are far above what a person types, far below what a program tries.
LIMITS: dict[str, tuple[tuple[str, ...], str]] = {
    "security.login": (("POST",), "30 per minute"),
    "security.two_factor_token_validation": (("POST",), "20 per minute"),
    "security.two_factor_setup_validate": (("POST",), "20 per minute"),
    "security.mf_recovery": (("POST",), "20 per minute"),
    "security.mf_recovery_codes": (("POST",), "20 per minute"),
    "security.verify": (("POST",), "20 per minute"),
    "security.change_password": (("POST",), "20 per minute"),
    "people.accept": (("GET", "POST"), "30 per minute"),
    "links.show": (("GET",), "60 per minute"),
    "links.answer": (("POST",), "20 per minute"),
    "links.take": (("POST",), "10 per minute"),
    "lists.as_file": (("GET", "POST"), "30 per minute"),
    "exchange.create": (("POST",), "20 per minute"),
    "api_pages.openapi": (("GET",), "60 per minute"),
}
#: The calls of the API share one count for each token.
API = "api"


def init_app(app: Flask) -> None:
    """Make the counter; the limits are put on once all views are there."""
    settings = app.extensions["settings"]
    limiter = Limiter(
        key_func=_who,
        storage_uri=f"{late_storage.SCHEME}:{storage_of(settings.broker_url)}",
        # Installations that share a Redis have users of the same numbers.
        storage_options={"key_prefix": f"bincard-limits:{make_url(settings.database_url).database}"},
        in_memory_fallback_enabled=True,
        strategy="moving-window",
        default_limits=[],
    )
    limiter.init_app(app)
    app.extensions["rate_limiter"] = limiter


def put_on(app: Flask) -> None:
    """Limit the views of `LIMITS` that the app has, and all of the API together."""
    limiter: Limiter = app.extensions["rate_limiter"]
    for endpoint, (methods, limit) in LIMITS.items():
        view = app.view_functions.get(endpoint)
        if view is not None:
            limited: Any = limiter.limit(limit, methods=list(methods))(view)
            app.view_functions[endpoint] = limited
    _put_on_programs(app, limiter)


def _put_on_programs(app: Flask, limiter: Limiter) -> None:
    by_token: Any = limiter.shared_limit(
        lambda: f"{_calls_a_minute()} per minute",
        scope=API,
        key_func=lambda: f"token:{g.api_token_id}",
        exempt_when=lambda: not _calls_a_minute(),
    )
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{API}."):
            app.view_functions[endpoint] = by_token(view)


def _calls_a_minute() -> int:
    calls: int = current_app.extensions["settings"].api_calls_a_minute
    return calls


def seconds_to_wait() -> int:
    """After how many seconds the request that was refused may come again."""
    limit = current_app.extensions["rate_limiter"].current_limit
    return max(1, int(limit.reset_at - time()) + 1) if limit is not None else 60


def storage_of(broker_url: str) -> str:
    """Where counts are kept: the broker, when it is one that counts."""
    scheme, _colon, rest = broker_url.partition("://")
    if scheme in ("redis", "rediss"):
        return broker_url
    return f"redis+unix://{rest.split('?')[0]}" if scheme == "redis+socket" else "memory://"


def _who() -> str:
    if current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"address:{request.remote_addr or ''}"
