"""Statement run, statement, and what stands on it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting import periods
from addons.accounting.periods import Period
from addons.billing_statements.services import answers, creation, delivery, details, due, health, runs
from addons.billing_statements.services import redo as redoing
from addons.billing_statements.services.details import Detail
from addons.partners import models as partners
from core.db import Line, Money, Timestamp, begins_index, search_index
from core.models import Model, relationship
from core.records import models as records
from core.records.models import CompanyOwned

CYCLES = (*periods.CYCLES, "none")
RUN_STATES = ("created", "released", "sent")
STATES = ("created", "rendered", "released", "sent", "superseded")
LINE_KINDS = ("brought_forward", "late", "movement")
ANSWERS = ("asked", "confirmed", "disputed", "settled")


class Partner(partners.Partner):
    """How often the customer gets a statement."""

    statement_cycle: Mapped[str] = mapped_column(Text, server_default="monthly")
    #: On which days periods end, where they are not the usual ones of the cycle: “5” or “5,20”.
    statement_days: Mapped[str] = mapped_column(Text, server_default="")
    #: Whether the lines of the documents stand on the statement, as the customer checks them.
    statement_lines: Mapped[bool] = mapped_column(server_default="false")

    def _before_write(self) -> None:
        self.statement_days = due.days_of(self.statement_cycle, self.statement_days)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"statement_cycle IN {CYCLES}", name="statement_cycle_known"),
            CheckConstraint("statement_days ~ '^([0-9]{1,2}(,[0-9]{1,2})*)?$'", name="statement_days_known"),
        )


class StatementRun(CompanyOwned, Model):
    """One period of one cycle: running it again adds who was missing and doubles nothing."""

    _name = "billing.run"
    _title = "Statement run"
    _label = "period_end"

    #: As `accounting.periods` writes it: “monthly”, “weekly:5”.
    cycle: Mapped[str] = mapped_column(Text)
    period_start: Mapped[dt.date]
    period_end: Mapped[dt.date]
    state: Mapped[str] = mapped_column(Text, server_default="created")
    created_at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=func.now())
    released_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: Who started it; where the company wants it, somebody else releases.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    user = relationship("user")
    statements = relationship("billing.statement", back_populates="run", order_by="BillingStatement.number")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "cycle", "period_end"),
            CheckConstraint(f"split_part(cycle, ':', 1) IN {CYCLES[:-1]}", name="cycle_known"),
            CheckConstraint(f"state IN {RUN_STATES}", name="state_known"),
            CheckConstraint("period_end >= period_start", name="period_forward"),
        )

    @classmethod
    def start(cls, session: Any, company_id: int, cycle: str, period: Period) -> tuple[Any, list[int]]:
        """Create the statements that are due and start printing; returns the run and the new statements."""
        return runs.start(session, company_id, cycle, period)

    @classmethod
    def start_due(cls, session: Any, company_id: int) -> list[tuple[Any, list[int]]]:
        """Start the runs of all cycles whose last period is over; returns them with their new statements."""
        return due.start_due(session, company_id)

    @classmethod
    def prepare(cls, session: Any, run: Any, partners: Sequence[int] | None = None) -> Mapping[int, str]:
        """Book what a period needs before its statements are created; other addons override this.

        Returns the customers that can't be stated, with the reason; the others are.
        """
        return {}

    @classmethod
    def expected(
        cls, session: Any, partners: Iterable[int], period: Period
    ) -> Mapping[tuple[int, str], due.Expected]:
        """What preparing a period would book, by customer and currency; asked, not an act."""
        return {}

    @classmethod
    def concerns(cls, session: Any, company_id: int, cycles: Sequence[due.Due]) -> list[health.Concern]:
        """What somebody should look at before these statements are created; asked, not an act."""
        return health.concerns(session, company_id, cycles)

    @classmethod
    def release(cls, session: Any, runs_made: Iterable[Any]) -> int:
        """Let the printed statements of these runs go out; returns how many."""
        return runs.release(session, runs_made)

    @classmethod
    def send(cls, session: Any, runs_made: Iterable[Any], most: int | None = None) -> list[Any]:
        """Start the jobs that mail the released statements of these runs, so many of each at the most."""
        return runs.send(session, runs_made, most)

    @classmethod
    def retry_mails(cls, session: Any, runs_made: Iterable[Any]) -> int:
        """Send the failed mails of these runs once more, and no other; returns how many."""
        return runs.retry_mails(session, runs_made)


class RunSkip(Model):
    """A customer of the cycle who got no statement, and why."""

    _name = "billing.run_skip"
    _title = "Skipped customer"
    _label = "reason"
    _audited = False

    run_id: Mapped[int] = mapped_column(ForeignKey("billing_run.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(Text)

    partner = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("run_id", "partner_id"),)


class Statement(CompanyOwned, Model):
    """A statement of account, frozen when it is created.

    `closing` of one is `opening` of the next, also when documents are posted late into a closed period:
    those stand on the next statement as late entries.
    """

    _name = "billing.statement"
    _title = "Statement"
    _label = "number"

    run_id: Mapped[int] = mapped_column(ForeignKey("billing_run.id", ondelete="RESTRICT"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    number: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    period_start: Mapped[dt.date]
    period_end: Mapped[dt.date]
    opening: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: What the period added to the debt, and what it took from it.
    debits: Mapped[Decimal] = mapped_column(Money, server_default="0")
    credits: Mapped[Decimal] = mapped_column(Money, server_default="0")
    closing: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: The closing balance by how long it has been due at the period's end, in days.
    not_due: Mapped[Decimal] = mapped_column(Money, server_default="0")
    due_30: Mapped[Decimal] = mapped_column(Money, server_default="0")
    due_60: Mapped[Decimal] = mapped_column(Money, server_default="0")
    due_90: Mapped[Decimal] = mapped_column(Money, server_default="0")
    due_over: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: Payments and credits that belong to no document yet; not above zero, and without an age.
    unapplied: Mapped[Decimal] = mapped_column(Money, server_default="0")
    state: Mapped[str] = mapped_column(Text, server_default="created")
    #: The very file that is previewed and sent.
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id", ondelete="RESTRICT"))
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id", ondelete="RESTRICT"))
    #: The version that this one replaces.
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("billing_statement.id", ondelete="RESTRICT"), unique=True
    )
    issued_at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=func.now())

    run = relationship("billing.run", back_populates="statements")
    partner = relationship("partner")
    attachment = relationship("attachment")
    mail = relationship("mail.message")
    replaces = relationship("billing.statement", remote_side="BillingStatement.id")
    lines = relationship(
        "billing.statement_line", order_by="BillingStatementLine.position", passive_deletes=True
    )
    answer = relationship("billing.answer", back_populates="statement", uselist=False)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        owner = ("company_id", "partner_id", "currency_code")
        return (
            UniqueConstraint("company_id", "number", "version"),
            CheckConstraint("closing = opening + debits - credits", name="closing_adds_up"),
            CheckConstraint(
                "closing = not_due + due_30 + due_60 + due_90 + due_over + unapplied", name="ageing_adds_up"
            ),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint(
                "state IN ('created', 'superseded') OR attachment_id IS NOT NULL", name="rendered_has_file"
            ),
            Index(
                "uq_billing_statement_live",
                *owner,
                "period_end",
                unique=True,
                postgresql_where="state <> 'superseded'",
            ),
            Index(None, "company_id", "period_end", "id"),
            Index(None, "partner_id", "period_end"),
            search_index("billing_statement", "number"),
            begins_index("billing_statement", "number"),
        )

    @classmethod
    def create_for(
        cls,
        session: Any,
        run: Any,
        partners: Sequence[int] | None = None,
        refused: Mapping[int, str] | None = None,
    ) -> list[int]:
        """Create what a run still lacks, of all its customers or of those named; returns the ids.

        Customers that are `refused` are left out, with that as the reason.
        """
        return creation.create_statements(session, run, partners, refused or {})

    @classmethod
    def details(cls, session: Any, statement: Any) -> Sequence[Detail]:
        """The lines of a statement's documents; asked, not an act. Addons add what they know of them."""
        return details.details(session, statement)

    @classmethod
    def render(cls, session: Any, statements: Iterable[Any]) -> list[Any]:
        """Print statements and keep their files, which are what is previewed and sent; returns the files."""
        return delivery.render(session, statements)

    @classmethod
    def release(cls, session: Any, statements: Iterable[Any]) -> None:
        """Say that printed statements may go out."""
        delivery.release(session, statements)

    @classmethod
    def send(cls, session: Any, statements: Iterable[Any]) -> list[Any]:
        """Put released statements into the outbox, each once; returns the mails."""
        return delivery.send(session, statements)

    @classmethod
    def send_by_hand(cls, session: Any, statements: Iterable[Any], letter: Any) -> list[Any]:
        """Put statements into the outbox with a letter that a person has written; returns the mails."""
        return delivery.send_by_hand(session, statements, letter)

    @classmethod
    def send_again(cls, session: Any, statements: Iterable[Any], reason: str, after: int) -> list[Any]:
        """Mail statements that were sent once more, for a reason; `after` mails of each are known already."""
        return [delivery.send_again(session, statement, reason, after) for statement in statements]

    @classmethod
    def redo(cls, session: Any, statements: Iterable[Any]) -> list[Any]:
        """Supersede statements and create their next versions; None for one that has nothing to state."""
        return [redoing.redo(session, statement) for statement in statements]


