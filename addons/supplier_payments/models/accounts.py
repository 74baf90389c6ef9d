"""Bank accounts of suppliers and our own, and what is agreed with suppliers on paying."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column, object_session, validates

from addons.accounting.services import banks
from addons.partners import models as partners
from addons.supplier_payments.services import accounts
from core.db import Line, Timestamp
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.security.actor import actor_of

#: What makes an account another one.
OWN = ("partner_id", "holder", "iban", "bic")


class BankAccount(CompanyOwned, Model):
    """An account that money goes to, or ours that it leaves; whoever entered it does not confirm it."""

    _name = "payment.bank_account"
    _title = "Bank account"
    _label = "iban"

    #: Empty for an account of our own.
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    holder: Mapped[str] = mapped_column(Line)
    iban: Mapped[str] = mapped_column(Line)
    bic: Mapped[str] = mapped_column(Line, server_default="")
    active: Mapped[bool] = mapped_column(server_default="true")
    #: Who entered it, or changed it last.
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: Who has confirmed it by another way than the letter that it came with; empty until then.
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    confirmed_at: Mapped[Any | None] = mapped_column(Timestamp)

    partner = relationship("partner")
    entered_by = relationship("user", foreign_keys="PaymentBankAccount.entered_by_id")
    confirmed_by = relationship("user", foreign_keys="PaymentBankAccount.confirmed_by_id")

    @validates("iban")
    def _plain_iban(self, _name: str, iban: str) -> str:
        return banks.plain_iban(iban)

    @validates("bic")
    def _plain_bic(self, _name: str, bic: str | None) -> str:
        return banks.plain_bic(bic or "")

    def _before_write(self) -> None:
        session = object_session(self)
        if session is not None and accounts.is_changed(self, OWN):
            self.entered_by_id = actor_of(session).user_id
            self.confirmed_by_id = self.confirmed_at = None

    @classmethod
    def confirm(cls, session: Any, records: Iterable[Any]) -> None:
        """Say that accounts are the partner's, as somebody else than who entered them."""
        accounts.confirm(session, records)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("iban <> ''", name="has_a_number"),
            CheckConstraint("confirmed_by_id <> entered_by_id", name="confirmed_by_somebody_else"),
            Index(None, "company_id", "iban", "partner_id", unique=True),
        )


class Partner(partners.Partner):
    """In which order suppliers are paid, and why one is not for now."""

    #: 1 first, 9 last.
    payment_priority: Mapped[int] = mapped_column(Integer, server_default="5")
    #: Why nothing is paid for now; empty where it is.
    payment_hold: Mapped[str] = mapped_column(Line, server_default="")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("payment_priority BETWEEN 1 AND 9", name="payment_priority_in_range"),)
