"""Terms of payment, and which a partner has."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.partners import models as partners
from core.db import Line, Percent
from core.models import Model, relationship
from core.records.models import CompanyOwned


class PaymentTerm(CompanyOwned, Model):
    """How the day is found on which a document is due: see `services.terms`."""

    _name = "accounting.payment_term"
    _title = "Payment term"

    name: Mapped[str] = mapped_column(Line)
    #: Counted from the end of the document's month, and not from its day.
    from_month_end: Mapped[bool] = mapped_column(server_default="false")
    months: Mapped[int] = mapped_column(Integer, server_default="0")
    days: Mapped[int] = mapped_column(Integer, server_default="0")
    #: Day of the month on which is paid; 0 for any, 31 for the last.
    day: Mapped[int] = mapped_column(Integer, server_default="0")
    #: In percent, for whom pays within so many days of the document.
    discount: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    discount_days: Mapped[int] = mapped_column(Integer, server_default="0")
    active: Mapped[bool] = mapped_column(server_default="true")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "name"),
            CheckConstraint("months BETWEEN 0 AND 24", name="months_in_range"),
            CheckConstraint("days BETWEEN 0 AND 366", name="days_in_range"),
            CheckConstraint("day BETWEEN 0 AND 31", name="day_in_range"),
            CheckConstraint("discount >= 0 AND discount < 100", name="discount_is_percent"),
            CheckConstraint("discount_days BETWEEN 0 AND 366", name="discount_days_in_range"),
        )


class Partner(partners.Partner):
    """When documents of this partner are due."""

    payment_term_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_payment_term.id", ondelete="RESTRICT"), index=True
    )
    #: What was agreed with it as a supplier.
    supplier_term_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_payment_term.id", ondelete="RESTRICT"), index=True
    )
    payment_term = relationship("accounting.payment_term", foreign_keys="Partner.payment_term_id")
    supplier_term = relationship("accounting.payment_term", foreign_keys="Partner.supplier_term_id")
