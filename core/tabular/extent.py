"""How far the cells of a workbook reach: the reader makes a table of all between the first and the last one.

Problem: a stray space in the last corner of a sheet, XFD1048576, asks for 17 billion cells, 550 GB, and the
process that reads it dies with whatever else it was at. Rule: the addresses of the cells are looked for in
the packed parts before anything reads them; what a sheet says of its own size may be a lie. Example: cells in
A1 and D70000 are a table of 4 × 70,000.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from core.i18n import _, format_number
from core.tabular.errors import FileError

#: Cells of a table in memory, 32 bytes each.
MOST_CELLS = 16_000_000
_BLOCK = 1024 * 1024
#: An address may be cut in two where a block ends.
_CUT = 256
#: An address, and the end of an element that holds nothing: of such cells no table is made.
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})([0-9]{1,9})(["'][^<>]{0,200}/>)?""")
#: Without one of these a table has 26 columns and 99,999 rows at most, and nothing needs to be counted.
_FAR = re.compile(rb"""\sr\s*=\s*["'](?:[A-Za-z]{2,7}[0-9]|[A-Za-z]?[0-9]{6})""")
_BINARY = "xl/workbook.bin"


def refuse_far(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook one of whose sheets is too large a table to be held; raises FileError."""
    for part in archive.infolist():
        if part.filename == _BINARY:  # its addresses are no texts
            raise FileError(_("The workbook cannot be read: open it, save it as xlsx and upload it again."))
        with archive.open(part) as file:
            far = any(_FAR.search(block) for block in _blocks(file))
        if far:
            with archive.open(part) as file:
                _refuse(*_reach(file))


def _refuse(rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise FileError(
            _(
                "A sheet reaches to row %(row)s and column %(column)s: delete what stands far below or "
                "beside the table, or save the sheet as csv.",
                row=format_number(rows),
                column=format_number(columns),
            )
        )


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The part, block by block; each begins with the end of the one before."""
    before = b""
    while block := file.read(_BLOCK):
        yield before + block
        before = block[-_CUT:]


def _reach(file: IO[bytes]) -> tuple[int, int]:
    """The last row and the last column that the addresses name."""
    rows: set[int] = set()
    columns: set[bytes] = set()
    for block in _blocks(file):
        found = {(column, row) for column, row, empty in _ADDRESS.findall(block) if not empty}
        rows.add(max((int(row) for _column, row in found), default=1))
        columns.update(column for column, _row in found)
    return max(rows), max(map(_number, columns), default=1)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return max(1, number)
