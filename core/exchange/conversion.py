"""Rows of cells to documents of values, by a target, a mapping and options."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.errors import UserError
from core.exchange.cells import CellError, Reading
from core.exchange.targets import READING_OPTIONS, Document, Row, Target, TargetField, TargetOption
from core.formulas import plain
from core.i18n import _

#: Different cells of a column that are remembered with their values.
REMEMBERED = 4096
#: What a spreadsheet writes where a formula has no value.
FAILED = frozenset(
    ("#N/A", "#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!")
)
#: Characters of a document's key: what an index entry holds.
LONGEST_KEY = 400


class MappingError(UserError):
    """The columns don't fit the target, or an option is missing; the message says which."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with the cell of a field; the field is empty where it is the whole row."""

    field: str
    heading: str
    reason: str


@dataclass(frozen=True)
class Column:
    """A field of the target and the column that it is read from."""

    field: TargetField
    heading: str
    index: int
    #: A cell to its value, or to the CellError that says why it has none.
    read: Callable[[str], Any]


class Conversion:
    """How the rows of one file become documents of one target."""

    def __init__(
        self, target: Target, header: Sequence[str], mapping: Mapping[str, str], options: Mapping[str, Any]
    ) -> None:
        self.target = target
        self.width = len(header)
        self.options, reading = read_options(target, options)
        places = {heading: index for index, heading in enumerate(header)}
        self.columns = [
            Column(f, mapping[f.name], places[mapping[f.name]], _reader(f, reading))
            for f in target.fields
            if mapping.get(f.name) in places
        ]
        self.headings = {c.field.name: c.heading for c in self.columns}
        self._defaults = {f.name: f.default for f in target.fields if f.name not in self.headings}
        self._plan = [(c.field.name, c.index, c.read) for c in self.columns]
        self._key = next((c for c in self.columns if c.field.name == target.group_by), None)

    def key_of(self, cells: Sequence[str]) -> str | Problem:
        """Which document the row belongs to, or why nobody can say."""
        assert self._key is not None
        value = self._key.read(cells[self._key.index])
        if isinstance(value, CellError):
            return self._key_problem(str(value))
        key = str(value)
        if len(key) > LONGEST_KEY or "\x00" in key:
            return self._key_problem(_("This text is too long to name a document: shorten it."))
        return key

    def _key_problem(self, reason: str) -> Problem:
        name = self.target.group_by
        return Problem(name, self.headings[name], reason)

    def values(self, cells: Sequence[str]) -> dict[str, Any]:
        """The value of each field; a CellError stands where there is none."""
        values = dict(self._defaults)
        for name, index, read in self._plan:
            values[name] = read(cells[index])
        return values

    def problems(self, cells: Sequence[str], values: Mapping[str, Any]) -> list[Problem]:
        """What is wrong with a row; empty for a good one."""
        if len(cells) > self.width:
            reason = _(
                "This row has %(cells)s cells, but there are %(headings)s headings: put a cell that "
                "holds the separator into quotation marks.",
                cells=len(cells),
                headings=self.width,
            )
            return [Problem("", "", reason)]
        return [
            Problem(name, self.headings[name], str(value))
            for name, value in values.items()
            if value.__class__ is CellError
        ]

    def documents(
        self, rows: Iterable[tuple[int, str, Sequence[str]]]
    ) -> tuple[list[Document], list[Document]]:
        """Good documents and bad ones, of rows as (number, key, cells); rows of one key may be scattered.

        A bad row makes its document bad, unless the target takes documents in part.
        """
        in_part = self.target.in_part
        documents: dict[str, Document] = {}
        wrong: dict[str, None] = {}
        alone: list[Document] = []
        width = self.width
        for number, key, cells in rows:
            values = self.values(cells)
            row = Row(number, values)
            if len(cells) != width or any(value.__class__ is CellError for value in values.values()):
                problems = self.problems(cells, values)
                reason, columns = told(problems)
                row.report(reason, problems[0].field if len(problems) == 1 else columns)
                if in_part:
                    alone.append(_refused(Document(key, [row])))
                    continue
                wrong[key or str(number)] = None
            if key in documents:
                documents[key].rows.append(row)
            else:
                documents[key or str(number)] = Document(key, [row])
        bad = [*alone, *(_refused(documents.pop(key)) for key in wrong)]
        return list(documents.values()), bad


def told(problems: Sequence[Problem]) -> tuple[str, str]:
    """All that is wrong with a row, each with its column where there are several; and the columns."""
    if len(problems) == 1:
        return problems[0].reason, problems[0].heading
    reasons = [f"{problem.heading}: {problem.reason}" for problem in problems]
    return " · ".join(reasons), ", ".join(problem.heading for problem in problems)


def _refused(document: Document) -> Document:
    """Refuse what has a bad row: the others name the first one."""
    first = next(row.number for row in document.rows if row.reason)
    document.refuse(sibling_reason(first))
    return document


def sibling_reason(number: int) -> str:
    """Why a good row is not booked: another one of its document is bad."""
    reason: str = _("Row %(number)s of this document is not right.", number=number)
    return reason


def _failed(text: str) -> str:
    reason: str = _("A formula has no value here (%(text)s): correct it in the spreadsheet.", text=text)
    return reason


def _reader(field: TargetField, reading: Reading) -> Callable[[str], Any]:
    convert, required, default = field.convert, field.required, field.default

    @lru_cache(REMEMBERED)
    def read(cell: str) -> Any:
        text = plain(cell)
        try:
            if text:
                if text[0] == "#" and text in FAILED:
                    raise CellError(_failed(text))
                return convert(text, reading.of(cell))
            if required:
                raise CellError(_("This cell is empty: fill it in."))
            return default
        except CellError as error:
            return error

    return read


def read_options(target: Target, given: Mapping[str, Any]) -> tuple[dict[str, Any], Reading]:
    """The values of the target's options, and how to read the file; raises MappingError."""
    known = {option.name for option in (*READING_OPTIONS, *target.options)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise MappingError(
            _(
                "There is no option %(name)s: choose among %(known)s.",
                name=unknown[0],
                known=", ".join(sorted(known)),
            )
        )
    reading = Reading(**{o.name: _read_option(o, given, Reading()) for o in READING_OPTIONS})
    return {o.name: _read_option(o, given, reading) for o in target.options}, reading


def _read_option(option: TargetOption, given: Mapping[str, Any], reading: Reading) -> Any:
    text = plain(str(given.get(option.name) or ""))
    if not text:
        if option.required and option.default is None:
            raise MappingError(_("Choose a value for “%(option)s”.", option=str(option.title)))
        return option.default
    if option.choices and text not in option.choices:
        raise MappingError(
            _(
                "“%(text)s” is no choice for “%(option)s”: choose among %(known)s.",
                text=text,
                option=str(option.title),
                known=", ".join(option.choices),
            )
        )
    try:
        return option.convert(text, reading)
    except CellError as error:
        raise MappingError(f"{option.title}: {error}") from error
