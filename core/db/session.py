"""The session of the current app, on one engine a process and database.

An install rebuilds the Flask app; the engine and its pool outlive it, so that a rebuild opens no
second set of connections.
"""

from functools import cache
from select import POLLIN, poll
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import psycopg
from flask import Flask, current_app, request
from flask_sqlalchemy import SQLAlchemy
from psycopg import ServerCursor
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import ORMExecuteState, Session, scoped_session
from sqlalchemy.pool import ConnectionPoolEntry
from werkzeug.local import LocalProxy

from core.db.statements import DIALECT, WROTE, WrittenOutSession

#: A session, or the one of the current app.
AnySession = Session | scoped_session[Any]

_READING = ("GET", "HEAD")
#: In the information of a connection of the driver: when it came back into the pool.
_RETURNED = "returned"
#: Seconds for which a connection that came back is believed to be there, unless it says otherwise.
_TRUSTED = 5


@cache
def engine_for(url: str) -> Engine:
    """The process's engine for a database; it rides over a restart of the server.

    Errors don't show parameters: they end in logs, and may be anybody's data.
    """
    # A server that is gone without a word is given up after seconds, not after TCP's quarter of an hour.
    patience = {"connect_timeout": 5, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3}
    # PostgreSQL would compile what it thinks dear: that takes a third of a second, and our statements less.
    uncompiled = {"options": "-c jit=off"}
    # The connection that came back last goes out first: it has its statements prepared.
    pool = {"pool_use_lifo": True, "pool_size": 8, "max_overflow": 8}
    engine = create_engine(url, connect_args=patience | uncompiled, hide_parameters=True, **pool)
    event.listen(engine, "do_execute", _plan_by_pattern)
    event.listen(engine, "checkin", _note_return)
    event.listen(engine, "checkout", _refuse_dead)
    return engine


def _note_return(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_RETURNED] = monotonic()


def _refuse_dead(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Let the pool open another connection where the server has left this one.

    A server that ends says so on all its connections: there is something to read where nothing was asked. To
    ask it costs as much as a statement, and tells more only where a network has gone without a word.
    """
    returned = record.info.pop(_RETURNED, None)
    if returned is None or (monotonic() - returned < _TRUSTED and _is_silent(connection)):
        return  # it has just been opened, or worked a moment ago
    try:
        DIALECT.do_ping(connection)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no type
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error


def _is_silent(connection: psycopg.Connection[Any]) -> bool:
    if connection.closed:
        return False
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    return not waiting.poll(0)


def _plan_by_pattern(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
    """Never prepare a search: the pattern decides which index serves, and a general plan does not know it."""
    if "LIKE" not in statement or isinstance(cursor, ServerCursor):  # which prepares nothing
        return False
    cursor.execute(statement, parameters, prepare=False)
    return True


class Database(SQLAlchemy):
    """Flask-SQLAlchemy on the shared engine."""

    if TYPE_CHECKING:
        # Services take SQLAlchemy's own session; Flask-SQLAlchemy names its subclass.
        session: scoped_session[Session]  # type: ignore[assignment]  # the type is invariant

    def __init__(self, app: Flask, **options: Any) -> None:
        """With sessions that send written-out statements as they are."""
        super().__init__(app, session_options={"class_": WrittenOutSession}, **options)

    def init_app(self, app: Flask) -> None:
        """Also end each request that only read with COMMIT."""
        super().init_app(app)
        event.listen(self.session, "do_orm_execute", _note_statement)
        event.listen(self.session, "after_flush", _note_flush)
        app.teardown_request(self._end_reading)

    def _end_reading(self, error: BaseException | None) -> None:
        # psycopg forgets its prepared statements with a ROLLBACK, and PostgreSQL would read and plan every
        # statement of every page anew: that is a third of what a page costs it.
        if error is not None or request.method not in _READING or not self.session.registry.has():
            return
        session = self.session()
        if session.in_transaction() and session.is_active and not session.info.get(WROTE):
            try:
                session.commit()
            except DBAPIError:  # the database died when it had answered all that was asked: so has the page
                session.invalidate()

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return engine_for(app.config["SQLALCHEMY_DATABASE_URI"])


def _note_statement(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info[WROTE] = True


def _note_flush(session: Session, _context: Any) -> None:
    session.info[WROTE] = True


db: Database = cast(Database, LocalProxy(lambda: current_app.extensions["sqlalchemy"]))
