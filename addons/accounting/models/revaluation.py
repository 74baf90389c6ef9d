"""What foreign currency is worth at the end of a period."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models.ledger import OF_COMPANY
from addons.accounting.services import revaluation
from core.db import ExchangeRate, Money, Timestamp, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

REVALUATION_STATES = ("draft", "posted", "taken_back")


class Revaluation(CompanyOwned, Model):
    """What was open in foreign currency on a day, at the rate of that day: see `services.revaluation`."""

    _name = "accounting.revaluation"
    _title = "Revaluation"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    #: The last day of the period.
    date: Mapped[dt.date]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    #: By how much all of it together is worth more than it stands in the books.
    difference: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    #: The entry of the day and its opposite of the next; none where nothing differs.
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    opposite_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    #: The one of the same day that it stands for.
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_revaluation.id", ondelete="RESTRICT"), unique=True
    )
    posted_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    entry = relationship("accounting.entry", foreign_keys="AccountingRevaluation.entry_id")
    opposite = relationship("accounting.entry", foreign_keys="AccountingRevaluation.opposite_id")
    replaces = relationship("accounting.revaluation", remote_side="AccountingRevaluation.id")
    lines = relationship(
        "accounting.revaluation_line",
        back_populates="revaluation",
        order_by="AccountingRevaluationLine.position",
        passive_deletes=True,
    )

    @property
    def company_currency(self) -> str:
        """The currency of the books that it stands in."""
        return str(self.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {REVALUATION_STATES}", name="state_known"),
            CheckConstraint(
                "state = 'draft' OR (number IS NOT NULL AND posted_at IS NOT NULL)", name="posted_is_complete"
            ),
            CheckConstraint("(entry_id IS NULL) = (opposite_id IS NULL)", name="entries_come_in_pairs"),
            CheckConstraint("difference = 0 OR entry_id IS NOT NULL", name="difference_is_booked"),
            # Of one day there is one that holds.
            Index(
                "uq_accounting_revaluation_live",
                "company_id",
                "date",
                unique=True,
                postgresql_where=text("state = 'posted'"),
            ),
            Index(None, "company_id", "date", "id"),
            search_index("accounting_revaluation", "number"),
        )

    @classmethod
    def post(cls, session: Any, revaluations: Iterable[Any]) -> None:
        """Value what is open on their days, and book it and its opposite; one of the same day is replaced."""
        revaluation.post(session, revaluations)

    @classmethod
    def take_back(cls, session: Any, revaluations: Iterable[Any]) -> None:
        """Book the opposites of both entries, each on its day."""
        revaluation.take_back(session, revaluations)


class RevaluationLine(Model):
    """One open item, or the balance of a bank account in one currency."""

    _name = "accounting.revaluation_line"
    _title = "Revalued item"
    _label = "kind"
    _audited = False

    revaluation_id: Mapped[int] = mapped_column(ForeignKey("accounting_revaluation.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    #: Of an item; empty of a bank account, which is named instead.
    open_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_open_item.id", ondelete="RESTRICT"), index=True
    )
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounting_account.id", ondelete="RESTRICT"))
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: What is open on the day, debit positive, and what it stands in the books with.
    amount: Mapped[Decimal] = mapped_column(Money)
    book_value: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)
    #: What one unit is worth on the day, and with it all; empty where there is no rate.
    exchange_rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    value: Mapped[Decimal | None] = mapped_column(Money, info=OF_COMPANY)
    difference: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    #: Why it was not valued.
    reason: Mapped[str] = mapped_column(Text, server_default="")

    revaluation = relationship("accounting.revaluation", back_populates="lines")
    open_item = relationship("accounting.open_item")
    partner = relationship("partner")
    account = relationship("accounting.account")

    @property
    def company_currency(self) -> str:
        """The currency of the books that it stands in."""
        return str(self.revaluation.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("revaluation_id", "position"),
            CheckConstraint(f"kind IN {revaluation.KINDS}", name="kind_known"),
            CheckConstraint("(exchange_rate IS NULL) = (reason <> '')", name="reason_where_no_rate"),
            CheckConstraint("(exchange_rate IS NULL) = (value IS NULL)", name="value_by_rate"),
            CheckConstraint("difference = coalesce(value - book_value, 0)", name="difference_adds_up"),
        )
