"""Rows in from csv and spreadsheets of every origin, in bounded memory.

What a file is shows in its first bytes, never in its name: the `.xlsx` of one exporter is an `.xls`, the
`.csv` of another a gzip. A row is the number that a person sees beside it, the heading being 1 where it
stands on top, and its cells as text; rows without any text are passed over.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any

from core.i18n import _, format_number
from core.tabular import delimited, workbook
from core.tabular.errors import FileError

Rows = Iterator[tuple[int, list[str]]]
#: Cells that a message quotes.
_QUOTED = 3
#: Columns of a table: each is a choice on the page that says which is which.
MOST_COLUMNS = 1000
#: Rows among which the headings are.
_LOOKED_AT = 10


@dataclass(frozen=True)
class Layout:
    """How a file holds its rows: `csv`, `csv.gz`, `xlsx` or `xls`; the next two are for csv only."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    #: The sheet of a workbook; empty for the first one in sight that has rows.
    sheet: str = ""
    #: The row of the headings; 0 for the one that looks like it.
    header: int = 0
    #: The last row of headings that take several, one above the other; 0 where they take one.
    header_to: int = 0

    def as_json(self) -> dict[str, Any]:
        """For keeping, so that the file need not be sniffed again."""
        return asdict(self)


@dataclass(frozen=True)
class Table:
    """A file as rows; `rows()` begins anew at each call."""

    layout: Layout
    header: list[str]
    #: The number of the row that holds the headings.
    header_number: int
    _lines: Callable[[], Rows]

    def rows(self) -> Rows:
        """The rows below the heading, each as long as the heading unless it has cells too many."""
        width = len(self.header)
        for number, cells in self._lines():
            if number > self.header_number:
                yield number, cells if len(cells) == width else fit(cells, width)


def fit(cells: list[str], width: int) -> list[str]:
    """The cells, filled up to `width`; empty ones beyond it are cut off, others stay."""
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells + [""] * (width - len(cells))


def open_table(contents: bytes, layout: Layout | None = None) -> Table:
    """The rows of a file; raises FileError. A known layout saves finding it out."""
    layout = layout or sniff(contents)
    if layout.kind in ("xlsx", "xls"):
        lines: Callable[[], Rows] = partial(workbook.lines, contents, layout.sheet)
    else:
        lines = partial(delimited.lines, contents, layout.kind, layout.encoding, layout.delimiter)
    last = max(layout.header, layout.header_to)
    top = list(islice(lines(), max(_LOOKED_AT, last)))
    if layout.header:
        number, cells = last, joined([_chosen_row(top, n) for n in range(layout.header, last + 1)])
    else:
        number, cells = _heading_row(top)
    return Table(layout, headings(number, cells), number, lines)


def joined(rows: list[list[str]]) -> list[str]:
    """Headings that stand one above the other, as one row.

    A heading over several columns stands in the first of them only: `Price, , Date` over `net, gross, ` is
    `Price net, Price gross, Date`.
    """
    width = max(map(len, rows))
    *over, below = [fit(row, width) for row in rows]
    for row in over:
        for column in range(1, width):
            if not row[column].strip() and below[column].strip():
                row[column] = row[column - 1]
    columns = zip(*over, below, strict=True)
    return [" ".join(dict.fromkeys(filter(None, (cell.strip() for cell in column)))) for column in columns]


def _chosen_row(top: list[tuple[int, list[str]]], number: int) -> list[str]:
    for row_number, cells in top:
        if row_number == number:
            return cells
    raise FileError(_("Row %(number)s is empty: choose the row that holds the headings.", number=number))


def _heading_row(top: list[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The row of the headings: the first one, but for notes in one cell above a table of several columns."""
    if not top:
        raise FileError(_("The file is empty: save it with a row of headings and at least one row below."))
    wide = [row for row in top if sum(1 for cell in row[1] if cell.strip()) > 1]
    return wide[0] if len(wide) * 2 > len(top) else top[0]


def sniff(contents: bytes, encoding: str = "") -> Layout:
    """How the file holds its rows; a person may name its encoding. Raises FileError."""
    if not contents:
        raise FileError(_("The file is empty: save it with a row of headings and at least one row below."))
    if contents[:4] == b"PK\x03\x04":
        return Layout("xlsx")
    if contents[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return Layout("xls")
    kind = "csv.gz" if contents[:2] == b"\x1f\x8b" else "csv"
    encoding = encoding or delimited.encoding_of(contents, kind)
    return Layout(kind, encoding, delimited.delimiter_of(contents, kind, encoding))


def headings(number: int, cells: list[str]) -> list[str]:
    """The headings of a table; raises FileError where the row is none, or names a column twice."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise FileError(
            _(
                "Row %(number)s has %(count)s columns; at most %(most)s are read: delete those that mean "
                "nothing here.",
                number=number,
                count=format_number(len(names)),
                most=format_number(MOST_COLUMNS),
            )
        )
    if sum(map(_is_data, names)) * 2 >= len(names):
        shown = ", ".join(names[:_QUOTED])
        raise FileError(
            _(
                "Row %(number)s looks like data (%(cells)s), not like headings: put a row with the "
                "names of the "
                "columns on top.",
                number=number,
                cells=shown,
            )
        )
    names = [name or _("Column %(number)s", number=n) for n, name in enumerate(names, start=1)]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise FileError(
            _("The heading %(names)s stands there twice: rename one of them.", names=", ".join(twice))
        )
    return names


def _is_data(cell: str) -> bool:
    return cell[:1].isdigit() and not any(c.isalpha() for c in cell)


def count_rows(table: Table) -> int:
    """How many rows there are; reads the whole file, and so proves that it can be read. Raises FileError."""
    total = sum(1 for _row in table.rows())
    if not total:
        raise FileError(_("The file has headings but no row below them: there is nothing to import."))
    return total


def layout_from(kept: dict[str, Any]) -> Layout | None:
    """The layout that `as_json` gave; None for nothing."""
    return Layout(**kept) if kept else None
