"""What stock is worth: rows that are only ever added."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Money, Quantity
from core.models import Model, relationship
from core.records.models import CompanyOwned

VALUE_KINDS = ("receipt", "issue", "landed_cost", "repricing", "count", "rounding")
#: Amounts are in the currency of the books.
OF_COMPANY = {"currency": "company_currency"}


class Value(CompanyOwned, Model):
    """What a move, or a later change of its cost, did to the value of a part.

    The value of a part is the sum of its rows; that of all parts is the inventory account, at any date.
    A row that brings goods in is a layer: with FIFO, issues take from the oldest that has something left.
    """

    _name = "stock.value"
    _title = "Value"
    _label = "id"
    _audited = False

    move_id: Mapped[int] = mapped_column(ForeignKey("stock_move.id", ondelete="RESTRICT"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(Text)
    #: Positive for what came in, negative for what went out.
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    amount: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)
    #: How much of a layer issues have taken; kept by a trigger on the takes.
    taken: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), index=True
    )

    move = relationship("stock.move")
    product = relationship("product")
    entry = relationship("accounting.entry")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"kind IN {VALUE_KINDS}", name="kind_known"),
            CheckConstraint("taken BETWEEN 0 AND greatest(quantity, 0)", name="taken_was_there"),
            Index(None, "product_id", "date", "id"),
            Index(None, "company_id", "date", "id"),
            Index("ix_stock_value_layer", "product_id", "id", postgresql_where="taken < quantity"),
        )


class LayerTake(Model):
    """So much of a layer went with an issue, at so much of its cost."""

    _name = "stock.layer_take"
    _title = "Take"
    _label = "id"
    _audited = False

    layer_id: Mapped[int] = mapped_column(ForeignKey("stock_value.id", ondelete="RESTRICT"), index=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("stock_value.id", ondelete="RESTRICT"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    amount: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)

    layer = relationship("stock.value", foreign_keys="StockLayerTake.layer_id")
    issue = relationship("stock.value", foreign_keys="StockLayerTake.issue_id")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.layer.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("quantity > 0", name="quantity_positive"),)


class Worth(CompanyOwned, Model):
    """How much of a part is ours and what it is worth: the sums of its value rows.

    Kept by a trigger on these; its row is what two acts on the value of one part wait for.
    """

    _name = "stock.worth"
    _title = "Stock value"
    _label = "id"
    _audited = False

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), unique=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    amount: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)

    product = relationship("product")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("quantity >= 0", name="quantity_not_negative"),
            CheckConstraint("quantity > 0 OR amount = 0", name="nothing_is_worth_nothing"),
        )
