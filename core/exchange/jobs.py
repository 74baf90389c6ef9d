"""The job that books an import: its steps are chunks of documents.

What a step books and what it notes about its rows commit together, so that a worker that is killed leaves
neither. Where the database refuses a chunk, its documents are booked one by one, and only those that it
refuses are bad.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from core import m
from core.db import AnySession
from core.db.outage import is_away
from core.errors import UserError
from core.exchange import importing
from core.exchange.importing import KIND, conversion_of, open_file
from core.exchange.staging import fail_rows, outcomes_of, plan_chunks, read_chunk, stage, write_outcomes
from core.exchange.targets import Document, Target
from core.i18n import _, in_locale
from core.jobs.kinds import Jobs, Planned, RefusedError, Step
from core.screens.refusals import explain

jobs = Jobs()

#: What one document can do to the others of its step: break a rule of ours, or of the database (COPY says so
#: in the driver's own errors), or hold a number that no column takes.
_REFUSALS = (UserError, StatementError, psycopg.Error, ArithmeticError)


class MiscountError(Exception):
    """The rows of a file and their outcomes don't add up: a fault of ours."""


@jobs.kind(KIND)
def book_chunk(session: AnySession, step: Step) -> dict[str, Any]:
    """Book the documents of one step, and note what became of each row."""
    data_import: Any = session.get(m.DataImport, step.job_params["import_id"])
    dry_run = bool(step.job_params["dry_run"])
    if data_import.rows_deleted_at is not None:
        raise RefusedError(_("The rows of this import have been cleaned up: upload the file again."))
    with _speaking(session, step.user_id, step.job_params), _refusing():
        conversion = conversion_of(data_import)
        good, bad = conversion.documents(read_chunk(session, data_import.id, step.params))
        trial = session.begin_nested() if dry_run else None
        book_documents(session, conversion.target, good, conversion.options)
        outcomes = outcomes_of(conversion.target.name, [*good, *bad], conversion.headings)
        if trial:
            trial.rollback()
        write_outcomes(session, step.job_params["import_id"], outcomes, keep_records=not dry_run)
    return outcomes.counts()


@book_chunk.plan
def plan(session: AnySession, job: Any) -> Iterable[Planned]:
    """Write the rows of the file into the database, and cut them into steps."""
    data_import: Any = session.get(m.DataImport, job.params["import_id"])
    with _speaking(session, job.user_id, job.params), _refusing():
        conversion = conversion_of(data_import)
        stage(session, data_import.id, open_file(data_import).rows(), conversion)
        return list(plan_chunks(session, data_import.id, conversion))


@book_chunk.finish
def finish(session: AnySession, job: Any) -> None:
    """Mark the rows of failed steps, check that every row has its outcome, and say so."""
    data_import: Any = session.get(m.DataImport, job.params["import_id"])
    failed = select(m.JobItem).where(m.JobItem.job_id == job.id, m.JobItem.state.in_(("failed", "skipped")))
    with _speaking(session, job.user_id, job.params):
        for item in session.scalars(failed):
            reason = _("Not booked: %(reason)s", reason=item.reason)
            fail_rows(session, data_import.id, item.params, reason)
    counted = importing.totals(session, data_import.id)
    if counted.pending or counted.rows != data_import.row_count:
        raise MiscountError(f"import {data_import.id} of {data_import.row_count} rows has {counted}")
    data_import.state = "checked" if job.params["dry_run"] else "done"


@contextmanager
def _speaking(session: AnySession, user_id: int | None, params: Mapping[str, Any]) -> Iterator[None]:
    """Give reasons in the language that whoever started the job read at that moment."""
    user = session.get(m.User, user_id) if user_id else None
    with in_locale(params.get("locale") or (user.locale if user else "")):
        yield


@contextmanager
def _refusing() -> Iterator[None]:
    """What a person can mend fails the step once, with its message."""
    try:
        yield
    except UserError as error:
        raise RefusedError(str(error)) from error


def book_documents(
    session: AnySession, target: Target, documents: Sequence[Document], options: Mapping[str, Any]
) -> None:
    """Book all documents at once, or one by one where the database refuses them together."""
    if not documents:
        return
    try:
        _book(session, target, documents, options)
    except _REFUSALS as error:
        _raise_outage(error)
        for document in documents:
            document.forget()
            _book_alone(session, target, document, options)


def _book_alone(session: AnySession, target: Target, document: Document, options: Mapping[str, Any]) -> None:
    try:
        _book(session, target, [document], options)
    except _REFUSALS as error:
        _raise_outage(error)
        document.forget()
        document.refuse(_reason(error))


def _raise_outage(error: Exception) -> None:
    """A connection that broke, or a lock that did not come, is no fault of the rows: the step comes again."""
    if is_away(error) or isinstance(error, OperationalError | psycopg.OperationalError):
        raise error


def _reason(error: Exception) -> str:
    """Why a document was refused, in words for whoever uploaded it."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, DBAPIError):
        try:
            return explain(error, current_app.extensions["composition"])[0]
        except DBAPIError:
            return _("The database refused it: %(reason)s", reason=str(error.orig).strip().split("\n", 1)[0])
    return _("A number is too large to be kept. Check the amounts.")


def _book(
    session: AnySession, target: Target, documents: Sequence[Document], options: Mapping[str, Any]
) -> None:
    """Book within a savepoint; constraints that wait for the commit are asked now, while it can be undone."""
    with session.begin_nested():
        target.book(session, documents, options)
        session.flush()
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
