"""Put another part on a line, or on so many pieces of it.

Problem: of 1,000 pieces ordered 600 have gone, 400 are short, and the customer takes another part for 300 of
them. Rule: what has gone, was invoiced or given up stays as it is; of what is open so many pieces become a
line of their own behind the first, with the other part and its price; the whole of a line that nothing has
happened to changes its part in place. Example: the line stays with 700 pieces, the new one has 300.

A quotation is computed anew, a confirmed order leaves a trace and is planned anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from addons.sales.services.entry import tell_availability
from addons.sales.services.errors import SalesError
from addons.sales.services.selling import SELLING, keep_costs
from addons.stock.services.orders.changing import replan, trace
from addons.stock.services.orders.planning import unplan
from addons.stock.services.orders.writing import complete_lines
from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.audit import record

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Replacement:
    """A line, the part that it takes, and of how many pieces; None for all that are open.

    Without a price the part is priced as on a new line.
    """

    line_id: int
    product_id: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    price_origin: str = ""
    discount: Decimal | None = None
    reason: str = ""


def replace_parts(session: AnySession, wanted: Sequence[Replacement]) -> Mapping[int, Any]:
    """The lines that have the other part now, by the id of the line that was named; raises SalesError."""
    acts.require(session, SELLING.write)
    lines = {one.line_id: session.get(m.SalesOrderLine, one.line_id) for one in wanted}
    if None in lines.values():
        raise SalesError(_("There is no such line: somebody has removed it."))
    ids = sorted({line.order_id for line in lines.values() if line is not None})
    rows = acts.locked(session, m.SalesOrder, ids)
    SalesError.refuse({row.id: _closed(row) for row in rows if row.state not in ("quotation", "confirmed")})
    confirmed = [row.id for row in rows if row.state == "confirmed"]
    if confirmed:
        acts.require(session, SELLING.confirm)
    for line in lines.values():
        session.refresh(line)
    made = {one.line_id: _replace(session, lines[one.line_id], one) for one in wanted}
    session.flush()
    _finish(session, list(made.values()), [i for i in ids if i not in confirmed], confirmed)
    return made


def _closed(row: Any) -> str:
    return _("%(number)s is done or cancelled: nothing of it is open.", number=row.number)


def _replace(session: AnySession, line: Any, wanted: Replacement) -> Any:
    left = line.quantity - line.cancelled - max(line.delivered, line.invoiced - line.credited)
    quantity = left if wanted.quantity is None else wanted.quantity
    if not _ZERO < quantity <= left:
        raise SalesError(
            _(
                "Of line %(position)s %(left)s are open: another part can be put on that many at most.",
                position=line.position,
                left=format_number(left),
            )
        )
    before, confirmed = line.product, line.order.state == "confirmed"
    if confirmed:
        unplan(session, SELLING, [line.id])
    made = line if quantity == line.quantity else _split(session, line, quantity)
    _give(session, made, wanted)
    if confirmed:
        trace(session, SELLING, made, "product_id", before and before.code, made.product.code, wanted.reason)
    return made


def _split(session: AnySession, line: Any, quantity: Decimal) -> Any:
    """A line of so many pieces behind this one, which keeps the rest."""
    kept = ("promised", "note", "tax_id", "partner_number")
    made = m.SalesOrderLine(quantity=quantity, **{name: getattr(line, name) for name in kept})
    if line.order.state == "confirmed":
        trace(session, SELLING, line, "quantity", line.quantity, line.quantity - quantity)
    for later in line.order.lines:
        if later.position > line.position:
            later.position += 1
    made.position = line.position + 1
    line.quantity -= quantity
    line.order.lines.insert(line.order.lines.index(line) + 1, made)
    return made


def _give(session: AnySession, line: Any, wanted: Replacement) -> None:
    """Part, description and price; a quotation may have a line whose price somebody has yet to name."""
    line.product_id, line.description = wanted.product_id, ""
    line.unit_price, line.price_origin = wanted.unit_price, wanted.price_origin
    line.discount = wanted.discount or _ZERO
    with session.no_autoflush:
        complete_lines(session, SELLING, [(line.order, line)])
    if line.unit_price is None and line.order.state == "confirmed":
        raise SalesError(
            _("Nobody knows a price of this part for the customer: give it a list price, or name the price.")
        )
    session.flush()
    session.refresh(line, ["product"])


def _finish(
    session: AnySession, made: Sequence[Any], quotations: Sequence[int], confirmed: Sequence[int]
) -> None:
    for order_id in quotations:
        order = session.get_one(m.SalesOrder, order_id)
        m.SalesOrder.compute(session, [order])
        tell_availability(session, order.lines)
        order.hold, order.revision = "", order.revision + 1
    session.flush()
    if quotations:
        record(session, "replace_parts", "sales.order", quotations)
    if confirmed:
        agreed = [line for line in made if line.order_id in confirmed]
        tell_availability(session, agreed)  # before they take of it themselves
        session.flush()
        keep_costs(session, [line.id for line in agreed])
        replan(session, SELLING, confirmed, [], confirmed)
