"""What an uninstall takes away, and the file that it writes before it does."""

import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, MetaData, func, select


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
    """Write one CSV a table into a zip file; a table that stays gives its id and the columns that go."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = folder / f"uninstall-{name}-{moment}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in removal.tables:
            _copy(connection, archive, table, f'TABLE "{table}" ORDER BY id')
        for table, columns in removal.columns.items():
            listed = ", ".join(f'"{c}"' for c in ("id", *columns))
            query = f'SELECT {listed} FROM "{table}" ORDER BY id'  # noqa: S608  # names of our own tables
            _copy(connection, archive, table, query)
    return path


def _copy(connection: Connection, archive: zipfile.ZipFile, table: str, query: str) -> None:
    cursor = connection.connection.cursor()
    with (
        archive.open(f"{table}.csv", "w") as file,
        cursor.copy(f"COPY ({query}) TO STDOUT CSV HEADER") as copy,
    ):
        for block in copy:
            file.write(block)
