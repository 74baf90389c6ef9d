"""What the tables and verbs of customers' orders and of purchase orders have in common."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, object_session, validates

from addons.accounting.amounts import line_amount
from addons.stock.services.orders import calling, changing, confirming, giving_up, returning, writing
from addons.stock.services.orders.drafts import ScheduleDraft
from addons.stock.services.orders.origins import told_on_papers
from addons.stock.services.orders.sides import Side
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
from core.i18n import _l
from core.models import relationship
from core.models.fragment import table_name
from core.sayings import Told


class TradeOrder:
    """An order of either side: one document that keeps its number when it is confirmed.

    Once it is, its state follows from its lines.
    """

    _side: ClassVar[Side]
    _name: ClassVar[str]

    number: Mapped[str | None] = mapped_column(Text)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    #: The last day on which it may be accepted.
    valid_until: Mapped[dt.date | None]
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: The partner's own number of it.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    #: Where the goods go; empty for the address of who orders.
    delivery_address: Mapped[str] = mapped_column(Prose, server_default="")
    #: When lines are promised that name no day of their own.
    promised: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(Prose, server_default="")
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    tax: Mapped[Decimal] = mapped_column(Money, server_default="0")
    total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: Grows with each change that its papers show.
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    #: Why it waits for somebody who may let it go; empty where nothing holds it. What was confirmed waits
    #: where a change asks for more than was let go: nothing of it moves until then.
    hold: Mapped[str] = mapped_column(Text, server_default="")

    partner = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        table, before = table_name(cls._name), f"state IN ('{cls._side.open_state}', 'cancelled')"
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(
                f"state IN ('{cls._side.open_state}', 'confirmed', 'done', 'cancelled')", name="state_known"
            ),
            CheckConstraint("total = net + tax", name="total_adds_up"),
            CheckConstraint("valid_until >= date", name="valid_after_date"),
            CheckConstraint(
                f"{before} OR (number IS NOT NULL AND confirmed_at IS NOT NULL)", name="confirmed_is_complete"
            ),
            Index(None, "company_id", "date", "id"),
            Index(None, "partner_id", "date"),
            Index(f"ix_{table}_open", "company_id", "state", postgresql_where=text("state <> 'done'")),
            search_index(table, "number", "reference"),
            *(begins_index(table, column) for column in ("number", "reference")),
        )

    @classmethod
    def create(cls, session: Any, orders: Sequence[Any]) -> list[int]:
        """Complete, number and write orders, `OrderDraft`s or unsaved records; returns their ids."""
        return writing.create(session, cls._side, orders)

    @classmethod
    def compute(cls, session: Any, orders: Sequence[Any]) -> None:
        """Set what orders leave open, and their amounts; nothing is written."""
        writing.compute(session, cls._side, orders)

    @classmethod
    def confirm(cls, session: Any, orders: Iterable[Any]) -> Mapping[int, str]:
        """Confirm orders and plan what moves for them; returns why others wait for a second role."""
        return confirming.confirm(session, cls._side, orders)

    @classmethod
    def returnable(cls, session: Any, order_id: int) -> Mapping[int, Decimal]:
        """What of each move of an order has not been returned, nor is about to; asked, not an act."""
        return returning.returnable(session, cls._side, order_id)

    @classmethod
    def return_goods(cls, session: Any, moves: Mapping[int, Decimal], on: dt.date | None = None) -> list[int]:
        """Plan returns of so much of what has moved; returns their transfers, drafts to be done."""
        return returning.return_goods(session, cls._side, moves, on)

    @classmethod
    def amend(cls, session: Any, changes: Sequence[changing.Amendment]) -> None:
        """Change lines of confirmed orders with a trace of what they were, and plan anew."""
        changing.amend(session, cls._side, changes)

    @classmethod
    def add_lines(cls, session: Any, order: Any, lines: Sequence[Any]) -> None:
        """Add lines to a confirmed order with a trace, and plan them."""
        changing.add_lines(session, cls._side, order, lines)

    @classmethod
    def call_off(cls, session: Any, calls: Mapping[int, Sequence[ScheduleDraft]], reason: str = "") -> None:
        """Say anew when how much of lines of confirmed orders moves, by the line's id, and plan by it."""
        calling.call_off(session, cls._side, calls, reason)

    @classmethod
    def cancel_rest(cls, session: Any, orders: Iterable[Any]) -> None:
        """Give up what has not moved of orders, with what was reserved for it."""
        giving_up.cancel_rest(session, cls._side, orders)

    @classmethod
    def cancel(cls, session: Any, orders: Iterable[Any]) -> None:
        """Give up orders of which nothing has moved or is booked."""
        giving_up.cancel(session, cls._side, orders)

    @classmethod
    def reopen(cls, session: Any, orders: Iterable[Any]) -> None:
        """Turn cancelled orders into what they were before they were confirmed."""
        giving_up.reopen(session, cls._side, orders)


