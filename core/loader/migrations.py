"""One Alembic history and one version table an addon, run by the host on one connection.

The version table of an addon is `<addon>_migration`. Nothing here commits: whoever opened the
transaction decides, so that several addons are migrated together or not at all.

Alembic takes a third of a second to import, which only installs and their like need: functions import it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import CheckConstraint, Connection, MetaData, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import conv

from core.db.types import ExactDecimal, Line
from core.loader.discovery import AddonSource

if TYPE_CHECKING:
    from alembic.operations.ops import DowngradeOps, UpgradeOps
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

TEMPLATE = '''"""{message}"""

{imports}

revision = "{revision}"
down_revision = {down_revision!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def version_table(addon: str) -> str:
    """The table that says how far an addon's history has run."""
    return f"{addon}_migration"


def has_history(source: AddonSource) -> bool:
    """Whether the addon has any migration."""
    return any((source.path / "migrations").glob("[0-9]*.py"))


def _script(source: AddonSource) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    folder = str(source.path / "migrations")
    return ScriptDirectory(folder, version_locations=[folder])


def context_of(connection: Connection, source: AddonSource, **options: Any) -> "MigrationContext":
    """Alembic's view of the database for the history of one addon."""
    from alembic.runtime.migration import MigrationContext

    options["version_table"] = version_table(source.name)
    return MigrationContext.configure(connection, opts=options)


def head(source: AddonSource) -> str | None:
    """The last revision that the addon's files hold."""
    return _script(source).get_current_head() if has_history(source) else None


def pending(connection: Connection, source: AddonSource) -> list[str]:
    """The revisions that `upgrade` would run, oldest first, each with its message."""
    if not has_history(source):
        return []
    current = context_of(connection, source).get_current_revision()
    scripts = _script(source).iterate_revisions("head", current or "base")
    return [f"{s.revision} {s.doc}" for s in reversed(list(scripts))]


def upgrade(connection: Connection, source: AddonSource) -> None:
    """Run what is pending; the caller holds the transaction."""
    if has_history(source):
        script = _script(source)
        _run(connection, source, lambda rev, _: script._upgrade_revs("head", rev))


def downgrade(connection: Connection, source: AddonSource) -> None:
    """Take back the addon's whole history and its version table."""
    if has_history(source):
        script = _script(source)
        _run(connection, source, lambda rev, _: script._downgrade_revs("base", rev))
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{version_table(source.name)}"')


def _run(connection: Connection, source: AddonSource, revisions: Any) -> None:
    from alembic.operations import Operations

    context = context_of(connection, source, fn=revisions)
    with Operations.context(context):
        context.run_migrations()


def write_revision(
    connection: Connection, source: AddonSource, metadata: MetaData, message: str
) -> Path | None:
    """Write the migration from the connected scratch schema to `metadata`; None where they are equal.

    The schema must hold exactly the addon's dependencies and its history so far; then every
    difference is the addon's own.
    """
    from alembic.autogenerate import produce_migrations

    context = context_of(connection, source, render_item=_render_item, **COMPARED)
    script = produce_migrations(context, metadata)
    if script.upgrade_ops is None or script.downgrade_ops is None:
        raise LookupError("autogenerate gave no operations")
    _add_checks(connection, metadata, script.upgrade_ops, script.downgrade_ops)
    if script.upgrade_ops.is_empty():
        return None
    folder = source.path / "migrations"
    folder.mkdir(exist_ok=True)
    number = len(list(folder.glob("[0-9]*.py"))) + 1
    revision = f"{source.name}_{number:04d}"
    up, down = _code(script.upgrade_ops, context), _code(script.downgrade_ops, context)
    text = TEMPLATE.format(
        imports=_imports(up + down),
        message=message,
        revision=revision,
        down_revision=head(source),
        upgrade=up,
        downgrade=down,
    )
    slug = "_".join(message.lower().split())[:40]
    path = folder / f"{number:04d}_{slug}.py"
    path.write_text(text, encoding="utf-8")
    return path


def _add_checks(connection: Connection, metadata: MetaData, up: "UpgradeOps", down: "DowngradeOps") -> None:
    """CHECK constraints that tables get later, such as those of an extension: autogenerate passes them by."""
    from alembic.operations.ops import CreateCheckConstraintOp, DropConstraintOp

    inspector, format_name = inspect(connection), connection.dialect.identifier_preparer.format_constraint
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        there = {check["name"] for check in inspector.get_check_constraints(table.name)}
        for constraint in sorted(table.constraints, key=lambda c: str(c.name)):
            name = format_name(constraint) if isinstance(constraint, CheckConstraint) else None
            if isinstance(constraint, CheckConstraint) and name and name not in there:
                rule = str(constraint.sqltext)
                up.ops.append(CreateCheckConstraintOp(conv(name), table.name, rule))
                down.ops.insert(0, DropConstraintOp(conv(name), table.name, type_="check"))


def _code(operations: Any, context: "MigrationContext") -> str:
    """The operations as Python, without Alembic's own comments."""
    from alembic.autogenerate import render_python_code

    code = render_python_code(
        operations, migration_context=context, render_item=_render_item, sqlalchemy_module_prefix="sa."
    )
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("# ###")).strip()


def _imports(code: str) -> str:
    """What the code of a migration names."""
    lines = [("import sqlalchemy as sa", "sa."), ("from alembic import op", "op.")]
    lines += [("from sqlalchemy.dialects import postgresql", "postgresql.")]
    return "\n".join(line for line, prefix in lines if prefix in code)


def _not_version_table(name: str | None, kind: str, _parents: Any) -> bool:
    return not (kind == "table" and name is not None and name.endswith("_migration"))


#: What counts as a difference between a schema and the models.
COMPARED: dict[str, Any] = {
    "compare_type": True,
    "compare_server_default": True,
    "include_name": _not_version_table,
}


def _render_item(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as plain SQL types: a migration must not change with the code."""
    if kind == "type" and isinstance(value, ExactDecimal):
        return f"sa.Numeric({value.precision}, {value.scale})"
    if kind == "type" and isinstance(value, Line):
        return "sa.Text()"
    if kind == "type" and isinstance(value, JSONB):
        return "postgresql.JSONB()"
    return False
