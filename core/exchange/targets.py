"""What rows of a file can become; addons declare it in `imports.py`.

targets = Targets()                                        # addons/accounting/imports.py
targets.add(Target(
    name="accounting.invoice", title=_l("Invoices"), permission="accounting.import", group_by="document",
    fields=(TargetField("document", _l("Document no."), identifier(), required=True, aliases=("No.",)),),
    book=book_invoices,
))

def book_invoices(session, documents, options):            # a chunk of them, in one transaction
    for document in documents:
        ...
        document.booked(invoice.id)                        # or unchanged(id), or refuse(reason, field)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.exchange.cells import Converter
from core.exchange.convert import text
from core.i18n import _l
from core.loader.code import declared
from core.loader.discovery import AddonSource


class Row:
    """A row of the file, with the converted value of each field."""

    __slots__ = ("field", "number", "reason", "values")

    def __init__(self, number: int, values: dict[str, Any]) -> None:
        self.number = number
        self.values = values
        self.reason = ""
        self.field = ""

    def report(self, reason: str, field: str = "") -> None:
        """This row is not booked, for this reason; the others of its document still can be."""
        if not reason:
            raise ValueError("give the reason that people read in the error file")
        self.reason, self.field = str(reason), field


class Document:
    """Rows that belong together, and what became of them."""

    __slots__ = ("key", "record_id", "rows", "state")

    def __init__(self, key: str, rows: list[Row]) -> None:
        self.key = key
        self.rows = rows
        self.state = ""
        self.record_id: int | None = None

    def booked(self, record_id: int) -> None:
        """It became this record."""
        self.state, self.record_id = "booked", record_id

    def unchanged(self, record_id: int) -> None:
        """This record was there already, as the rows describe it."""
        self.state, self.record_id = "unchanged", record_id

    def refuse(self, reason: str, field: str = "") -> None:
        """Nothing of it is booked, for this reason; rows that were reported keep their own."""
        for row in self.rows:
            if not row.reason:
                row.report(reason, field)
        self.state, self.record_id = "bad", None

    def forget(self) -> None:
        """As before it was booked: its savepoint was rolled back."""
        self.state, self.record_id = "", None
        for row in self.rows:
            row.reason = row.field = ""


def headings(*lines: str) -> tuple[str, ...]:
    """What other programs call a column, several in a line: `headings("Qty, Menge", "数量")`."""
    return tuple(name.strip() for line in lines for name in line.split(","))


@dataclass(frozen=True)
class TargetField:
    """A column that the target knows."""

    name: str
    title: Any
    convert: Converter = text()
    required: bool = False
    #: Headings by which other systems call it; case, blanks and punctuation don't matter.
    aliases: tuple[str, ...] = ()
    #: The value of an empty cell, and of a field without a column.
    default: Any = None
    help: Any = ""


@dataclass(frozen=True)
class TargetOption:
    """A value that holds for the whole file."""

    name: str
    title: Any
    convert: Converter = text()
    default: Any = None
    required: bool = False
    #: Value → label; none for free text.
    choices: Mapping[str, Any] = field(default_factory=dict)
    help: Any = ""


Book = Callable[[Any, Sequence[Document], Mapping[str, Any]], None]


@dataclass(frozen=True)
class Target:
    """Something that rows of a file can become."""

    name: str
    title: Any
    fields: tuple[TargetField, ...]
    book: Book
    permission: str
    #: Rows with the same value of this field make one document; each row its own where it is empty.
    group_by: str = ""
    options: tuple[TargetOption, ...] = ()
    #: Whether the good rows of a document are booked without its bad ones: a list of wishes can lack one, an
    #: invoice can't.
    in_part: bool = False
    #: Documents that are booked in one transaction; 0 for what has proved well.
    chunk: int = 0
    help: Any = ""

    def field(self, name: str) -> TargetField:
        """The field of this name; KeyError where there is none."""
        return {f.name: f for f in self.fields}[name]


#: What every import can be told about its file; see `convert.Reading`.
READING_OPTIONS = (
    TargetOption(
        "date_order",
        _l("Order of day and month"),
        default="",
        choices={"dmy": _l("31/12/2026: the day first"), "mdy": _l("12/31/2026: the month first")},
    ),
    TargetOption(
        "decimal_mark",
        _l("Decimal mark"),
        default="",
        choices={".": _l("1,234.50: a point"), ",": _l("1.234,50: a comma")},
    ),
)


class TargetError(Exception):
    """An addon declares a target that cannot work, or its `book` left rows without an outcome."""


@dataclass
class Targets:
    """The targets of one addon."""

    targets: dict[str, Target] = field(default_factory=dict)

    def add(self, target: Target) -> Target:
        """Declare a target; raises TargetError where it cannot work."""
        names = [f.name for f in target.fields]
        if len(set(names)) != len(names):
            raise TargetError(f"the import target {target.name} has two fields of one name")
        if target.group_by and not any(f.name == target.group_by and f.required for f in target.fields):
            raise TargetError(
                f"the import target {target.name} groups by {target.group_by}: make it a required field"
            )
        if {o.name for o in target.options} & {o.name for o in READING_OPTIONS}:
            raise TargetError(f"the import target {target.name} has an option that every import has")
        if target.name in self.targets:
            raise TargetError(f"the import target {target.name} is declared twice")
        self.targets[target.name] = target
        return target


def collect(sources: list[AddonSource]) -> dict[str, Target]:
    """The targets of all installed addons, by name; raises TargetError where two share one."""
    found: dict[str, Target] = {}
    for source, target in _declared(sources):
        if target.name in found:
            raise TargetError(f"{source} declares the import target {target.name}, which another addon has")
        found[target.name] = target
    return found


def _declared(sources: list[AddonSource]) -> Iterator[tuple[str, Target]]:
    for source, targets in declared(sources, "imports", "targets"):
        for target in targets.targets.values():
            yield source.name, target
