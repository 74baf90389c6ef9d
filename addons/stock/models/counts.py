"""Counts: what somebody has found on the shelves."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.stock.services import counting, scanning
from core.db import Line, Quantity
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("draft", "done")


class Count(CompanyOwned, Model):
    """A list of what was counted in one place; done, its differences are moves of a transfer."""

    _name = "stock.count"
    _title = "Count"
    _label = "date"

    date: Mapped[dt.date]
    location_id: Mapped[int] = mapped_column(ForeignKey("stock_location.id", ondelete="RESTRICT"))
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    note: Mapped[str] = mapped_column(Line, server_default="")
    #: What carries the differences; nothing where there are none.
    transfer_id: Mapped[int | None] = mapped_column(
        ForeignKey("stock_transfer.id", ondelete="RESTRICT"), unique=True
    )

    location = relationship("stock.location")
    transfer = relationship("stock.transfer")
    lines = relationship(
        "stock.count_line",
        back_populates="count",
        order_by="StockCountLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            Index(None, "company_id", "date", "id"),
        )

    @classmethod
    def do(cls, session: Any, counts: Iterable[Any]) -> None:
        """Book what was found beside what should be there, all counts or none."""
        counting.do(session, counts)

    @classmethod
    def scan(cls, session: Any, count: Any, typed: str) -> scanning.Scanned:
        """Add what a scanner has typed to a draft: a lot, a part, or `part*quantity`."""
        return scanning.scan(session, count, typed)

    @classmethod
    def take_back(cls, session: Any, count: Any, line: int, quantity: Decimal) -> None:
        """Take so much off a line of a draft again."""
        scanning.take_back(session, count, line, quantity)


class CountLine(Model):
    """So much of a part and lot was found; zero for what is not there."""

    _name = "stock.count_line"
    _title = "Count line"
    _label = "id"
    _audited = False

    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("stock_lot.id", ondelete="RESTRICT"))
    counted: Mapped[Decimal] = mapped_column(Quantity)
    #: What should have been there when the count was done.
    expected: Mapped[Decimal | None] = mapped_column(Quantity)

    count = relationship("stock.count", back_populates="lines")
    product = relationship("product")
    lot = relationship("stock.lot")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("counted >= 0", name="counted_not_negative"),
            Index(None, "count_id", "position"),
        )
