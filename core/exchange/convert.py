"""Cells to values, exactly or not at all.

Problem: `03/04/2026` is a day in April or one in March, `1,234` is a thousand or a little over one, and a
guess is found out at the year's end. Rule: what can be read in one way only is read; what can be read in
two is refused with both readings, and the import's options (see `Reading`) say which one it is.

A converter takes the text of a cell, without blanks around it and never empty, and the reading; it returns
the value or raises CellError. The engine remembers the values of repeated cells.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.db.currencies import known_decimals
from core.db.types import Line
from core.exchange.cells import AS_WRITTEN, CellError, Converter, Reading
from core.exchange.days import DateCell, date
from core.exchange.numbers import DecimalCell, IntegerCell, decimal, integer, rate
from core.i18n import _, in_locale
from core.locales import LOCALES

__all__ = [
    "AS_WRITTEN",
    "CellError",
    "Converter",
    "DateCell",
    "DecimalCell",
    "IntegerCell",
    "Reading",
    "boolean",
    "choice",
    "code_of",
    "currency",
    "date",
    "decimal",
    "identifier",
    "integer",
    "rate",
    "text",
]


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


def text(longest: int = Line.longest) -> TextCell:
    """Any text of at most so many characters."""
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


@dataclass(frozen=True)
class CodeCell(IdentifierCell):
    """The code of a record, which is made where it is new: people are told before."""

    model: str = ""


def code_of(model: str, longest: int = 200) -> CodeCell:
    """As `identifier`, of a record of this model by its `code`; the preview says which ones are new."""
    return CodeCell(longest, model)


@dataclass(frozen=True)
class CurrencyCell:
    """The ISO code of a currency that the books know."""

    def __call__(self, cell: str, reading: Reading = AS_WRITTEN) -> str:
        code = unicodedata.normalize("NFKC", cell).upper()
        if known_decimals().knows(code):
            return code
        raise CellError(
            _(
                "“%(cell)s” is no currency that is known here: write its ISO code, such as USD, or add it "
                "under Settings.",
                cell=cell,
            )
        )


def currency() -> CurrencyCell:
    """A currency by its ISO code, in any case."""
    return CurrencyCell()


def identifier(longest: int = 200) -> IdentifierCell:
    """A number or code that names something; `17850.0`, as spreadsheets write it, is `17850`."""
    return IdentifierCell(longest)


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
