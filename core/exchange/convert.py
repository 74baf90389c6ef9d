"""Cells to values, exactly or not at all.

Problem: `03/04/2026` is a day in April or one in March, `1,234` is a thousand or a little over one, and a
guess is found out at the year's end. Rule: what can be read in one way only is read; what can be read in
two is refused with both readings, and the import's options (see `Reading`) say which one it is.

A converter takes the text of a cell, without blanks around it and never empty, and the reading; it returns
the value or raises CellError. The engine remembers the values of repeated cells.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import time as Time
from decimal import Decimal
from typing import Any

from core.errors import UserError
from core.i18n import _, in_locale
from core.locales import LOCALES


class CellError(UserError):
    """The cell cannot be what its column wants; the message says what to write instead."""


@dataclass(frozen=True)
class Reading:
    """How this file writes what could be read in two ways; empty where it has not been said."""

    #: `dmy`, `mdy` or empty.
    date_order: str = ""
    #: `.`, `,` or empty.
    decimal_mark: str = ""


AS_WRITTEN = Reading()
Converter = Callable[[str, Reading], Any]


@dataclass(frozen=True)
class TextCell:
    """Text of at most `longest` characters."""

    longest: int = 0

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> str:
        if self.longest and len(cell) > self.longest:
            raise CellError(
                _(
                    "This text has %(length)s characters: shorten it to %(longest)s.",
                    length=len(cell),
                    longest=self.longest,
                )
            )
        return cell


def text(longest: int = 0) -> TextCell:
    """Any text; with `longest`, of at most so many characters."""
    return TextCell(longest)


_FLOATED = re.compile(r"(-?\d+)\.0+", re.ASCII)
_SHORTENED = re.compile(r"-?\d([.,]\d+)?[eE]\+\d+", re.ASCII)


@dataclass(frozen=True)
class IdentifierCell(TextCell):
    """A number that names something."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> str:
        if cell.isalnum():
            return super().__call__(cell)
        floated = _FLOATED.fullmatch(cell)
        if floated:
            return floated[1]
        if _SHORTENED.fullmatch(cell):
            raise CellError(
                _(
                    "A spreadsheet has cut the digits of “%(cell)s”: format the column as text and "
                    "enter it again.",
                    cell=cell,
                )
            )
        return super().__call__(cell)


def identifier(longest: int = 200) -> IdentifierCell:
    """A number or code that names something; `17850.0`, as spreadsheets write it, is `17850`."""
    return IdentifierCell(longest)


_PLAIN = re.compile(r"-?\d+(?:\.(\d{1,2}|\d{4,}))?", re.ASCII)
_NOISE = re.compile(r"[\s'’$€£¥₩₹]|^[A-Z]{3}(?=[\d\s.,+-])|(?<=[\d\s.,])[A-Z]{3}$")
_SIGNED = re.compile(r"\((?P<inner>.*)\)|(?P<before>[-+]?)(?P<number>[^-+]*)(?P<after>-?)")
_DIGITS = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True)
class DecimalCell:
    """A number with at most `places` decimals."""

    places: int

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> Decimal:
        plain = _PLAIN.fullmatch(cell) if reading.decimal_mark != "," else None
        number = Decimal(cell) if plain else _any_decimal(cell, reading)
        if plain and plain[1] is None or -number.as_tuple().exponent <= self.places:  # type: ignore[operator]  # finite
            return number
        return self._without_zeros(number, cell)

    def _without_zeros(self, number: Decimal, cell: str) -> Decimal:
        rounded = number.quantize(Decimal(1).scaleb(-self.places))
        if rounded == number:
            return rounded
        if not self.places:
            raise CellError(_("“%(cell)s” is not a whole number: give one without decimals.", cell=cell))
        raise CellError(
            _("“%(cell)s” is too fine: give at most %(places)s decimals.", cell=cell, places=self.places)
        )


def decimal(places: int) -> DecimalCell:
    """A Decimal with at most `places` decimals, in any common way of writing."""
    return DecimalCell(places)


