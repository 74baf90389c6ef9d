"""Copy rows with some columns changed: a move that is split keeps what other addons have put on it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, text
from sqlalchemy.dialects import postgresql

from core.db import AnySession, reserve_ids

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no type


def copy(session: AnySession, model: Any, sources: Sequence[int], **changed: Sequence[Any]) -> Sequence[int]:
    """Copy the row of each source, with the columns that are given changed; returns the new ids."""
    if not sources:
        return []
    table = model.__table__
    ids = reserve_ids(session, table, len(sources))
    values: dict[str, Sequence[Any]] = {"id": ids, **changed}
    names = [column.name for column in table.columns]
    given = ", ".join(f"CAST(:{name} AS {_type(table.c[name])}[])" for name in values)
    # Names of our own tables and columns.
    statement = f"""
        INSERT INTO {table.name} ({", ".join(names)})
        SELECT {", ".join(f"p.{n}" if n in values else f"r.{n}" for n in names)}
          FROM unnest(CAST(:source AS bigint[]), {given}) AS p (source, {", ".join(values)})
          JOIN {table.name} r ON r.id = p.source
    """  # noqa: S608  # columns of our own tables
    session.execute(text(statement), {"source": list(sources), **{n: list(v) for n, v in values.items()}})
    return ids


def _type(column: Column[Any]) -> str:
    return column.type.dialect_impl(_DIALECT).compile(dialect=_DIALECT)
