"""Spreadsheets, xlsx and xls: the sheet that was chosen, else the first one in sight that has rows."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from core.i18n import _
from core.tabular.errors import FileError
from core.tabular.extent import refuse_far
from core.tabular.special import special_cells

#: Bytes that the parts of a workbook may unpack to together.
MAX_UNPACKED = 256 * 1024 * 1024
#: How many times its packed size a workbook may unpack to, once it is more than `MAY_SWELL`: rows pack to a
#: tenth or a fiftieth, zeros to a thousandth.
MAX_RATIO = 200
MAY_SWELL = 16 * 1024 * 1024
#: Parts of a workbook; a real one has some dozens.
MAX_PARTS = 2000
_BLOCK = 1024 * 1024
#: Stands behind a number with decimals: `1.234` as a text can be a thousand, as a number it can't. A space of
#: a figure's width keeps them apart, in the rows of an import and in its error file too; nobody sees it.
EXACT = "\u2007"
_MIDNIGHT = time()
#: Files that were found harmless, by their contents and the limits of then; so many are remembered.
_measured: set[tuple[bytes | int, ...]] = set()
_REMEMBERED = 1000


def lines(contents: bytes, name: str = "") -> Iterator[tuple[int, list[str]]]:
    """All rows with any text, numbered as in the sheet; raises FileError."""
    if contents[:2] == b"PK":
        refuse_bomb(contents)
    sheet = _sheet(contents, name)
    if sheet is None or sheet.start is None:
        return
    special = special_cells(contents, sheet.name)
    # `iter_rows` begins at row 1, but leaves out the empty columns on the left.
    left = sheet.start[1]
    pad = [""] * left
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [value if isinstance(value, str) else text_of(value) for value in values]
        if special:
            cells = [_shown(text, special.get((number, n))) for n, text in enumerate(cells, start=left + 1)]
        if any(cells) and any(cell.strip() for cell in cells):
            yield number, pad + cells if left else cells


def _shown(text: str, special: int | str | None) -> str:
    """The text as the sheet shows it: with its zeros, or with the error of its formula."""
    if isinstance(special, int):
        return text.zfill(special) if text.lstrip("-").isdigit() else text
    return special if special else text


def sheet_names(contents: bytes) -> list[str]:
    """The sheets that have rows, those in sight first; raises FileError."""
    if contents[:2] == b"PK":
        refuse_bomb(contents)
    with _reading():
        book = CalamineWorkbook.from_filelike(io.BytesIO(contents))
        return [name for name in _in_order(book) if book.get_sheet_by_name(name).start is not None]


def _in_order(book: CalamineWorkbook) -> list[str]:
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    return [s.name for s in sorted(sheets, key=lambda s: s.visible != SheetVisibleEnum.Visible)]


def _sheet(contents: bytes, name: str) -> CalamineSheet | None:
    with _reading():
        book = CalamineWorkbook.from_filelike(io.BytesIO(contents))
        for known in [name] if name else _in_order(book):
            found = book.get_sheet_by_name(known)
            if found.start is not None:
                return found
    return None


@contextmanager
def _reading() -> Iterator[None]:
    """What is wrong with a workbook, in words for whoever uploads it."""
    try:
        yield
    except PasswordError as error:
        raise FileError(_("The workbook has a password: save it without one and upload it again.")) from error
    except CalamineError as error:
        raise FileError(
            _("The workbook cannot be read: open it, save it as xlsx and upload it again.")
        ) from error


def refuse_bomb(contents: bytes) -> None:
    """Measure a workbook, and refuse it where it is too large; raises FileError.

    Once in a process, whoever opens it how often: to measure a million rows takes seconds. What is remembered
    are the contents of a file, so that another one of its name is another file.
    """
    limits = MAX_UNPACKED, MAX_RATIO, MAY_SWELL, MAX_PARTS
    key = (hashlib.sha256(contents).digest(), *limits)
    if key not in _measured:
        _measure(contents)
        if len(_measured) >= _REMEMBERED:
            _measured.clear()
        _measured.add(key)


def _measure(contents: bytes) -> None:
    """Unpack every part and count: what a zip, or a sheet, says about its sizes may be a lie."""
    left = limit = min(MAX_UNPACKED, max(MAY_SWELL, MAX_RATIO * len(contents)))
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            parts = archive.infolist()
            for part in parts[: MAX_PARTS + 1]:
                left -= _size_of(archive, part, left)
                if left < 0 or len(parts) > MAX_PARTS:
                    raise FileError(
                        _(
                            "The workbook unpacks to more than %(limit)s MB: save the sheet as csv.",
                            limit=limit // 1024**2,
                        )
                    )
            refuse_far(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise FileError(
            _("The workbook cannot be read: open it, save it as xlsx and upload it again.")
        ) from error


def _size_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo, enough: int) -> int:
    """What a part really unpacks to, counted no further than a little beyond `enough`."""
    size = 0
    with archive.open(part) as file:
        while size <= enough and (block := file.read(_BLOCK)):
            size += len(block)
    return size


def text_of(value: Any) -> str:
    """A cell's value as a person reads it: `17850` of a number, `2010-12-01` of a day."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else ""


def _number(value: float) -> str:
    """Fifteen digits, as spreadsheets show them: 0.1 + 0.2 is 0.3 there. Decimals are marked exact."""
    text = f"{value:.15g}"
    text = format(Decimal(text), "f") if "e" in text else text
    return text + EXACT if "." in text else text


def is_exact(cell: str) -> bool:
    """Whether the cell was a number of a workbook: its point is one, whatever texts beside it mean."""
    return cell.endswith(EXACT)
