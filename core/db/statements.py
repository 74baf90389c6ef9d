"""A session that sends the statements which we write out ourselves without building them first.

SQLAlchemy keeps what it compiles, but it looks for it by a key made of the statement, asks each listener of
the session about it, and makes a context, a cursor and a result of its own for it: of a statement that
PostgreSQL answers in 0.05 ms that takes another 0.1. A `text()` whose parameters have no types of their own
is always the same string, so that it is compiled once and sent as it is, by a cursor that its connection
keeps. What listens to the engine hears of it, errors are SQLAlchemy's, and so are the rows.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from flask_sqlalchemy.session import Session
from sqlalchemy import BindParameter, Connection, IteratorResult, TextClause, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import SessionTransaction
from sqlalchemy.types import NullType

#: In `Session.info`: whether it sent anything but SELECT.
WROTE = "wrote"
#: In `Session.info`: its transaction, and the connection that this is on.
_CONNECTION = "connection of this transaction"
#: In the information of a connection of the driver: its cursor for statements that are written out.
_CURSOR = "cursor for statements that are written out"
#: So many rows are taken from a cursor at once; more stay with it, and the connection gets another.
_ROWS = 1000
#: Of the driver that every engine here has.
DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no type
#: What a statement has that does more than read, or locks: words, and functions by what they begin with.
_DOES = re.compile(
    r"\b(insert|update|delete|merge|call|create|drop|alter|truncate|nextval|setval|set_config|seal\w+|pg_\w+)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sent:
    """A statement as the driver takes it."""

    sql: str
    only_reads: bool
    #: None where the driver prepares it when it comes often; a search is never prepared (ADR 121).
    prepare: bool | None


class Answer(IteratorResult[Any]):
    """The rows that a statement gives, and how many it gave or wrote."""

    rowcount: int = -1


class WrittenOutSession(Session):
    """Flask-SQLAlchemy's session; a plain `text()` goes straight to the driver."""

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """As the session's own; lists of parameters, options and typed parameters go the long way."""
        if not isinstance(statement, TextClause) or any(options.values()) or isinstance(params, list | tuple):
            return super().execute(statement, params, **options)
        sent = _sent(statement)
        if sent is None:
            return super().execute(statement, params)
        self._autoflush()  # as its own does before every statement
        if not sent.only_reads:
            self.info[WROTE] = True
        return send(self._own_connection(), sent, params)

    def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """The first column of the first row."""
        if isinstance(statement, TextClause) and not any(options.values()):
            return self.execute(statement, params).scalar()
        return super().scalar(statement, params, **options)

    def scalars(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """The first column of each row."""
        if isinstance(statement, TextClause) and not any(options.values()):
            return self.execute(statement, params).scalars()
        return super().scalars(statement, params, **options)

    def _own_connection(self) -> Connection:
        """The connection of the transaction, asked for once in it; where one is amiss, SQLAlchemy says so.

        A savepoint counts as one: SQLAlchemy sets it when it is asked within it.
        """
        within, kept = self.info.get(_CONNECTION, (None, None))
        if within is not None and within is self._innermost() and self.is_active:
            return kept  # type: ignore[no-any-return]  # a session's information has no types
        connection = self.connection()
        self.info[_CONNECTION] = (self._innermost(), connection)
        return connection

    def _innermost(self) -> SessionTransaction | None:
        return self.get_nested_transaction() or self.get_transaction()


def send(connection: Connection, sent: Sent, params: Any) -> Answer:
    """Send a statement by the cursor that the connection keeps."""
    heard, sql, values = connection.engine.dispatch, sent.sql, params or None
    cursor = _cursor_of(connection)
    for hear in heard.before_cursor_execute:
        sql, values = hear(connection, cursor, sql, values, None, False)
    try:
        cursor.execute(sql, values, prepare=sent.prepare)
        answer = _answer(connection, cursor)
    except BaseException as error:  # noqa: BLE001  # SQLAlchemy raises it, having done what it does for its own
        connection.info.pop(_CURSOR, None)
        connection._handle_dbapi_exception(error, sql, values, cursor, None)
    for hear in heard.after_cursor_execute:
        hear(connection, cursor, sql, values, None, False)
    return answer


def _cursor_of(connection: Connection) -> Any:
    cursor = connection.info.get(_CURSOR)
    if cursor is None:
        cursor = connection.info[_CURSOR] = connection.connection.cursor()
    return cursor


def _answer(connection: Connection, cursor: psycopg.Cursor[Any]) -> Answer:
    """The rows of what was just done; few are taken at once, so that the cursor is free for the next."""
    done = cursor.pgresult
    assert done is not None
    names = tuple(map(done.fname, range(done.nfields)))
    rows: Iterable[Any] = ()
    if done.ntuples > _ROWS:
        rows = cursor
        del connection.info[_CURSOR]
    elif names:
        rows = cursor.fetchall()
    answer = Answer(_columns(names), iter(rows))
    answer.rowcount = cursor.rowcount
    return answer


@lru_cache(maxsize=2048)
def _columns(names: tuple[bytes, ...]) -> SimpleResultMetaData:
    told = [name.decode() for name in names]
    return SimpleResultMetaData(told, _ambiguous_keys=frozenset(n for n in told if told.count(n) > 1))


@lru_cache(maxsize=2048)
def _sent(statement: TextClause) -> Sent | None:
    """None where a parameter has a type, a value or a length of its own."""
    return written_out(statement.text) if all(map(_is_plain, statement.get_children())) else None


def _is_plain(parameter: Any) -> bool:
    return (
        isinstance(parameter, BindParameter)
        and isinstance(parameter.type, NullType)
        and parameter.required
        and not parameter.expanding
    )


@lru_cache(maxsize=2048)
def written_out(sql: str) -> Sent:
    """A statement with parameters like `:id` as the driver takes it."""
    prepare = False if "LIKE" in sql else None
    return Sent(str(text(sql).compile(dialect=DIALECT)), not _DOES.search(sql), prepare)
