"""Payment runs: what is to be paid, proposed, approved, paid."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.supplier_payments.services import advising, paying, proposing, runs
from core.db import Line, Money, Timestamp, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.sayings import Told

RUN_STATES = ("open", "approved", "paid", "cancelled")


class Run(CompanyOwned, Model):
    """Payments to suppliers of one day, from one account of ours, in one currency."""

    _name = "payment.run"
    _title = "Payment run"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    #: On which day the bank is to pay.
    date: Mapped[dt.date]
    #: When the next run pays: what falls due before that day is paid by this one.
    next_date: Mapped[dt.date]
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: No more than this is paid; empty for whatever is due.
    cash_limit: Mapped[Decimal | None] = mapped_column(Money)
    #: Ours, from which is paid; a file for the bank needs it.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("payment_bank_account.id", ondelete="RESTRICT"))
    note: Mapped[str] = mapped_column(Line, server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    paid_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    account = relationship("payment.bank_account")
    user = relationship("user", foreign_keys="PaymentRun.user_id")
    approved_by = relationship("user", foreign_keys="PaymentRun.approved_by_id")
    lines = relationship(
        "payment.run_line", back_populates="run", order_by="PaymentRunLine.position", passive_deletes="all"
    )

    @classmethod
    def create(cls, session: Any, runs_: Sequence[Any]) -> list[int]:
        """Write and number unsaved runs, and propose what they pay; returns their ids."""
        return proposing.create(session, runs_)

    @classmethod
    def propose(cls, session: Any, runs_: Iterable[Any]) -> None:
        """Propose anew what open runs pay; what people held stays held."""
        proposing.propose(session, runs_)

    @classmethod
    def approve(cls, session: Any, runs_: Iterable[Any]) -> None:
        """Agree to open runs, as somebody else than who began them."""
        runs.approve(session, runs_)

    @classmethod
    def pay(cls, session: Any, runs_: Iterable[Any]) -> list[int]:
        """Post the payments of approved runs, one a supplier; returns their ids."""
        return paying.pay(session, runs_)

    @classmethod
    def pay_from(cls, session: Any, runs_: Iterable[Any], account: int) -> None:
        """Say from which account of ours runs are paid; once one is paid with an account that stays."""
        runs.pay_from(session, runs_, account)

    @classmethod
    def advise(cls, session: Any, runs_: Iterable[Any]) -> list[Any]:
        """Start the jobs that mail the suppliers of paid runs what was paid for; returns them."""
        return advising.start(session, runs_)

    @classmethod
    def cancel(cls, session: Any, runs_: Iterable[Any]) -> None:
        """Give runs up that are not paid."""
        runs.cancel(session, runs_)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {RUN_STATES}", name="state_known"),
            CheckConstraint("next_date > date", name="next_is_later"),
            CheckConstraint("cash_limit > 0", name="limit_positive"),
            CheckConstraint("approved_by_id <> user_id", name="approved_by_somebody_else"),
            Index(None, "company_id", "date", "id"),
            search_index("payment_run", "number", "note"),
        )


class RunLine(CompanyOwned, Model):
    """What is open of a bill or a credit note (below zero), and whether it is paid now, or why not."""

    _name = "payment.run_line"
    _title = "Payment line"
    _label = "number"
    _audited = False

    run_id: Mapped[int] = mapped_column(ForeignKey("payment_run.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    open_item_id: Mapped[int] = mapped_column(
        ForeignKey("accounting_open_item.id", ondelete="RESTRICT"), index=True
    )
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("payment_bank_account.id", ondelete="RESTRICT"))
    #: Holder, IBAN and BIC of it as they were when a second person agreed; empty before.
    agreed_account: Mapped[str] = mapped_column(Text, server_default="")
    number: Mapped[str] = mapped_column(Text)
    #: The supplier's own number.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    date: Mapped[dt.date]
    due_date: Mapped[dt.date]
    #: Until when a discount is given; empty without one.
    discount_until: Mapped[dt.date | None]
    amount: Mapped[Decimal] = mapped_column(Money)
    #: What is kept for paying early.
    discount: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: What waiting for the next run would cost.
    waiting_cost: Mapped[Decimal] = mapped_column(Money, server_default="0")
    taken: Mapped[bool] = mapped_column(server_default="false")
    #: Why it is not paid; empty where it is.
    hold: Mapped[str] = mapped_column(Told, server_default="")
    #: Whether a person said so, whom no new proposal overrules.
    by_hand: Mapped[bool] = mapped_column(server_default="false")
    payment_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_payment.id", ondelete="RESTRICT"), index=True
    )

    run = relationship("payment.run", back_populates="lines")
    partner = relationship("partner")
    account = relationship("payment.bank_account")
    payment = relationship("accounting.payment")
    open_item = relationship("accounting.open_item")

    @property
    def currency_code(self) -> str:
        """The currency of its run."""
        return str(self.run.currency_code) if self.run else ""

    @classmethod
    def hold_back(cls, session: Any, lines: Iterable[Any], reason: str) -> None:
        """Leave lines of open runs unpaid, for a reason."""
        runs.hold_back(session, lines, reason)

    @classmethod
    def release(cls, session: Any, lines: Iterable[Any]) -> None:
        """Let lines be proposed again that people held back."""
        runs.release(session, lines)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("run_id", "open_item_id"),
            CheckConstraint("taken = (hold = '')", name="held_for_a_reason"),
            CheckConstraint("discount BETWEEN 0 AND greatest(amount, 0)", name="discount_within_amount"),
        )
