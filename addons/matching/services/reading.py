"""Read a list of a partner in whatever layout it comes.

Problem: a supplier's statement begins with its letterhead, has its headings in row 9, one sheet a week, order
numbers in cells merged over several lines, a subtotal after each delivery, and a note at the end. Rule: the
headings are the row among the first twenty, or two rows above one another, that name most of the columns that
we know, a quantity or an amount among them. Every row below is a line, or a total, or can't be read, and the
result says which: nothing is dropped. A sheet without headings is named.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from addons.matching.services.columns import LIST, line_of
from addons.matching.services.lines import Line
from core.exchange.cells import CellError, Reading
from core.exchange.mapping import guess_mapping, guess_reading
from core.formulas import plain
from core.i18n import _
from core.tabular import delimited, workbook
from core.tabular.errors import FileError
from core.tabular.packed import unpacked
from core.tabular.readers import Layout, fit, joined, sniff

#: Rows among which the headings are, and cells of them that we must know.
LOOKED_AT, KNOWN = 20, 2
#: Rows from which dates and numbers of two readings are understood.
_SAMPLE = 500
_TOTAL = re.compile(
    r"^\W*(?:sub-?\s?total|grand total|total|sum|summe|zwischensumme|gesamt"
    r"|合\s*计|小\s*计|总\s*计|本页合计|本月合计)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Unread:
    """A row, or a cell of it, that says nothing that can be compared; `row` as the spreadsheet numbers it."""

    sheet: str
    row: int
    column: str
    cell: str
    reason: str


@dataclass
class TheirList:
    """What was read; the keys of lines count from 1, and `rows` says where each stood."""

    lines: list[Line] = field(default_factory=list)
    #: Key → sheet and row.
    rows: dict[int, tuple[str, int]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    #: Rows that sum up others.
    totals: list[Unread] = field(default_factory=list)
    #: Field → heading, as understood on the last sheet.
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: list[tuple[int, list[str]]]
    header: list[str]
    first: int
    mapping: dict[str, str]


def read(contents: bytes, chosen: Mapping[str, str] | None = None) -> TheirList:
    """All lines of a file; `chosen` is the mapping of an earlier list. Raises FileError."""
    found, blind = TheirList(), []
    for name, rows in _tables(unpacked(contents)):
        sheet = _understood(name, rows, chosen or {})
        if sheet is None:
            blind += [Unread(name, n, "", _shown(cells), _no_headings()) for n, cells in rows]
        else:
            _read_sheet(sheet, found)
            found.mapping = sheet.mapping
    if not found.mapping:
        raise FileError(
            _(
                "No row among the first %(count)s names a quantity or an amount and a part or an order: put "
                "headings above the lines.",
                count=LOOKED_AT,
            )
        )
    found.unread += blind
    return found


def _no_headings() -> str:
    text: str = _("This sheet has no headings that we know.")
    return text


def _tables(contents: bytes) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    layout: Layout = sniff(contents)
    if layout.kind not in ("xlsx", "xls"):
        yield "", list(delimited.lines(contents, layout.kind, layout.encoding, layout.delimiter))
        return
    for name in workbook.sheet_names(contents):
        rows = list(workbook.lines(contents, name))
        if rows:
            yield name, _spread(rows, _merged(contents, name))


def _merged(contents: bytes, name: str) -> Sequence[Any]:
    """The ranges of merged cells, ((row, column), (row, column)) from 0; none where the format has none."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(contents)).get_sheet_by_name(name)
        return sheet.merged_cell_ranges or ()
    except (CalamineError, zipfile.BadZipFile):
        return ()


def _spread(rows: list[tuple[int, list[str]]], merged: Sequence[Any]) -> list[tuple[int, list[str]]]:
    """The rows, with what stands in merged cells in each row that these cover."""
    at = {number: cells for number, cells in rows}
    for (top, left), (bottom, _right) in merged:
        value = _cell(at.get(top + 1, ()), left)
        for number in range(top + 2, bottom + 2) if value else ():
            if (cells := at.get(number)) is not None and len(cells) > left:
                cells[left] = cells[left] or value
    return rows


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _understood(name: str, rows: list[tuple[int, list[str]]], chosen: Mapping[str, str]) -> _Sheet | None:
    """The sheet with its headings; None where no row looks like them."""
    best: _Sheet | None = None
    top = list(islice(rows, LOOKED_AT))
    for n, (_number, cells) in enumerate(top):
        for header, first in [(cells, n + 1), *_two_rows(top, n)]:
            header = _unique(header)
            mapping = _mapping(header, chosen)
            if _suffices(mapping) and (best is None or len(mapping) > len(best.mapping)):
                best = _Sheet(name, rows, header, first, mapping)
    return best


