"""Rows out to csv and xlsx, one at a time, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from core.disk import said_when_full
from core.formulas import neutral

#: The media type of a workbook.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Bytes that are gathered before they are sent.
BLOCK = 64 * 1024
#: What one sheet of a workbook holds, its heading included.
SHEET_ROWS = 1_048_576
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_FORMATS = {
    "head": {"bold": True},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    "whole amount": {"num_format": "#,##0"},
    "amount": {"num_format": "#,##0.00"},
}
#: A Decimal with these decimals is an amount, in yen or in dollars; a quantity, price or rate has more.
_AMOUNTS: dict[Any, str] = {0: "whole amount", -2: "amount"}


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The file in blocks; a byte order mark in front tells Excel that it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([neutral(name) for name in header])
    for row in rows:
        writer.writerow([_safe(value) for value in row])
        if buffer.tell() >= BLOCK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A short file as a whole."""
    return b"".join(stream_csv(header, rows))


def _safe(value: Any) -> Any:
    return neutral(value) if isinstance(value, str) else value


def write_xlsx(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    file: IO[bytes],
    says: Mapping[str, str] | None = None,
    made_at: datetime | None = None,
) -> None:
    """Write a workbook to `file` and go back to its beginning; a full sheet is continued on a further one.

    `says` are properties that it has of its own; with `made_at` the same rows give the same bytes. Raises
    FullDiskError; a temporary file is gone with its owner.
    """
    from xlsxwriter.exceptions import FileCreateError  # see _write_book

    with said_when_full():
        try:
            _write_book(header, rows, file, says or {}, made_at)
        except FileCreateError as error:
            raise error.args[0] from error  # what the disk has said
    file.seek(0)


def _write_book(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    file: IO[bytes],
    says: Mapping[str, str],
    made_at: datetime | None,
) -> None:
    import xlsxwriter  # a tenth of a second, which only those who write a workbook shall wait for

    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        for name, value in says.items():
            book.set_custom_property(name, value, "text")
        if made_at is not None:
            book.set_properties({"created": made_at.replace(tzinfo=None)})
        formats = {name: book.add_format(options) for name, options in _FORMATS.items()}
        formats[""] = None
        line, sheet = SHEET_ROWS, None
        for row in rows:
            if line == SHEET_ROWS:
                line, sheet = 1, _new_sheet(book, header, formats)
            _write_row(sheet, line, row, formats)
            line += 1
        if sheet is None:
            _new_sheet(book, header, formats)


def _new_sheet(book: Any, header: Sequence[str], formats: dict[str, Any]) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for position, name in enumerate(header):
        sheet.write_string(0, position, neutral(name), formats["head"])
    return sheet


def _write_row(sheet: Any, line: int, row: Sequence[Any], formats: dict[str, Any]) -> None:
    for position, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            sheet.write_boolean(line, position, value)
        elif isinstance(value, Decimal):
            style = _AMOUNTS.get(value.as_tuple().exponent, "")
            sheet.write_number(line, position, value, formats[style])
        elif isinstance(value, int):
            sheet.write_number(line, position, value)
        elif isinstance(value, date):
            style = formats["moment" if isinstance(value, datetime) else "day"]
            sheet.write_datetime(line, position, value, style)
        else:
            sheet.write_string(line, position, neutral(str(value)))
