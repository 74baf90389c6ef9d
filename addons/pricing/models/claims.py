"""What suppliers owe us, or we them, for goods that are billed at a price that changed later."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.models import bills
from addons.accounting.services.bills import Debit
from addons.pricing.services import claiming
from core.db import Money, Quantity, UnitPrice, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.security import acts

#: To be settled, settled by a posted document, taken back with its run.
CLAIM_STATES = ("open", "settled", "withdrawn")
#: Amounts are in the currency of the books.
OF_COMPANY = {"currency": "company_currency"}


class Claim(CompanyOwned, Model):
    """The difference of billed goods, of one run, supplier and currency.

    `amount` is what the supplier gets more; below zero it owes us that.
    """

    _name = "pricing.claim"
    _title = "Claim on a supplier"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    date: Mapped[dt.date]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    run_id: Mapped[int] = mapped_column(ForeignKey("pricing_run.id", ondelete="RESTRICT"), index=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    #: The same as it stands on claims on suppliers, in the currency of the books.
    value: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)

    partner = relationship("partner")
    run = relationship("pricing.run")
    lines = relationship(
        "pricing.claim_line",
        back_populates="claim",
        order_by="PricingClaimLine.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code) if self.company else ""

    @classmethod
    def open_for(cls, session: Any, run: int, booked: Mapping[int, Decimal]) -> list[int]:
        """Write the claims of a run that is being applied.

        `booked` is what stands on claims on suppliers by it, by the id of the line.
        """
        return claiming.open_for(session, run, booked)

    @classmethod
    def withdraw_of(cls, session: Any, run: int) -> None:
        """Take the claims of a run back that is being undone; refuses what is settled."""
        claiming.withdraw_of(session, run)

    @classmethod
    def settle(
        cls, session: Any, claims: Iterable[Any], reference: str = "", on: dt.date | None = None
    ) -> list[int]:
        """Write drafts of the supplier's credit notes, or further bills, that settle open claims."""
        return claiming.settle(session, claims, reference, on)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {CLAIM_STATES}", name="state_known"),
            Index(None, "company_id", "date", "id"),
            search_index("pricing_claim", "number"),
        )


class ClaimLine(CompanyOwned, Model):
    """So much of a billed receipt, at the price that was billed and the one that holds."""

    _name = "pricing.claim_line"
    _title = "Claim line"
    _label = "id"
    _audited = False

    claim_id: Mapped[int] = mapped_column(ForeignKey("pricing_claim.id", ondelete="CASCADE"), index=True)
    run_line_id: Mapped[int] = mapped_column(
        ForeignKey("pricing_run_line.id", ondelete="RESTRICT"), index=True
    )
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    billed_price: Mapped[Decimal] = mapped_column(UnitPrice)
    price: Mapped[Decimal] = mapped_column(UnitPrice)
    amount: Mapped[Decimal] = mapped_column(Money)
    value: Mapped[Decimal] = mapped_column(Money, info=OF_COMPANY)

    claim = relationship("pricing.claim", back_populates="lines")
    run_line = relationship("pricing.run_line")
    product = relationship("product")

    @property
    def currency_code(self) -> str:
        """The currency of its claim."""
        return str(self.claim.currency_code) if self.claim else ""

    @property
    def company_currency(self) -> str:
        """The currency of the books."""
        return str(self.company.currency_code) if self.company else ""


class Bill(bills.Bill):
    """Credit notes and further bills settle claims when they are posted."""

    @classmethod
    def post(cls, session: Any, bills: Iterable[Any]) -> None:
        """Settle the claims that lines name; refuses those that are settled already."""
        ids = acts.ids_of(session, bills)
        claiming.settled(session, ids)
        super().post(session, ids)

    @classmethod
    def debits_of(cls, session: Any, bills: Sequence[Any]) -> Mapping[int, Sequence[Debit]]:
        """What settles a claim goes off claims on suppliers, at what stands there."""
        return {**super().debits_of(session, bills), **claiming.debits_of(session, bills)}

    @classmethod
    def reverse(cls, session: Any, bills: Iterable[Any], on: dt.date) -> Any:
        """Claims of documents that are taken back are open again; bills under a claim are refused."""
        ids = acts.ids_of(session, bills)
        claiming.refuse_claimed(session, ids)
        made = super().reverse(session, ids, on)
        claiming.reopened(session, ids)
        return made


class BillLine(bills.BillLine):
    """A line that settles a claim."""

    claim_id: Mapped[int | None] = mapped_column(ForeignKey("pricing_claim.id", ondelete="RESTRICT"))

    claim = relationship("pricing.claim")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index(None, "claim_id", postgresql_where="claim_id IS NOT NULL"),)
