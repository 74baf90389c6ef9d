"""A dunning run, and what it says of each document."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.dunning.services import proposing, releasing, sending
from core.db import Line, Money, Timestamp, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

RUN_STATES = ("open", "released", "cancelled")


class Run(CompanyOwned, Model):
    """Whom to ask on a day: proposed, reviewed, released, mailed."""

    _name = "dunning.run"
    _title = "Dunning run"
    _label = "number"

    number: Mapped[str | None] = mapped_column(Text)
    #: Up to which day things are overdue, and interest runs.
    date: Mapped[dt.date]
    state: Mapped[str] = mapped_column(Text, server_default="open")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    released_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    user = relationship("user")
    letters = relationship("dunning.letter", back_populates="run", order_by="DunningLetter.id")

    @classmethod
    def create(cls, session: Any, runs: Sequence[Any]) -> list[int]:
        """Write and number unsaved runs, and propose whom to ask; returns their ids."""
        return proposing.create(session, runs)

    @classmethod
    def propose(cls, session: Any, runs: Iterable[Any]) -> None:
        """Propose open runs anew; whom people left out stays out."""
        proposing.propose(session, runs)

    @classmethod
    def release(cls, session: Any, runs: Iterable[Any]) -> int:
        """Number the letters of open runs that are not left out, and fix their texts; returns how many."""
        return releasing.release(session, runs)

    @classmethod
    def cancel(cls, session: Any, runs: Iterable[Any]) -> None:
        """Give open runs up."""
        releasing.cancel(session, runs)

    @classmethod
    def send(cls, session: Any, runs: Iterable[Any]) -> list[Any]:
        """Start the jobs that mail the released letters of these runs; returns the jobs."""
        return sending.start(session, runs)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {RUN_STATES}", name="state_known"),
            CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released_at_once"),
            # Two that are open would ask for the same.
            Index("uq_dunning_run_open", "company_id", unique=True, postgresql_where=text("state = 'open'")),
            Index(None, "company_id", "date", "id"),
            search_index("dunning_run", "number"),
        )


class DunningLine(CompanyOwned, Model):
    """An overdue document in a run: on a letter, or left out for a reason."""

    _name = "dunning.line"
    _title = "Dunned document"
    _label = "number"
    _audited = False

    run_id: Mapped[int] = mapped_column(ForeignKey("dunning_run.id", ondelete="CASCADE"))
    letter_id: Mapped[int | None] = mapped_column(
        ForeignKey("dunning_letter.id", ondelete="CASCADE"), index=True
    )
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"), index=True)
    open_item_id: Mapped[int] = mapped_column(ForeignKey("accounting_open_item.id", ondelete="RESTRICT"))
    number: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, server_default="")
    date: Mapped[dt.date]
    due_date: Mapped[dt.date]
    #: How long it is overdue.
    days: Mapped[int] = mapped_column(Integer)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    #: What is open of it.
    amount: Mapped[Decimal] = mapped_column(Money)
    #: The step that it has with the letter; `advances` where that is one more than before.
    step: Mapped[int] = mapped_column(Integer, server_default="0")
    advances: Mapped[bool] = mapped_column(server_default="false")
    interest: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: From the end of which day interest runs: of that on which it was due, or up to which it was charged.
    interest_from: Mapped[dt.date]
    #: Why it is on no letter.
    reason: Mapped[str] = mapped_column(Line, server_default="")
    #: Whether its letter was released, and not withdrawn.
    live: Mapped[bool] = mapped_column(server_default="false")

    run = relationship("dunning.run")
    letter = relationship("dunning.letter", back_populates="lines")
    partner = relationship("partner")
    open_item = relationship("accounting.open_item")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("run_id", "open_item_id"),
            CheckConstraint("(letter_id IS NULL) = (reason <> '')", name="left_out_for_a_reason"),
            CheckConstraint("amount > 0", name="amount_positive"),
            CheckConstraint("interest >= 0", name="interest_not_negative"),
            CheckConstraint("letter_id IS NOT NULL OR NOT live", name="live_is_on_a_letter"),
            # For each document each step is taken once.
            Index(
                "uq_dunning_line_step",
                "open_item_id",
                "step",
                unique=True,
                postgresql_where=text("live AND advances"),
            ),
        )
