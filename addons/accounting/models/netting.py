"""What cancels out between the two accounts of a partner."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models.papers import COMPLETE
from addons.accounting.services import netting
from core.db import ExchangeRate, Money, Timestamp, begins_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Netting(CompanyOwned, Model):
    """So much of what a partner owes us is settled with what we owe the partner: see `services.netting`."""

    _name = "accounting.netting"
    _title = "Netting"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    amount: Mapped[Decimal] = mapped_column(Money)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    exchange_rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_netting.id", ondelete="RESTRICT"), unique=True
    )
    posted_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    partner = relationship("partner")
    entry = relationship("accounting.entry")
    reverses = relationship(
        "accounting.netting", remote_side="AccountingNetting.id", back_populates="reversed_by"
    )
    reversed_by = relationship("accounting.netting", back_populates="reverses", uselist=False)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint("amount > 0", name="amount_positive"),
            CheckConstraint("state IN ('draft', 'posted')", name="state_known"),
            CheckConstraint("exchange_rate > 0", name="rate_positive"),
            CheckConstraint(f"state = 'draft' OR ({COMPLETE})", name="posted_is_complete"),
            Index(None, "company_id", "date", "id"),
            Index(None, "partner_id", "date"),
            search_index("accounting_netting", "number"),
            begins_index("accounting_netting", "number"),
        )

    @classmethod
    def create(cls, session: Any, nettings: Sequence[Any]) -> list[int]:
        """Write drafts, `NettingDraft`s or unsaved records; returns their ids."""
        return netting.create(session, nettings)

    @classmethod
    def complete(cls, session: Any, nettings: Sequence[Any]) -> None:
        """Set rate and amount of drafts that say none; nothing is written."""
        netting.complete(session, nettings)

    @classmethod
    def post(cls, session: Any, nettings: Iterable[Any]) -> None:
        """Write the drafts, records or ids, to the ledger and settle both sides: all of them or none."""
        netting.post(session, nettings)

    @classmethod
    def reverse(cls, session: Any, nettings: Iterable[Any], on: dt.date) -> list[int]:
        """Take posted nettings back: both sides are open again; returns the ids of their opposites."""
        return netting.reverse(session, nettings, on)
