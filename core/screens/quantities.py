"""Pages that list lines with a quantity to type beside each: what to credit, what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import render_template, request

from core.errors import UserError
from core.i18n import _
from core.screens.typed import typed_quantity, typed_rows

_PREFIX = "quantity-"


@dataclass(frozen=True)
class QuantityLine:
    """A line that is offered: what is said of it, and how much of it there is."""

    id: int
    cells: Sequence[str]
    most: Decimal
    #: The cells of numbers, by their places.
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class QuantityPage:
    """What the page says: its title, the way back to its record, and its columns."""

    title: str
    record: str
    url: str
    columns: Sequence[str]
    #: Above what there is, and above what is typed.
    most: str
    wanted: str
    act: str
    lines: Sequence[QuantityLine]
    #: What is said where no line is offered, and below the lines.
    empty: str
    note: str = ""

    def show(self, typed: Mapping[int, str], problem: str = "") -> str:
        """The page, with what somebody has typed."""
        return render_template("quantities.html", page=self, typed=typed, problem=problem)


def typed_quantities() -> dict[int, str]:
    """What the request says of each line, by its id; blank ones are left out."""
    return typed_rows(request.form, _PREFIX)


def parse_quantities(typed: Mapping[int, str], offered: Sequence[QuantityLine]) -> dict[int, Decimal]:
    """The quantities above zero of lines that were offered; raises UserError."""
    found = {key: typed_quantity(text) for key, text in typed.items() if key in {line.id for line in offered}}
    if any(quantity < 0 for quantity in found.values()):
        raise UserError(_("Type quantities above zero."))
    wanted = {key: quantity for key, quantity in found.items() if quantity}
    if not wanted:
        raise UserError(_("Type a quantity beside at least one line."))
    return wanted
