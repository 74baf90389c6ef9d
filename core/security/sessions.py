"""The browsers in which users have logged in: each is a row, and ends when its row says so.

The cookie of a browser is signed and would be good for ever; it therefore holds a token whose SHA-256 is the
key of a row. Each request reads that row anew, in the query that loads its user. "Stay logged in" makes the
same cookie last and no second one, so that there is nothing that outlives the row.

Whoever loses rights, is switched off or gets another password is logged out everywhere by `end_of_changed`,
which watches what a flush writes: no service can forget it. Bulk statements pass it by.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask import Flask, current_app, g, has_request_context, request, session
from flask_login import user_logged_in, user_logged_out
from sqlalchemy import Text, bindparam, inspect, select, update
from sqlalchemy.orm import Session, joinedload

from core import m
from core.db import AnySession, db
from core.security.rules import KEPT

#: Where the cookie holds the token.
TOKEN = "sid"  # noqa: S105  # the name of the place, not what is in it
#: How long a browser stays logged in without a request, and one that was asked to at most.
IDLE = timedelta(hours=12)
LASTING = timedelta(days=14)
#: `seen_at` is written at most so often.
EVERY = timedelta(minutes=1)
_ENDING = "users whose sessions end with this flush"
#: Where a request keeps the row of its browser between loading the user and asking whether it goes on.
_LOADED = "bincard.session_row"


def init_app(app: Flask) -> None:
    """Open a row with each log-in, and end it with the log-out."""
    app.config["PERMANENT_SESSION_LIFETIME"] = LASTING
    user_logged_in.connect(_open_with_log_in, app)
    user_logged_out.connect(_end_with_log_out, app)


def key_of(token: str) -> str:
    """What the table holds of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(database: AnySession, user: Any, lasting: bool = False) -> str:
    """Note a browser that the user has logged in with; returns the token for its cookie."""
    token = secrets.token_urlsafe(24)
    where = {"address": request.remote_addr or "", "browser": browser_name()} if has_request_context() else {}
    database.add(m.UserSession(user_id=user.id, key=key_of(token), lasting=lasting, **where))
    return token


def _open_with_log_in(_app: Flask, user: Any, **_more: Any) -> None:
    end_current(db.session)
    # Flask-Login would keep a second cookie, which no row could end.
    lasting = session.pop("_remember", None) == "set"
    session.permanent = lasting
    session[TOKEN] = open_session(db.session, user, lasting)
    # Whoever planted a session before the log-in knows its token against forgery.
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)


def _end_with_log_out(_app: Flask, **_more: Any) -> None:
    end_current(db.session)
    db.session.commit()
    session.pop(TOKEN, None)


def load_user(database: AnySession, uniquifier: str) -> Any:
    """The user of a cookie, with roles, companies and the row of this browser: one query."""
    key = current_key()
    found = database.execute(_loading(), {"uniquifier": uniquifier, "key": key}).unique().one_or_none()
    if found is None:
        return None
    user, *row = found
    if key:
        request.environ[_LOADED] = (key, _Row(*row))
    return user


def _loading() -> Any:
    """Built once an app: each request asks it."""
    query = current_app.extensions.get("user_query")
    if query is None:
        user, s = m.User, m.UserSession
        query = select(user, *(getattr(s, name) for name in _Row._fields))
        query = query.outerjoin(s, s.key == bindparam("key", type_=Text()))
        query = query.where(user.fs_uniquifier == bindparam("uniquifier", type_=Text()))
        query = query.options(joinedload(user.roles), joinedload(user.companies)).execution_options(**KEPT)
        current_app.extensions["user_query"] = query
    return query


def is_open(database: AnySession, user_id: int) -> bool:
    """Whether this browser's session is one of the user that goes on."""
    key = current_key()
    if not key:
        return False
    loaded, row = request.environ.pop(_LOADED, ("", None))
    if loaded != key:
        row = _row(database, key)
    now = datetime.now(UTC)
    if row is None or row.user_id != user_id or row.ended_at is not None or _is_over(row, now):
        return False
    if now - row.seen_at > EVERY:
        _note_seen(row.id, now)
    return True


