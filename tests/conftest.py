"""What every test may ask for: an app of some addons, on a database of its own."""

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import URL, Engine, create_engine, event, make_url, select, text

from core import m
from core.app import create_app
from core.cli.base import tables_of
from core.db import db, decimals_of
from core.db.session import engine_for
from core.jobs.worker import run_job
from core.loader.discovery import CORE, discover
from core.loader.graph import resolve
from core.loader.lifecycle import Lifecycle
from core.records.companies import ensure_company
from core.security import login
from core.security.actor import Actor, set_actor
from core.settings import get_settings
from tests import warm

#: Addons that exist for the tests only.
TEST_ADDONS = Path(__file__).parent / "specimens"
#: In the names of databases, so that runs side by side on one server don't meet.
RUN = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


#: Where books begin, so that no test depends on the year in which it runs.
LONG_AGO = date(2000, 1, 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests, so that two processes end at about the same time."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def server_url() -> URL:
    """The PostgreSQL server that `./dev test` has started."""
    return make_url(os.environ["DATABASE_URL"])


def database_url(name: str) -> str:
    """The address of a database on the test server."""
    return server_url().set(database=name).render_as_string(hide_password=False)


def execute_on_server(*statements: str) -> None:
    """Run statements outside any transaction, such as CREATE DATABASE."""
    with _server().connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@cache
def _server() -> Engine:
    """One connection for all databases that are made: to log in again takes as long as to make one."""
    url = server_url().set(database="postgres")
    return create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)


@cache
def all_addons() -> tuple[str, ...]:
    """Every addon of the product."""
    return tuple(name for name in discover().found if name != CORE)


@cache
def template_of(addons: tuple[str, ...]) -> str:
    """A database with these addons installed and one company, made once a test process."""
    name = f"template_{RUN}_{'_'.join(addons)[:30] or CORE}_{abs(hash(addons)) % 10**6}"
    execute_on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    lifecycle_on(name).install(addons)
    engine_for(database_url(name)).dispose()
    return name


def lifecycle_on(name: str) -> Lifecycle:
    """The lifecycle of addons on one database."""
    return Lifecycle(engine_for(database_url(name)), discover(addons_path()), tables_of)


def addons_path() -> str:
    """Where further addons are found: the specimens, and the folders of an author who tests his own."""
    return os.pathsep.join(filter(None, (str(TEST_ADDONS), get_settings().addons_path)))


# A hash that is dear to make on purpose proves no more in a test than one that is the cheapest there is.
login._SETTINGS["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = {  # where apps look before they take the default
    "argon2__time_cost": 1,
    "argon2__memory_cost": 8,
    "argon2__parallelism": 1,
}
discover(addons_path())  # from here on a test can import from `addons.x`, wherever x was found


@cache
def _app_of(addons: tuple[str, ...], url: str) -> Flask:
    settings = get_settings().model_copy(update={"database_url": url})
    app = create_app(resolve(addons, discover(addons_path())), settings)
    app.config.update(TESTING=True)
    return app


def pytest_sessionfinish() -> None:
    """Drop what this run has made: a developer's server is used again."""
    warm.stop()
    with _server().connect() as connection:
        query = text("SELECT datname FROM pg_database WHERE strpos(datname, :run) > 0")
        made = connection.execute(query, {"run": f"_{RUN}"}).scalars().all()
    execute_on_server(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in made))
    _server().dispose()


@pytest.fixture
def addons(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The addons of the test's app: all, or those that `@pytest.mark.addons(...)` names."""
    marker = request.node.get_closest_marker("addons")
    return tuple(marker.args) if marker else all_addons()


@pytest.fixture
def database(addons: tuple[str, ...]) -> Iterator[str]:
    """The name of a database with the addons installed, new for each test."""
    template = template_of(addons)
    name = f"test_{template.removeprefix('template_')}"
    engine_for(database_url(name)).dispose()
    execute_on_server(
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY',
    )
    yield name
    engine_for(database_url(name)).dispose()


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Attachments and mailbox of each test in a folder of its own."""
    monkeypatch.setenv("BINCARD_DATA", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path
    get_settings.cache_clear()


@pytest.fixture
def app(addons: tuple[str, ...], database: str, data_folder: Path) -> Iterator[Flask]:
    """An app within its context, and one company that the session works in."""
    app = _app_of(addons, database_url(database))
    app.extensions["settings"] = get_settings().model_copy(update={"database_url": database_url(database)})
    with app.app_context():
        company = ensure_company(db.session, code="TEST", name="Test Components Ltd", currency="USD")
        company.books_begin = LONG_AGO
        db.session.commit()
        # The app is one that other tests have used: they have asked often enough.
        app.extensions["rate_limiter"].reset()
        app.extensions.pop("menus", None)
        # The database is a new one, with currencies of its own; no test counts the query that reads them.
        app.extensions.pop("decimals", None)
        decimals_of("USD")
        set_actor(db.session, Actor(None, "tester", company.id, is_superuser=True))
        yield app
        db.session.remove()


@pytest.fixture
def company(app: Flask) -> object:
    """The company of the test."""
    return db.session.scalars(select(m.Company)).one()


def work(app: Flask) -> None:
    """Do all open jobs, as a worker would."""
    open_jobs = select(m.Job.id).where(m.Job.state.in_(("queued", "running"))).order_by(m.Job.id)
    while job_ids := db.session.scalars(open_jobs).all():
        db.session.rollback()
        for job_id in job_ids:
            while run_job(job_id, lambda: nullcontext(app)):
                pass
    db.session.expire_all()


def queries_of(call: Callable[[], object]) -> int:
    """How many statements a call sends to the database of the current app."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(sent)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[Callable[[], object]], int]:
    """How many statements a call sends to the database."""
    return queries_of
