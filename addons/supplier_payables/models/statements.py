"""The run of a period, and the statement of a supplier with its lines."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting.periods import Period
from addons.supplier_payables.models.agreed import CYCLES
from addons.supplier_payables.services import answering, confirming, creation, following, posting, uploading
from core.db import Line, Money, Quantity, Timestamp, UnitPrice, begins_index, search_index
from core.models import Model, relationship
from core.records.models import CompanyOwned
from core.sayings import Told

STATES = ("draft", "posted")
LINE_KINDS = ("movement", "late", "carried")


class Run(CompanyOwned, Model):
    """One period of one cycle: running it again adds who was missing and doubles nothing."""

    _name = "payables.run"
    _title = "Payables run"
    _label = "period_end"

    cycle: Mapped[str] = mapped_column(Text)
    period_start: Mapped[dt.date]
    period_end: Mapped[dt.date]
    created_at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=func.now())

    skips = relationship("payables.run_skip", passive_deletes=True)
    statements = relationship("payables.statement", back_populates="run", order_by="PayablesStatement.number")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "cycle", "period_end"),
            CheckConstraint(f"cycle IN {CYCLES}", name="cycle_known"),
            CheckConstraint("period_end >= period_start", name="period_forward"),
        )

    @classmethod
    def start(
        cls,
        session: Any,
        company_id: int,
        cycle: str,
        period: Period,
        partners: Sequence[int] | None = None,
    ) -> tuple[Any, list[int]]:
        """State what is owed to the suppliers of the cycle, or those named; returns run and statements."""
        return creation.start(session, company_id, cycle, period, partners)


class RunSkip(CompanyOwned, Model):
    """A supplier of the cycle that got no statement, and why."""

    _name = "payables.run_skip"
    _title = "Skipped supplier"
    _label = "reason"
    _audited = False

    run_id: Mapped[int] = mapped_column(ForeignKey("payables_run.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(Told)

    partner = relationship("partner")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("run_id", "partner_id"),)


class Statement(CompanyOwned, Model):
    """What was received from a supplier and sent back, up to a day, and is to be billed at once."""

    _name = "payables.statement"
    _title = "Payable statement"
    _label = "number"

    run_id: Mapped[int] = mapped_column(ForeignKey("payables_run.id", ondelete="RESTRICT"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="RESTRICT"))
    number: Mapped[str] = mapped_column(Text)
    currency_code: Mapped[str] = mapped_column(String(3), ForeignKey("currency.code", ondelete="RESTRICT"))
    period_start: Mapped[dt.date]
    period_end: Mapped[dt.date]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    #: The number of the supplier's invoice.
    reference: Mapped[str] = mapped_column(Line, server_default="")
    #: The name of the supplier's list that was read; empty while there is none.
    list_name: Mapped[str] = mapped_column(Line, server_default="")
    #: The list as it came.
    list_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id", ondelete="RESTRICT"), index=True)
    #: Counts the states of its lines: papers are made anew for each.
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    their_total: Mapped[Decimal] = mapped_column(Money, server_default="0")
    bill_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_bill.id", ondelete="RESTRICT"), unique=True
    )
    credit_note_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounting_bill.id", ondelete="RESTRICT"), unique=True
    )

    run = relationship("payables.run", back_populates="statements")
    partner = relationship("partner")
    list_file = relationship("attachment")
    bill = relationship("accounting.bill", foreign_keys="PayablesStatement.bill_id")
    credit_note = relationship("accounting.bill", foreign_keys="PayablesStatement.credit_note_id")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("company_id", "number"),
            CheckConstraint(f"state IN {STATES}", name="state_known"),
            Index(
                "uq_payables_statement_period",
                "company_id",
                "partner_id",
                "currency_code",
                "period_end",
                unique=True,
            ),
            Index(None, "company_id", "period_end", "id"),
            Index(None, "partner_id", "period_end"),
            search_index("payables_statement", "number", "reference"),
            begins_index("payables_statement", "number"),
        )

    @classmethod
    def redo(cls, session: Any, statements: Iterable[Any]) -> list[int]:
        """Throw drafts away and state their suppliers anew; returns the ids of what takes their place."""
        return creation.redo(session, statements)

    @classmethod
    def follow_prices(cls, session: Any, moves: Iterable[int]) -> None:
        """Let drafts have the prices that are agreed by now of these receipts; called by who changed them."""
        following.follow_prices(session, moves)

    @classmethod
    def drafts_of(cls, session: Any, moves: Iterable[int]) -> list[int]:
        """Lock the drafts on which these receipts stand; returns their ids."""
        return following.drafts_of(session, moves)

    @classmethod
    def upload(cls, session: Any, statement: Any, filename: str, contents: bytes) -> Any:
        """Read the supplier's list, in place of one before, and match it; returns what was read."""
        return uploading.upload(session, statement, filename, contents)

    @classmethod
    def send(cls, session: Any, statements: Iterable[Any]) -> list[Any]:
        """Mail drafts to their suppliers to confirm, with a link to answer by; returns the mails."""
        return confirming.send(session, statements)

    @classmethod
    def send_by_hand(cls, session: Any, statement: Any, letter: Any) -> Any:
        """Mail one with a letter that a person has written; returns the mail."""
        return confirming.send_by_hand(session, statement, letter)

    @classmethod
    def take_list(cls, session: Any, statement: Any, filename: str, contents: bytes, most: int) -> None:
        """Match the list that a supplier brings by its link, where there is none yet."""
        uploading.take_list(session, statement, filename, contents, most)

    @classmethod
    def take_answer(
        cls,
        session: Any,
        statement: Any,
        agreed: bool,
        by: str,
        note: str = "",
        remarks: Mapping[int, str] | None = None,
        figures: answering.Figures | None = None,
    ) -> None:
        """Take what a supplier answers as its list; `remarks` and `figures` are by the ids of lines."""
        answering.take_answer(session, statement, agreed, by, note, remarks or {}, figures or {})

    @classmethod
    def accept_exact(cls, session: Any, statements: Iterable[Any]) -> int:
        """Accept all matches in which nothing differs and nothing is doubtful; returns how many."""
        return uploading.accept_exact(session, statements)

    @classmethod
    def post(cls, session: Any, statements: Iterable[Any], on: dt.date | None = None) -> list[int]:
        """Bill what was agreed, and post the bills; what is disputed comes on the next statement."""
        return posting.post(session, statements, on)


