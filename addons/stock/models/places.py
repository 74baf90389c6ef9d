"""Warehouses, the places in and around them, and lots."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy import inspect as orm_inspect
from sqlalchemy.orm import Mapped, mapped_column

from addons.stock.services.date_codes import refuse_date_code
from core.db import Line, Quantity, search_index
from core.i18n import _l
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned

COST_METHODS = ("fifo", "average")
#: `internal` and `transit` hold what is ours; the others are the world around.
KINDS = ("internal", "supplier", "customer", "loss", "transit")


class Company(records.Company):
    """By which method it values its stock."""

    cost_method: Mapped[str] = mapped_column(Text, server_default="fifo")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint(f"cost_method IN {COST_METHODS}", name="cost_method_known"),)


class Warehouse(CompanyOwned, Model):
    """A building, or a part of one, that goods are kept in."""

    _name = "stock.warehouse"
    _title = "Warehouse"

    code: Mapped[str] = mapped_column(Line)
    name: Mapped[str] = mapped_column(Line)
    active: Mapped[bool] = mapped_column(server_default="true")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("company_id", "code"), CheckConstraint("code <> ''", name="named"))


class Location(CompanyOwned, Model):
    """A place in a warehouse, or one of those around it: suppliers, customers, losses, the road."""

    _name = "stock.location"
    _title = "Location"
    _label = "code"

    code: Mapped[str] = mapped_column(Line)
    kind: Mapped[str] = mapped_column(Text, server_default="internal")
    warehouse_id: Mapped[int | None] = mapped_column(
        ForeignKey("stock_warehouse.id", ondelete="RESTRICT"), index=True
    )
    #: Whether deliveries take from it; no for goods that are blocked or inspected.
    pickable: Mapped[bool] = mapped_column(server_default="true")
    active: Mapped[bool] = mapped_column(server_default="true")

    warehouse = relationship("stock.warehouse")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "code"),
            CheckConstraint("code <> ''", name="named"),
            CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
            CheckConstraint(
                "(kind = 'internal') = (warehouse_id IS NOT NULL)", name="internal_has_warehouse"
            ),
            Index(None, "company_id", "kind", "id"),
        )


class Lot(CompanyOwned, Model):
    """Goods that belong together: a reel, or what came with one date code and one number of the maker's."""

    _name = "stock.lot"
    _title = "Lot"
    _label = "number"

    number: Mapped[str] = mapped_column(Line)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"))
    #: Year and week as the maker prints it, `2614`; those that sort first are the oldest.
    date_code: Mapped[str] = mapped_column(Line, server_default="")
    maker_lot: Mapped[str] = mapped_column(Line, server_default="")
    #: How many pieces it has when nothing was cut from it; zero where nobody has said.
    full_quantity: Mapped[Decimal] = mapped_column(Quantity, server_default="0")
    received: Mapped[dt.date | None]

    product = relationship("product")

    def _before_write(self) -> None:
        # Of one that has been there for long other things may be changed.
        if orm_inspect(self).attrs["date_code"].history.has_changes():
            refuse_date_code(self.date_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("product_id", "number"),
            CheckConstraint("number <> ''", name="named"),
            CheckConstraint(
                "date_code ~ '^([0-9]{4})?$'",
                name="date_code_is_year_and_week",
                info={"refusal": _l("A date code is year and week in four digits, like 2614.")},
            ),
            CheckConstraint("full_quantity >= 0", name="full_quantity_not_negative"),
            Index(None, "company_id", "number", "id"),
            search_index("stock_lot", "number", "maker_lot", "date_code"),
        )
