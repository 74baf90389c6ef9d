"""Quotations and orders: one document that keeps its number when the customer says yes."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, object_session

from addons.accounting.amounts import line_net
from addons.sales.models.agreements import INVOICING
from addons.sales.services import (
    changing,
    confirming,
    creation,
    delivering,
    invoicing,
    prices,
    replacing,
    returning,
    shortage,
)
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
from core.i18n import _
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("quotation", "confirmed", "done", "cancelled")


class Order(CompanyOwned, Model):
    """What a customer was offered, and ordered; once confirmed, its state follows from its lines."""

    _name = "sales.order"
    _title = "Order"
    _label = "number"

    #: The quotation's and the order's.
    number: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="quotation")
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    #: The last day on which the quotation may be accepted.
    valid_until: Mapped[dt.date | None]
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: The customer's order number.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    #: Where the goods go; empty for the customer's own address.
    delivery_address: Mapped[str] = mapped_column(Prose, server_default="")
    salesperson_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    #: When lines are promised that name no day of their own.
    promised: Mapped[dt.date | None]
    #: Who invoices when, see INVOICING; the customer's, unless the order says otherwise.
    invoicing: Mapped[str] = mapped_column(Text, server_default="delivery")
    note: Mapped[str] = mapped_column(Prose, server_default="")
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    tax: Mapped[Decimal] = mapped_column(Money, server_default="0")
    total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: Grows with each change that its papers show.
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    #: Why it waits for somebody who may release it; empty where nothing holds it.
    hold: Mapped[str] = mapped_column(Text, server_default="")
    #: Why it was released, by whom and when.
    release_reason: Mapped[str] = mapped_column(Line, server_default="")
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    released_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    partner = relationship("partner")
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
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint(f"invoicing IN {INVOICING}", name="invoicing_known"),
            CheckConstraint("total = net + tax", name="total_adds_up"),
            CheckConstraint("valid_until >= date", name="valid_after_date"),
            CheckConstraint(
                "state IN ('quotation', 'cancelled') OR (number IS NOT NULL AND confirmed_at IS NOT NULL)",
                name="confirmed_is_complete",
            ),
            CheckConstraint("state IN ('quotation', 'cancelled') OR hold = ''", name="held_is_not_confirmed"),
            Index(None, "company_id", "date", "id"),
            Index(None, "partner_id", "date"),
            Index("ix_sales_order_open", "company_id", "state", postgresql_where=text("state <> 'done'")),
            search_index("sales_order", "number", "reference"),
            *(begins_index("sales_order", column) for column in ("number", "reference")),
        )

    @classmethod
    def create(cls, session: Any, orders: Sequence[Any]) -> list[int]:
        """Write and number quotations, `OrderDraft`s or unsaved records; returns their ids."""
        return creation.create(session, orders)

    @classmethod
    def compute(cls, session: Any, orders: Sequence[Any]) -> None:
        """Set what quotations leave open, and their amounts; nothing is written."""
        creation.compute(session, orders)

    @classmethod
    def price_lines(cls, session: Any, asked: Sequence[prices.Asked]) -> list[prices.Price]:
        """The unit price of each part asked for, with its origin in words; price lists override this."""
        return prices.price_lines(session, asked)

    @classmethod
    def short_lines(cls, session: Any, orders: Iterable[Any]) -> Mapping[int, Decimal]:
        """What each line lacks that is neither delivered nor reserved, by the line's id."""
        return shortage.short_lines(session, orders)

    @classmethod
    def confirm(cls, session: Any, orders: Iterable[Any]) -> Mapping[int, str]:
        """Turn quotations into orders, plan their deliveries and reserve; returns why others are held."""
        return confirming.confirm(session, orders)

    @classmethod
    def release_hold(cls, session: Any, orders: Iterable[Any], reason: str) -> None:
        """Confirm what is held, for a reason that is kept; takes a second role."""
        confirming.release_hold(session, orders, reason)

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
    def return_goods(cls, session: Any, moves: Mapping[int, Decimal], on: dt.date | None = None) -> list[int]:
        """Plan returns of so much of delivered moves; returns their transfers, drafts to be done."""
        return returning.return_goods(session, moves, on)

    @classmethod
    def credit(cls, session: Any, orders: Iterable[Any], on: dt.date | None = None) -> list[int]:
        """Credit what was invoiced and has come back; returns the posted credit notes."""
        return invoicing.credit(session, orders, on)

    @classmethod
    def amend(cls, session: Any, changes: Sequence[changing.Amendment]) -> None:
        """Change lines of confirmed orders with a trace of what they were, and plan anew."""
        changing.amend(session, changes)

    @classmethod
    def add_lines(cls, session: Any, order: Any, lines: Sequence[Any]) -> None:
        """Add lines to a confirmed order with a trace, and plan them."""
        changing.add_lines(session, order, lines)

    @classmethod
    def replace_parts(cls, session: Any, wanted: Sequence[replacing.Replacement]) -> Mapping[int, Any]:
        """Put other parts on lines of quotations and orders, or on so many pieces of them.

        Returns the lines that have the other part now, by the id of the line that was named.
        """
        return replacing.replace_parts(session, wanted)

    @classmethod
    def cancel_rest(cls, session: Any, orders: Iterable[Any]) -> None:
        """Give up what orders still have to deliver, with what was reserved for it."""
        changing.cancel_rest(session, orders)

    @classmethod
    def cancel(cls, session: Any, orders: Iterable[Any]) -> None:
        """Give up quotations, and orders of which nothing was delivered or invoiced."""
        changing.cancel(session, orders)

    @classmethod
    def reopen(cls, session: Any, orders: Iterable[Any]) -> None:
        """Turn cancelled orders into quotations again."""
        changing.reopen(session, orders)


