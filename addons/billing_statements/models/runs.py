"""A run of statements, and who got none in it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from addons.accounting import periods
from addons.accounting.periods import Period
from addons.billing_statements.services import due, health, runs
from core.db import Timestamp
from core.models import Model, relationship
from core.records.models import CompanyOwned

RUN_STATES = ("created", "released", "sent")


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
            CheckConstraint(f"split_part(cycle, ':', 1) IN {tuple(periods.CYCLES)}", name="cycle_known"),
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
