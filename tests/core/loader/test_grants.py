"""The application's database role: what the app needs works, and history can't be rewritten."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from core.cli.base import tables_of
from core.db.session import engine_for
from core.loader.discovery import discover
from core.loader.grants import MissingRoleError, grant
from core.loader.lifecycle import Lifecycle
from tests.conftest import RUN, TEST_ADDONS, database_url, execute_on_server, server_url

pytestmark = pytest.mark.addons()
ROLE = f"app_{RUN}"


@pytest.fixture
def role(database):
    """A role that an install gave its rights, dropped with them."""
    lifecycle = lifecycle_of(database, ROLE)
    lifecycle.install(["shelf"])
    yield ROLE
    with engine_for(database_url(database)).begin() as connection:
        connection.execute(text(f'DROP OWNED BY "{ROLE}"'))
    execute_on_server(f'DROP ROLE "{ROLE}"')


def lifecycle_of(database, role):
    catalogue = discover(str(TEST_ADDONS))
    return Lifecycle(engine_for(database_url(database)), catalogue, tables_of, app_role=role)


@pytest.fixture
def as_role(database, role):
    engine = create_engine(server_url().set(database=database, username=role))
    yield engine
    engine.dispose()


def test_the_application_reads_and_writes(as_role):
    with as_role.begin() as connection:
        connection.execute(text("INSERT INTO company (code, name, currency_code) VALUES ('A', 'A', 'USD')"))
        connection.execute(text("UPDATE company SET name = 'B' WHERE code = 'A'"))
        connection.execute(text("INSERT INTO audit_event (action, model) VALUES ('post', 'x')"))
        assert connection.execute(text("SELECT seal_audit('0')")).scalar() > 0
        connection.execute(text("SELECT analyze_import_rows()"))
        connection.execute(text("DELETE FROM company WHERE code = 'A'"))
        assert connection.execute(text("SELECT count(*) FROM audit_seal")).scalar() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET user_name = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "INSERT INTO audit_seal (id, events, hash) VALUES (9, 1, '')",
        "UPDATE audit_seal SET hash = ''",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_stays ON audit_event",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "SET session_replication_role = replica",
        "UPDATE addon SET version = '9'",
        "DELETE FROM core_migration",
        "UPDATE host_state SET generation = 1",
        "UPDATE menu SET position = 1",
        "DROP TABLE company",
        "CREATE TABLE own (id int)",
    ],
)
def test_the_application_can_neither_rewrite_history_nor_change_tables(as_role, statement):
    with (
        as_role.begin() as connection,
        pytest.raises(ProgrammingError, match="permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_the_tables_of_a_later_addon_are_granted_too(database, as_role, role):
    lifecycle_of(database, role).install(["crate"])
    with as_role.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
                "AND NOT "
                "has_table_privilege(current_user, oid, 'SELECT')"
            )
        ).scalars()
        assert list(tables) == []


def test_an_owner_who_may_not_make_the_role_says_who_does(database):
    owner = f"owner_{RUN}"
    execute_on_server(f'CREATE ROLE "{owner}" LOGIN', f'ALTER DATABASE "{database}" OWNER TO "{owner}"')
    engine = create_engine(server_url().set(database=database, username=owner))
    try:
        with (
            engine.begin() as connection,
            pytest.raises(MissingRoleError, match=r"run: CREATE ROLE nobody_yet LOGIN"),
        ):
            grant(connection, "nobody_yet")
    finally:
        engine.dispose()
        user = server_url().username
        execute_on_server(f'ALTER DATABASE "{database}" OWNER TO "{user}"', f'DROP ROLE "{owner}"')
