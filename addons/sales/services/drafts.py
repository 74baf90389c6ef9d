"""Quotations and moves to be: what programs hand to `create`, with the attributes of what they become."""

from dataclasses import dataclass

from addons.stock.services.drafts import MoveDraft
from addons.stock.services.orders import drafts
from addons.stock.services.orders.drafts import OrderLineDraft, ScheduleDraft

__all__ = ["LineMove", "OrderDraft", "OrderLineDraft", "ScheduleDraft"]


@dataclass
class OrderDraft(drafts.OrderDraft):
    """A quotation; what is left out is the customer's."""

    salesperson_id: int | None = None
    invoicing: str = ""


@dataclass
class LineMove(MoveDraft):
    """A move for a line of an order."""

    order_line_id: int | None = None
