"""Rows of a file that say in every cell what another one of their document says."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.exchange.targets import Document, TargetOption
from core.i18n import _, _l

REPEATED = TargetOption(
    "repeated",
    _l("Rows that repeat another row of their document"),
    default="report",
    choices={"report": _l("leave out and report"), "book": _l("book like any other")},
)


def report_repeated(documents: Sequence[Document], options: Mapping[str, Any]) -> None:
    """Take them for slips, unless the options say otherwise."""
    if options.get(REPEATED.name) != "book":
        for document in documents:
            _report(document)


def _report(document: Document) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for row in document.rows:
        first = seen.setdefault(tuple(row.values.values()), row.number)
        if first != row.number:
            row.report(_("This row repeats row %(row)s of the same document.", row=first))
