"""Who calls: a bearer token, never a cookie, so that no page of another site can call on a user's behalf."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import Flask, g, request
from flask_login import current_user

from core.api.problems import PREFIX, ApiProblem
from core.api.resources import Resource, find_resource
from core.api.tokens import actor_of_token, note_use, recognise
from core.db import db
from core.i18n import _
from core.logs import structlog
from core.security.actor import Actor, actor_of, set_actor
from core.security.rights import ANY_USER, model_rights
from core.telemetry.requests import REQUEST_ID

P = ParamSpec("P")
R = TypeVar("R")
_REALM = {"WWW-Authenticate": 'Bearer realm="bincard"'}


def init_app(app: Flask) -> None:
    """Take the cookies off each API call, and close the other ways to log in with a token."""
    app.wsgi_app = _without_cookies(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap it
    # Flask-Security would look for a token of its own in headers, address and body of every request.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # by Flask-Login


def _without_cookies(wsgi_app: Callable[..., Any]) -> Callable[..., Any]:
    def call(environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("PATH_INFO", "").startswith(PREFIX):
            environ.pop("HTTP_COOKIE", None)
        return wsgi_app(environ, start_response)

    return call


def any_token(view: Callable[P, R]) -> Callable[P, R]:
    """Declare that each valid token may call this; the view asks for the model's rights by itself."""
    view.permission = ANY_USER  # type: ignore[attr-defined]  # read by the start-up check
    return view


def identify() -> None:
    """Let the call work on behalf of its token; 401 without a live one."""
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    token = recognise(db.session, text.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise ApiProblem("unauthorised", _("Send the header “Authorization: Bearer bk_…”."), headers=_REALM)
    actor = actor_of_token(token, request.environ.get(REQUEST_ID, ""))
    g.api_token_id = token.id
    note_use(token)
    set_actor(db.session, actor)
    structlog.contextvars.bind_contextvars(
        user_id=actor.user_id, company_id=actor.company_id, program=token.id
    )


def identify_program_or_person() -> None:
    """As `identify`, for the description of the API, which people read as well."""
    if not current_user.is_authenticated:
        identify()


def caller() -> Actor:
    """On whose behalf the call works."""
    return actor_of(db.session)


def open_resource(name: str, right: str = "read") -> Resource:
    """The resource of a model: 404 without one, 403 without the right, 405 where nobody has it by hand."""
    resource = find_resource(name)
    if resource is None:
        raise ApiProblem("not-found", _("There is no such resource."))
    rights = model_rights(name)
    demand(rights.read)
    if right != "read":
        _refuse_read_only(resource, right)
        demand(getattr(rights, right))
    return resource


def _refuse_read_only(resource: Resource, right: str) -> None:
    """What no form lets a person write, and what nobody deletes by hand, no program does either."""
    deletable = (
        resource.form is not None and resource.form.delete and model_rights(resource.name).delete is not None
    )
    if not (deletable if right == "delete" else resource.writable):
        raise ApiProblem("method-not-allowed", headers={"Allow": "GET, HEAD, OPTIONS"})


def demand(permission: str) -> None:
    """Refuse with 403 unless the caller has the permission."""
    if not caller().may(permission):
        text = _("This needs the permission “%(permission)s”.", permission=permission)
        raise ApiProblem("forbidden", text)
