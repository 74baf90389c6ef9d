"""Cells to numbers, exactly or not at all; see `core.exchange.convert`."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from core.exchange.cells import AS_WRITTEN, CellError, Reading
from core.i18n import _

_PLAIN = re.compile(r"-?\d+(?:\.(\d{1,2}|\d{4,}))?", re.ASCII)
_NOISE = re.compile(r"[\s'’$€£¥₩₹]|^[A-Z]{3}(?=[\d\s.,+-])|(?<=[\d\s.,])[A-Z]{3}$")
_SIGNED = re.compile(r"\((?P<inner>.*)\)|(?P<before>[-+]?)(?P<number>[^-+]*)(?P<after>-?)")
#: Characters of a number with all its marks; longer ones are none.
LONGEST = 60
_DIGITS = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True)
class DecimalCell:
    """A number with at most `places` decimals, and digits that its column takes."""

    places: int
    #: Digits before the point; a quantity of sixteen would take a whole step of an import with it.
    whole: int = 12
    #: Whether it has to be more than zero.
    positive: bool = False

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> Decimal:
        number = self._read(cell, reading)
        if number.adjusted() >= self.whole and number:
            raise CellError(
                _(
                    "“%(cell)s” is too large: give at most %(digits)s digits before the point.",
                    cell=cell,
                    digits=self.whole,
                )
            )
        if self.positive and number <= 0:
            raise CellError(_("“%(cell)s” is not more than zero: correct it, or leave it empty.", cell=cell))
        return number

    def _read(self, cell: str, reading: Reading) -> Decimal:
        if len(cell) > LONGEST:
            raise _no_number(f"{cell[:20]}…", reading)
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


@dataclass(frozen=True)
class RateCell(DecimalCell):
    """An exchange rate, which says nothing without its currency."""

    #: The field without which it is not taken for one.
    needs: str = ""


def rate(needs: str = "currency") -> RateCell:
    """How much of the company's currency one unit costs; recognised only beside the field `needs`."""
    return RateCell(10, whole=10, positive=True, needs=needs)


def _any_decimal(cell: str, reading: Reading) -> Decimal:
    """A number with currency, group marks, full-width digits, a sign on either side or brackets."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", cell).replace("−", "-"))
    signed = _SIGNED.fullmatch(plain)
    if signed is None:
        raise _no_number(cell, reading)
    number = signed["inner"] if signed["inner"] is not None else signed["number"]
    minus = signed["inner"] is not None or (signed["before"] == "-") != (signed["after"] == "-")
    whole, fraction = _split(number, cell, reading)
    if not _DIGITS.fullmatch(whole + fraction):
        raise _no_number(cell, reading)
    value = Decimal(f"{whole or '0'}.{fraction}" if fraction else whole)
    return -value if minus else value


def _no_number(cell: str, reading: Reading) -> CellError:
    if reading.decimal_mark == ",":
        return CellError(_("“%(cell)s” is not a number: write it like 1234,50.", cell=cell))
    return CellError(_("“%(cell)s” is not a number: write it like 1234.50.", cell=cell))


def _split(number: str, cell: str, reading: Reading) -> tuple[str, str]:
    """The digits before and after the decimal mark; raises CellError where that can be two things."""
    mark = reading.decimal_mark or _decimal_mark(number, cell)
    whole, _mark, fraction = number.rpartition(mark) if mark and mark in number else (number, "", "")
    group = "," if mark == "." else "."
    if mark in whole or group in fraction:
        raise _no_number(cell, reading)
    parts = whole.split(group)
    if len(parts) > 1 and not _grouped(parts):
        raise _no_number(cell, reading)
    return "".join(parts), fraction


def _grouped(parts: list[str]) -> bool:
    """Whether the digits stand in groups: of three, or as in India, of two before the last three."""
    first, *middle, last = map(len, parts)
    return last == 3 and (
        (1 <= first <= 3 and all(n == 3 for n in middle))
        or (1 <= first <= 2 and bool(middle) and all(n == 2 for n in middle))
    )


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
