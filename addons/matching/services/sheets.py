"""Sheets in whatever layout a partner sends them: where the headings are, and what the cells below say.

Problem: a file begins with a letterhead, has its headings in row 9, in one row or in two above one another,
and cells that are merged over several lines. Rule: the headings are the row among the first twenty, or two
rows, that name most of the columns that the target knows, and enough of them. `read` has an example.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from core.exchange.cells import CellError, Reading
from core.exchange.mapping import guess_mapping, guess_reading
from core.exchange.targets import Target
from core.formulas import plain
from core.i18n import _, format_number
from core.tabular import delimited, workbook
from core.tabular.errors import FileError
from core.tabular.packed import unpacked
from core.tabular.readers import Layout, fit, joined, sniff

#: Rows among which the headings are.
LOOKED_AT = 20
#: Rows from which dates and numbers of two readings are understood.
_SAMPLE = 500
_TOTAL = re.compile(
    r"^\W*(?:sub-?\s?total|grand total|net total|gross total|amount due|total|sum|summe|zwischensumme|gesamt"
    r"|(?:vat|gst|mwst\.?|ust\.?|增值税|税\s*额)\s*(?:[\d.,]+\s*%|:|$)"
    r"|合\s*计|小\s*计|总\s*计|本页合计|本月合计)",
    re.IGNORECASE,
)
#: Cells of a file: they are all held at once. A distributor's price list of 100,000 parts has a million.
MOST_CELLS = 3_000_000
Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Unread:
    """A row, or a cell of it, that says nothing that can be taken; `row` as the spreadsheet numbers it."""

    sheet: str
    row: int
    column: str
    cell: str
    reason: str


@dataclass(frozen=True)
class Layouts:
    """What lists of one kind look like."""

    target: Target
    #: Whether headings, and the mapping that was made of them, are enough to be the headings.
    suffices: Callable[[Sequence[str], Mapping[str, str]], bool]
    #: How many columns beyond the mapped ones headings name.
    further: Callable[[Sequence[str]], int] = lambda header: 0
    #: What is taken off a heading before it is recognised.
    plain: Callable[[str], str] = lambda heading: heading


@dataclass(frozen=True)
class Sheet:
    """A sheet whose headings are understood."""

    name: str
    rows: Rows
    header: list[str]
    #: The first row below the headings.
    first: int
    #: Field → heading.
    mapping: dict[str, str]

    def below(self) -> Rows:
        """The rows below the headings; these, printed again on the next page, are none."""
        width = len(self.header)
        rows = [(number, fit(list(cells), width)) for number, cells in self.rows[self.first :]]
        return [(number, cells) for number, cells in rows if cells[:width] != self.header]

    def above(self) -> Rows:
        """The letterhead."""
        return self.rows[: self.first]


def tables(contents: bytes) -> Iterator[tuple[str, Rows]]:
    """The sheets of a file with their rows; raises FileError."""
    contents = unpacked(contents)
    layout: Layout = sniff(contents)
    if layout.kind not in ("xlsx", "xls"):
        lines = delimited.lines(contents, layout.kind, layout.encoding, layout.delimiter)
        yield "", list(_bounded(lines, MOST_CELLS))
        return
    left = MOST_CELLS
    for name in workbook.sheet_names(contents):
        rows = list(_bounded(workbook.lines(contents, name), left))
        left -= _cells_in(rows)
        if rows:
            yield name, _spread(rows, _merged(contents, name))


def _bounded(lines: Iterable[tuple[int, list[str]]], most: int) -> Iterator[tuple[int, list[str]]]:
    """The rows, as long as they have this many cells together; raises FileError. A row counts as a cell too:
    a small gzip unpacks to a hundred million short ones."""
    for line in lines:
        most -= 1 + len(line[1])
        if most < 0:
            raise FileError(
                _(
                    "The file has more than %(count)s cells: take out the columns that nobody needs, "
                    "or split it.",
                    count=format_number(MOST_CELLS),
                )
            )
        yield line


def _cells_in(rows: Rows) -> int:
    return sum(1 + len(cells) for _number, cells in rows)


def _merged(contents: bytes, name: str) -> Sequence[Any]:
    """The ranges of merged cells, ((row, column), (row, column)) from 0; none where the format has none."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(contents)).get_sheet_by_name(name)
        return sheet.merged_cell_ranges or ()
    except (CalamineError, zipfile.BadZipFile):
        return ()


def _spread(rows: Rows, merged: Sequence[Any]) -> Rows:
    """The rows, with what stands in merged cells in each row that these cover."""
    at = {number: cells for number, cells in rows}
    for (top, left), (bottom, _right) in merged:
        value = _cell(at.get(top + 1, ()), left)
        for number in range(top + 2, min(bottom + 1, rows[-1][0]) + 1) if value else ():
            if (cells := at.get(number)) is not None and len(cells) > left:
                cells[left] = cells[left] or value
    return rows


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def understood(name: str, rows: Rows, layouts: Layouts, chosen: Mapping[str, str]) -> Sheet | None:
    """The sheet with its headings; None where no row looks like them. `chosen` is an earlier mapping."""
    best: Sheet | None = None
    most = 0
    top = list(islice(rows, LOOKED_AT))
    for n, (_number, cells) in enumerate(top):
        for header, first in [(cells, n + 1), *_two_rows(top, n)]:
            header = _unique(header)
            mapping = _mapping(header, layouts, chosen)
            named = len(mapping) + layouts.further(header)
            if layouts.suffices(header, mapping) and named > most:
                best, most = Sheet(name, rows, header, first, mapping), named
    return best


def _two_rows(top: Rows, n: int) -> list[tuple[list[str], int]]:
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


def _mapping(header: Sequence[str], layouts: Layouts, chosen: Mapping[str, str]) -> dict[str, str]:
    """What was chosen before, if the headings are there; else what they sound like."""
    if chosen and all(heading in header for heading in chosen.values()):
        return dict(chosen)
    names = {layouts.plain(name): name for name in reversed(header) if name}
    guessed = guess_mapping(layouts.target, list(reversed(names)))
    return {field: names[heading] for field, heading in guessed.items()}


def reading_of(sheet: Sheet, target: Target) -> Reading:
    """How the sheet writes its days and numbers, as far as it says so itself.

    Numbers of a workbook say what the texts beside them mean: people look at what is made of a list.
    """
    width = len(sheet.header)
    rows = [cells[:width] for _number, cells in sheet.below()[:_SAMPLE] if not is_total(cells)]
    sample = [[plain(cell) for cell in cells] for cells in rows]
    return Reading(**guess_reading(target, sheet.header, sheet.mapping, sample))


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row sums up others."""
    first = next((cell for cell in cells if cell.strip()), "")
    return bool(_TOTAL.match(first.strip()))


def values_of(
    sheet: Sheet, target: Target, number: int, cells: Sequence[str], reading: Reading
) -> tuple[dict[str, Any], list[Unread]]:
    """Field → value of a row, and the cells that can't be what their column wants."""
    values: dict[str, Any] = {}
    wrong = []
    for name, heading in sheet.mapping.items():
        cell = cells[sheet.header.index(heading)]
        text = plain(cell).strip()
        if text:
            try:
                values[name] = target.field(name).convert(text, reading.of(cell))
            except CellError as error:
                wrong.append(Unread(sheet.name, number, heading, cell, str(error)))
    return values, wrong


def shown(cells: Sequence[str]) -> str:
    """A row in one line."""
    return " | ".join(cell.strip() for cell in cells if cell.strip())[:200]
