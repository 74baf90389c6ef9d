"""Rows by the thousand: ids reserved beforehand, rows by COPY; a few rows by one statement.

Both pass the ORM by, with its overrides and events: only a model's `_bulk` classmethod uses this, so that an
addon that extends the model can extend that method too.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import psycopg
from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from core.db.locks import FEW
from core.db.session import AnySession
from core.db.statements import Sent, send, written_out

#: So many ids of each table, in the order in which the tables are named.
IDS = """
    SELECT nextval(w.ids)
      FROM (SELECT CAST(pg_get_serial_sequence(name, 'id') AS regclass) AS ids, count, place
              FROM unnest(CAST(:tables AS text[]), CAST(:counts AS int[]))
                   WITH ORDINALITY AS t (name, count, place) OFFSET 0) w
     CROSS JOIN LATERAL generate_series(1, w.count) AS n
     ORDER BY w.place
"""
_RESERVE_MANY = text(IDS)


def reserve_ids(session: AnySession, table: Table, count: int) -> Sequence[int]:
    """`count` ids of the table that nobody else gets."""
    query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return session.scalars(query, {"table": table.name, "count": count}).all()


def reserve_many(session: AnySession, counts: Mapping[Table, int]) -> list[Sequence[int]]:
    """Ids of several tables in one statement, in the order given."""
    return by_table(session.scalars(_RESERVE_MANY, tables_and_counts(counts)).all(), counts)


def tables_and_counts(counts: Mapping[Table, int]) -> dict[str, Any]:
    """The parameters of `IDS`."""
    return {"tables": [table.name for table in counts], "counts": list(counts.values())}


def by_table(ids: Iterable[int], counts: Mapping[Table, int]) -> list[Sequence[int]]:
    """The ids of each table, of those that `IDS` gives."""
    found = iter(ids)
    return [[next(found) for _ in range(count)] for count in counts.values()]


def copy_rows(session: AnySession, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the rows; all have the same keys, and the columns left out take their defaults.

    A type with a method `keep` says what is written for a value.
    """
    told = iter(_kept(table, rows))
    few = list(islice(told, FEW + 1))
    if few and not (len(few) <= FEW and _insert(session, table, few)):
        _copy(session, table, list(few[0]), chain(few, told))


def _kept(table: Table, rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return ()
    keeps = {name: keep for name in first if (keep := getattr(table.c[name].type, "keep", None))}
    all_rows = chain((first,), iterator)
    if not keeps:
        return all_rows
    return ({**row, **{name: keep(row[name]) for name, keep in keeps.items()}} for row in all_rows)


def _insert(session: AnySession, table: Table, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Write a few rows by a statement that its connection has prepared; False for what only COPY can say."""
    statement = _from_json(table, tuple(rows[0]))
    if statement is None:
        return False
    try:
        told = json.dumps(rows, default=_as_text, allow_nan=False)
    except (TypeError, ValueError):
        return False
    send(session.connection(), statement, {"rows": told})
    return True


def _as_text(value: Any) -> str:
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    raise TypeError(f"{value!r} has no form in JSON")


@lru_cache(maxsize=512)
def _from_json(table: Table, columns: tuple[str, ...]) -> Sent | None:
    """PostgreSQL reads each value as its column's type does; not those that are JSON or lists themselves."""
    types = [table.c[name].type.compile(postgresql.dialect()) for name in columns]  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no type
    if any(kind.startswith("JSON") or kind.endswith("[]") for kind in types):
        return None
    listed = ", ".join(f'"{name}"' for name in columns)
    return written_out(
        f'INSERT INTO "{table.name}" ({listed}) '  # noqa: S608  # our names
        f'SELECT {listed} FROM json_populate_recordset(CAST(NULL AS "{table.name}"), CAST(:rows AS json))'
    )


def _copy(
    session: AnySession, table: Table, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    listed = ", ".join(f'"{name}"' for name in columns)
    statement = f'COPY "{table.name}" ({listed}) FROM STDIN'
    connection = session.connection()
    cursor: Any = connection.connection.cursor()
    for hear in connection.engine.dispatch.before_cursor_execute:
        hear(connection, cursor, statement, None, None, False)
    try:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])
    except psycopg.Error as error:  # the cursor passes by what makes SQLAlchemy's errors of the driver's
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
