"""A backup brings back everything, and one that can't is refused."""

import io
import json
import re
import tarfile

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.pool import NullPool

from core import m
from core.backup import acts, archive
from core.backup.archive import BackupError
from core.backup.postgres import DumpError
from core.db import db
from core.db.session import engine_for
from core.records import attachments
from core.security.audit import record
from core.security.seal import seal_events
from tests.conftest import RUN, database_url, execute_on_server
from tests.schema import schema_of

CONTENTS = [b"one", "二".encode() * 1000, b""]


@pytest.fixture
def filled(app, company, database):
    """A database with attachments, a sealed audit, and its engine."""
    for number, contents in enumerate(CONTENTS):
        row = {"filename": f"{number}.txt", "mimetype": "text/plain", "company_id": company.id}
        values = {**row, "sha256": attachments.store(contents), "size": len(contents)}
        db.session.execute(insert(m.Attachment).values(values))
    record(db.session, "post", "attachment", [1, 2, 3])
    db.session.commit()
    seal_events(db.session, "0")
    db.session.commit()
    return engine_for(database_url(database))


@pytest.fixture
def backup(filled, tmp_path):
    path = tmp_path / "monday.bincard"
    acts.make(filled, path)
    return path


@pytest.fixture
def empty():
    """An empty database on the same server."""
    name = f"restored_{RUN}"
    execute_on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    engine = create_engine(database_url(name), poolclass=NullPool)
    yield engine
    execute_on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def contents_of(engine):
    """Every row of every table, as text."""
    with engine.connect() as connection:
        tables = acts._describe(connection).tables
        rows = {name: connection.execute(text(f'SELECT t::text FROM "{name}" t')) for name in tables}
        return {name: sorted(found.scalars()) for name, found in rows.items()}


def the_schema(engine):
    with engine.connect() as connection:
        # PostgreSQL writes the brackets of a condition otherwise when it has read it from its own dump.
        return {re.sub(r"[()\s]|ROW", "", str(item)) for item in schema_of(connection)}


def test_everything_comes_back(filled, backup, empty, tmp_path, monkeypatch, data_folder):
    attachments_before = data_folder / "attachments"
    attachments_before.rename(tmp_path / "lost")
    manifest = acts.restore(empty, backup)
    assert contents_of(empty) == contents_of(filled)
    assert the_schema(empty) == the_schema(filled)
    assert manifest.attachments == len(CONTENTS)
    with empty.connect() as connection:
        named = connection.execute(text("SELECT sha256 FROM attachment ORDER BY filename")).scalars()
        assert [attachments.read(name) for name in named] == CONTENTS


def test_a_check_leaves_nothing_behind(filled, backup):
    databases = "SELECT count(*) FROM pg_database WHERE datname LIKE 'bincard_check_%'"
    assert acts.check(filled, backup).dump_sha256 == archive.read_manifest(backup).dump_sha256
    assert db.session.execute(text(databases)).scalar() == 0


def test_a_backup_is_of_one_moment(filled, tmp_path, monkeypatch):
    """What commits while the backup is being made is in neither its dump nor its counts."""
    named = acts._named

    def meanwhile(connection):
        with filled.begin() as other:
            other.execute(text("INSERT INTO audit_event (action, model) VALUES ('post', 'late')"))
        return named(connection)

    dump = acts.postgres.dump

    def late(programs, url, snapshot, target):
        with filled.begin() as other:
            other.execute(text("INSERT INTO audit_event (action, model) VALUES ('post', 'late')"))
        dump(programs, url, snapshot, target)

    monkeypatch.setattr(acts.postgres, "dump", late)
    monkeypatch.setattr(acts, "_named", meanwhile)
    path = tmp_path / "busy.bincard"
    manifest = acts.make(filled, path)
    assert acts.check(filled, path).tables == manifest.tables
    assert db.session.scalar(select(m.AuditEvent.id).where(m.AuditEvent.model == "late").limit(1))


