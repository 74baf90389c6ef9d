"""The rows of a list as a file: CSV or xlsx, by way of a temporary file.

A cell that begins like a formula is no formula: `=HYPERLINK(...)` in a customer's name must not run on an
accountant's machine. Text gets an apostrophe in front; numbers and days stay what they are.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from core.i18n import _
from core.screens.fields import choice_text, label_of
from core.screens.lists import ListQuery, PlannedColumn

CHUNK = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """The text, with an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def headings(query: ListQuery) -> list[str]:
    """The columns' labels; each amount is followed by its currency."""
    found = []
    for column in query.columns:
        label = label_of(column.node, column.info)
        found += [label, _("Currency")] if column.currency is not None else [label]
    return [neutral(text) for text in found]


def values(query: ListQuery) -> Any:
    """The function that turns a database row into the values of a file."""
    currencies = query.currencies()
    at = [next((i for i, c in enumerate(currencies) if c is col.currency), None) for col in query.columns]

    def make(row: Sequence[Any]) -> list[Any]:
        out: list[Any] = []
        for position, column in enumerate(query.columns):
            out.append(_plain(column, row[1 + position]))
            index = at[position]
            if index is not None:
                out.append(row[1 + len(query.columns) + index])
        return out

    return make


def _plain(column: PlannedColumn, value: Any) -> Any:
    if value is None:
        return ""
    if column.kind == "choice":
        return choice_text(value, column.node.choices)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return neutral(value) if isinstance(value, str) else value


def csv_file(query: ListQuery, rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """CSV with a byte order mark, by which Excel knows that it is UTF-8.

    A file, not a stream: the rows are read by a cursor that ends with the request.
    """
    make = values(query)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(headings(query))
    writer.writerows(make(row) for row in rows)
    text.flush()
    text.detach()
    file.seek(0)
    return file


def xlsx_file(query: ListQuery, rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """A workbook, written row by row to a temporary file that is positioned at its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        formats = {
            "head": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        formats["moment"] = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        formats["number"] = book.add_format({"num_format": "#,##0.00####"})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, headings(query), formats["head"])
        make = values(query)
        for number, row in enumerate(rows, start=1):
            _write_row(sheet, number, make(row), formats)
    file.seek(0)
    return file


def _write_row(sheet: Any, number: int, cells: list[Any], formats: dict[str, Any]) -> None:
    for position, value in enumerate(cells):
        if isinstance(value, str):
            sheet.write_string(number, position, value)
        elif isinstance(value, Decimal):
            sheet.write_number(number, position, value, formats["number"])
        elif isinstance(value, int):
            sheet.write_number(number, position, value)
        elif hasattr(value, "isoformat"):
            sheet.write_datetime(
                number, position, value, formats["moment" if isinstance(value, datetime) else "day"]
            )
        else:
            sheet.write_string(number, position, neutral(str(value)))
