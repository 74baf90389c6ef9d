"""What was agreed with a customer once and for all, and what holds for the whole company."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.partners import models as partners
from addons.products import models as products
from core.db import Money, Rate
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned

#: By delivery, by order, or by period, in a run for all that moved in it.
INVOICING = ("delivery", "order", "period")


class Partner(partners.Partner):
    """When a customer is invoiced, and how much may be owed."""

    invoicing: Mapped[str] = mapped_column(Text, server_default="delivery")
    #: In the company's currency; nothing where nobody has set a limit.
    credit_limit: Mapped[Decimal | None] = mapped_column(Money, info={"currency": "company_currency"})

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"invoicing IN {INVOICING}", name="invoicing_known"),
            CheckConstraint("credit_limit >= 0", name="credit_limit_not_negative"),
        )


class Company(records.Company):
    """When orders are held."""

    #: Days after which something overdue holds further orders; nothing where it never does.
    hold_overdue_days: Mapped[int | None] = mapped_column(Integer)
    #: The least margin, as a part of the net: 0.08 for 8 %.
    margin_floor: Mapped[Decimal | None] = mapped_column(Rate)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("hold_overdue_days >= 0", name="hold_overdue_days_not_negative"),
            CheckConstraint("margin_floor < 1", name="margin_floor_is_part"),
        )


class Maker(products.Maker):
    """The least margin on its parts, where it is not the company's."""

    margin_floor: Mapped[Decimal | None] = mapped_column(Rate)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("margin_floor < 1", name="margin_floor_is_part"),)


class Requirement(CompanyOwned, Model):
    """How a customer wants goods: all parts, or one; what a part has goes before what all have."""

    _name = "sales.requirement"
    _title = "Delivery rule"
    _label = "id"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    #: How old a date code may be when goods are reserved, in months; nothing for any.
    max_age: Mapped[int | None] = mapped_column(Integer)
    one_lot: Mapped[bool] = mapped_column(server_default="false")
    whole_reels: Mapped[bool] = mapped_column(server_default="false")
    #: Goes with each delivery.
    certificate: Mapped[bool] = mapped_column(server_default="false")

    partner = relationship("partner")
    product = relationship("product")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("max_age BETWEEN 0 AND 240", name="max_age_in_range"),
            Index(
                "uq_sales_requirement_part",
                "partner_id",
                "product_id",
                unique=True,
                postgresql_nulls_not_distinct=True,
            ),
        )


class MakerRule(CompanyOwned, Model):
    """A maker whose parts a customer takes, or refuses; one that is allowed excludes all that are not."""

    _name = "sales.maker_rule"
    _title = "Makers' rule"
    _label = "id"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    maker_id: Mapped[int] = mapped_column(ForeignKey("maker.id", ondelete="CASCADE"), index=True)
    allowed: Mapped[bool] = mapped_column(server_default="false")

    partner = relationship("partner")
    maker = relationship("maker")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index("uq_sales_maker_rule_maker", "partner_id", "maker_id", unique=True),)
