"""What the application's database role may do: use the tables, and neither change them nor rewrite history.

Two roles stand behind one database. The *owner* makes and changes tables: installs, upgrades, backups. The
*application* (web servers, workers) reads and writes rows. It can't touch an audit event that is written, nor
the record of what is installed, even where a fault of ours lets somebody slip SQL in.

Where the operator names no owner (`BINCARD_DATABASE_OWNER_URL`), one role is both, and triggers alone stand
guard.
"""

from sqlalchemy import Connection, text

#: Tables of which rows are added and never changed, and those that only installs write.
APPEND_ONLY = ("audit_event",)
READ_ONLY = ("audit_seal", "addon", "host_state", "menu")
MIGRATIONS = "%\\_migration"


class MissingRoleError(Exception):
    """The application's role does not exist, and the owner may not make it; the message says how to."""


def grant(connection: Connection, role: str) -> None:
    """Give the role what the application needs on the tables that there are, and nothing more."""
    _ensure(connection, role)
    for statement in _statements(connection, _quoted(connection, role)):
        connection.execute(text(statement))


def _ensure(connection: Connection, role: str) -> None:
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar():
        return
    may = "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
    make = f"CREATE ROLE {_quoted(connection, role)} LOGIN"
    if not connection.execute(text(may)).scalar():
        raise MissingRoleError(
            f"DATABASE_URL names the role {role}, which does not exist. Let an administrator of the database "
            f"run: {make}"
        )
    connection.execute(text(make))


def _statements(connection: Connection, role: str) -> list[str]:
    query = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE :pattern")
    versions = connection.execute(query, {"pattern": MIGRATIONS}).scalars()
    read_only = ", ".join(_quoted(connection, name) for name in (*READ_ONLY, *versions))
    return [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE UPDATE, DELETE ON {', '.join(APPEND_ONLY)} FROM {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON {read_only} FROM {role}",
    ]


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
