"""What is given up of open items."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models.open_items import OWNER, SIDES
from addons.accounting.models.papers import COMPLETE
from addons.accounting.services import writing_off
from core.db import ExchangeRate, Line, Money, Timestamp, begins_index, search_index
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned


class Company(records.Company):
    """Up to how much of a document whoever posts may write off, in the currency of the books."""

    write_off_limit: Mapped[Decimal] = mapped_column(Money, server_default="10")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("write_off_limit >= 0", name="write_off_limit_not_negative"),)


class WriteOff(CompanyOwned, Model):
    """So much of an open item is given up, with a reason: see `services.writing_off`.

    The amount is above zero whichever way the item goes; one that reverses another names the same item.
    """

    _name = "accounting.write_off"
    _title = "Write-off"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    #: Why in one word, which decides the account: see `writing_off.KINDS`.
    kind: Mapped[str] = mapped_column(Text, server_default="small_difference")
    open_item_id: Mapped[int] = mapped_column(BigInteger)
    #: Of the item, as its side, currency and rate are.
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    side: Mapped[str] = mapped_column(Text, server_default="receivable")
    date: Mapped[dt.date]
    amount: Mapped[Decimal] = mapped_column(Money)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    exchange_rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    #: Left empty, the account of its kind when it is posted.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_account.id", ondelete="RESTRICT"))
    reason: Mapped[str] = mapped_column(Line)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_write_off.id", ondelete="RESTRICT"), unique=True
    )
    posted_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    partner = relationship("partner", foreign_keys="AccountingWriteOff.partner_id")
    open_item = relationship(
        "accounting.open_item",
        primaryjoin="foreign(AccountingWriteOff.open_item_id) == AccountingOpenItem.id",
    )
    account = relationship("accounting.account")
    entry = relationship("accounting.entry")
    reverses = relationship(
        "accounting.write_off", remote_side="AccountingWriteOff.id", back_populates="reversed_by"
    )
    reversed_by = relationship("accounting.write_off", back_populates="reverses", uselist=False)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            ForeignKeyConstraint(
                ["open_item_id", *OWNER],
                [f"accounting_open_item.{column}" for column in ("id", *OWNER)],
                name="fk_write_off_open_item",
                ondelete="RESTRICT",
            ),
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"kind IN {writing_off.KINDS}", name="kind_known"),
            CheckConstraint(f"side IN {SIDES}", name="side_known"),
            CheckConstraint("amount > 0", name="amount_positive"),
            CheckConstraint("reason <> ''", name="reason_given"),
            CheckConstraint("state IN ('draft', 'posted')", name="state_known"),
            CheckConstraint("exchange_rate > 0", name="rate_positive"),
            CheckConstraint(
                f"state = 'draft' OR ({COMPLETE} AND account_id IS NOT NULL)", name="posted_is_complete"
            ),
            Index(None, "company_id", "date", "id"),
            Index(None, "open_item_id"),
            Index(None, "partner_id", "date"),
            search_index("accounting_write_off", "number", "reason"),
            begins_index("accounting_write_off", "number"),
        )

    @classmethod
    def create(cls, session: Any, write_offs: Sequence[Any]) -> list[int]:
        """Write drafts, `WriteOffDraft`s or unsaved records; returns their ids."""
        return writing_off.create(session, write_offs)

    @classmethod
    def complete(cls, session: Any, write_offs: Sequence[Any]) -> None:
        """Set partner, currency, rate and amount of drafts from their items; nothing is written."""
        writing_off.complete(session, write_offs)

    @classmethod
    def post(cls, session: Any, write_offs: Iterable[Any]) -> None:
        """Write the drafts, records or ids, to the ledger and settle their items: all of them or none."""
        writing_off.post(session, write_offs)

    @classmethod
    def reverse(cls, session: Any, write_offs: Iterable[Any], on: dt.date) -> list[int]:
        """Take posted write-offs back: their items are open again; returns the ids of their opposites."""
        return writing_off.reverse(session, write_offs, on)