def _two_rows(top: list[tuple[int, list[str]]], n: int) -> list[tuple[list[str], int]]:
    """A row of headings together with the one below, where that is not a line already."""
    if n + 1 >= len(top) or any(cell.strip()[:1].isdigit() for cell in top[n + 1][1]):
        return []
    return [(joined([list(top[n][1]), list(top[n + 1][1])]), n + 2)]


def _unique(cells: Sequence[str]) -> list[str]:
    """Headings, each once: the second `Amount` is `Amount (2)`."""
    seen: dict[str, int] = {}
    names = []
    for cell in (cell.strip() for cell in cells):
        seen[cell] = seen.get(cell, 0) + 1
        names.append(cell if seen[cell] == 1 else f"{cell} ({seen[cell]})")
    return names


def _mapping(header: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """What was chosen before, if the headings are there; else what they sound like."""
    if chosen and all(heading in header for heading in chosen.values()):
        return dict(chosen)
    return guess_mapping(LIST, [name for name in header if name])


def _suffices(mapping: Mapping[str, str]) -> bool:
    counted = {"quantity", "amount"} & set(mapping)
    named = {"part", "customer_part", "mpn", "order", "delivery", "text"} & set(mapping)
    return bool(counted and named) and len(mapping) >= KNOWN


def _read_sheet(sheet: _Sheet, found: TheirList) -> None:
    width = len(sheet.header)
    below = [(number, fit(list(cells), width)) for number, cells in sheet.rows[sheet.first :]]
    sample = [cells[:width] for _number, cells in below[:_SAMPLE] if not _is_total(cells)]
    reading = Reading(**guess_reading(LIST, sheet.header, sheet.mapping, sample))
    columns = [(LIST.field(name), sheet.header.index(heading)) for name, heading in sheet.mapping.items()]
    for number, cells in below:
        if cells[:width] == sheet.header:
            continue  # the headings, printed again on the next page
        if _is_total(cells):
            reason = _("This row sums up others.")
            found.totals.append(Unread(sheet.name, number, "", _shown(cells), reason))
        else:
            _read_row(sheet, number, _values(columns, cells, reading), found, cells)


def _is_total(cells: Sequence[str]) -> bool:
    first = next((cell for cell in cells if cell.strip()), "")
    return bool(_TOTAL.match(first.strip()))


def _values(columns: Sequence[Any], cells: Sequence[str], reading: Reading) -> dict[str, Any]:
    """Field → value, or the CellError that says what is wrong with its cell."""
    values: dict[str, Any] = {}
    for of, index in columns:
        text = plain(cells[index]).strip()
        if text:
            try:
                values[of.name] = of.convert(text, reading)
            except CellError as error:
                values[of.name] = error
    return values


def _read_row(
    sheet: _Sheet, number: int, values: dict[str, Any], found: TheirList, cells: Sequence[str]
) -> None:
    wrong = {name: error for name, error in values.items() if isinstance(error, CellError)}
    for name, error in wrong.items():
        heading = sheet.mapping[name]
        cell = cells[sheet.header.index(heading)]
        found.unread.append(Unread(sheet.name, number, heading, cell, str(error)))
    if wrong:
        return
    key = len(found.lines) + 1
    line = line_of(key, values)
    if line is None:
        reason = _("This row has neither a quantity nor an amount.")
        found.unread.append(Unread(sheet.name, number, "", _shown(cells), reason))
        return
    found.lines.append(line)
    found.rows[key] = (sheet.name, number)


def _shown(cells: Sequence[str]) -> str:
    return " | ".join(cell.strip() for cell in cells if cell.strip())[:200]
