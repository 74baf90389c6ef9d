"""What was agreed with a supplier once and for all, and what holds for the whole company."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, object_session

from addons.partners import models as partners
from addons.products import models as products
from core import m
from core.db import Money, Percent, Quantity, UnitPrice
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned


class Partner(partners.Partner):
    """How much more than ordered a supplier may bring, and whether its goods are inspected."""

    #: In percent of the ordered quantity.
    receipt_tolerance: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    #: Whether what it brings waits for an inspection before it is in stock.
    inspected: Mapped[bool] = mapped_column(server_default="false")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("receipt_tolerance BETWEEN 0 AND 100", name="receipt_tolerance_is_percent"),)


class Company(records.Company):
    """From which amount on an order needs somebody's approval."""

    #: In the currency of the books, taxes included; nothing where no order needs one.
    approval_limit: Mapped[Decimal | None] = mapped_column(Money)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("approval_limit >= 0", name="approval_limit_not_negative"),)


class Product(products.Product):
    """How much of it should always be there."""

    #: Below it the part is to be ordered; nothing where it is bought for orders only.
    min_stock: Mapped[Decimal | None] = mapped_column(Quantity)
    #: Whether it waits for an inspection, whoever brings it.
    inspected: Mapped[bool] = mapped_column(server_default="false")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("min_stock >= 0", name="min_stock_not_negative"),
            Index("ix_product_min_stock", "company_id", postgresql_where=text("min_stock > 0")),
        )


class SupplierPart(CompanyOwned, Model):
    """That a supplier sells a part, and on which terms; what it calls the part, the part knows itself."""

    _name = "purchasing.supplier_part"
    _title = "Supplier's terms"
    _label = "id"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    #: Which of several is asked first: the lowest.
    rank: Mapped[int] = mapped_column(Integer, server_default="1")
    #: Days from the order to the goods.
    lead_days: Mapped[int | None] = mapped_column(Integer)
    #: The fewest units that it sells at once, and the steps in which more are.
    min_quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    multiple: Mapped[Decimal | None] = mapped_column(Quantity)
    #: Whether it may be ordered from: a supplier that is not approved is asked, and no more.
    approved: Mapped[bool] = mapped_column(server_default="true")

    partner = relationship("partner")
    product = relationship("product")
    prices = relationship(
        "purchasing.supplier_price",
        back_populates="supplier_part",
        order_by="(PurchasingSupplierPrice.currency_code, PurchasingSupplierPrice.valid_from.desc(), "
        "PurchasingSupplierPrice.min_quantity)",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    def _before_write(self) -> None:
        for price in self.prices:
            price.partner_id, price.product_id = self.partner_id, self.product_id

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("partner_id", "product_id"),
            CheckConstraint("lead_days BETWEEN 0 AND 1000", name="lead_days_in_range"),
            CheckConstraint("min_quantity > 0", name="min_quantity_positive"),
            CheckConstraint("multiple > 0", name="multiple_positive"),
        )


class SupplierPrice(CompanyOwned, Model):
    """What a supplier asks for one unit of a part from a quantity on, for as long as it says."""

    _name = "purchasing.supplier_price"
    _title = "Supplier's price"
    _label = "id"

    supplier_part_id: Mapped[int] = mapped_column(
        ForeignKey("purchasing_supplier_part.id", ondelete="CASCADE")
    )
    #: Whose price it is, and of what: those of the terms, kept beside it for lists.
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    min_quantity: Mapped[Decimal] = mapped_column(Quantity, server_default="1")
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    #: The first and the last day on which it holds; nothing for ever.
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]

    supplier_part = relationship("purchasing.supplier_part", back_populates="prices")
    partner = relationship("partner")
    product = relationship("product")

    def _before_write(self) -> None:
        session = object_session(self)
        of = self.supplier_part or (session and session.get(m.PurchasingSupplierPart, self.supplier_part_id))
        if of:
            self.company_id, self.partner_id, self.product_id = of.company_id, of.partner_id, of.product_id

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("min_quantity > 0", name="min_quantity_positive"),
            CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
            CheckConstraint("valid_until >= valid_from", name="valid_after_from"),
            Index(
                "uq_purchasing_supplier_price_break",
                "supplier_part_id",
                "currency_code",
                "min_quantity",
                "valid_from",
                unique=True,
                postgresql_nulls_not_distinct=True,
            ),
        )
