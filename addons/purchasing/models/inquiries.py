"""What several suppliers are asked at once: each gets a request of its own, and one answer is accepted."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.purchasing.services import asking, inquiring, requesting
from core.db import Line, Prose, Quantity, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("open", "closed")


class Inquiry(CompanyOwned, Model):
    """Parts and quantities that suppliers are asked for; closed when one answer was accepted."""

    _name = "purchasing.inquiry"
    _title = "Inquiry"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    date: Mapped[dt.date]
    #: Until when answers are wanted.
    answers_until: Mapped[dt.date | None]
    #: When the goods are wanted.
    wanted: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(Prose, server_default="")

    lines = relationship(
        "purchasing.inquiry_line",
        back_populates="inquiry",
        order_by="PurchasingInquiryLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    suppliers = relationship(
        "purchasing.inquiry_supplier",
        back_populates="inquiry",
        order_by="PurchasingInquirySupplier.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    orders = relationship("purchasing.order", back_populates="inquiry", order_by="PurchasingOrder.id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint("answers_until >= date", name="answers_after_date"),
            Index(None, "company_id", "date", "id"),
            search_index("purchasing_inquiry", "number"),
        )

    @classmethod
    def create(cls, session: Any, inquiries: Sequence[Any]) -> list[int]:
        """Write and number unsaved inquiries; returns their ids."""
        return asking.create(session, inquiries)

    @classmethod
    def create_short(
        cls, session: Any, products: Mapping[int, Decimal | None], chosen: Mapping[int, int] | None = None
    ) -> int:
        """Write an inquiry for what is short, with all who are known to sell it; returns its id."""
        return inquiring.create_short(session, products, chosen or {})

    @classmethod
    def ask(cls, session: Any, inquiries: Iterable[Any]) -> list[int]:
        """Make a request for each supplier that has none yet; returns the requests."""
        return asking.ask(session, inquiries)

    @classmethod
    def mail_requests(cls, session: Any, inquiries: Iterable[Any]) -> list[Any]:
        """Start the jobs that mail each supplier its request; returns them."""
        return requesting.start(session, inquiries)

    @classmethod
    def accept(cls, session: Any, orders: Iterable[Any]) -> Mapping[int, str]:
        """Confirm the chosen requests, and give up those of the other suppliers; returns what is held."""
        return asking.accept(session, orders)


class InquiryLine(Model):
    """So much of a part is asked for."""

    _name = "purchasing.inquiry_line"
    _title = "Inquiry line"
    _label = "id"
    _audited = False

    inquiry_id: Mapped[int] = mapped_column(ForeignKey("purchasing_inquiry.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, server_default="1")
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    note: Mapped[str] = mapped_column(Line, server_default="")

    inquiry = relationship("purchasing.inquiry", back_populates="lines")
    product = relationship("product")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("quantity > 0", name="quantity_positive"),
            Index(None, "inquiry_id", "position"),
        )


class InquirySupplier(Model):
    """A supplier that is asked."""

    _name = "purchasing.inquiry_supplier"
    _title = "Asked supplier"
    _label = "id"
    _audited = False

    inquiry_id: Mapped[int] = mapped_column(ForeignKey("purchasing_inquiry.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), index=True)

    inquiry = relationship("purchasing.inquiry", back_populates="suppliers")
    partner = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("inquiry_id", "partner_id"),)
