"""A scratch database with exactly an addon's dependencies, for writing and checking its migrations."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text

from core.loader import migrations
from core.loader.discovery import CORE, AddonSource, Catalogue
from core.loader.graph import resolve
from core.loader.lifecycle import Lifecycle


@contextmanager
def scratch_database(url: str) -> Iterator[Engine]:
    """An empty database beside the one of `url`, dropped afterwards."""
    name = f"scratch_{uuid.uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = create_engine(make_url(url).set(database=name))
    try:
        yield engine
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def make_migration(name: str, message: str, lifecycle: Lifecycle, url: str) -> Path | None:
    """Write the addon's next migration; None when its history equals its models."""
    sources = with_dependencies(name, lifecycle.catalogue)
    metadata = lifecycle.check(sources)
    with scratch_database(url) as engine, engine.begin() as connection:
        for source in sources:
            migrations.upgrade(connection, source)
        return migrations.write_revision(connection, sources[-1], metadata, message)


def with_dependencies(name: str, catalogue: Catalogue) -> Sequence[AddonSource]:
    """The addon last, after exactly what it needs; glue that would install itself stays out."""
    order = resolve({name} - {CORE}, catalogue)
    found = catalogue.found
    needed, waiting = {CORE, name}, [name]
    while waiting:
        fresh = set(found[waiting.pop()].depends) - needed
        needed |= fresh
        waiting += fresh
    kept = [s for s in order if s.name in needed and s.name != name]
    return [*kept, found[name]]
