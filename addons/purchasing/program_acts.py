"""What programs do with orders line by line; people have a page of a supplier's deliveries."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from addons.purchasing.services.drafts import Arrival, DeliveryDraft
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.clock import today
from core.i18n import _, _l
from core.screens import Act, Quantity, argument


@dataclass(frozen=True)
class Came:
    """How much of a line has come, as one lot where the goods have one."""

    line_id: int = argument(_l("Line of the order"))
    quantity: Quantity = argument(_l("Quantity"))
    lot: str = argument(_l("Lot"), default="")
    date_code: str = argument(_l("Date code"), default="")
    maker_lot: str = argument(_l("Maker's lot"), default="")


@dataclass(frozen=True)
class Delivery:
    """What came at once."""

    lines: tuple[Came, ...] = argument(_l("Lines"))
    reference: str = argument(_l("Number of the supplier's delivery note"), default="")
    date: dt.date | None = argument(_l("Day; today without it"), default=None)


def receive_lines(session: Any, order: Any, given: Delivery) -> str:
    """Take in what came of an order."""
    own = {line.id for line in order.lines}
    if any(line.line_id not in own for line in given.lines):
        raise PurchasingError(_("This was never ordered: order it first, or find its order."))
    arrivals = [
        Arrival(line.line_id, line.quantity, line.lot, line.date_code, line.maker_lot) for line in given.lines
    ]
    delivery = DeliveryDraft(arrivals, given.reference)
    (made,) = m.PurchasingOrder.receive_deliveries(session, [delivery], given.date or today())
    return _("%(number)s is written.", number=session.get_one(m.StockTransfer, made).number)


ACTS = (Act("receive_lines", _l("Receive lines"), receive_lines, Delivery, "purchasing.receive"),)
