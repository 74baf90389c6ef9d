"""What a workbook shows and its values do not say: zeros in front of a number, and formulas without a value.

`603` of a cell with the format `0000` is shown as `0603`, which is what a part is called; a cell with `#N/A`
has no value at all, and would come in as an empty one. The parts of an xlsx are searched for them, not read
whole into objects; an xls, which has 65,536 rows at most, is.
"""

import io
import re
import zipfile
from posixpath import join, normpath
from typing import Any
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: A format of nothing but zeros, two at least.
_ZEROS = re.compile(r"0{2,}")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_PLACE, _STYLE = re.compile(rb'\br="([A-Z]+)(\d+)"'), re.compile(rb'\bs="(\d+)"')
_ERROR = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_FAILED = b't="e"'

#: (row, column), both from 1 → the digits that it has at least, or the text of its error.
Special = dict[tuple[int, int], int | str]


def special_cells(contents: bytes, sheet: str) -> Special:
    """The cells of this sheet that show more than their value; none of a workbook that is broken."""
    return _of_xlsx(contents, sheet) if contents[:2] == b"PK" else _of_xls(contents, sheet)


def _of_xls(contents: bytes, name: str) -> Special:
    import xlrd  # only those who read an old workbook wait for it

    try:
        book = xlrd.open_workbook(file_contents=contents, formatting_info=True, logfile=io.StringIO())
        sheet = book.sheet_by_name(name)
    except Exception:  # noqa: BLE001  # the library lets whatever a broken file causes through
        return {}
    padded = _padded_formats(book)
    found: Special = {}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                error = xlrd.error_text_from_code.get(int(cell.value), "#VALUE!")
                found[row + 1, column + 1] = error
            elif cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index in padded:
                found[row + 1, column + 1] = padded[cell.xf_index]
    return found


def _padded_formats(book: Any) -> dict[int, int]:
    """Number of a style → the digits that its format fills up to, of an xls."""
    formats = {key: one.format_str for key, one in book.format_map.items()}
    kinds = [formats.get(xf.format_key, "") for xf in book.xf_list]
    return {number: len(kind) for number, kind in enumerate(kinds) if _ZEROS.fullmatch(kind)}


def _of_xlsx(contents: bytes, sheet: str) -> Special:
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            part = _part_of(archive, sheet)
            return _found(archive.read(part), _padded_styles(archive)) if part else {}
    except (KeyError, ValueError, ElementTree.ParseError, zipfile.BadZipFile):
        return {}


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  # expat stops entities that swell
    link = next((s.get(_LINK) for s in book.iter(f"{_MAIN}sheet") if s.get("name") == sheet), None)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  # as above
    target = next((r.get("Target", "") for r in links if r.get("Id") == link), "")
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target)) if target else ""


def _padded_styles(archive: zipfile.ZipFile) -> dict[int, int]:
    """Number of a style → the digits that its format fills up to."""
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314  # as above
    formats = {f.get("numFmtId"): f.get("formatCode", "") for f in styles.iter(f"{_MAIN}numFmt")}
    of_cells = styles.find(f"{_MAIN}cellXfs")
    kinds = [] if of_cells is None else [formats.get(xf.get("numFmtId"), "") for xf in of_cells]
    return {number: len(kind) for number, kind in enumerate(kinds) if _ZEROS.fullmatch(kind)}


def _found(xml: bytes, padded: dict[int, int]) -> Special:
    if not padded and _FAILED not in xml:
        return {}
    found: Special = {}
    for cell in _CELL.finditer(xml):
        attributes = cell[1]
        place = _PLACE.search(attributes)
        if place is None:
            continue
        if _FAILED in attributes:
            error = _ERROR.search(xml, cell.end(), cell.end() + 2000)
            found[int(place[2]), _column(place[1])] = error[1].decode() if error else "#VALUE!"
        elif padded and (style := _STYLE.search(attributes)) and int(style[1]) in padded:
            found[int(place[2]), _column(place[1])] = padded[int(style[1])]
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
