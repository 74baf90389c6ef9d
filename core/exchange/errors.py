"""The error file: the bad rows of an import as they were, each with its row, column and reason.

It can be put right in a spreadsheet and uploaded as it is: the three columns in front are no field.
"""

from collections.abc import Iterator
from typing import IO, Any

from sqlalchemy import select

from core import m
from core.db import AnySession
from core.disk import said_when_full
from core.i18n import _
from core.tabular.writers import stream_csv, write_xlsx

#: Rows that are fetched at a time.
_AT_ONCE = 2000


def bad_rows(session: AnySession, import_id: int, limit: int | None = None) -> Iterator[Any]:
    """Number, column, reason and cells of the bad rows, in the order of the file."""
    row = m.DataImportRow
    query = select(row.number, row.column, row.reason, row.cells)
    query = query.where(row.import_id == import_id, row.state == "bad").order_by(row.number).limit(limit)
    yield from session.execute(query, execution_options={"yield_per": _AT_ONCE})


def write_errors(session: AnySession, data_import: Any, file: IO[bytes], kind: str) -> None:
    """Write the error file as `csv` or `xlsx`, and go back to its beginning."""
    header = [*_leading(data_import.header), *data_import.header]
    found = bad_rows(session, data_import.id)
    rows = ([number, column, reason, *cells] for number, column, reason, cells in found)
    if kind == "xlsx":
        write_xlsx(header, rows, file)
    else:
        with said_when_full():
            file.writelines(stream_csv(header, rows))
    file.seek(0)


def _leading(header: list[str]) -> list[str]:
    """The names of the columns in front; one that the file has already gets a mark."""
    names = [_("Row"), _("Column"), _("Reason")]
    return [f"{name} *" if name in header else name for name in names]
