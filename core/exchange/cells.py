"""What every converter of cells shares: the reading of a file, and the refusal of a cell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import UserError


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
