"""Make a backup, check it, and bring it back.

A backup is one moment: the dump, the counts of its manifest and the list of attachments come from one
snapshot of the database, while people go on working. A check restores it into a scratch database and compares
the rows of every table, the chain of the audit's seals, and the contents of each attachment that a row names.
"""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from core.backup import archive, postgres
from core.backup.archive import BackupError, Manifest
from core.loader.grants import grant
from core.loader.installed import LOCK, read_installed
from core.records import attachments
from core.security.seal import verify

#: An attachment whose file is gone is no reason to have no backup at all: it is named in the manifest.
_UNREADABLE = (attachments.MissingFileError, attachments.DamagedFileError)


def make(engine: Engine, path: Path) -> Manifest:
    """Write a backup of the database of `engine` and its attachments to `path`."""
    programs = postgres.programs_for(engine)
    with archive.writing(path) as tar, _snapshot(engine) as (connection, snapshot):
        manifest = _describe(connection)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            dump = Path(folder) / archive.DUMP
            postgres.dump(programs, engine.url, snapshot, dump)
            manifest.dump_sha256 = archive.sha256_of(dump)
            tar.add(dump, archive.DUMP)
        for sha256 in _named(connection):
            try:
                archive.add(tar, archive.ATTACHMENTS + sha256, attachments.read(sha256))
                manifest.attachments += 1
            except _UNREADABLE:
                manifest.damaged.append(sha256)
        archive.add_manifest(tar, manifest)
    return manifest


@contextmanager
def _snapshot(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A view of one moment that `pg_dump` can share; no addon comes or goes meanwhile."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect() as lock, engine.connect().execution_options(**options) as connection:
        lock.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": LOCK})
        yield connection, connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()


def _describe(connection: Connection) -> Manifest:
    head = connection.execute(text("SELECT hash FROM audit_seal ORDER BY id DESC LIMIT 1")).scalar()
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("bincard"),
        addons=read_installed(connection).versions,
        tables=_counts(connection),
        audit_head=head or "",
    )


def _counts(connection: Connection) -> dict[str, int]:
    quote = connection.dialect.identifier_preparer.quote
    tables = sorted(inspect(connection).get_table_names())
    return {
        name: connection.execute(text(f"SELECT count(*) FROM {quote(name)}")).scalar_one()  # noqa: S608 - quoted
        for name in tables
    }


def _named(connection: Connection) -> list[str]:
    """The contents that rows name."""
    return list(connection.execute(text("SELECT DISTINCT sha256 FROM attachment ORDER BY sha256")).scalars())


def check(engine: Engine, path: Path) -> Manifest:
    """Restore the backup into a scratch database on the server of `engine`, and compare.

    Raises BackupError with all that differs.
    """
    manifest = archive.read_manifest(path)
    kept = {name for name, _contents in archive.attachments_in(path)} | set(manifest.damaged)
    with _scratch(engine) as scratch:
        _load(scratch, path, manifest)
        with scratch.connect() as connection:
            faults = [*_differences(connection, manifest), *verify(connection, manifest.audit_head).broken]
            faults += [f"the attachment {name} is missing" for name in _named(connection) if name not in kept]
    if faults:
        raise BackupError(f"{path} can't be trusted: {'; '.join(faults)}")
    return manifest


def _differences(connection: Connection, manifest: Manifest) -> Iterator[str]:
    found = _counts(connection)
    for name in sorted(found.keys() | manifest.tables.keys()):
        if found.get(name) != manifest.tables.get(name):
            yield f"{name} has {found.get(name)} rows instead of {manifest.tables.get(name)}"


@contextmanager
def _scratch(engine: Engine) -> Iterator[Engine]:
    """An empty database, dropped afterwards."""
    name = f"bincard_check_{uuid.uuid4().hex[:12]}"
    with _administration(engine.url) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    scratch = create_engine(engine.url.set(database=name), poolclass=NullPool)
    try:
        yield scratch
    finally:
        with _administration(engine.url) as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def _administration(url: URL) -> Iterator[Connection]:
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def restore(engine: Engine, path: Path, *, app_role: str = "", replace: bool = False) -> Manifest:
    """Bring the backup into the database of `engine` and its attachments into the data folder.

    The database must be empty, unless `replace` allows to delete what is in it. Raises BackupError.
    """
    manifest = archive.read_manifest(path)
    for sha256, contents in archive.attachments_in(path):
        if attachments.store(contents) != sha256:
            raise BackupError(f"the attachment {sha256} could not be written")
    _make_room(engine, replace)
    _load(engine, path, manifest)
    with engine.begin() as connection:
        faults = list(_differences(connection, manifest))
        if faults:
            raise BackupError(f"not everything came back: {'; '.join(faults)}")
        if app_role:
            grant(connection, app_role)
    return manifest


def _make_room(engine: Engine, replace: bool) -> None:
    with engine.begin() as connection:
        if not inspect(connection).get_table_names():
            return
        if not replace:
            raise BackupError(
                f"the database {engine.url.database} is not empty: let DATABASE_URL name an empty one, "
                "or say --replace to delete what is in it"
            )
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def _load(engine: Engine, path: Path, manifest: Manifest) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / archive.DUMP
        archive.extract_dump(path, dump, manifest)
        postgres.load(postgres.programs_for(engine), engine.url, dump)


def as_json(manifest: Manifest) -> dict[str, Any]:
    """The manifest in short, for a program."""
    return {
        "made_at": manifest.made_at,
        "version": manifest.version,
        "addons": manifest.addons,
        "rows": sum(manifest.tables.values()),
        "attachments": manifest.attachments,
        "damaged": manifest.damaged,
    }
