"""Makers, parts and orders: one field of every kind."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Money, Quantity, UnitPrice
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("sample", "active", "obsolete")


class Maker(Model):
    """Who makes parts."""

    _name = "shelf.maker"
    _title = "Maker"

    name: Mapped[str] = mapped_column(Text, unique=True)
    country: Mapped[str] = mapped_column(Text, server_default="")


class Part(Model):
    """A part on the shelf."""

    _name = "shelf.part"
    _title = "Part"
    _label = "mpn"

    mpn: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(Text, server_default="")
    maker_id: Mapped[int | None] = mapped_column(ForeignKey("shelf_maker.id", ondelete="RESTRICT"))
    currency_code: Mapped[str] = mapped_column(ForeignKey("currency.code"), server_default="USD")
    price: Mapped[Decimal | None] = mapped_column(UnitPrice())
    cost: Mapped[Decimal | None] = mapped_column(Money())
    stock: Mapped[Decimal] = mapped_column(Quantity(), server_default="0")
    pack: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    since: Mapped[date | None] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(server_default="true")
    note: Mapped[str] = mapped_column(Text, server_default="")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint("stock >= 0", name="stock_not_negative"),
        )

    def retire(self) -> str:
        """Take the part out of the range."""
        self.state = "obsolete"
        return "Retired."


class Order(CompanyOwned, Model):
    """An order with lines."""

    _name = "shelf.order"
    _title = "Order"
    _label = "number"

    number: Mapped[str] = mapped_column(Text)
    date: Mapped[date] = mapped_column(Date)
    maker_id: Mapped[int] = mapped_column(ForeignKey("shelf_maker.id", ondelete="RESTRICT"))
    currency_code: Mapped[str] = mapped_column(ForeignKey("currency.code"), server_default="USD")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    total: Mapped[Decimal] = mapped_column(Money(), server_default="0")
    lines = relationship("shelf.order_line", back_populates="order", passive_deletes=True)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("state IN ('draft', 'confirmed')", name="state_known"),
            UniqueConstraint("company_id", "number"),
        )


class OrderLine(Model):
    """A line of an order."""

    _name = "shelf.order_line"
    _title = "Order line"
    _label = "position"

    order_id: Mapped[int] = mapped_column(ForeignKey("shelf_order.id", ondelete="CASCADE"))
    order = relationship("shelf.order", back_populates="lines")
    position: Mapped[int] = mapped_column(Integer)
    part_id: Mapped[int] = mapped_column(ForeignKey("shelf_part.id", ondelete="RESTRICT"))
    quantity: Mapped[Decimal] = mapped_column(Quantity())
    price: Mapped[Decimal] = mapped_column(UnitPrice())