def _any_decimal(cell: str, reading: Reading) -> Decimal:
    """A number with currency, group marks, full-width digits, a sign on either side or brackets."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", cell).replace("−", "-"))
    signed = _SIGNED.fullmatch(plain)
    if signed is None:
        raise _no_number(cell)
    number = signed["inner"] if signed["inner"] is not None else signed["number"]
    minus = signed["inner"] is not None or (signed["before"] == "-") != (signed["after"] == "-")
    whole, fraction = _split(number, cell, reading)
    if not _DIGITS.fullmatch(whole + fraction):
        raise _no_number(cell)
    value = Decimal(f"{whole or '0'}.{fraction}" if fraction else whole)
    return -value if minus else value


def _no_number(cell: str) -> CellError:
    return CellError(_("“%(cell)s” is not a number: write it like 1234.50.", cell=cell))


def _split(number: str, cell: str, reading: Reading) -> tuple[str, str]:
    """The digits before and after the decimal mark; raises CellError where that can be two things."""
    mark = reading.decimal_mark or _decimal_mark(number, cell)
    whole, _mark, fraction = number.rpartition(mark) if mark and mark in number else (number, "", "")
    group = "," if mark == "." else "."
    if mark in whole or group in fraction:
        raise _no_number(cell)
    parts = whole.split(group)
    if len(parts) > 1 and (not 1 <= len(parts[0]) <= 3 or any(len(part) != 3 for part in parts[1:])):
        raise _no_number(cell)
    return "".join(parts), fraction


def _decimal_mark(number: str, cell: str) -> str:
    """The mark that the number itself shows: of two kinds the last one, the one that stands once."""
    marks = [c for c in number if c in ".,"]
    if not marks or len(set(marks)) == 2:
        return marks[-1] if marks else "."
    mark = marks[0]
    if len(marks) > 1:
        return "," if mark == "." else "."
    whole, _mark, fraction = number.partition(mark)
    if len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.strip("0"):
        raise CellError(
            _(
                "“%(cell)s” can be %(grouped)s or %(pointed)s: choose the decimal mark in the "
                "options of the import.",
                cell=cell,
                grouped=whole + fraction,
                pointed=f"{whole}.{fraction}",
            )
        )
    return mark


@dataclass(frozen=True)
class IntegerCell:
    """A whole number."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> int:
        return int(_WHOLE(cell, reading))


_WHOLE = DecimalCell(0)


def integer() -> IntegerCell:
    """A whole number as an int; `6.0` is 6."""
    return IntegerCell()


_TIME = (
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.年]?)(\d{{1,2}})(?:\2|月)(\d{{1,2}})日?{_TIME}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
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
            if len(cell) == 19 and cell[4] == cell[7] == "-" and cell[13] == cell[16] == ":":
                Time.fromisoformat(cell[11:])
                return Date.fromisoformat(cell[:10])
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
        return _ordered(int(match[1]), int(match[3]), int(match[4]), cell, reading)
    if match := _NAMED_MONTH.fullmatch(plain):
        _check_time(match)
        return Date(_full_year(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.fullmatch(plain):
        _check_time(match)
        return Date(int(match[3]), _month(match[1]), int(match[2]))
    raise ValueError(plain)


def _check_time(match: re.Match[str]) -> None:
    if match["hour"] and int(match["hour"]) > 24:
        raise ValueError(match["hour"])


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


_YES = frozenset(("yes", "y", "true", "t", "1", "x", "on", "是", "有", "对", "√", "✓", "1.0"))
_NO = frozenset(("no", "n", "false", "f", "0", "off", "否", "无", "-", "×", "0.0"))


@dataclass(frozen=True)
class BooleanCell:
    """Yes or no."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> bool:
        folded = unicodedata.normalize("NFKC", cell).casefold()
        if folded in _YES or folded in _NO:
            return folded in _YES
        raise CellError(_("“%(cell)s” is neither yes nor no: write yes or no.", cell=cell))


def boolean() -> BooleanCell:
    """Yes or no, in English, Chinese or figures."""
    return BooleanCell()


@dataclass(frozen=True)
class ChoiceCell:
    """One of a few values, by its key or by its label in any language of the product."""

    choices: Mapping[str, Any]

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> str:
        found = self.lookup().get(folded(cell))
        if found is None:
            known = ", ".join(str(label) for label in self.choices.values())
            raise CellError(
                _("“%(cell)s” is none of the choices: write one of %(known)s.", cell=cell, known=known)
            )
        return found

    def lookup(self) -> dict[str, str]:
        """Everything that can be written → the key."""
        known = {
            folded(written): key for key, label in self.choices.items() for written in in_all_languages(label)
        }
        return known | {folded(key): key for key in self.choices}


def choice(choices: Mapping[str, Any]) -> ChoiceCell:
    """One of these keys; the values are their labels."""
    return ChoiceCell(choices)


def in_all_languages(label: Any) -> list[str]:
    """A translated label in each language of the product."""
    found = []
    for locale in LOCALES:
        with in_locale(locale):
            found.append(str(label))
    return list(dict.fromkeys(found))


def folded(label: str) -> str:
    """The label without case, blanks and punctuation: `Invoice No.` and `invoice_no` are the same."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", label).casefold())
