"""The badge of a short line, and what its panel shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from addons.sales.services.entry import lacking
from addons.substitutes.services.asking import Candidate, Remembered, Wanted
from addons.substitutes.services.memory import memories
from addons.substitutes.services.shortage import short_of
from addons.substitutes.services.substituting import agreed_prices, wanted_of
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _, ngettext
from core.screens import Typed


def badges(session: AnySession, order: Any) -> Mapping[int, str]:
    """Of each short line how many parts it may take, of each that has one which part was ordered."""
    is_open = order.state in ("quotation", "confirmed")
    short = short_of(session, order) if is_open else {}
    offered = m.Substitute.candidates(session, wanted_of(session, short))
    found = {line: _count(few) for line, few in offered.items() if few}
    given = {line.id: line.original_product for line in order.lines if line.original_product}
    return {**found, **{line: _("for %(part)s", part=part.code) for line, part in given.items()}}


def typed_badges(session: AnySession, values: Mapping[str, Any], rows: Sequence[Typed]) -> Mapping[int, str]:
    """The same of the lines of a quotation as they are typed, by their places."""
    given = {at: words for at, row in enumerate(rows) if (words := _given(row))}
    open_ones = [(at, row) for at, row in enumerate(rows) if at not in given]
    short = lacking(session, [(at, row.get("product_id"), row.get("quantity")) for at, row in open_ones])
    wanted = [_wanted(values, at, row) for at, row in open_ones if at in short and values.get("partner_id")]
    offered = m.Substitute.candidates(session, wanted)
    return {**given, **{at: _count(few) for at, few in offered.items() if few}}


def _wanted(values: Mapping[str, Any], at: int, row: Typed) -> Wanted:
    price = row.get("unit_price")
    net = None if price is None else price * (100 - (row.get("discount") or 0)) / 100
    on, currency = values.get("date") or today(), values.get("currency_code") or ""
    return Wanted(at, values["partner_id"], row["product_id"], row["quantity"], currency, on, net)


def _given(row: Typed) -> str:
    """What stands on a line that has a substitute, as long as its part is the one that was put there."""
    saved = row.record
    if saved is None or saved.original_product is None or saved.product_id != row.get("product_id"):
        return ""
    return _("for %(part)s", part=saved.original_product.code)


def _count(offered: list[Candidate]) -> str:
    if offered[0].memory.is_last:
        return _("last time: %(part)s", part=offered[0].code)
    return ngettext("%(num)s substitute", "%(num)s substitutes", len(offered))


@dataclass(frozen=True)
class Panel:
    """What may be done with one line."""

    line: Any
    order: Any
    #: What is open of it, how much of that is short, and for how much the prices are.
    quantity: Decimal
    short: Decimal
    proposed: Decimal
    offered: list[Candidate]
    #: What the customer said the last time that nothing of what was offered was wanted.
    declined: Remembered | None

    @property
    def has_costs(self) -> bool:
        """Whether the user sees what anything earns."""
        return any(candidate.margin is not None for candidate in self.offered)

    @property
    def is_given(self) -> bool:
        """Whether it has a substitute that may still be taken back."""
        return self.line.original_product_id is not None and not self.line.delivered


def panel_of(session: AnySession, line: Any, typed: Decimal | None = None) -> Panel:
    """What a line may take now, and what so much of it costs.

    Where nobody says how much: all of a quotation's line; of an order what is short of it, since what is
    reserved stays.
    """
    asked, short = wanted_of(session, [line.id]), short_of(session, line.order).get(line.id, Decimal(0))
    quantity = asked[0].quantity if asked else Decimal(0)
    usual = short if short and line.order.state == "confirmed" else quantity
    taken = min(typed, quantity) if typed is not None and typed > 0 else usual
    found = m.Substitute.candidates(session, [replace(one, quantity=taken) for one in asked])
    agreed, price = agreed_prices(session, [line.id]), asked[0].unit_price if asked else None
    others = [
        _as_agreed(one, agreed.get((line.id, one.product_id)), price)
        for one in found.get(line.id, [])
        if one.product_id != line.product_id
    ]
    known = memories(session, asked)
    declined = next((own[None] for own in known.values() if None in own), None)
    return Panel(line, line.order, quantity, short, taken, others, declined)


def _as_agreed(one: Candidate, price: Decimal | None, instead_of: Decimal | None) -> Candidate:
    """A part at the price that the customer agreed to on this order, which is the one that it gets."""
    if price is None:
        return one
    if one.difference is None or instead_of is None:
        return replace(one, unit_price=price, margin=None)
    net = one.difference + instead_of
    margin = None if one.margin is None or not price else 1 - net * (1 - one.margin) / price
    return replace(one, unit_price=price, difference=price - instead_of, margin=margin)
