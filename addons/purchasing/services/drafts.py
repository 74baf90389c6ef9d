"""Requests, moves and deliveries to be: what programs hand to verbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from addons.stock.services.drafts import MoveDraft
from addons.stock.services.orders import drafts
from addons.stock.services.orders.drafts import OrderLineDraft, ScheduleDraft

__all__ = ["Arrival", "DeliveryDraft", "LineMove", "OrderDraft", "OrderLineDraft", "ScheduleDraft"]


@dataclass
class OrderDraft(drafts.OrderDraft):
    """A request; what is left out is the supplier's."""

    buyer_id: int | None = None
    inquiry_id: int | None = None
    external_id: str | None = None


@dataclass
class LineMove(MoveDraft):
    """A move for a line of an order."""

    purchase_line_id: int | None = None


@dataclass
class Arrival:
    """So much of an order line has come, as one lot where the goods have a number."""

    line_id: int
    quantity: Decimal
    lot: str = ""
    date_code: str = ""
    maker_lot: str = ""


@dataclass
class DeliveryDraft:
    """What a supplier has brought at once, for however many orders; the number is that of its paper."""

    lines: Sequence[Arrival]
    reference: str = ""
