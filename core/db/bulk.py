"""Rows by the thousand: ids reserved beforehand, rows by COPY.

COPY passes the ORM by, with its overrides and events: only a model's `_bulk` classmethod uses this, so
that an addon that extends the model can extend that method too.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import psycopg
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError

from core.db.session import AnySession

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
    """Write the rows by COPY; all have the same keys, and the columns left out take their defaults.

    A type with a method `keep` says what is written for a value.
    """
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    columns = list(first)
    keeps = {name: keep for name in columns if (keep := getattr(table.c[name].type, "keep", None))}
    listed = ", ".join(f'"{name}"' for name in columns)
    statement = f'COPY "{table.name}" ({listed}) FROM STDIN'
    connection = session.connection()
    try:
        with connection.connection.cursor().copy(statement) as copy:
            for row in chain((first,), iterator):
                told = {**row, **{name: keep(row[name]) for name, keep in keeps.items()}} if keeps else row
                copy.write_row([told[name] for name in columns])
    except psycopg.Error as error:  # the cursor passes by what makes SQLAlchemy's errors of the driver's
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
