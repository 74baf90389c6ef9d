"""A letter that asks a customer to pay."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from addons.dunning.services import charging, releasing, sending
from core.db import Line, Money, Percent, Prose, Timestamp, begins_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

LETTER_STATES = ("proposed", "released", "sent", "withdrawn")


class DunningLetter(CompanyOwned, Model):
    """What one customer owes too late in one currency, with what that costs."""

    _name = "dunning.letter"
    _title = "Dunning letter"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[int] = mapped_column(ForeignKey("dunning_run.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    date: Mapped[dt.date]
    step_id: Mapped[int] = mapped_column(ForeignKey("dunning_step.id", ondelete="RESTRICT"))
    state: Mapped[str] = mapped_column(Text, server_default="proposed")
    #: Why it does not go out; a person may say so, or take it back.
    left_out: Mapped[str] = mapped_column(Line, server_default="")
    #: Whether a person has, whom no new proposal overrules.
    by_hand: Mapped[bool] = mapped_column(server_default="false")
    overdue: Mapped[Decimal] = mapped_column(Money)
    #: What the customer has paid or was credited, and nothing is settled with yet.
    credit: Mapped[Decimal] = mapped_column(Money, server_default="0")
    fee: Mapped[Decimal] = mapped_column(Money, server_default="0")
    interest: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: In percent a year.
    rate: Mapped[Decimal] = mapped_column(Percent, server_default="0")
    total: Mapped[Decimal] = mapped_column(Money)
    #: The text, as it was released.
    subject: Mapped[str] = mapped_column(Line, server_default="")
    body: Mapped[str] = mapped_column(Prose, server_default="")
    issued_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id", ondelete="RESTRICT"))
    #: The invoice of its fee and interest.
    invoice_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_invoice.id", ondelete="RESTRICT"), unique=True
    )

    run = relationship("dunning.run", back_populates="letters")
    partner = relationship("partner")
    step = relationship("dunning.step")
    mail = relationship("mail.message")
    invoice = relationship("accounting.invoice")
    lines = relationship(
        "dunning.line",
        back_populates="letter",
        order_by="(DunningLine.due_date, DunningLine.id)",
        passive_deletes="all",
    )

    @classmethod
    def leave_out(cls, session: Any, letters: Iterable[Any], reason: str) -> None:
        """Leave proposed letters out, for a reason; with none they go out after all."""
        releasing.leave_out(session, letters, reason)

    @classmethod
    def send(cls, session: Any, letters: Iterable[Any]) -> list[Any]:
        """Put released letters into the outbox, each once; returns the mails, None of what was withdrawn."""
        return sending.send(session, letters)

    @classmethod
    def send_by_hand(cls, session: Any, letters: Iterable[Any], words: Any) -> list[Any]:
        """Put letters into the outbox with words that a person has written; returns the mails."""
        return sending.send_by_hand(session, letters, words)

    @classmethod
    def charge(cls, session: Any, letters: Iterable[Any], on: dt.date) -> list[int]:
        """Invoice fee and interest of letters that went out; returns the ids of the posted invoices."""
        return charging.charge(session, letters, on)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            UniqueConstraint("run_id", "partner_id", "currency_code"),
            CheckConstraint(f"state IN {LETTER_STATES}", name="state_known"),
            CheckConstraint("total = overdue - credit + fee + interest", name="total_adds_up"),
            CheckConstraint(
                "state = 'proposed' OR (number IS NOT NULL AND issued_at IS NOT NULL AND body <> '')",
                name="released_is_complete",
            ),
            CheckConstraint("left_out = '' OR state IN ('proposed', 'withdrawn')", name="left_out_stays"),
            CheckConstraint("(state = 'sent') = (mail_id IS NOT NULL)", name="sent_by_mail"),
            Index(None, "company_id", "date", "id"),
            Index(None, "partner_id", "date"),
            search_index("dunning_letter", "number"),
            begins_index("dunning_letter", "number"),
        )
