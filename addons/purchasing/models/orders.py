"""Requests and orders: one document that keeps its number when we say yes to the supplier's offer."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.purchasing.services import billing, demand, prices, receiving
from addons.purchasing.services.buying import BUYING
from addons.purchasing.services.drafts import DeliveryDraft
from addons.stock.models.orders import TradeChange, TradeLine, TradeOrder, TradeSchedule
from addons.stock.services.orders import confirming
from addons.stock.services.orders.prices import Asked, Price
from core.db import Line, Quantity, Timestamp
from core.i18n import _l
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Order(TradeOrder, CompanyOwned, Model):
    """What a supplier was asked for, and was ordered."""

    _name = "purchasing.order"
    _title = "Purchase order"
    _label = "number"
    _side = BUYING

    state: Mapped[str] = mapped_column(Text, server_default="request")
    #: What an import knows it by, so that importing again finds it: unique a company.
    external_id: Mapped[str | None] = mapped_column(Line)
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    #: Why it was approved, by whom and when.
    approval_reason: Mapped[str] = mapped_column(Line, server_default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: What several suppliers were asked at once.
    inquiry_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchasing_inquiry.id", ondelete="SET NULL"), index=True
    )

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
        return (UniqueConstraint("company_id", "external_id"),)

    @classmethod
    def price_lines(cls, session: Any, asked: Sequence[Asked]) -> list[Price]:
        """The unit price of each part asked for, with its origin in words; agreements override this."""
        return prices.price_lines(session, asked)

    @classmethod
    def order_short(
        cls, session: Any, products: Mapping[int, Decimal | None], chosen: Mapping[int, int] | None = None
    ) -> list[int]:
        """Write requests for so much of parts, or for what is suggested (None); returns one a supplier."""
        return demand.order_short(session, products, chosen or {})

    @classmethod
    def approve(cls, session: Any, orders: Iterable[Any], reason: str) -> None:
        """Confirm what waits for approval, for a reason that is kept; takes a second role."""
        confirming.release(session, BUYING, orders, reason)

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


class OrderLine(TradeLine, CompanyOwned, Model):
    """A line of a request or an order."""

    _name = "purchasing.order_line"
    _title = "Purchase order line"
    _label = "description"
    _audited = False
    _side = BUYING

    order_id: Mapped[int] = mapped_column(ForeignKey("purchasing_order.id", ondelete="CASCADE"))
    received: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    #: What stands on bills, less what stands on the supplier's credit notes.
    billed: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    #: What an inspection did not let pass: never in stock, never of value, still to come.
    rejected: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    order = relationship("purchasing.order", back_populates="lines")
    product = relationship("product")
    schedules = relationship(
        "purchasing.schedule",
        back_populates="line",
        order_by="PurchasingSchedule.date",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @classmethod
    def origin_words(cls) -> Mapping[str, str]:
        """The supplier's own list and its breaks."""
        return {**super().origin_words(), **prices.ORIGINS}

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("rejected >= 0", name="rejected_not_negative"),
            CheckConstraint(
                "billed BETWEEN 0 AND quantity + tolerance",
                name="billed_was_ordered",
                info={
                    "refusal": _l(
                        "More would be billed than was ordered with what may come beyond it, or more "
                        "credited than is billed: correct the quantity, or write the rest on a line without "
                        "an order."
                    )
                },
            ),
        )


class Change(TradeChange, CompanyOwned, Model):
    """What was changed of a confirmed order."""

    _name = "purchasing.change"
    _title = "Change of a purchase order"
    _label = "what"
    _audited = False

    order_id: Mapped[int] = mapped_column(ForeignKey("purchasing_order.id", ondelete="CASCADE"))
    order_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("purchasing_order_line.id", ondelete="SET NULL"), index=True
    )

    order = relationship("purchasing.order", back_populates="changes")
    line = relationship("purchasing.order_line")


class Schedule(TradeSchedule, Model):
    """A call-off of a line: so much of it is to come on a day."""

    _name = "purchasing.schedule"
    _title = "Call-off"
    _label = "date"
    _audited = False

    line_id: Mapped[int] = mapped_column(ForeignKey("purchasing_order_line.id", ondelete="CASCADE"))

    line = relationship("purchasing.order_line", back_populates="schedules")
