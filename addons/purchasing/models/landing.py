"""What goods cost beside their price until they are here: freight, duty, insurance."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.purchasing.services import landing
from core.db import ExchangeRate, Line, Money, Prose, begins_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("draft", "posted", "reversed")
KINDS = ("freight", "duty", "insurance", "handling", "other")
SPREADS = ("value", "weight", "quantity")
#: Amounts are in the currency of the books.
OF_COMPANY = {"currency": "company_currency"}


class LandedCost(CompanyOwned, Model):
    """What a forwarder or the customs asks, and for which receipts: see `services.landing`."""

    _name = "purchasing.landed_cost"
    _title = "Landed cost"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    #: Who will bill it.
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: Left empty, that of the day.
    exchange_rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    #: The number of the shipment, as who carries it writes it.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    note: Mapped[str] = mapped_column(Prose, server_default="")
    #: In the document's currency, and in that of the books.
    total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    value: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    #: The day on which it was taken back.
    reversed_on: Mapped[dt.date | None]

    partner = relationship("partner")
    lines = relationship(
        "purchasing.landed_line",
        back_populates="landed_cost",
        order_by="PurchasingLandedLine.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    receipts = relationship(
        "purchasing.landed_receipt",
        back_populates="landed_cost",
        order_by="PurchasingLandedReceipt.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code) if self.company else ""

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint("exchange_rate > 0", name="rate_positive"),
            CheckConstraint(
                "state = 'draft' OR (number IS NOT NULL AND exchange_rate IS NOT NULL)",
                name="posted_is_complete",
            ),
            CheckConstraint("(state = 'reversed') = (reversed_on IS NOT NULL)", name="reversed_on_a_day"),
            Index(None, "company_id", "date", "id"),
            Index(None, "partner_id", "date"),
            search_index("purchasing_landed_cost", "number", "reference"),
            *(begins_index("purchasing_landed_cost", column) for column in ("number", "reference")),
        )

    @classmethod
    def create(cls, session: Any, costs: Sequence[Any]) -> list[int]:
        """Write unsaved records; returns their ids."""
        return landing.create(session, costs)

    @classmethod
    def complete(cls, session: Any, costs: Sequence[Any]) -> None:
        """Set rate and totals of drafts; nothing is written."""
        landing.complete(session, costs)

    @classmethod
    def post(cls, session: Any, costs: Iterable[Any]) -> None:
        """Spread drafts over the goods of their receipts, and let these cost so much more."""
        landing.post(session, costs)

    @classmethod
    def reverse(cls, session: Any, costs: Iterable[Any], on: dt.date | None = None) -> None:
        """Take posted ones back, today or on a day, wherever the goods are by now."""
        landing.reverse(session, costs, on)

    @classmethod
    def bill(
        cls, session: Any, costs: Iterable[Any], reference: str = "", on: dt.date | None = None
    ) -> list[int]:
        """Write drafts of the bills that clear what is accrued, one a partner and currency."""
        return landing.bill(session, costs, reference, on)


class LandedLine(CompanyOwned, Model):
    """One of the costs, and by what it is spread."""

    _name = "purchasing.landed_line"
    _title = "Landed cost line"
    _label = "description"
    _audited = False

    landed_cost_id: Mapped[int] = mapped_column(ForeignKey("purchasing_landed_cost.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer, server_default="1")
    kind: Mapped[str] = mapped_column(Text, server_default="freight")
    description: Mapped[str] = mapped_column(Line, server_default="")
    amount: Mapped[Decimal] = mapped_column(Money)
    spread: Mapped[str] = mapped_column(Text, server_default="value")
    #: The amount in the currency of the books, once it is posted.
    value: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    #: Whether a line of a posted bill has cleared it.
    billed: Mapped[bool] = mapped_column(server_default="false")

    landed_cost = relationship("purchasing.landed_cost", back_populates="lines")

    @property
    def currency_code(self) -> str:
        """The currency of its document."""
        return str(self.landed_cost.currency_code) if self.landed_cost else ""

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return self.landed_cost.company_currency if self.landed_cost else ""

    def _before_write(self) -> None:
        if self.landed_cost is not None:
            self.company_id = self.landed_cost.company_id

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("landed_cost_id", "position", deferrable=True, initially="DEFERRED"),
            CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
            CheckConstraint(f"spread IN {SPREADS}", name="spread_known"),
            CheckConstraint("amount > 0", name="amount_positive"),
        )


class LandedReceipt(Model):
    """A receipt whose goods the costs are for."""

    _name = "purchasing.landed_receipt"
    _title = "Receipt of a landed cost"
    _label = "id"
    _audited = False

    landed_cost_id: Mapped[int] = mapped_column(ForeignKey("purchasing_landed_cost.id", ondelete="CASCADE"))
    transfer_id: Mapped[int] = mapped_column(ForeignKey("stock_transfer.id", ondelete="RESTRICT"), index=True)

    landed_cost = relationship("purchasing.landed_cost", back_populates="receipts")
    transfer = relationship("stock.transfer")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("landed_cost_id", "transfer_id"),)


class LandedShare(CompanyOwned, Model):
    """So much of a line for a received move; never changed."""

    _name = "purchasing.landed_share"
    _title = "Share of a landed cost"
    _label = "id"
    _audited = False

    landed_line_id: Mapped[int] = mapped_column(
        ForeignKey("purchasing_landed_line.id", ondelete="RESTRICT"), index=True
    )
    move_id: Mapped[int] = mapped_column(ForeignKey("stock_move.id", ondelete="RESTRICT"), index=True)
    #: What it was spread by: value in the books, grams, or pieces.
    basis: Mapped[Decimal] = mapped_column(Numeric(26, 8))
    amount: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)

    landed_line = relationship("purchasing.landed_line")
    move = relationship("stock.move")

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code) if self.company else ""

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("basis >= 0 AND amount >= 0", name="share_not_negative"),)
