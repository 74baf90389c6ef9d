"""The ledger: accounts, journals, entries and their lines."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Line, Money, Rate, Timestamp, begins_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

ACCOUNT_KINDS = ("asset", "liability", "equity", "income", "expense")
#: Accounts that the program posts to by itself; one of each a company.
PURPOSES = (
    "receivable",
    "payable",
    "bank",
    "sales",
    "tax",
    "exchange_difference",
    "rounding",
    "retained_earnings",
    "inventory",
    "goods_received",
    "goods_shipped",
    "cost_of_goods_sold",
    "inventory_difference",
    "purchases",
    "input_tax",
    "price_difference",
    "supplier_claims",
    "accrued_landed_cost",
    "discount_allowed",
    "discount_received",
    "small_difference",
    "bad_debt",
    "unrealised_difference",
    "currency_valuation",
)
#: Of amounts that are in the company's currency, beside a document's own.
OF_COMPANY = {"currency": "company_currency"}
JOURNAL_KINDS = ("sale", "purchase", "bank", "general")


class Account(CompanyOwned, Model):
    """An account of the chart."""

    _name = "accounting.account"
    _known_by = ("code",)
    _title = "Account"

    code: Mapped[str] = mapped_column(Line)
    name: Mapped[str] = mapped_column(Line)
    kind: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(server_default="true")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "code"),
            UniqueConstraint("company_id", "purpose"),
            CheckConstraint(f"kind IN {ACCOUNT_KINDS}", name="kind_known"),
            CheckConstraint(f"purpose IN {PURPOSES}", name="purpose_known"),
        )


class Journal(CompanyOwned, Model):
    """A book of entries of one kind."""

    _name = "accounting.journal"
    _known_by = ("code",)
    _title = "Journal"

    code: Mapped[str] = mapped_column(Line)
    name: Mapped[str] = mapped_column(Line)
    kind: Mapped[str] = mapped_column(Text)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "code"),
            CheckConstraint(f"kind IN {JOURNAL_KINDS}", name="kind_known"),
        )


class Tax(CompanyOwned, Model):
    """A tax on what is sold, where it is owed, and bought, where it is deducted; or several together.

    Of a group the rate is the sum of its parts, which a trigger keeps; its parts go to their own accounts.
    """

    _name = "accounting.tax"
    _title = "Tax"

    name: Mapped[str] = mapped_column(Line)
    #: 0.130000 is 13 %.
    rate: Mapped[Decimal] = mapped_column(Rate, server_default="0")
    #: Whether prices have it in them; else it comes on top.
    included: Mapped[bool] = mapped_column(server_default="false")
    #: Whether it consists of others.
    grouped: Mapped[bool] = mapped_column(server_default="false")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounting_account.id", ondelete="RESTRICT"))
    #: Where it goes on bills; left out, the account of the books for input tax.
    input_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_account.id", ondelete="RESTRICT")
    )
    active: Mapped[bool] = mapped_column(server_default="true")

    account = relationship("accounting.account", foreign_keys="AccountingTax.account_id")
    input_account = relationship("accounting.account", foreign_keys="AccountingTax.input_account_id")
    parts = relationship(
        "accounting.tax_part",
        back_populates="group",
        foreign_keys="AccountingTaxPart.group_id",
        order_by="AccountingTaxPart.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def rates(self) -> list[Decimal]:
        """Its rate, or those of what it consists of."""
        return [part.part.rate for part in self.parts] if self.grouped else [self.rate]

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "name"),
            CheckConstraint("rate >= 0 AND rate < 1", name="rate_in_range"),
            CheckConstraint("grouped = (account_id IS NULL)", name="groups_have_no_account"),
        )


class TaxPart(Model):
    """One tax of a group."""

    _name = "accounting.tax_part"
    _title = "Tax of a group"
    _label = "part_id"
    _audited = False

    group_id: Mapped[int] = mapped_column(ForeignKey("accounting_tax.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    part_id: Mapped[int] = mapped_column(ForeignKey("accounting_tax.id", ondelete="RESTRICT"), index=True)

    group = relationship("accounting.tax", back_populates="parts", foreign_keys="AccountingTaxPart.group_id")
    part = relationship("accounting.tax", foreign_keys="AccountingTaxPart.part_id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("group_id", "part_id"), UniqueConstraint("group_id", "position"))


class Entry(CompanyOwned, Model):
    """A balanced set of debits and credits.

    Written as a draft and then posted, at which moment the database checks that it balances; from
    then on neither it nor its lines change. Amounts are in the company's currency.
    """

    _name = "accounting.entry"
    _title = "Journal entry"
    _label = "number"
    #: The document that causes an entry is audited; entries themselves never change.
    _audited = False

    number: Mapped[str] = mapped_column(Text)
    journal_id: Mapped[int] = mapped_column(ForeignKey("accounting_journal.id", ondelete="RESTRICT"))
    date: Mapped[date]
    narration: Mapped[str] = mapped_column(Line, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    posted_at: Mapped[datetime | None] = mapped_column(Timestamp)
    #: The entry that this one takes back.
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT"), unique=True
    )

    journal = relationship("accounting.journal")
    lines = relationship(
        "accounting.entry_line",
        back_populates="entry",
        order_by="AccountingEntryLine.id",
        passive_deletes=True,
    )
    reverses = relationship("accounting.entry", remote_side="AccountingEntry.id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint("state IN ('draft', 'posted')", name="state_known"),
            Index(None, "company_id", "date", "id"),
            search_index("accounting_entry", "number", "narration"),
            begins_index("accounting_entry", "number"),
        )


class EntryLine(Model):
    """A debit or a credit of one account."""

    _name = "accounting.entry_line"
    _title = "Journal line"
    _label = "description"
    _audited = False

    entry_id: Mapped[int] = mapped_column(ForeignKey("accounting_entry.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounting_account.id", ondelete="RESTRICT"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    #: In the company's currency; one of the two is zero.
    debit: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    credit: Mapped[Decimal] = mapped_column(Money, server_default="0", info=OF_COMPANY)
    #: The same in the document's currency, debit positive.
    amount_currency: Mapped[Decimal] = mapped_column(Money, server_default="0")
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    description: Mapped[str] = mapped_column(Line, server_default="")

    entry = relationship("accounting.entry", back_populates="lines")
    account = relationship("accounting.account")
    partner = relationship("partner")

    @property
    def company_currency(self) -> str:
        """The currency of the books that it stands in."""
        return str(self.entry.company.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("debit >= 0 AND credit >= 0 AND (debit = 0 OR credit = 0)", name="one_side"),
            Index(None, "account_id", "partner_id"),
        )
