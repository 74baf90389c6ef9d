"""What an uninstall takes away, and the file that it writes before it does."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, MetaData, func, select, text

from core.disk import said_when_full
from core.formulas import neutral_sql

_COLUMNS = text("""
    SELECT column_name, data_type IN ('text', 'character varying') AS is_text
      FROM information_schema.columns
     WHERE table_schema = current_schema AND table_name = :table ORDER BY ordinal_position
""")


@dataclass(frozen=True)
class Removal:
    """The data that would go: whole tables, and columns of tables that stay; each with its rows."""

    tables: dict[str, int] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)


def removal_of(connection: Connection, before: MetaData, after: MetaData) -> Removal:
    """The tables and columns that `before` has and `after` has not."""
    tables, columns = {}, {}
    for name, table in sorted(before.tables.items()):
        if name not in after.tables:
            tables[name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
            continue
        gone = [c.name for c in table.columns if c.name not in after.tables[name].c]
        if gone:
            columns[name] = tuple(gone)
    return Removal(tables, columns)


def write_export(connection: Connection, removal: Removal, folder: Path, name: str) -> Path:
    """Write one CSV a table into a zip file; a table that stays gives its id and the columns that go.

    The file has its name once it is whole. Raises FullDiskError; nothing of it is then left.
    """
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = folder / f"uninstall-{name}-{moment}.zip"
    unfinished = path.with_suffix(".part")
    try:
        with said_when_full():
            folder.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
                _write(connection, archive, removal)
            unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _write(connection: Connection, archive: zipfile.ZipFile, removal: Removal) -> None:
    for table in removal.tables:
        _copy(connection, archive, table, ())
    for table, columns in removal.columns.items():
        _copy(connection, archive, table, ("id", *columns))


def _copy(connection: Connection, archive: zipfile.ZipFile, table: str, columns: Sequence[str]) -> None:
    """These columns of a table, or all; a text that a spreadsheet would run gets its apostrophe."""
    texts = {row.column_name: row.is_text for row in connection.execute(_COLUMNS, {"table": table})}
    listed = ", ".join(neutral_sql(name) if texts[name] else f'"{name}"' for name in columns or texts)
    query = f'SELECT {listed} FROM "{table}" ORDER BY id'  # noqa: S608  # names of our own tables
    cursor = connection.connection.cursor()
    with (
        archive.open(f"{table}.csv", "w") as file,
        cursor.copy(f"COPY ({query}) TO STDOUT CSV HEADER") as copy,
    ):
        for block in copy:
            file.write(block)
