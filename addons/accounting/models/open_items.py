"""What customers owe and what is owed to suppliers, document by document, and what settles what."""

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
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models.ledger import OF_COMPANY
from addons.accounting.services import allocation
from core.db import ExchangeRate, Money, Timestamp, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

#: On which of its partner's two accounts a document stands; a partner that buys and sells has both.
SIDES = ("receivable", "payable")
DOCUMENTS = ("invoice", "credit_note", "payment", "refund", "reversal", "bill", "netting", "write_off")
#: Whose account it is: only within one can an item settle another.
OWNER = ("company_id", "partner_id", "side", "currency_code")


class OpenItem(CompanyOwned, Model):
    """One posted document on a partner's account.

    The sum of a partner's open items of a side equals the partner's balance on the account of that side. Only
    `allocated` ever changes, and only by a trigger on the allocations.
    """

    _name = "accounting.open_item"
    _title = "Open item"
    _label = "number"
    _audited = False

    entry_line_id: Mapped[int] = mapped_column(
        ForeignKey("accounting_entry_line.id", ondelete="RESTRICT"), unique=True
    )
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    side: Mapped[str] = mapped_column(Text, server_default="receivable")
    document: Mapped[str] = mapped_column(Text)
    #: Number of the document, and its reference.
    number: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, server_default="")
    date: Mapped[dt.date]
    due_date: Mapped[dt.date]
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    exchange_rate: Mapped[Decimal] = mapped_column(ExchangeRate, server_default="1")
    #: In the document's currency; positive is owed to us, negative is owed by us.
    amount: Mapped[Decimal] = mapped_column(Money)
    #: The same in the company's currency, as it stands in the ledger.
    company_amount: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)
    #: What whoever pays up to this day need not pay of it, signed as the amount.
    discount: Mapped[Decimal] = mapped_column(Money, server_default="0")
    discount_until: Mapped[dt.date | None]
    #: How much of it has been settled; between zero and the amount.
    allocated: Mapped[Decimal] = mapped_column(Money, server_default="0")

    partner = relationship("partner")
    entry_line = relationship("accounting.entry_line")

    @property
    def company_currency(self) -> str:
        """The currency of the books that it stands in."""
        return str(self.company.currency_code)

    @property
    def residual(self) -> Decimal:
        """What is still open, signed as the amount."""
        return self.amount - self.allocated

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            # Not more than there is, and never in the other direction.
            CheckConstraint(
                "allocated BETWEEN least(0, amount) AND greatest(0, amount)", name="allocated_within_amount"
            ),
            CheckConstraint(f"side IN {SIDES}", name="side_known"),
            CheckConstraint(f"document IN {DOCUMENTS}", name="document_known"),
            # The target of the allocations' keys: what settles and what is settled agree in these.
            UniqueConstraint("id", *OWNER, name="uq_open_item_owner"),
            Index(None, "partner_id", "date"),
            Index(None, "company_id", "date", "id"),
            search_index("accounting_open_item", "number", "reference"),
            Index("ix_open_item_still_open", "partner_id", postgresql_where="allocated <> amount"),
        )


class Allocation(CompanyOwned, Model):
    """So much of a credit settles so much of a debit; taken back by a row with the opposite amount."""

    _name = "accounting.allocation"
    _title = "Allocation"
    _label = "id"
    _audited = False

    debit_id: Mapped[int] = mapped_column(BigInteger)
    credit_id: Mapped[int] = mapped_column(BigInteger)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    side: Mapped[str] = mapped_column(Text, server_default="receivable")
    currency_code: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal] = mapped_column(Money)
    date: Mapped[dt.date]
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_allocation.id", ondelete="RESTRICT"), unique=True
    )
    #: The entry of the exchange difference that this settlement realised.
    exchange_entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_entry.id", ondelete="RESTRICT")
    )
    created_at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=func.now())

    taken_back_by = relationship(
        "accounting.allocation",
        primaryjoin="foreign(AccountingAllocation.reverses_id) == remote(AccountingAllocation.id)",
        viewonly=True,
        uselist=False,
    )

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        owner, target = OWNER, [f"accounting_open_item.{c}" for c in ("id", *OWNER)]
        return (
            ForeignKeyConstraint(
                ["debit_id", *owner], target, name="fk_allocation_debit", ondelete="RESTRICT"
            ),
            ForeignKeyConstraint(
                ["credit_id", *owner], target, name="fk_allocation_credit", ondelete="RESTRICT"
            ),
            CheckConstraint(
                "(reverses_id IS NULL AND amount > 0) OR (reverses_id IS NOT NULL AND amount < 0)",
                name="amount_signed",
            ),
            CheckConstraint("debit_id <> credit_id", name="two_items"),
            Index(None, "partner_id"),
            Index(None, "company_id", "date", "id"),
            Index(None, "debit_id"),
            Index(None, "credit_id"),
        )

    @classmethod
    def create(cls, session: Any, records: Sequence[Any]) -> list[int]:
        """Settle by unsaved records, each a pair; returns the allocations' ids."""
        return allocation.create(session, records)

    @classmethod
    def settle(cls, session: Any, pairs: Sequence[Any], on: dt.date) -> list[int]:
        """Settle debits with credits, given as `Pair`s: all of them or none; returns the allocations' ids."""
        return allocation.settle(session, pairs, on)

    @classmethod
    def take_back(cls, session: Any, allocations: Iterable[Any], on: dt.date) -> list[int]:
        """Open again what these allocations, records or ids, settled; returns the ids of their opposites."""
        return allocation.take_back(session, allocations, on)