def test_a_full_database_is_only_replaced_when_one_says_so(filled, backup):
    with pytest.raises(BackupError, match=r"is not empty: .* --replace"):
        acts.restore(filled, backup)
    before = contents_of(filled)
    with filled.begin() as connection:
        connection.execute(text("UPDATE company SET name = 'Changed'"))
    db.session.remove()
    acts.restore(filled, backup, replace=True)
    assert contents_of(filled) == before


def test_an_attachment_that_is_gone_is_named_and_the_rest_is_kept(filled, tmp_path):
    gone, damaged = (attachments.path_of(attachments.store(c)) for c in CONTENTS[:2])
    gone.unlink()
    damaged.write_bytes(b"not this")
    path = tmp_path / "partial.bincard"
    manifest = acts.make(filled, path)
    assert sorted(manifest.damaged) == sorted([gone.name, damaged.name])
    assert acts.check(filled, path).attachments == 1


def rewritten(backup, target, change):
    """The backup with its members passed through `change`."""
    with tarfile.open(backup) as source, tarfile.open(target, "w") as tar:
        for info in source:
            contents = change(info.name, source.extractfile(info).read())
            if contents is not None:
                archive.add(tar, info.name, contents)
    return target


def flip(contents):
    return contents[:-1] + bytes([contents[-1] ^ 1])


def less_rows(contents):
    manifest = json.load(io.BytesIO(contents))
    manifest["tables"]["company"] += 1
    return json.dumps(manifest).encode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda n, c: None if n == archive.MANIFEST else c, "or was cut off", id="no manifest"),
        pytest.param(
            lambda n, c: flip(c) if n == archive.DUMP else c, "the database in .* is damaged", id="dump"
        ),
        pytest.param(
            lambda n, c: flip(c) if n.startswith(archive.ATTACHMENTS) and c else c,
            "the attachment .* is damaged",
            id="attachment",
        ),
        pytest.param(
            lambda n, c: None if n.startswith(archive.ATTACHMENTS) else c,
            "the attachment .* is missing",
            id="attachments missing",
        ),
        pytest.param(
            lambda n, c: less_rows(c) if n == archive.MANIFEST else c,
            "company has 1 rows instead of 2",
            id="rows",
        ),
        pytest.param(
            lambda n, c: c.replace(b'"format": 1', b'"format": 9') if n == archive.MANIFEST else c,
            "has the format 9",
            id="format",
        ),
    ],
)
def test_a_damaged_backup_is_refused(filled, backup, tmp_path, change, said):
    broken = rewritten(backup, tmp_path / "broken.bincard", change)
    with pytest.raises(BackupError, match=said):
        acts.check(filled, broken)


@pytest.mark.parametrize("size", [0, 100, 600, -1])
def test_a_file_that_was_cut_off_is_refused(filled, backup, tmp_path, size):
    broken = tmp_path / "cut.bincard"
    contents = backup.read_bytes()
    broken.write_bytes(contents[:size] if size >= 0 else contents[: len(contents) // 2])
    with pytest.raises(BackupError, match="no backup, or was cut off"):
        acts.check(filled, broken)


def test_what_was_broken_off_is_no_backup(filled, tmp_path, monkeypatch):
    def broken(*_):
        raise DumpError("pg_dump: the connection was lost")

    monkeypatch.setattr(acts.postgres, "dump", broken)
    path = tmp_path / "monday.bincard"
    with pytest.raises(DumpError):
        acts.make(filled, path)
    assert not path.exists()


def test_a_backup_replaces_no_other_and_is_for_its_owner_alone(filled, backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupError, match="never replaces another one"):
        acts.make(filled, backup)


def test_a_missing_program_is_named(filled, tmp_path, monkeypatch):
    monkeypatch.setenv("BINCARD_PG_BIN", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("core.backup.postgres.Path.glob", lambda *_: [])
    with pytest.raises(DumpError, match=r"pg_dump \d+ or newer was not found: install postgresql-client-"):
        acts.make(filled, tmp_path / "x.bincard")
