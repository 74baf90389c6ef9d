"""Requests and orders: one document that keeps its number when we say yes to the supplier's offer."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, object_session

from addons.accounting.amounts import line_net
from addons.purchasing.services import (
    billing,
    changing,
    confirming,
    creation,
    demand,
    prices,
    receiving,
    returning,
)
from addons.purchasing.services.drafts import DeliveryDraft
from core import m
from core.db import (
    Line,
    Money,
    Percent,
    Prose,
    Quantity,
    Timestamp,
    UnitPrice,
    begins_index,
    search_index,
    smallest_unit,
)
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("request", "confirmed", "done", "cancelled")


class Order(CompanyOwned, Model):
    """What a supplier was asked for, or was ordered; once confirmed, its state follows from its lines."""

    _name = "purchasing.order"
    _title = "Purchase order"
    _label = "number"

    #: The request's and the order's.
    number: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="request")
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    #: The last day on which the supplier's offer holds.
    valid_until: Mapped[dt.date | None]
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: The supplier's offer or order number.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    #: What an import knows it by, so that importing again finds it: unique a company.
    external_id: Mapped[str | None] = mapped_column(Line)
    #: Where the goods go; empty for our own address.
    delivery_address: Mapped[str] = mapped_column(Prose, server_default="")
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    #: When lines are promised that name no day of their own.
    promised: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(Prose, server_default="")
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    tax: Mapped[Decimal] = mapped_column(Money, server_default="0")
    total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: Grows with each change that its papers show.
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    #: Why it waits for somebody who may approve it; empty where nothing holds it.
    hold: Mapped[str] = mapped_column(Text, server_default="")
    #: Why it was approved, by whom and when.
    approval_reason: Mapped[str] = mapped_column(Line, server_default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: What several suppliers were asked at once.
    inquiry_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchasing_inquiry.id", ondelete="SET NULL"), index=True
    )

    partner = relationship("partner")
    buyer = relationship("user", foreign_keys="PurchasingOrder.buyer_id")
    approved_by = relationship("user", foreign_keys="PurchasingOrder.approved_by_id")
    inquiry = relationship("purchasing.inquiry", back_populates="orders")
    lines = relationship(
        "purchasing.order_line",
        back_populates="order",
        order_by="PurchasingOrderLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    changes = relationship(
        "purchasing.change", back_populates="order", order_by="PurchasingChange.id", passive_deletes="all"
    )

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            UniqueConstraint("company_id", "external_id"),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint("total = net + tax", name="total_adds_up"),
            CheckConstraint("valid_until >= date", name="valid_after_date"),
            CheckConstraint(
                "state IN ('request', 'cancelled') OR (number IS NOT NULL AND confirmed_at IS NOT NULL)",
                name="confirmed_is_complete",
            ),
            CheckConstraint("state IN ('request', 'cancelled') OR hold = ''", name="held_is_not_confirmed"),
            Index(None, "company_id", "date", "id"),
            Index(None, "partner_id", "date"),
            Index(
                "ix_purchasing_order_open", "company_id", "state", postgresql_where=text("state <> 'done'")
            ),
            search_index("purchasing_order", "number", "reference"),
            *(begins_index("purchasing_order", column) for column in ("number", "reference")),
        )

    @classmethod
    def create(cls, session: Any, orders: Sequence[Any]) -> list[int]:
        """Write and number requests, `OrderDraft`s or unsaved records; returns their ids."""
        return creation.create(session, orders)

    @classmethod
    def compute(cls, session: Any, orders: Sequence[Any]) -> None:
        """Set what requests leave open, and their amounts; nothing is written."""
        creation.compute(session, orders)

    @classmethod
    def price_lines(cls, session: Any, asked: Sequence[prices.Asked]) -> list[prices.Price]:
        """The unit price of each part asked for, with its origin in words; agreements override this."""
        return prices.price_lines(session, asked)

    @classmethod
    def order_short(cls, session: Any, products: Mapping[int, Decimal | None]) -> list[int]:
        """Write requests for so much of parts, or for what is suggested (None); returns one a supplier."""
        return demand.order_short(session, products)

    @classmethod
    def confirm(cls, session: Any, orders: Iterable[Any]) -> Mapping[int, str]:
        """Turn requests into orders and plan their receipts; returns why others wait for approval."""
        return confirming.confirm(session, orders)

    @classmethod
    def approve(cls, session: Any, orders: Iterable[Any], reason: str) -> None:
        """Confirm what waits for approval, for a reason that is kept; takes a second role."""
        confirming.approve(session, orders, reason)

    @classmethod
    def receive(cls, session: Any, orders: Iterable[Any], on: dt.date | None = None) -> list[int]:
        """Take in all that orders still have to bring, today or on a day; returns the receipts."""
        return receiving.receive(session, orders, on)

    @classmethod
    def receive_deliveries(
        cls, session: Any, deliveries: Sequence[DeliveryDraft], on: dt.date | None = None
    ) -> list[int]:
        """Take in what has come, line by line and lot by lot; returns a receipt for each delivery."""
        return receiving.receive_deliveries(session, deliveries, on)

    @classmethod
    def bill(
        cls, session: Any, orders: Iterable[Any], reference: str = "", on: dt.date | None = None
    ) -> list[int]:
        """Write drafts of bills, one a supplier and currency, of what is received and not billed."""
        return billing.bill(session, orders, reference, on)

    @classmethod
    def bill_until(
        cls, session: Any, partners: Iterable[int], until: dt.date, reference: str = ""
    ) -> list[int]:
        """Write a draft a supplier and currency of all that moved up to a day and is not billed."""
        return billing.bill_until(session, partners, until, reference)

    @classmethod
    def bill_lines(
        cls, session: Any, lines: Sequence[Any], until: dt.date | None
    ) -> Mapping[int, Sequence[billing.ReceivedLine]]:
        """The lines of drafts for what of order lines is open, by the order line's id.

        `lines` are rows of order lines with the open `quantity`, below zero for what is to be credited, of
        what moved up to `until`; an addon that knows other prices than the ordered ones overrides this.
        """
        return billing.bill_lines(lines)

    @classmethod
    def return_goods(cls, session: Any, moves: Mapping[int, Decimal], on: dt.date | None = None) -> list[int]:
        """Plan and reserve returns of so much of received moves; returns their transfers, to be done."""
        return returning.return_goods(session, moves, on)

    @classmethod
    def amend(cls, session: Any, changes: Sequence[changing.Amendment]) -> None:
        """Change lines of confirmed orders with a trace of what they were, and plan anew."""
        changing.amend(session, changes)

    @classmethod
    def add_lines(cls, session: Any, order: Any, lines: Sequence[Any]) -> None:
        """Add lines to a confirmed order with a trace, and plan them."""
        changing.add_lines(session, order, lines)

    @classmethod
    def cancel_rest(cls, session: Any, orders: Iterable[Any]) -> None:
        """Give up what orders still have to bring."""
        changing.cancel_rest(session, orders)

    @classmethod
    def cancel(cls, session: Any, orders: Iterable[Any]) -> None:
        """Give up requests, and orders of which nothing was received or billed."""
        changing.cancel(session, orders)

    @classmethod
    def reopen(cls, session: Any, orders: Iterable[Any]) -> None:
        """Turn cancelled orders into requests again."""
        changing.reopen(session, orders)


class OrderLine(CompanyOwned, Model):
    """So much of a part at a price; what became of it is kept beside it by the statements that did it.

    `net` is quantity × unit price less the discount, rounded once to the order's currency.
    """

    _name = "purchasing.order_line"
    _title = "Purchase order line"
    _label = "description"
    _audited = False

    order_id: Mapped[int] = mapped_column(ForeignKey("purchasing_order.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    description: Mapped[str] = mapped_column(Line, server_default="")
    #: The part as the supplier calls it.
    partner_number: Mapped[str] = mapped_column(Line, server_default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: Where the price comes from, in words: “supplier's list of 1 Oct 2026, break 1,000+”.
    price_origin: Mapped[str] = mapped_column(Line, server_default="")
    #: In percent.
    discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    tax_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"))
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    promised: Mapped[dt.date | None]
    #: Also why it was ordered, where that was suggested.
    note: Mapped[str] = mapped_column(Line, server_default="")
    #: How much more than ordered may come.
    tolerance: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    received: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    returned: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    #: What stands on bills, less what stands on the supplier's credit notes.
    billed: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    cancelled: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    #: What an inspection did not let pass: never in stock, never of value, still to come.
    rejected: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    order = relationship("purchasing.order", back_populates="lines")
    product = relationship("product")
    tax = relationship("accounting.tax")

    @property
    def currency_code(self) -> str:
        """The currency of its order."""
        return str(self.order.currency_code) if self.order else ""

    @property
    def to_receive(self) -> Decimal:
        """What is still to come."""
        return max(self.quantity - self.cancelled - self.received, Decimal(0))

    def _before_write(self) -> None:
        # A new line that knows its order by the id alone does not load it by itself.
        session = object_session(self)
        order = self.order or (session and session.get(m.PurchasingOrder, self.order_id))
        if order:
            self.company_id = order.company_id
        unit = smallest_unit(order.currency_code if order else "")
        self.net = line_net(self.quantity, self.unit_price or Decimal(0), unit, self.discount)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("order_id", "position", deferrable=True, initially="DEFERRED"),
            CheckConstraint("quantity > 0", name="quantity_positive"),
            CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
            CheckConstraint("discount BETWEEN 0 AND 100", name="discount_is_percent"),
            CheckConstraint("tolerance >= 0", name="tolerance_not_negative"),
            CheckConstraint("rejected >= 0", name="rejected_not_negative"),
            CheckConstraint(
                "received >= 0 AND cancelled >= 0 AND received + cancelled <= quantity + tolerance",
                name="received_was_ordered",
            ),
            CheckConstraint("returned BETWEEN 0 AND received", name="returned_was_received"),
            CheckConstraint("billed BETWEEN 0 AND quantity + tolerance", name="billed_was_ordered"),
        )


class Change(CompanyOwned, Model):
    """What was changed of a confirmed order: the trace that both sides can read."""

    _name = "purchasing.change"
    _title = "Change of a purchase order"
    _label = "what"
    _audited = False

    order_id: Mapped[int] = mapped_column(ForeignKey("purchasing_order.id", ondelete="CASCADE"))
    order_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchasing_order_line.id", ondelete="SET NULL"), index=True
    )
    #: The name of the field, or `added`, `cancelled`.
    what: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Line, server_default="")
    after: Mapped[str] = mapped_column(Line, server_default="")
    reason: Mapped[str] = mapped_column(Line, server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=text("now()"))

    order = relationship("purchasing.order", back_populates="changes")
    line = relationship("purchasing.order_line")
    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index(None, "order_id", "id"),)
