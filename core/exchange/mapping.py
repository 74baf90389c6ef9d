"""Which column holds which field: guessed, remembered, checked.

Example: the headings `InvoiceNo, Stock Code, 数量` and a target with the fields `document` (alias
`InvoiceNo`), `code` (label “Stock code”), `quantity` (label “Quantity”, in Chinese “数量”) give
`{"document": "InvoiceNo", "code": "Stock Code", "quantity": "数量"}`. A person's earlier choice for the
same headings goes before any guess.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core import m
from core.db import AnySession
from core.exchange.cells import CellError, Reading
from core.exchange.conversion import Conversion, MappingError
from core.exchange.convert import folded, in_all_languages
from core.exchange.days import DateCell
from core.exchange.numbers import DecimalCell, IntegerCell, RateCell
from core.exchange.targets import Target, TargetField
from core.formulas import plain
from core.i18n import _
from core.tabular.workbook import is_exact

#: What headings say of their unit: `Qty (pcs)`, `单价【未税】`.
_REMARK = re.compile(r"\([^)]*\)|\[[^]]*\]|（[^）]*）|【[^】]*】")
#: How headings shorten the word for what things are called by.
_NUMBER = re.compile(r"(?<![^\W_])(no|nr|num|nbr)(?![^\W_])|#")
_PART_NUMBER = re.compile(r"(?<![^\W_])p\s*/?\s*n(?![^\W_])")


def _key(heading: str) -> str:
    """What headings that mean the same have in common: `Our P/N`, `our_part_no.` and `Our Part Number`."""
    plain_text = unicodedata.normalize("NFKC", heading).casefold()
    return folded(_NUMBER.sub("number", _PART_NUMBER.sub("part number", plain_text)))


def guess_mapping(target: Target, header: Sequence[str]) -> dict[str, str]:
    """Field → heading, each heading once; a field that no heading sounds like is left out."""
    left = {_key(heading): heading for heading in reversed(header)}
    left |= {
        bare: heading for heading in reversed(header) if (bare := _key(_REMARK.sub("", heading))) not in left
    }
    guessed: dict[str, str] = {}
    for names in (_own_names, _aliases):
        for field in target.fields:
            found = next((name for name in names(field) if name in left), None)
            if found is not None and field.name not in guessed:
                guessed[field.name] = left.pop(found)
                left = {name: heading for name, heading in left.items() if heading != guessed[field.name]}
    for field in target.fields:
        # A rate without its currency would multiply amounts of our own.
        if isinstance(field.convert, RateCell) and field.convert.needs not in guessed:
            guessed.pop(field.name, None)
    return guessed


def _own_names(field: TargetField) -> Iterator[str]:
    yield _key(field.name)
    yield from map(_key, in_all_languages(field.title))


def _aliases(field: TargetField) -> Iterator[str]:
    yield from map(_key, field.aliases)


def remembered(
    session: AnySession, target: Target, header: Sequence[str]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The columns and the options that a person last chose for the same headings and the same target.

    What was guessed for that file is no choice: a file whose days come first would teach us to read the next
    one, whose months come first, in the wrong order. A field that was given no column has an empty heading.
    """
    past = select(m.DataImport.chosen)
    past = past.where(m.DataImport.target == target.name, m.DataImport.header == list(header))
    found = session.scalar(past.where(m.DataImport.chosen != {}).order_by(m.DataImport.id.desc()).limit(1))
    if found is None:
        return {}, {}
    names = {f.name for f in target.fields}
    mapping = {name: heading for name, heading in found["mapping"].items() if name in names}
    return mapping, dict(found["options"])


def check_mapping(target: Target, header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping without its empty entries; raises MappingError where a field lacks its column."""
    names = {field.name for field in target.fields}
    chosen = {name: heading for name, heading in mapping.items() if heading}
    for name, heading in chosen.items():
        if name not in names:
            raise MappingError(
                _(
                    "There is no field %(name)s: choose among %(known)s.",
                    name=name,
                    known=", ".join(sorted(names)),
                )
            )
        if heading not in header:
            raise MappingError(
                _(
                    "The file has no column “%(heading)s”: choose among %(known)s.",
                    heading=heading,
                    known=", ".join(header),
                )
            )
    missing = [str(f.title) for f in target.fields if f.required and f.name not in chosen]
    if missing:
        raise MappingError(_("Choose a column for %(fields)s.", fields=", ".join(missing)))
    return chosen


_DATES = (Reading("dmy", "."), Reading("mdy", "."))
_MARKS = (Reading("", "."), Reading("", ","))


def guess_reading(
    target: Target, header: Sequence[str], mapping: Mapping[str, str], rows: Iterable[Sequence[str]]
) -> dict[str, str]:
    """The options that the file itself answers: one of two readings fits every cell, the other doesn't.

    Example: `3/4/2026` alone says nothing; with `3/31/2026` below it, the month comes first.
    """
    conversion = Conversion(target, header, mapping, {})
    sample = list(rows)
    options: dict[str, str] = {}
    dates = [
        cell
        for c in conversion.columns
        if isinstance(c.field.convert, DateCell)
        for cell in _cells(sample, c.index)
    ]
    order = _only_one(DateCell(), dates, _DATES)
    if order:
        options["date_order"] = order.date_order
    amounts = [
        cell
        for c in conversion.columns
        if isinstance(c.field.convert, DecimalCell | IntegerCell)
        for cell in _cells(sample, c.index)
    ]
    mark = _only_one(DecimalCell(30), amounts, _MARKS)
    if mark:
        options["decimal_mark"] = mark.decimal_mark
    return options


def _cells(rows: Sequence[Sequence[str]], index: int) -> set[str]:
    return {plain(row[index]) for row in rows if not is_exact(row[index])} - {""}


def _only_one(
    convert: DateCell | DecimalCell, cells: Iterable[str], readings: Sequence[Reading]
) -> Reading | None:
    """The reading that some cell needs, while no cell needs another one."""
    needed = {reading for cell in cells for reading in [_needed(convert, cell, readings)] if reading}
    return needed.pop() if len(needed) == 1 else None


def _needed(convert: DateCell | DecimalCell, cell: str, readings: Sequence[Reading]) -> Reading | None:
    fits = [reading for reading in readings if _fits(convert, cell, reading)]
    return fits[0] if len(fits) == 1 else None


def _fits(convert: DateCell | DecimalCell, cell: str, reading: Reading) -> bool:
    try:
        convert(cell, reading)
    except CellError:
        return False
    return True
