"""An app for a bench: real migrations, rights and audit, on a database that is dropped afterwards."""

import os
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from core.app import create_app
from core.cli.base import tables_of
from core.db import db
from core.db.session import engine_for
from core.loader.discovery import discover
from core.loader.graph import resolve
from core.loader.lifecycle import Lifecycle
from core.records.companies import ensure_company
from core.security.actor import Actor, set_actor
from core.settings import get_settings


@contextmanager
def bench_app(addons: Sequence[str] = (), addons_path: str = "", **settings: Any) -> Iterator[Flask]:
    """An app of these addons within its context, with one company that the session works in."""
    with tempfile.TemporaryDirectory() as folder, scratch_database() as url:
        os.environ["BINCARD_DATA"] = folder
        get_settings.cache_clear()
        catalogue = discover(addons_path)
        Lifecycle(engine_for(url), catalogue, tables_of).install(addons)
        changed = {"database_url": url, "data": Path(folder), **settings}
        app = create_app(resolve(addons, catalogue), get_settings().model_copy(update=changed))
        with app.app_context():
            company = ensure_company(db.session, code="BENCH", name="Bench Components Ltd", currency="USD")
            db.session.commit()
            set_actor(db.session, Actor(None, "bench", company.id, is_superuser=True))
            yield app
            db.session.remove()


@contextmanager
def scratch_database() -> Iterator[str]:
    """An empty database on the server, dropped afterwards."""
    server = make_url(os.environ["DATABASE_URL"])
    name = f"bench_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    url = server.set(database=name).render_as_string(hide_password=False)
    try:
        yield url
    finally:
        engine_for(url).dispose()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
