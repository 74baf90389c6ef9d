"""Quotations and orders: one document that keeps its number when the customer says yes."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.sales.models.agreements import INVOICING
from addons.sales.services import delivering, invoicing, prices, replacing, shortage
from addons.sales.services.selling import SELLING
from addons.stock.models.orders import TradeChange, TradeLine, TradeOrder
from addons.stock.services.orders import confirming
from addons.stock.services.orders.prices import Asked, Price
from core.db import Line, Quantity, Timestamp, UnitPrice
from core.i18n import _
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Order(TradeOrder, CompanyOwned, Model):
    """What a customer was offered, and ordered."""

    _name = "sales.order"
    _title = "Order"
    _label = "number"
    _side = SELLING

    state: Mapped[str] = mapped_column(Text, server_default="quotation")
    salesperson_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    #: Who invoices when, see INVOICING; the customer's, unless the order says otherwise.
    invoicing: Mapped[str] = mapped_column(Text, server_default="delivery")
    #: Why it was released, by whom and when.
    release_reason: Mapped[str] = mapped_column(Line, server_default="")
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    released_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    salesperson = relationship("user", foreign_keys="SalesOrder.salesperson_id")
    released_by = relationship("user", foreign_keys="SalesOrder.released_by_id")
    lines = relationship(
        "sales.order_line",
        back_populates="order",
        order_by="SalesOrderLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint(f"invoicing IN {INVOICING}", name="invoicing_known"),)

    @classmethod
    def price_lines(cls, session: Any, asked: Sequence[Asked]) -> list[Price]:
        """The unit price of each part asked for, with its origin in words; price lists override this."""
        return prices.price_lines(session, asked)

    @classmethod
    def short_lines(cls, session: Any, orders: Iterable[Any]) -> Mapping[int, Decimal]:
        """What each line lacks that is neither delivered nor reserved, by the line's id."""
        return shortage.short_lines(session, orders)

    @classmethod
    def release_hold(cls, session: Any, orders: Iterable[Any], reason: str) -> None:
        """Confirm what is held, for a reason that is kept; takes a second role."""
        confirming.release(session, SELLING, orders, reason)

    @classmethod
    def reserve(cls, session: Any, orders: Iterable[Any]) -> None:
        """Reserve what there is by now for the open deliveries of orders."""
        delivering.reserve(session, orders)

    @classmethod
    def deliver(cls, session: Any, orders: Iterable[Any], on: dt.date | None = None) -> list[int]:
        """Do what is reserved for orders, today or on a day; returns the deliveries that were done."""
        return delivering.deliver(session, orders, on)

    @classmethod
    def invoice(cls, session: Any, orders: Iterable[Any], on: dt.date | None = None) -> list[int]:
        """Invoice what was delivered, or ordered where that was agreed; returns the posted invoices."""
        return invoicing.invoice(session, orders, on)

    @classmethod
    def invoice_until(
        cls, session: Any, partners: Iterable[int], until: dt.date, on: dt.date | None = None
    ) -> list[int]:
        """Make one invoice a customer and currency of all that moved up to a day and is not yet invoiced."""
        return invoicing.invoice_until(session, partners, until, on)

    @classmethod
    def credit(cls, session: Any, orders: Iterable[Any], on: dt.date | None = None) -> list[int]:
        """Credit what was invoiced and has come back; returns the posted credit notes."""
        return invoicing.credit(session, orders, on)

    @classmethod
    def replace_parts(cls, session: Any, wanted: Sequence[replacing.Replacement]) -> Mapping[int, Any]:
        """Put other parts on lines of quotations and orders, or on so many pieces of them.

        Returns the lines that have the other part now, by the id of the line that was named.
        """
        return replacing.replace_parts(session, wanted)


class OrderLine(TradeLine, CompanyOwned, Model):
    """A line of a quotation or an order."""

    _name = "sales.order_line"
    _title = "Order line"
    _label = "description"
    _audited = False
    _side = SELLING

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id", ondelete="CASCADE"))
    #: How much of it was there when the quotation was last saved, in words.
    availability: Mapped[str] = mapped_column(Line, server_default="")
    #: What one unit cost when the order was confirmed, in the company's currency.
    unit_cost: Mapped[Decimal | None] = mapped_column(UnitPrice)
    delivered: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    invoiced: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    credited: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    order = relationship("sales.order", back_populates="lines")
    # Named, since addons add further parts to a line.
    product = relationship("product", foreign_keys="SalesOrderLine.product_id")
    schedules = relationship(
        "sales.schedule",
        back_populates="line",
        order_by="SalesSchedule.date",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @classmethod
    def origin_words(cls) -> Mapping[str, str]:
        """The list price of the part and its breaks."""
        return {**super().origin_words(), **prices.ORIGINS}

    @property
    def remarks(self) -> list[str]:
        """What papers say of the line below its part, in the language of the paper; addons add to it."""
        return [_("Your part: %(number)s", number=self.partner_number)] if self.partner_number else []

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("credited BETWEEN 0 AND invoiced", name="credited_was_invoiced"),
            CheckConstraint("invoiced - credited <= quantity + tolerance", name="invoiced_was_ordered"),
        )


class Change(TradeChange, CompanyOwned, Model):
    """What was changed of a confirmed order."""

    _name = "sales.change"
    _title = "Change"
    _label = "what"
    _audited = False

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id", ondelete="CASCADE"))
    order_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("sales_order_line.id", ondelete="SET NULL"), index=True
    )

    order = relationship("sales.order")
    line = relationship("sales.order_line")
