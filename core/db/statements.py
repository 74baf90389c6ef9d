"""A session that sends the statements which we write out ourselves without building them first.

SQLAlchemy keeps what it compiles, but it looks for it by a key made of the statement, and asks each listener
of the session about it: of a statement that PostgreSQL answers in 0.05 ms that takes another 0.05. A `text()`
whose parameters have no types of their own is always the same string, so that it is compiled once and sent as
it is; what listens to the engine hears of it, and errors are SQLAlchemy's.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import BindParameter, TextClause, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.types import NullType

#: In `Session.info`: whether it sent anything but SELECT.
WROTE = "wrote"
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no type
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


class WrittenOutSession(Session):
    """Flask-SQLAlchemy's session; a plain `text()` goes straight to the connection."""

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
        return self.connection().exec_driver_sql(sent.sql, params)

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


@lru_cache(maxsize=2048)
def _sent(statement: TextClause) -> Sent | None:
    """None where a parameter has a type, a value or a length of its own."""
    return _compiled(statement.text) if all(map(_is_plain, statement.get_children())) else None


def _is_plain(parameter: Any) -> bool:
    return (
        isinstance(parameter, BindParameter)
        and isinstance(parameter.type, NullType)
        and parameter.required
        and not parameter.expanding
    )


@lru_cache(maxsize=2048)
def _compiled(sql: str) -> Sent:
    return Sent(str(text(sql).compile(dialect=_DIALECT)), not _DOES.search(sql))
