"""Clean up the rows of imports that ended long ago: half a million of them are 279 MB, for ever.

What an import has booked is in its documents, and the file itself is kept. Of an import that is done the
rows with errors stay, since the error file is made of them; of a trial, and of one that failed, nothing
stays: it can be run again. How many rows had which outcome is noted first. Each step deletes a span of rows,
so that a worker that is killed leaves whole steps undone, which another one takes up.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, text

from core import m
from core.db import AnySession
from core.i18n import _
from core.jobs.kinds import Jobs, Planned, SkippedError, Step

KIND = "core.clean_imports"
#: Rows that one step deletes: a second's work.
SPAN = 50_000

jobs = Jobs()

#: Imports whose job ended before `since`, by the clock of the import where its job is gone.
_ENDED = text("""
    SELECT i.id, i.filename, i.state = 'done' AS done FROM data_import i LEFT JOIN job j ON j.id = i.job_id
     WHERE i.rows_deleted_at IS NULL AND i.state <> 'uploaded'
       AND coalesce(j.finished_at, i.created_at) < :since
       AND (j.id IS NULL OR j.state IN ('done', 'failed', 'cancelled'))
     ORDER BY i.id FOR UPDATE OF i SKIP LOCKED
""")
_NOTE = text("""
    UPDATE data_import SET rows_deleted_at = now(), outcomes = coalesce((
           SELECT jsonb_object_agg(c.state, c.rows)
             FROM (SELECT state, count(*) AS rows FROM data_import_row WHERE import_id = :id GROUP BY state) c
           ), '{}')
     WHERE id = :id
""")
_LAST = text("SELECT max(number) FROM data_import_row WHERE import_id = :id")
_DELETE = text("""
    DELETE FROM data_import_row
     WHERE import_id = :id AND number BETWEEN :first AND :last AND (state <> 'bad' OR NOT :keep_bad)
""")


@jobs.kind(KIND)
def clean(session: AnySession, step: Step) -> dict[str, Any]:
    """Delete one span of rows."""
    query = select(m.DataImport.rows_deleted_at).where(m.DataImport.id == step.params["id"])
    if session.scalar(query.with_for_update()) is None:
        raise SkippedError(_("The import was started again."))
    return {"deleted": session.execute(_DELETE, step.params).rowcount}  # type: ignore[attr-defined]  # a DELETE


@clean.plan
def plan(session: AnySession, _job: Any) -> Iterator[Planned]:
    """Note the outcomes of each import that ended long enough ago, and cut its rows into spans."""
    days = current_app.extensions["settings"].import_rows_days
    since = datetime.now(UTC) - timedelta(days=days)
    for one in session.execute(_ENDED, {"since": since}).all():
        session.execute(_NOTE, {"id": one.id})
        last = session.scalar(_LAST, {"id": one.id}) or 0
        for first in range(0, last + 1, SPAN) if last else ():
            params = {"id": one.id, "first": first, "last": first + SPAN - 1, "keep_bad": one.done}
            label = f"{one.filename} {first or 1} – {min(first + SPAN - 1, last)}"
            yield Planned(key=f"{one.id}:{first}", label=label, params=params)
