"""Price lists: what suppliers ask, and what customers pay."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, object_session

from addons.partners import models as partners
from addons.pricing.models.names import BREAKS, RECEIPT_PRICES, RULES, SIDES
from addons.pricing.services import list_files, lists
from core import m
from core.db import Line, Percent, Prose, Quantity, UnitPrice, search_index
from core.i18n import _l
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned


class Company(records.Company):
    """Which price is the latest where the supplier does not say, and what takes a second person."""

    price_source: Mapped[str] = mapped_column(Text, server_default="list")
    #: By how many percent a run may change prices without a second person; nothing for any.
    reprice_tolerance: Mapped[Decimal | None] = mapped_column(Percent)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"price_source IN {RULES}", name="price_source_known"),
            CheckConstraint("reprice_tolerance >= 0", name="reprice_tolerance_not_negative"),
        )


class Partner(partners.Partner):
    """Which price of a supplier is the latest, and whether its receipts take it."""

    #: Empty for what the company says.
    price_source: Mapped[str | None] = mapped_column(Text)
    receipt_price: Mapped[str] = mapped_column(Text, server_default="ordered")
    price_breaks: Mapped[str] = mapped_column(Text, server_default="line")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"price_source IN {RULES}", name="price_source_known"),
            CheckConstraint(f"receipt_price IN {RECEIPT_PRICES}", name="receipt_price_known"),
            CheckConstraint(f"price_breaks IN {BREAKS}", name="price_breaks_known"),
        )


class PriceList(CompanyOwned, Model):
    """Prices of one supplier, for one customer, a group or all, in one currency, for as long as they hold.

    A list with a first day to come takes effect on that day by itself: what holds is asked by day.
    """

    _name = "pricing.price_list"
    _title = "Price list"
    _label = "name"

    side: Mapped[str] = mapped_column(Text)
    #: Whose prices, or for whom; empty for everybody.
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    #: For which customers, where it is not for one alone.
    partner_group_id: Mapped[int | None] = mapped_column(
        ForeignKey("partner_group.id", ondelete="RESTRICT"), index=True
    )
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: As its writer calls it: “Q3-2026”.
    name: Mapped[str] = mapped_column(Line)
    #: The first and the last day on which it holds; nothing for ever.
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    #: Lists that are not active set no price.
    active: Mapped[bool] = mapped_column(server_default="true")
    #: The list that this one is compared with.
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("pricing_price_list.id", ondelete="SET NULL"), index=True
    )
    note: Mapped[str] = mapped_column(Prose, server_default="")

    partner = relationship("partner")
    partner_group = relationship("partner.group")
    replaces = relationship("pricing.price_list", remote_side="PricingPriceList.id")
    faults = relationship(
        "pricing.list_fault",
        back_populates="price_list",
        order_by="PricingListFault.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    prices = relationship(
        "pricing.price",
        back_populates="price_list",
        order_by="(PricingPrice.product_id, PricingPrice.min_quantity)",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @classmethod
    def create(cls, session: Any, price_lists: Sequence[Any]) -> list[int]:
        """Write `ListDraft`s with their prices, or unsaved records; returns their ids."""
        return lists.create(session, price_lists)

    @classmethod
    def take_in(cls, session: Any, file: list_files.ListFile) -> list_files.Taken:
        """Write the lists of a supplier's file, one a currency; says what of it became no price, and why."""
        return list_files.take_in(session, file)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"side IN {SIDES}", name="side_known"),
            CheckConstraint("valid_until >= valid_from", name="valid_after_from"),
            CheckConstraint(
                "partner_group_id IS NULL OR (side = 'sale' AND partner_id IS NULL)",
                name="group_of_customers",
                info={"refusal": _l("A list for a group is one for customers, and names no single one.")},
            ),
            CheckConstraint("replaces_id <> id", name="replaces_another"),
            Index(
                "uq_pricing_price_list_name",
                "company_id",
                "side",
                "partner_id",
                "partner_group_id",
                "name",
                unique=True,
                postgresql_nulls_not_distinct=True,
            ),
            Index(None, "company_id", "valid_from", "id"),
            search_index("pricing_price_list", "name"),
        )


class ListFault(CompanyOwned, Model):
    """A cell or a row of a supplier's file that became no price, and why."""

    _name = "pricing.list_fault"
    _title = "Left out of a price list"
    _label = "reason"
    _audited = False

    price_list_id: Mapped[int] = mapped_column(
        ForeignKey("pricing_price_list.id", ondelete="CASCADE"), index=True
    )
    sheet: Mapped[str] = mapped_column(Line, server_default="")
    #: As the spreadsheet counts.
    row: Mapped[int] = mapped_column(Integer)
    heading: Mapped[str] = mapped_column(Line, server_default="")
    cell: Mapped[str] = mapped_column(Line, server_default="")
    reason: Mapped[str] = mapped_column(Line)

    price_list = relationship("pricing.price_list", back_populates="faults")


class Price(CompanyOwned, Model):
    """What a part costs from a quantity on: a price, or on lists for customers a margin over its cost."""

    _name = "pricing.price"
    _title = "Price"
    _label = "id"
    _audited = False

    price_list_id: Mapped[int] = mapped_column(ForeignKey("pricing_price_list.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    min_quantity: Mapped[Decimal] = mapped_column(Quantity, server_default="1")
    #: For how many units the price is: 1,000 where it is a price of a thousand.
    per: Mapped[Decimal] = mapped_column(Quantity, server_default="1")
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    #: In percent of the price: 20 on a cost of 8.00 gives 10.00.
    margin: Mapped[Decimal | None] = mapped_column(Percent)
    #: Until how much is ordered at it, a contract; nothing for any quantity.
    contract_quantity: Mapped[Decimal | None] = mapped_column(Quantity)

    price_list = relationship("pricing.price_list", back_populates="prices")
    product = relationship("product")

    @property
    def currency_code(self) -> str:
        """The currency of its list."""
        return str(self.price_list.currency_code) if self.price_list else ""

    def _before_write(self) -> None:
        session = object_session(self)
        of = self.price_list or (session and session.get(m.PricingPriceList, self.price_list_id))
        if of:
            self.company_id = of.company_id

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("product_id", "price_list_id", "min_quantity"),
            CheckConstraint("num_nonnulls(unit_price, margin) = 1", name="price_or_margin"),
            CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
            CheckConstraint("margin >= 0 AND margin < 100", name="margin_is_percent"),
            CheckConstraint("min_quantity > 0 AND per > 0", name="quantities_positive"),
            CheckConstraint("contract_quantity > 0", name="contract_quantity_positive"),
            Index(None, "price_list_id", "product_id"),
        )