class _Row(NamedTuple):
    """What decides whether a session goes on; nothing of it is set where the browser has no row."""

    id: int
    user_id: int
    opened_at: datetime
    seen_at: datetime
    lasting: bool
    ended_at: datetime | None


def _row(database: AnySession, key: str) -> _Row | None:
    s = m.UserSession
    columns = (getattr(s, name) for name in _Row._fields)
    found = database.execute(select(*columns).where(s.key == key)).one_or_none()
    return None if found is None else _Row(*found)


def _is_over(row: Any, now: datetime) -> bool:
    return bool(now > (row.opened_at + LASTING if row.lasting else row.seen_at + IDLE))


def _note_seen(session_id: int, now: datetime) -> None:
    """In a transaction of its own: that of a page which only reads is not committed."""
    table = m.UserSession.__table__
    address = request.remote_addr or ""
    with db.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == session_id).values(seen_at=now, address=address))


def current_key() -> str:
    """The key of this browser's session, empty outside a request."""
    return key_of(session[TOKEN]) if has_request_context() and TOKEN in session else ""


def end_current(database: AnySession) -> None:
    """End the session of this browser, if it has one."""
    key = current_key()
    if key:
        table = m.UserSession
        database.execute(_ending().where(table.key == key))


def end_one(database: AnySession, user_id: int, session_id: int) -> bool:
    """End a session of the user; whether there was such a one."""
    table = m.UserSession
    ended = _ending().where(table.id == session_id, table.user_id == user_id).returning(table.id)
    return database.scalar(ended) is not None


def end_all(database: AnySession | Session, user_ids: Iterable[int]) -> None:
    """End all sessions of these users, but the one of this very browser."""
    table = m.UserSession
    database.execute(_ending().where(table.user_id.in_(list(user_ids)), table.key != current_key()))


def _ending() -> Any:
    table = m.UserSession
    ending = update(table).where(table.ended_at.is_(None)).values(ended_at=datetime.now(UTC))
    return ending.execution_options(synchronize_session=False)


def open_sessions(database: AnySession, user_id: int) -> list[Any]:
    """The sessions of a user that go on, the last seen first."""
    now, s = datetime.now(UTC), m.UserSession
    query = select(s).where(s.user_id == user_id, s.ended_at.is_(None)).order_by(s.seen_at.desc())
    return [row for row in database.scalars(query) if not _is_over(row, now)]


def note_changed(database: Session, _context: Any, _instances: Any) -> None:
    """Before a flush: whose sessions end with it."""
    ids: set[int] = set()
    for record in (*database.new, *database.dirty, *database.deleted):
        name = getattr(record, "_name", "")
        if name == "user" and record.id is not None and _loses_sessions(record):
            ids.add(record.id)
        if name == "user.role" and record.user_id is not None:
            ids.add(record.user_id)
    database.info[_ENDING] = ids


def _loses_sessions(user: Any) -> bool:
    attributes = inspect(user).attrs
    return any(
        name in attributes and attributes[name].history.has_changes()
        for name in ("password", "active", "roles")
    )


def end_of_changed(database: Session, _context: Any) -> None:
    """After the flush: log out those whose password, roles or activity it changed."""
    ids = database.info.pop(_ENDING, None)
    if ids:
        end_all(database, ids)


def browser_name() -> str:
    """`Firefox 140 · Linux`: what a person knows a browser by."""
    agent = request.user_agent.string
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (_browser(agent), system) if part)[:80]


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def _browser(agent: str) -> str:
    for mark, name in _BROWSERS:
        if mark in agent:
            return f"{name} {agent.split(mark, 1)[1].split('.')[0].split(' ')[0]}"
    return agent.split("/")[0][:40]
