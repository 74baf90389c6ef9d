"""What customers say of their statements."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.billing_statements.services import answers
from core.db import Line, Quantity, Timestamp, UnitPrice
from core.models import Model, relationship
from core.records.models import CompanyOwned

ANSWERS = ("asked", "confirmed", "disputed", "settled")


class Answer(CompanyOwned, Model):
    """What a customer says of a statement; the link keeps the evidence."""

    _name = "billing.answer"
    _title = "Customer's answer"
    _label = "state"

    statement_id: Mapped[int] = mapped_column(
        ForeignKey("billing_statement.id", ondelete="RESTRICT"), unique=True
    )
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="SET NULL"))
    #: The customer's own list, as they brought it last.
    their_list_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    answered_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    answered_by: Mapped[str] = mapped_column(Line, server_default="")
    note: Mapped[str] = mapped_column(Line, server_default="")

    statement = relationship("billing.statement", back_populates="answer")
    link = relationship("link")
    their_list = relationship("attachment")
    disputes = relationship("billing.dispute", back_populates="answer", order_by="BillingDispute.id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {ANSWERS}", name="state_known"),
            CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered_at_once"),
        )

    @classmethod
    def ask(cls, session: Any, statements: Iterable[Any]) -> list[Any]:
        """Ask customers about statements, each by a link of its own; returns what is to be answered."""
        return answers.ask(session, statements)

    @classmethod
    def take_list(cls, session: Any, asked: Iterable[Any], filename: str, contents: bytes) -> None:
        """Keep the customer's own list beside the statement, to compare and to answer by."""
        answers.take_list(session, asked, filename, contents)

    @classmethod
    def answer(
        cls,
        session: Any,
        asked: Sequence[Any],
        agreed: bool,
        by: str,
        note: str = "",
        remarks: Mapping[int, str] | None = None,
        figures: Mapping[int, Mapping[str, Decimal]] | None = None,
    ) -> None:
        """Keep what a customer said, who did, and of which lines; disputed ones become tasks.

        `figures` are the right `quantity` and `price` of lines, by their ids as remarks are.
        """
        answers.answer(session, asked, agreed, by, note, remarks or {}, figures or {})


class Dispute(CompanyOwned, Model):
    """A line that a customer finds wrong, or the statement as a whole, until somebody has settled it."""

    _name = "billing.dispute"
    _title = "Disputed line"
    _label = "reason"

    answer_id: Mapped[int] = mapped_column(ForeignKey("billing_answer.id", ondelete="RESTRICT"), index=True)
    statement_id: Mapped[int] = mapped_column(
        ForeignKey("billing_statement.id", ondelete="RESTRICT"), index=True
    )
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    statement_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("billing_statement_line.id", ondelete="RESTRICT"), index=True
    )
    #: In the customer's words.
    reason: Mapped[str] = mapped_column(Line)
    #: What it should be, where the customer says so.
    quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: By when it should be settled.
    due: Mapped[dt.date]
    outcome: Mapped[str] = mapped_column(Line, server_default="")
    settled_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    answer = relationship("billing.answer", back_populates="disputes")
    statement = relationship("billing.statement")
    partner = relationship("partner")
    statement_line = relationship("billing.statement_line")
    owner = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("state IN ('open', 'settled')", name="state_known"),
            CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled_at_once"),
            Index("ix_billing_dispute_open", "partner_id", postgresql_where="state = 'open'"),
        )

    @classmethod
    def settle(cls, session: Any, disputes: Iterable[Any], outcome: str) -> None:
        """Say how disputes ended, in words that are kept."""
        answers.settle(session, disputes, outcome)
