"""What programs do with substitutes of an order's lines; people have the panel of a line."""

from dataclasses import dataclass
from typing import Any

from addons.substitutes.services.errors import SubstituteError
from addons.substitutes.services.substituting import Acceptance, Refusal
from core import m
from core.i18n import _, _l, format_number
from core.screens import Act, Price, Quantity, argument

_WRITE = "sales.write"


@dataclass(frozen=True)
class Accepted:
    """A substitute for a line."""

    line_id: int = argument(_l("Line of the order"))
    substitute_id: int = argument(_l("The part that is to stand on it"))
    quantity: Quantity | None = argument(_l("How much of it; all that is open without it"), default=None)
    unit_price: Price | None = argument(_l("Price; the customer's without it"), default=None)


@dataclass(frozen=True)
class Declined:
    """What the customer did not want."""

    line_id: int = argument(_l("Line of the order"))
    reason: str = argument(_l("Why"))
    substitute_id: int | None = argument(_l("Which part; none of those offered without it"), default=None)


@dataclass(frozen=True)
class TakenBack:
    """A line that is to have again what was ordered."""

    line_id: int = argument(_l("Line of the order"))


def accept(session: Any, order: Any, given: Accepted) -> str:
    """Put a substitute on a line."""
    _refuse_foreign(order, given.line_id)
    wanted = Acceptance(given.line_id, given.substitute_id, given.quantity, given.unit_price)
    return said_of(m.SalesOrder.substitute(session, [wanted])[given.line_id])


def said_of(line: Any) -> str:
    """What a line was given."""
    return _(
        "%(quantity)s × %(part)s for %(original)s.",
        quantity=format_number(line.quantity),
        part=line.product.code,
        original=line.original_product.code,
    )


def decline(session: Any, order: Any, given: Declined) -> str:
    """Keep that the customer did not want it."""
    _refuse_foreign(order, given.line_id)
    refusal = Refusal(given.line_id, given.reason, given.substitute_id)
    m.SalesOrder.decline_substitutes(session, [refusal])
    return _("Kept: the customer did not want it.")


def take_back(session: Any, order: Any, given: TakenBack) -> str:
    """Put what was ordered on the line again."""
    line = _refuse_foreign(order, given.line_id)
    m.SalesOrder.take_substitute_back(session, [line])
    return _("Line %(position)s has %(part)s again.", position=line.position, part=line.product.code)


def _refuse_foreign(order: Any, line_id: int) -> Any:
    """The line of that id, unless it is one of another order."""
    for line in order.lines:
        if line.id == line_id:
            return line
    raise SubstituteError(_("The record has no such line, or it is given twice."))


ACTS = (
    Act("accept_substitute", _l("Accept a substitute"), accept, Accepted, _WRITE),
    Act("decline_substitutes", _l("Decline substitutes"), decline, Declined, _WRITE),
    Act("take_substitute_back", _l("Take a substitute back"), take_back, TakenBack, _WRITE),
)
