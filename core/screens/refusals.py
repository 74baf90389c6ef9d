"""Say in a user's words why the database refused a change."""

from typing import Any

from flask import current_app
from markupsafe import Markup
from psycopg import errors
from sqlalchemy import CheckConstraint, Table, UniqueConstraint
from sqlalchemy.exc import DBAPIError

from core.errors import UserError
from core.i18n import _
from core.models import Composition
from core.screens.fields import readable


def shown(error: UserError) -> str:
    """The text of a refusal, with a link to what it speaks of where it names that."""
    if not error.address:
        return str(error)
    return Markup('{} <a href="{}">{}</a>').format(str(error), error.address, error.place)


def said(error: UserError | DBAPIError) -> str:
    """What a page shows of a refusal, of a verb or of the database; re-raises the unknown."""
    return (
        shown(error)
        if isinstance(error, UserError)
        else explain(error, current_app.extensions["composition"])[0]
    )


def explain(error: DBAPIError, models: Composition) -> tuple[str, str]:
    """The message, and the field that it is about, empty for the whole record; re-raises the unknown."""
    origin: Any = error.orig
    diag: Any = getattr(origin, "diag", None)
    if isinstance(origin, errors.UniqueViolation):
        return _taken(models, diag.table_name, diag.constraint_name)
    if isinstance(origin, errors.ForeignKeyViolation):
        return _tied(error, _title(models, diag.table_name)), ""
    if isinstance(origin, errors.NotNullViolation):
        return _("Fill in this field."), diag.column_name
    if isinstance(origin, errors.CheckViolation):
        if diag.constraint_name.endswith("_decimals_of_currency"):
            return _("An amount has more decimals than its currency: round it first."), ""
        column = diag.constraint_name.removeprefix(f"ck_{diag.table_name}_").removesuffix("_length")
        if diag.constraint_name.endswith("_length"):
            return _("A text is too long to be kept. Shorten it."), column
        return _said_by(models, diag.table_name, diag.constraint_name), ""
    if isinstance(origin, errors.LockNotAvailable | errors.DeadlockDetected | errors.SerializationFailure):
        return _("Somebody else is saving this record at the moment. Save again in a few seconds."), ""
    if isinstance(origin, errors.NumericValueOutOfRange):
        return _("A number is too large to be kept. Check the amounts."), ""
    if isinstance(origin, errors.ProgramLimitExceeded):  # longer than an index takes
        return _("A text is too long to be kept. Shorten it."), ""
    raise error


def _tied(error: DBAPIError, title: str) -> str:
    """A record was to go, or else names one that is not there: PostgreSQL gives both the same code."""
    if (error.statement or "").lstrip()[:6].upper() == "DELETE":
        return _("This record is still used by others (%(what)s), so it stays.", what=title)
    return _("What this names is not there, or not any more: choose again.")


def _said_by(models: Composition, table_name: str, constraint: str) -> str:
    """What a check says of itself, `info={"refusal": _l("…")}`; else its name in words."""
    name = constraint.removeprefix(f"ck_{table_name}_")
    for check in models.metadata.tables[table_name].constraints:
        found = check.info.get("refusal") if isinstance(check, CheckConstraint) else None
        if found is not None and str(check.name).removeprefix(f"ck_{table_name}_") == name:
            return str(found)
    return _("The values don't fit together: %(rule)s.", rule=_(readable(name)))


def _taken(models: Composition, table_name: str, constraint: str) -> tuple[str, str]:
    columns = _columns_of(models.metadata.tables[table_name], constraint)
    fields = [c for c in columns if c != "company_id"]
    names = ", ".join(_(readable(name)) for name in fields) or _title(models, table_name)
    message = _("There is already a record with the same %(names)s. Choose another value.", names=names)
    return message, fields[0] if fields else ""


def _columns_of(table: Table, constraint: str) -> list[str]:
    for index in table.indexes:
        if index.name == constraint:
            return [c.key for c in index.columns]
    for other in table.constraints:
        if isinstance(other, UniqueConstraint) and str(other.name) == constraint:
            return [c.key for c in other.columns]
    return _by_convention(table, constraint)


def _by_convention(table: Table, constraint: str) -> list[str]:
    return [c.key for c in table.columns if constraint == f"uq_{table.name}_{c.name}"]


def _title(models: Composition, table_name: str) -> str:
    for name in models.parts:
        cls = models.model(name)
        if cls.__table__.name == table_name:
            return kind_name(cls, name)
    return table_name


def kind_name(cls: Any, model: str) -> str:
    """What people call a record of this model."""
    return _(cls._title or readable(model.split(".")[-1]))