class StatementLine(CompanyOwned, Model):
    """A received or returned move on a statement, as it was when the statement was made."""

    _name = "payables.line"
    _title = "Statement line"
    _label = "id"
    _audited = False

    statement_id: Mapped[int] = mapped_column(ForeignKey("payables_statement.id", ondelete="CASCADE"))
    move_id: Mapped[int] = mapped_column(ForeignKey("stock_move.id", ondelete="RESTRICT"))
    match_id: Mapped[int | None] = mapped_column(
        ForeignKey("payables_match.id", ondelete="SET NULL"), index=True
    )
    position: Mapped[int] = mapped_column(Integer)
    #: In the period, before it and on no statement, or taken over from one on which it was not agreed.
    kind: Mapped[str] = mapped_column(Text)
    date: Mapped[dt.date]
    order_number: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Text)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="RESTRICT"), index=True)
    #: Below zero for what was sent back.
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    amount: Mapped[Decimal] = mapped_column(Money, info={"currency": "currency_code"})
    #: Left to the next statement when this one was posted.
    carried: Mapped[bool] = mapped_column(server_default="false")

    statement = relationship("payables.statement")
    product = relationship("product")
    move = relationship("stock.move")

    @property
    def currency_code(self) -> str:
        """That of the statement."""
        return str(self.statement.currency_code)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"kind IN {LINE_KINDS}", name="kind_known"),
            Index(None, "statement_id", "position"),
            # Each move stands on exactly one statement, until it is left to the next.
            Index("uq_payables_line_live", "move_id", unique=True, postgresql_where="NOT carried"),
        )
