"""What every converter of cells shares: the reading of a file, and the refusal of a cell."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.errors import UserError
from core.tabular.workbook import is_exact


class CellError(UserError):
    """The cell cannot be what its column wants; the message says what to write instead."""


@dataclass(frozen=True)
class Reading:
    """How this file writes what could be read in two ways; empty where it has not been said."""

    #: `dmy`, `mdy` or empty.
    date_order: str = ""
    #: `.`, `,` or empty.
    decimal_mark: str = ""

    def of(self, cell: str) -> "Reading":
        """How this cell is read: a number of a workbook has a point, whatever texts mean by theirs."""
        return replace(self, decimal_mark=".") if is_exact(cell) else self


AS_WRITTEN = Reading()
Converter = Callable[[str, Reading], Any]
