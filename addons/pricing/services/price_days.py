"""From when on, and until when, prices of a supplier's list hold, by what stands above its table.

Problem: one list says `Valid from: 1 Dec 2026` in its letterhead, another `Effective date` in one cell and
the day in the next, a third `有效期：2026-10-01 至 2026-12-31`. Rule: behind words that begin a validity
stands the first day, and the last one where a second day follows; behind words that end one the last day. A
day that can be read in two ways is none, and is said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.exchange.cells import CellError, Reading
from core.exchange.days import DateCell

_UNTIL = re.compile(
    r"(?:valid|good)\s*(?:until|till|to|through)|expir(?:es|y(?:\s*date)?)|gültig\s*bis|有效期(?:限)?[至到]|失效日期|截止日期",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"valid(?:ity)?(?:\s*(?:from|as\s+of|since))?|effective(?:\s*(?:date|from|as\s+of))?|gültig\s*(?:ab|von)"
    r"|in\s*kraft\s*ab|生效(?:日期|日|时间)?|有效期(?:限)?[自从]?|执行日期|起始日期",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\d)"
    r"|\d{1,2}[-/. ]+[A-Za-z]{3,9}[-/., ]+\d{4}|[A-Za-z]{3,9}\.?[-/. ]+\d{1,2}[-/., ]+\d{4}"
)


@dataclass
class Validity:
    """The first and the last day; what is no day stands in `wrong` with its row, cell and reason."""

    since: date | None = None
    until: date | None = None
    wrong: list[tuple[int, str, str]] = field(default_factory=list)


def validity_of(letterhead: Sequence[tuple[int, Sequence[str]]], reading: Reading) -> Validity:
    """What the rows above the headings say of all prices below."""
    found = Validity()
    for number, cells in letterhead:
        for is_end, cell, text in _said(cells):
            try:
                days = [DateCell()(day.replace(",", " "), reading) for day in _DAY.findall(text)]
            except CellError as error:
                found.wrong.append((number, cell, str(error)))
                continue
            if days and is_end:
                found.until = found.until or days[0]
            elif days:
                found.since = found.since or days[0]
                found.until = found.until or (days[1] if len(days) > 1 else None)
    return found


def _said(cells: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    """Each cell that speaks of a validity: whether of its end, and the text in which its days are."""
    for n, cell in enumerate(cells):
        until = _UNTIL.search(cell)
        since = _SINCE.search(cell[: until.start()] if until else cell)
        beside = next((one for one in cells[n + 1 :] if one.strip()), "")
        for is_end, match, stop in ((False, since, until and until.start()), (True, until, None)):
            if match:
                yield is_end, cell, cell[match.end() : stop].strip(" :：") or beside
