"""Cells to days, exactly or not at all; see `core.exchange.convert`.

One rule for times: the day that stands in the cell is the day. A time behind it is left out, and so is its
zone, which moves no day: `2026-03-31T23:30Z`, `2026-03-31 24:00` and `2026-03-31 08:00 +08:00` are 31 March.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date as Date

from core.exchange.cells import AS_WRITTEN, CellError, Reading
from core.i18n import _

_TIME = (
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d+)?)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.年]?)(\d{{1,2}})(?:\2|月)(\d{{1,2}})日?{_TIME}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_NAMED_MONTH = re.compile(rf"(\d{{1,2}})[-/. ]+([A-Za-z]{{3,9}})[-/., ]+(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_MONTH_FIRST = re.compile(rf"([A-Za-z]{{3,9}})[-/. ]+(\d{{1,2}})[-/., ]+(\d{{4}}){_TIME}", re.ASCII)
_MONTHS = {
    name: number
    for number, full in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        start=1,
    )
    for name in (full, full[:3], full[:4])
}
#: Two digits from here on are of the 20th century, as POSIX has it.
_PIVOT = 69


@dataclass(frozen=True)
class DateCell:
    """A day; a time behind it is left out."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> Date:
        try:
            if not cell.isascii():
                return _any_date(unicodedata.normalize("NFKC", cell), cell, reading)
            if len(cell) == 10 and cell[4] == cell[7] == "-":
                return Date.fromisoformat(cell)
            return _any_date(cell, cell, reading)
        except ValueError as error:
            raise CellError(
                _("“%(cell)s” is not a day of the calendar: write it like 2026-03-31.", cell=cell)
            ) from error


def date() -> DateCell:
    """A day in any common way of writing."""
    return DateCell()


def _any_date(plain: str, cell: str, reading: Reading) -> Date:
    if match := _YEAR_FIRST.fullmatch(plain):
        year, _mark, month, day = match.group(1, 2, 3, 4)
        if not _mark and len(month + day) != 4:
            raise ValueError(plain)
        _check_time(match)
        return Date(int(year), int(month), int(day))
    if match := _YEAR_LAST.fullmatch(plain):
        _check_time(match)
        if len(match[4]) == 2 and not reading.date_order:
            raise CellError(
                _(
                    "“%(cell)s” has a year of two digits: choose the order of day and month in the "
                    "options of the import.",
                    cell=cell,
                )
            )
        return _ordered(int(match[1]), int(match[3]), _full_year(match[4]), cell, reading)
    if match := _NAMED_MONTH.fullmatch(plain):
        _check_time(match)
        return Date(_full_year(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.fullmatch(plain):
        _check_time(match)
        return Date(int(match[3]), _month(match[1]), int(match[2]))
    raise ValueError(plain)


def _check_time(match: re.Match[str]) -> None:
    if match["hour"] and (int(match["hour"]) > 24 or (match["hour"] == "24" and _past_midnight(match))):
        raise ValueError(match["hour"])


def _past_midnight(match: re.Match[str]) -> bool:
    return bool(int(match["minute"]) or int(match["second"] or 0))


def _ordered(first: int, second: int, year: int, cell: str, reading: Reading) -> Date:
    """A day from two small numbers, of which either may be the month."""
    if reading.date_order == "dmy" or (not reading.date_order and first > 12):
        return Date(year, second, first)
    if reading.date_order == "mdy" or second > 12 or first == second:
        return Date(year, first, second)
    raise CellError(
        _(
            "“%(cell)s” can be %(one)s or %(other)s: choose the order of day and month in the "
            "options of the import.",
            cell=cell,
            one=Date(year, second, first).isoformat(),
            other=Date(year, first, second).isoformat(),
        )
    )


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= _PIVOT else 2000)


def _month(name: str) -> int:
    number = _MONTHS.get(name.lower())
    if number is None:
        raise ValueError(name)
    return number
