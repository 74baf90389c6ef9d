"""Rows by the thousand: ids reserved beforehand, rows by COPY.

COPY passes the ORM by, with its overrides and events: only a model's `_bulk` classmethod uses this, so
that an addon that extends the model can extend that method too.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError

from core.db.session import AnySession


def reserve_ids(session: AnySession, table: Table, count: int) -> Sequence[int]:
    """`count` ids of the table that nobody else gets."""
    query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return session.scalars(query, {"table": table.name, "count": count}).all()


def copy_rows(session: AnySession, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the rows by COPY; all have the same keys, and the columns left out take their defaults."""
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    columns = list(first)
    listed = ", ".join(f'"{name}"' for name in columns)
    connection = session.connection()
    statement = f'COPY "{table.name}" ({listed}) FROM STDIN'
    try:
        with connection.connection.cursor().copy(statement) as copy:
            copy.write_row([first[name] for name in columns])
            for row in iterator:
                copy.write_row([row[name] for name in columns])
    except psycopg.Error as error:  # the cursor passes by what makes SQLAlchemy's errors of the driver's
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
