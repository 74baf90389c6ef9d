"""What posting and taking back have in common, whatever the document."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books
from addons.accounting.services.ledger import EntryDraft, write_entries
from addons.accounting.services.window import why_outside
from core.db import AnySession
from core.errors import UserError
from core.i18n import _
from core.models.fragment import table_name
from core.records import sequences
from core.security.audit import record

_POSTED = """
    UPDATE {table} x SET state = 'posted', number = d.number, entry_id = d.entry, posted_at = :now
      FROM unnest(CAST(:ids AS bigint[]), CAST(:entries AS bigint[]), CAST(:numbers AS text[]))
           AS d (id, entry, number)
     WHERE x.id = d.id
"""
_TAKEN_BACK = "SELECT reverses_id, number FROM {table} WHERE reverses_id = ANY(:ids)"


def refuse_posted(error: type[UserError], rows: Sequence[Any]) -> None:
    """Raise where one of the rows is no draft any more."""
    error.refuse(
        {
            row.id: _("%(number)s is posted already: reverse it to take it back.", number=row.number)
            for row in rows
            if row.state != "draft"
        }
    )


def refuse_outside(error: type[UserError], books: Books, rows: Sequence[Any]) -> None:
    """Raise where one of the rows is dated so that nothing may be."""
    error.refuse({row.id: why for row in rows if (why := why_outside(books, row.date))})


def refuse_taken_back(session: AnySession, error: type[UserError], table: str, rows: Sequence[Any]) -> None:
    """Raise where one of the rows of this table was reversed already."""
    numbers = {row.id: row.number for row in rows}
    taken = session.execute(text(_TAKEN_BACK.format(table=table)), {"ids": list(numbers)})
    error.refuse(
        {i: _("%(number)s was reversed by %(by)s already.", number=numbers[i], by=by) for i, by in taken}
    )


def numbers_of(session: AnySession, sequence: str, company_id: int, rows: Sequence[Any]) -> dict[int, str]:
    """The next numbers of a sequence for rows of one company, by their years, in the order given."""
    numbers = sequences.numbers_of(session, [(sequence, company_id, row.date.year) for row in rows])
    return {row.id: number for row, number in zip(rows, numbers, strict=True)}


def book(
    session: AnySession,
    model: str,
    books: Books,
    rows: Sequence[Any],
    entry_of: Callable[[Any, str], EntryDraft],
) -> None:
    """Number the rows by the sequence of their model, write the entry of each, and mark them as posted."""
    numbers = numbers_of(session, model, books.company_id, rows)
    drafts = [entry_of(row, numbers[row.id]) for row in rows]
    write_entries(session, books, drafts)
    mark_posted(session, model, {row.id: d.id for row, d in zip(rows, drafts, strict=True)}, numbers)


def mark_posted(session: AnySession, model: str, entries: dict[int, int], numbers: dict[int, str]) -> None:
    """Give documents their numbers and entries, by their ids, and tell the audit that they are posted."""
    ids = list(entries)
    values = {
        "ids": ids,
        "entries": list(entries.values()),
        "numbers": [numbers[i] for i in ids],
        "now": datetime.now(UTC),
    }
    session.execute(text(_POSTED.format(table=table_name(model))), values)
    record(session, "post", model, ids)
