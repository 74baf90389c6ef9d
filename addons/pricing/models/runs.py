"""Runs that let received goods follow the latest price: found, looked through, applied, taken back."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.pricing.services import applying, deciding, previewing, screening
from core.db import ExchangeRate, Line, Money, Percent, Quantity, Timestamp, UnitPrice, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.sayings import Told

#: Looked through, in the books, taken back, given up.
RUN_STATES = ("open", "applied", "undone", "cancelled")
#: Amounts are in the currency of the books.
OF_COMPANY = {"currency": "company_currency"}


class Run(CompanyOwned, Model):
    """Received lines of suppliers and a period whose price is not the latest one of a day."""

    _name = "pricing.run"
    _title = "Repricing run"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: The day as of which prices are the latest.
    date: Mapped[dt.date]
    #: The days on which goods came.
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    #: Why it is done.
    reason: Mapped[str] = mapped_column(Line, server_default="")
    #: By how many percent a price may change without a second person; nothing for any.
    tolerance: Mapped[Decimal | None] = mapped_column(Percent)
    #: Whether what is billed already is claimed from the supplier, or given up to it.
    with_claims: Mapped[bool] = mapped_column(server_default="false")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: How many received lines were looked at.
    screened: Mapped[int] = mapped_column(server_default="0")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    applied_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    undone_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    user = relationship("user", foreign_keys="PricingRun.user_id")
    approved_by = relationship("user", foreign_keys="PricingRun.approved_by_id")
    applied_by = relationship("user", foreign_keys="PricingRun.applied_by_id")
    suppliers = relationship(
        "pricing.run_supplier", back_populates="run", cascade="all, delete-orphan", passive_deletes=True
    )
    parts = relationship(
        "pricing.run_part", back_populates="run", cascade="all, delete-orphan", passive_deletes=True
    )
    lines = relationship(
        "pricing.run_line", back_populates="run", order_by="PricingRunLine.id", passive_deletes="all"
    )

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code) if self.company else ""

    @classmethod
    def create(cls, session: Any, runs: Sequence[Any]) -> list[int]:
        """Write and number unsaved runs, and find their lines; returns their ids."""
        return screening.create(session, runs)

    @classmethod
    def begin_with(cls, session: Any, company_id: int, agreed: Sequence[Any], reason: str) -> int:
        """An open run of just these receipts, at prices that were agreed to elsewhere; returns its id."""
        return screening.begin_with(session, company_id, agreed, reason)

    @classmethod
    def needs_approval(cls, session: Any, run: Any) -> bool:
        """Whether accepted lines change by more than the tolerance; asked, not an act."""
        return deciding.beyond_tolerance(session, run)

    @classmethod
    def screen(cls, session: Any, runs: Iterable[Any]) -> None:
        """Find the lines of open runs anew: received lines whose price is not the latest."""
        screening.screen(session, runs)

    @classmethod
    def approve(cls, session: Any, runs: Iterable[Any]) -> None:
        """Agree to changes beyond the tolerance, as somebody else than who began the run."""
        deciding.approve(session, runs)

    @classmethod
    def apply(cls, session: Any, runs: Iterable[Any]) -> None:
        """Let the accepted lines cost the latest price, with all that followed, in one act."""
        applying.apply(session, runs)

    @classmethod
    def undo(cls, session: Any, runs: Iterable[Any]) -> None:
        """Take applied runs back, unless a later act stands on them; says which."""
        applying.undo(session, runs)

    @classmethod
    def cancel(cls, session: Any, runs: Iterable[Any]) -> None:
        """Give open runs up."""
        deciding.cancel(session, runs)

    @classmethod
    def preview(cls, session: Any, runs: Iterable[Any]) -> Mapping[int, previewing.Preview]:
        """What applying runs would do to stock, shipped and sold goods; asked, not an act."""
        return previewing.preview(session, runs)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {RUN_STATES}", name="state_known"),
            CheckConstraint("until >= since", name="until_after_since"),
            CheckConstraint("tolerance >= 0", name="tolerance_not_negative"),
            Index(None, "company_id", "date", "id"),
            search_index("pricing_run", "number", "reason"),
        )


class RunSupplier(Model):
    """One of the suppliers of a run; without any, all."""

    _name = "pricing.run_supplier"
    _title = "Supplier of a run"
    _label = "id"
    _audited = False

    run_id: Mapped[int] = mapped_column(ForeignKey("pricing_run.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), index=True)

    run = relationship("pricing.run", back_populates="suppliers")
    partner = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("run_id", "partner_id"),)


class RunPart(Model):
    """One of the parts of a run; without any, all."""

    _name = "pricing.run_part"
    _title = "Part of a run"
    _label = "id"
    _audited = False

    run_id: Mapped[int] = mapped_column(ForeignKey("pricing_run.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)

    run = relationship("pricing.run", back_populates="parts")
    product = relationship("product")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("run_id", "product_id"),)


class RunLine(CompanyOwned, Model):
    """A received line with what was ordered, what it costs by now and what it should, and the difference.

    `amount` and `value` are of what no bill is for yet, `claim_amount` and `claim_value` of what is billed.
    """

    _name = "pricing.run_line"
    _title = "Repricing line"
    _label = "id"
    _audited = False

    run_id: Mapped[int] = mapped_column(ForeignKey("pricing_run.id", ondelete="CASCADE"))
    move_id: Mapped[int] = mapped_column(ForeignKey("stock_move.id", ondelete="RESTRICT"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: What one unit of that currency was worth on the day of the receipt.
    rate: Mapped[Decimal] = mapped_column(ExchangeRate)
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    #: How much of it stands on bills.
    billed: Mapped[Decimal] = mapped_column(Quantity)
    #: What was ordered at, what it costs by now, and the latest price, each net of one unit.
    ordered_price: Mapped[Decimal] = mapped_column(UnitPrice)
    price: Mapped[Decimal] = mapped_column(UnitPrice)
    latest_price: Mapped[Decimal] = mapped_column(UnitPrice)
    #: By how many percent the price changes.
    percent: Mapped[Decimal] = mapped_column(UnitPrice)
    #: Where the latest price comes from, in words, and the record.
    origin: Mapped[str] = mapped_column(Told)
    source_model: Mapped[str] = mapped_column(Text)
    source_id: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(Money)
    value: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)
    claim_amount: Mapped[Decimal] = mapped_column(Money, server_default="0")
    claim_value: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    #: Why it can't be changed; empty where it can.
    refusal: Mapped[str] = mapped_column(Told, server_default="")
    accepted: Mapped[bool] = mapped_column(server_default="false")
    #: Whether it holds: the last line that does has the price of its move.
    applied: Mapped[bool] = mapped_column(server_default="false")

    run = relationship("pricing.run", back_populates="lines")
    move = relationship("stock.move")
    partner = relationship("partner")
    product = relationship("product")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code) if self.company else ""

    @classmethod
    def accept(cls, session: Any, lines: Iterable[Any]) -> None:
        """Let lines of open runs be applied."""
        deciding.accept(session, lines)

    @classmethod
    def leave(cls, session: Any, lines: Iterable[Any]) -> None:
        """Leave lines of open runs at their price."""
        deciding.leave(session, lines)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("run_id", "move_id"),
            CheckConstraint("NOT accepted OR refusal = ''", name="accepted_can_be_done"),
            CheckConstraint("NOT applied OR accepted", name="applied_was_accepted"),
            CheckConstraint("latest_price <> price", name="latest_price_is_another"),
            CheckConstraint("billed BETWEEN 0 AND quantity", name="billed_within_quantity"),
            Index("ix_pricing_run_line_applied", "move_id", "id", postgresql_where=text("applied")),
        )
