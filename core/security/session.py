"""Each request's session works on behalf of its user: rights, record rules and the audit go by that."""

from typing import Any

from flask import Flask, request, session
from flask_login import current_user, logout_user

from core.db import db
from core.logs import structlog
from core.security import sessions
from core.security.actor import Actor, set_actor
from core.telemetry.requests import REQUEST_ID

#: A role with this permission may do everything.
EVERYTHING = "*"
#: No company has this id: whoever works in none sees the records of none.
NO_COMPANY = 0
NOBODY = Actor(name="nobody", company_id=NO_COMPANY)


def init_app(app: Flask) -> None:
    """Name the actor before anything else happens in a request."""
    sessions.init_app(app)
    app.before_request(name_actor)


def name_actor() -> None:
    """Let the request's database session work on behalf of its user, or of nobody.

    The user is loaded while nobody acts: what loading needs is behind no record rule.
    """
    set_actor(db.session, NOBODY)
    if request.endpoint == "assets.file":
        return
    if current_user.is_authenticated and not _goes_on():
        logout_user()
        session.clear()
    if current_user.is_authenticated:
        actor = actor_from(current_user, request.environ.get(REQUEST_ID, ""))
        set_actor(db.session, actor)
        structlog.contextvars.bind_contextvars(user_id=actor.user_id, company_id=actor.company_id)


def _goes_on() -> bool:
    """Whether this browser may still act for the user; a token of the API has no session."""
    return "_user_id" not in session or sessions.is_open(db.session, current_user.id)


def actor_from(user: Any, request_id: str = "") -> Actor:
    """The actor that a user is, in the company that the user works in at the moment."""
    permissions = frozenset(p for role in user.roles for p in role.permissions)
    return Actor(
        user_id=user.id,
        name=user.name or user.email,
        company_id=user.company_id or NO_COMPANY,
        permissions=permissions,
        is_superuser=EVERYTHING in permissions,
        request_id=request_id,
    )