class TradeLine:
    """So much of a part at a price; what became of it is kept beside it by the statements that did it.

    `net` is quantity × unit price less the discount, rounded once to the order's currency, and without
    the tax that the price has in it.
    """

    _side: ClassVar[Side]
    _asked: ClassVar[tuple[str, ...]] = ("change_reason",)
    #: Why a confirmed line is changed: asked by its form, and kept with the change.
    change_reason: ClassVar[str] = ""

    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    description: Mapped[str] = mapped_column(Line, server_default="")
    #: The part as the partner calls it.
    partner_number: Mapped[str] = mapped_column(Line, server_default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: Where the price comes from, in words: “list Q3-2026, break 1,000+”.
    price_origin: Mapped[str] = mapped_column(Told, server_default="")
    #: In percent.
    discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    tax_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"))
    net: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: The tax that its price has in it.
    tax_within: Mapped[Decimal] = mapped_column(Money, server_default="0")
    promised: Mapped[dt.date | None]
    #: Also why it was ordered, where that was suggested.
    note: Mapped[str] = mapped_column(Line, server_default="")
    #: How much more than ordered may move, where that was agreed.
    tolerance: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    returned: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    cancelled: Mapped[Decimal] = mapped_column(Quantity, server_default="0")

    tax = relationship("accounting.tax")

    @property
    def currency_code(self: Any) -> str:
        """The currency of its order."""
        return str(self.order.currency_code) if self.order else ""

    @property
    def open_quantity(self: Any) -> Decimal:
        """What has still to move."""
        return max(self.quantity - self.cancelled - getattr(self, self._side.moved), Decimal(0))

    @classmethod
    def origin_words(cls) -> Mapping[str, str]:
        """Which messages of where a price comes from its partner may read, and their words on papers.

        Addons that know other origins add theirs; none may name a cost, a margin or another partner.
        """
        return {}

    @property
    def told_origin(self) -> str:
        """Where its price comes from, as its partner reads it; empty where that stays in the house."""
        return told_on_papers(self.price_origin, self.origin_words())

    @validates("product_id", "unit_price")
    def _forget_origin(self: Any, key: str, value: Any) -> Any:
        """Another part or price of a line that was written does not come from where the one before did."""
        if self.id and getattr(self, key) != value:
            self.price_origin = ""
        return value

    def _before_write(self: Any) -> None:
        # A new line that knows its order by the id alone does not load it by itself.
        session = object_session(self)
        order = self.order or (session and session.get(self._side.cls, self.order_id))
        if order:
            self.company_id = order.company_id
        unit = smallest_unit(order.currency_code if order else "")
        amount = line_amount(self.quantity, self.unit_price or Decimal(0), unit, self.discount)
        self.net = amount - (self.tax_within or 0)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        moved = cls._side.moved
        return (
            UniqueConstraint("order_id", "position", deferrable=True, initially="DEFERRED"),
            CheckConstraint("quantity > 0", name="quantity_positive"),
            CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
            CheckConstraint("discount BETWEEN 0 AND 100", name="discount_is_percent"),
            CheckConstraint("tolerance >= 0", name="tolerance_not_negative"),
            CheckConstraint(
                f"{moved} >= 0 AND cancelled >= 0 AND {moved} + cancelled <= quantity + tolerance",
                name=f"{moved}_was_ordered",
                info={"refusal": _l("More would move than was ordered: change the order, or move less.")},
            ),
            CheckConstraint(
                f"returned BETWEEN 0 AND {moved}",
                name=f"returned_was_{moved}",
                info={"refusal": _l("More would come back than has gone.")},
            ),
        )


class TradeChange:
    """What was changed of a confirmed order: the trace that both sides can read."""

    #: The name of the field, or `added`, `cancelled`.
    what: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Line, server_default="")
    after: Mapped[str] = mapped_column(Line, server_default="")
    reason: Mapped[str] = mapped_column(Line, server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=text("now()"))

    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index(None, "order_id", "id"),)


class TradeSchedule:
    """A call-off: so much of a line is to move on a day."""

    date: Mapped[dt.date]
    quantity: Mapped[Decimal] = mapped_column(Quantity)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("quantity > 0", name="quantity_positive"),
            Index(None, "line_id", "date", "id"),
        )