class OrderLine(CompanyOwned, Model):
    """So much of a part at a price; what became of it is kept beside it by the statements that did it.

    `net` is quantity × unit price less the discount, rounded once to the order's currency.
    """

    _name = "sales.order_line"
    _title = "Order line"
    _label = "description"
    _audited = False

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    description: Mapped[str] = mapped_column(Line, server_default="")
    #: The part as the customer calls it.
    partner_number: Mapped[str] = mapped_column(Line, server_default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: Where the price comes from, in words: “list Q3-2026, break 1,000+”.
    price_origin: Mapped[str] = mapped_column(Line, server_default="")
    #: In percent.
    discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    tax_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"))
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    promised: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(Line, server_default="")
    #: How much of it was there when the quotation was last saved, in words.
    availability: Mapped[str] = mapped_column(Line, server_default="")
    #: How much more than ordered may be delivered, where that was agreed.
    tolerance: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    #: What one unit cost when the order was confirmed, in the company's currency.
    unit_cost: Mapped[Decimal | None] = mapped_column(UnitPrice)
    delivered: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    returned: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    invoiced: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    credited: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    cancelled: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    order = relationship("sales.order", back_populates="lines")
    # Named, since addons add further parts to a line.
    product = relationship("product", foreign_keys="SalesOrderLine.product_id")
    tax = relationship("accounting.tax")
    schedules = relationship(
        "sales.schedule",
        back_populates="line",
        order_by="SalesSchedule.date",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def currency_code(self) -> str:
        """The currency of its order."""
        return str(self.order.currency_code) if self.order else ""

    @property
    def to_deliver(self) -> Decimal:
        """What is still to go out."""
        return max(self.quantity - self.cancelled - self.delivered, Decimal(0))

    @property
    def remarks(self) -> list[str]:
        """What papers say of the line below its part, in the language of the paper; addons add to it."""
        return [_("Your part: %(number)s", number=self.partner_number)] if self.partner_number else []

    def _before_write(self) -> None:
        # A new line that knows its order by the id alone does not load it by itself.
        session = object_session(self)
        order = self.order or (session and session.get(m.SalesOrder, self.order_id))
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
            CheckConstraint(
                "delivered >= 0 AND cancelled >= 0 AND delivered + cancelled <= quantity + tolerance",
                name="delivered_was_ordered",
            ),
            CheckConstraint("returned BETWEEN 0 AND delivered", name="returned_was_delivered"),
            CheckConstraint("credited BETWEEN 0 AND invoiced", name="credited_was_invoiced"),
            CheckConstraint("invoiced - credited <= quantity + tolerance", name="invoiced_was_ordered"),
        )


class Change(CompanyOwned, Model):
    """What was changed of a confirmed order: the trace that both sides can read."""

    _name = "sales.change"
    _title = "Change"
    _label = "what"
    _audited = False

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id", ondelete="CASCADE"))
    order_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("sales_order_line.id", ondelete="SET NULL"), index=True
    )
    #: The name of the field, or `added`, `cancelled`.
    what: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Line, server_default="")
    after: Mapped[str] = mapped_column(Line, server_default="")
    reason: Mapped[str] = mapped_column(Line, server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=text("now()"))

    order = relationship("sales.order")
    line = relationship("sales.order_line")
    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index(None, "order_id", "id"),)
