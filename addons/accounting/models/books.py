"""What holds for a company's books: their first day, exchange rates, closed years."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from addons.accounting.services import banks, closing
from core.db import ExchangeRate, Line
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned


class Company(records.Company):
    """From when on it keeps its books here, how old an exchange rate may be, and where it is paid to."""

    #: Nothing is dated before it; the beginning of last year where nobody has set it.
    books_begin: Mapped[dt.date] = mapped_column(
        server_default=text("(date_trunc('year', CURRENT_DATE) - interval '1 year')::date")
    )
    #: How many days after its day a rate may be used: rates are not published on weekends and holidays.
    rate_age: Mapped[int] = mapped_column(Integer, server_default="7")
    #: Whether a discount for paying early lowers the tax of its document, or is granted on the whole of it.
    early_tax: Mapped[bool] = mapped_column(server_default="true")
    #: The account that customers pay to, as codes on documents name it; empty where documents have none.
    iban: Mapped[str] = mapped_column(Line, server_default="")
    bic: Mapped[str] = mapped_column(Line, server_default="")

    @validates("iban")
    def _plain_iban(self, _name: str, iban: str | None) -> str:
        return banks.plain_iban(iban) if iban else ""

    @validates("bic")
    def _plain_bic(self, _name: str, bic: str | None) -> str:
        return banks.plain_bic(bic or "")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("rate_age BETWEEN 0 AND 366", name="rate_age_in_range"),)


class CurrencyRate(CompanyOwned, Model):
    """What one unit of a foreign currency is worth in the company's, on a day, by a source."""

    _name = "accounting.currency_rate"
    _title = "Exchange rate"
    _label = "date"

    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    #: Who says so: `manual` for a person, which goes before all others of the day.
    source: Mapped[str] = mapped_column(Line, server_default="manual")
    rate: Mapped[Decimal] = mapped_column(ExchangeRate)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "currency_code", "date", "source"),
            CheckConstraint("rate > 0", name="rate_positive"),
            CheckConstraint("source <> ''", name="source_named"),
            Index(None, "company_id", "date", "id"),
        )


CLOSING_STATES = ("draft", "closed", "taken_back")


class Closing(CompanyOwned, Model):
    """The end of a year: what was earned and spent goes to retained earnings, and the days are locked."""

    _name = "accounting.closing"
    _title = "Year-end closing"
    _label = "until"

    #: The last day of the year that is closed.
    until: Mapped[dt.date]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )
    #: The entry that takes it back.
    reversal_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )

    entry = relationship("accounting.entry", foreign_keys="AccountingClosing.entry_id")
    reversal = relationship("accounting.entry", foreign_keys="AccountingClosing.reversal_id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {CLOSING_STATES}", name="state_known"),
            CheckConstraint("state = 'draft' OR entry_id IS NOT NULL", name="closed_has_entry"),
            CheckConstraint(
                "(state = 'taken_back') = (reversal_id IS NOT NULL)", name="reversal_when_taken_back"
            ),
            Index(
                "uq_accounting_closing_live",
                "company_id",
                "until",
                unique=True,
                postgresql_where="state = 'closed'",
            ),
        )

    @classmethod
    def close(cls, session: Any, closings: Iterable[Any]) -> None:
        """Move what the year earned and spent to retained earnings, and lock its days."""
        closing.close(session, closings)

    @classmethod
    def take_back(cls, session: Any, closings: Iterable[Any]) -> None:
        """Open the years again, by the opposite entries."""
        closing.take_back(session, closings)
