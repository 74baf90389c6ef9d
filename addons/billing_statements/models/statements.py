"""A statement of account and what stands on it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from addons.billing_statements.models.customers import FORMS
from addons.billing_statements.services import creation, delivery, details
from addons.billing_statements.services import redo as redoing
from addons.billing_statements.services.details import Detail
from core.db import Money, Timestamp, begins_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned

STATES = ("created", "rendered", "released", "sent", "superseded")
LINE_KINDS = ("brought_forward", "late", "movement")


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
    #: What is listed, as the customer wanted it then.
    form: Mapped[str] = mapped_column(Text, server_default="forward")
    opening: Mapped[Decimal] = mapped_column(Money, server_default="0")
    #: What stood on statements of branches that have joined since, less what left with those that have gone.
    transferred: Mapped[Decimal] = mapped_column(Money, server_default="0")
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
    open_documents = relationship(
        "billing.open_document", order_by="BillingOpenDocument.position", passive_deletes=True
    )
    answer = relationship("billing.answer", back_populates="statement", uselist=False)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        owner = ("company_id", "partner_id", "currency_code")
        return (
            UniqueConstraint("company_id", "number", "version"),
            CheckConstraint("closing = opening + transferred + debits - credits", name="closing_adds_up"),
            CheckConstraint(
                "closing = not_due + due_30 + due_60 + due_90 + due_over + unapplied", name="ageing_adds_up"
            ),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            CheckConstraint(f"form IN {FORMS}", name="form_known"),
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
    #: Whose document it is, where it is a branch's.
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    #: No longer, once the statement has been superseded.
    live: Mapped[bool] = mapped_column(server_default="true")

    branch = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"kind IN {LINE_KINDS}", name="kind_known"),
            Index(None, "statement_id", "position"),
            # Each document stands on exactly one living statement.
            Index("uq_billing_statement_line_live", "open_item_id", unique=True, postgresql_where="live"),
        )


class OpenDocument(Model):
    """A document that was still open at the end of a statement's period, and what of it."""

    _name = "billing.open_document"
    _title = "Open document"
    _label = "number"
    _audited = False

    statement_id: Mapped[int] = mapped_column(ForeignKey("billing_statement.id", ondelete="CASCADE"))
    open_item_id: Mapped[int] = mapped_column(ForeignKey("accounting_open_item.id", ondelete="RESTRICT"))
    position: Mapped[int] = mapped_column(Integer)
    document: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    date: Mapped[dt.date]
    due_date: Mapped[dt.date]
    amount: Mapped[Decimal] = mapped_column(Money)
    #: What nothing had settled by then; together the statement's closing balance.
    residual: Mapped[Decimal] = mapped_column(Money)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))

    branch = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("statement_id", "open_item_id"),
            CheckConstraint("residual <> 0", name="still_open"),
        )