class StatementLine(Model):
    """A document on a statement, as it was when the statement was created."""

    _name = "billing.statement_line"
    _title = "Statement line"
    _label = "number"
    _audited = False

    statement_id: Mapped[int] = mapped_column(ForeignKey("billing_statement.id", ondelete="CASCADE"))
    open_item_id: Mapped[int] = mapped_column(ForeignKey("accounting_open_item.id", ondelete="RESTRICT"))
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    date: Mapped[dt.date]
    due_date: Mapped[dt.date]
    amount: Mapped[Decimal] = mapped_column(Money)
    #: No longer, once the statement has been superseded.
    live: Mapped[bool] = mapped_column(server_default="true")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"kind IN {LINE_KINDS}", name="kind_known"),
            Index(None, "statement_id", "position"),
            # Each document stands on exactly one living statement.
            Index("uq_billing_statement_line_live", "open_item_id", unique=True, postgresql_where="live"),
        )


class Company(records.Company):
    """How statements go out: who releases them, and whether customers are asked to confirm them."""

    #: For how many days the link in a statement's mail is good; nothing where nobody is asked.
    answer_days: Mapped[int | None] = mapped_column(Integer)
    #: Whether whoever started a run may not release it.
    second_release: Mapped[bool] = mapped_column(server_default="false")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("answer_days BETWEEN 1 AND 90", name="answer_days_in_range"),)


class Answer(CompanyOwned, Model):
    """What a customer says of a statement; the link keeps the evidence."""

    _name = "billing.answer"
    _title = "Customer's answer"
    _label = "state"

    statement_id: Mapped[int] = mapped_column(
        ForeignKey("billing_statement.id", ondelete="RESTRICT"), unique=True
    )
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    answered_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    answered_by: Mapped[str] = mapped_column(Line, server_default="")
    note: Mapped[str] = mapped_column(Line, server_default="")

    statement = relationship("billing.statement", back_populates="answer")
    link = relationship("link")
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
    def answer(
        cls,
        session: Any,
        asked: Sequence[Any],
        agreed: bool,
        by: str,
        note: str = "",
        remarks: Mapping[int, str] | None = None,
    ) -> None:
        """Keep what a customer said, who did, and of which lines; disputed ones become tasks."""
        answers.answer(session, asked, agreed, by, note, remarks or {})


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
