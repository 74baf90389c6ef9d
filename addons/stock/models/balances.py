"""What is where: a sum of moves that the database keeps."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Quantity
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Balance(CompanyOwned, Model):
    """So much of a part and lot is in a place of ours, and so much of that is reserved.

    Changed by a trigger on the moves, and by nothing else.
    """

    _name = "stock.balance"
    _title = "Stock"
    _label = "id"
    _audited = False

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"))
    location_id: Mapped[int] = mapped_column(ForeignKey("stock_location.id", ondelete="RESTRICT"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("stock_lot.id", ondelete="RESTRICT"), index=True)
    on_hand: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    reserved: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    #: Since when there has been something here without a break.
    since: Mapped[dt.date | None]

    product = relationship("product")
    location = relationship("stock.location")
    lot = relationship("stock.lot")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("0 <= reserved AND reserved <= on_hand", name="reserved_is_there"),
            Index(
                "uq_stock_balance_place",
                "product_id",
                "location_id",
                "lot_id",
                unique=True,
                postgresql_nulls_not_distinct=True,
            ),
            Index(None, "company_id", "product_id", "id"),
        )
