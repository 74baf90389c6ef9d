"""Read a list of a partner in whatever layout it comes.

Problem: a supplier's statement begins with its letterhead, has its headings in row 9, one sheet a week, order
numbers in cells merged over several lines, a subtotal after each delivery, and a note at the end. Rule: the
headings are the row among the first twenty, or two rows above one another, that name most of the columns that
we know, a quantity or an amount among them. Every row below is a line, or a total, or can't be read, and the
result says which: nothing is dropped. A sheet without headings is named. A PDF is one sheet, whose rows have
their places on its pages.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from addons.matching.services.columns import LIST, line_of
from addons.matching.services.lines import Line
from addons.matching.services.pdf_tables import Place, paper_of
from addons.matching.services.pdf_text import is_pdf
from addons.matching.services.sheets import (
    LOOKED_AT,
    Layouts,
    Rows,
    Sheet,
    Unread,
    is_total,
    reading_of,
    shown,
    tables,
    understood,
    values_of,
)
from core.i18n import _
from core.tabular.errors import FileError

__all__ = ["TheirList", "Unread", "read"]
#: Cells of the headings that we must know.
KNOWN = 2


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
    #: Where the rows of a PDF stand on its pages; empty for other files.
    places: dict[int, Place] = field(default_factory=dict)


def read(contents: bytes, chosen: Mapping[str, str] | None = None) -> TheirList:
    """All lines of a file; `chosen` is the mapping of an earlier list. Raises FileError."""
    found, blind = TheirList(), []
    for name, rows in _tables(contents, found):
        sheet = understood(name, rows, _LISTS, chosen or {})
        if sheet is None:
            blind += [Unread(name, n, "", shown(cells), _no_headings()) for n, cells in rows]
        else:
            _read_sheet(sheet, found)
            found.mapping = sheet.mapping
    if not found.mapping:
        raise FileError(
            _(
                "None of the first %(count)s rows holds headings that are known, such as “Part no.”, "
                "“Order no.”, “Quantity”, “Price”, “Invoice” and “Amount”: name the columns so, above the "
                "lines.",
                count=LOOKED_AT,
            )
        )
    found.unread += blind
    return found


def _tables(contents: bytes, found: TheirList) -> Iterable[tuple[str, Rows]]:
    if not is_pdf(contents):
        return tables(contents)
    paper = paper_of(contents)
    found.places = paper.places
    why = _("This page has no text, only a picture: what stands on it has to be asked for.")
    found.unread = [Unread(_("Page %(number)s", number=number), 0, "", "", why) for number in paper.blind]
    return [("", paper.rows)]


def _no_headings() -> str:
    text: str = _("This sheet has no headings that we know.")
    return text


def _suffices(_header: Sequence[str], mapping: Mapping[str, str]) -> bool:
    counted = {"quantity", "amount"} & set(mapping)
    named = {"part", "customer_part", "mpn", "order", "delivery", "document", "text"} & set(mapping)
    return bool(counted and named) and len(mapping) >= KNOWN


#: The currency that a heading says in brackets: `Unit price (USD)` is a unit price.
_CURRENCY = re.compile(r"\s*[(（\[]\s*(?:in\s+)?(?:[A-Z]{3}|[€$£¥￥]|元|美元)\s*[)）\]]\s*$")
_LISTS = Layouts(LIST, _suffices, plain=lambda heading: _CURRENCY.sub("", heading))


def _read_sheet(sheet: Sheet, found: TheirList) -> None:
    reading = reading_of(sheet, LIST)
    for number, cells in sheet.below():
        if is_total(cells):
            reason = _("This row sums up others.")
            found.totals.append(Unread(sheet.name, number, "", shown(cells), reason))
        else:
            values, wrong = values_of(sheet, LIST, number, cells, reading)
            found.unread += wrong
            if not wrong:
                _read_row(sheet, number, values, found, cells)


def _read_row(
    sheet: Sheet, number: int, values: dict[str, Any], found: TheirList, cells: Sequence[str]
) -> None:
    key = len(found.lines) + 1
    line = line_of(key, values)
    if line is None:
        reason = _("This row has neither a quantity nor an amount.")
        found.unread.append(Unread(sheet.name, number, "", shown(cells), reason))
        return
    found.lines.append(line)
    found.rows[key] = (sheet.name, number)
