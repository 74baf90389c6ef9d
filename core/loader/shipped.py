"""Records that an addon ships: roles, sequences, mail templates, menus.

Problem: an upgrade must bring the new text of a mail template, but not wipe out the one that a user has
written. Rule: each shipped record has a stable id and the values as last shipped; on an upgrade a field
that still holds what was shipped takes the new value, a field that the user changed is left and reported.

    [[menu]]                      # addons/accounting/data/menus.toml: the table's name
    id = "menu_invoices"          # becomes accounting.menu_invoices
    name = "Invoices"
    parent_id = {ref = "accounting.menu_root"}
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, MetaData, RowMapping, Table, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError

from core.db.types import ExactDecimal
from core.loader.discovery import AddonSource


class ShippedDataError(ValueError):
    """A data file says something that the tables don't take; names file, record and field."""


@dataclass(frozen=True)
class Left:
    """A field that an upgrade would have changed, had the user not changed it before."""

    key: str
    field: str
    shipped: Any
    kept: Any


@dataclass(frozen=True)
class _Entry:
    file: str
    table: Table
    key: str
    values: dict[str, Any]


def load(connection: Connection, source: AddonSource, metadata: MetaData) -> list[Left]:
    """Bring the addon's shipped records up to its data files; returns what was left to the user."""
    left: list[Left] = []
    for entry in _entries(source, metadata):
        left += _load_one(connection, source, metadata, entry)
    return left


def remove(connection: Connection, addon: str, metadata: MetaData) -> list[str]:
    """Take back what the addon shipped, last first; returns the keys of records still in use."""
    shipped = metadata.tables["shipped_record"]
    rows = connection.execute(select(shipped).where(shipped.c.addon == addon).order_by(shipped.c.id.desc()))
    kept = []
    for row in rows.mappings().all():
        table = metadata.tables.get(row["table_name"])
        if table is not None and not _delete_unless_used(connection, table, row["record_id"]):
            kept.append(row["key"])
    connection.execute(delete(shipped).where(shipped.c.addon == addon))
    return kept


def _delete_unless_used(connection: Connection, table: Table, record_id: int) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(delete(table).where(table.c.id == record_id))
    except IntegrityError:
        return False
    return True


def _entries(source: AddonSource, metadata: MetaData) -> Iterator[_Entry]:
    for path in sorted((source.path / "data").glob("*.toml")):
        with path.open("rb") as file:
            content = tomllib.load(file)
        for table_name, records in content.items():
            table = metadata.tables.get(table_name)
            if table is None:
                raise ShippedDataError(f"{path}: there is no table {table_name}")
            for record in records:
                key = f"{source.name}.{record.pop('id')}"
                yield _Entry(str(path), table, key, record)


def _load_one(
    connection: Connection, source: AddonSource, metadata: MetaData, entry: _Entry
) -> Iterator[Left]:
    shipped = metadata.tables["shipped_record"]
    values = _resolve(connection, shipped, entry)
    known = connection.execute(select(shipped).where(shipped.c.key == entry.key)).mappings().one_or_none()
    if known is None:
        record_id = connection.execute(
            insert(entry.table).values(values).returning(entry.table.c.id)
        ).scalar_one()
        connection.execute(
            insert(shipped).values(
                addon=source.name,
                key=entry.key,
                table_name=entry.table.name,
                record_id=record_id,
                shipped=_plain(values),
            )
        )
        return
    yield from _update(connection, shipped, entry, known, values)


def _update(
    connection: Connection, shipped: Table, entry: _Entry, known: RowMapping, values: dict[str, Any]
) -> Iterator[Left]:
    at_id = entry.table.c.id == known["record_id"]
    now = connection.execute(select(entry.table).where(at_id)).mappings().one_or_none()
    if now is None:
        return  # the user deleted it; it stays deleted
    changes = {}
    for name, value in values.items():
        current, plain = _plain({name: now[name]})[name], _plain({name: value})[name]
        if current == plain:
            continue
        if current == known["shipped"].get(name):
            changes[name] = value
        else:
            yield Left(entry.key, name, plain, current)
    if changes:
        connection.execute(update(entry.table).where(at_id).values(changes))
    connection.execute(update(shipped).where(shipped.c.id == known["id"]).values(shipped=_plain(values)))


def _resolve(connection: Connection, shipped: Table, entry: _Entry) -> dict[str, Any]:
    values = {}
    for name, value in entry.values.items():
        if name not in entry.table.c:
            raise ShippedDataError(f"{entry.file}: {entry.key} sets {name}, which {entry.table.name} has not")
        column_type = entry.table.c[name].type
        if isinstance(value, dict) and set(value) == {"ref"} and not isinstance(column_type, JSONB):
            value = _reference(connection, shipped, entry, value["ref"])
        elif isinstance(column_type, ExactDecimal) and isinstance(value, str):
            value = Decimal(value)
        values[name] = value
    return values


def _reference(connection: Connection, shipped: Table, entry: _Entry, key: str) -> int:
    found = connection.execute(select(shipped.c.record_id).where(shipped.c.key == key)).scalar_one_or_none()
    if found is None:
        raise ShippedDataError(f"{entry.file}: {entry.key} refers to {key}, which no installed addon ships")
    return int(found)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them, so that what was shipped compares with what is there."""
    return {
        name: value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
        for name, value in values.items()
    }


def record_of(connection: Connection, key: str) -> int:
    """The id of a shipped record, by its stable key; KeyError when no installed addon ships it."""
    query = text("SELECT record_id FROM shipped_record WHERE key = :key")
    found = connection.execute(query, {"key": key}).scalar_one_or_none()
    if found is None:
        raise KeyError(key)
    return int(found)
