"""Job, its items, and the actions that start jobs on a schedule."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Timestamp
from core.models import Model, relationship

JOB_STATES = ("queued", "running", "paused", "done", "failed", "cancelled")
#: Nothing is left to do, unless the failed items are tried again.
FINISHED = ("done", "failed", "cancelled")
ITEM_STATES = ("pending", "done", "skipped", "failed")


class Job(Model):
    """A piece of work with items; it goes on after a crash where its items say."""

    _name = "job"
    _audited = False
    _title = "Job"
    _label = "title"

    #: Which function works on its items: `addon.verb`.
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    #: The record whose page shows this job.
    model: Mapped[str] = mapped_column(Text, server_default="")
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Set once its items have been written.
    planned: Mapped[bool] = mapped_column(server_default="false")
    #: How often a worker has begun to write its items: one that dies of it doesn't do so for ever.
    planning_attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    planning_at: Mapped[datetime | None] = mapped_column(Timestamp)
    error: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(Timestamp)
    finished_at: Mapped[datetime | None] = mapped_column(Timestamp)

    items = relationship("job.item", back_populates="job", order_by="JobItem.position", passive_deletes=True)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {JOB_STATES}", name="state_known"),
            Index(None, "model", "record_id"),
            Index("ix_job_open", "id", postgresql_where="state IN ('queued', 'running')"),
        )


class JobItem(Model):
    """One step of a job, with its outcome and the reason for it."""

    _name = "job.item"
    _audited = False
    _title = "Job item"
    _label = "label"

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    #: Unique within the job: planning twice makes no second item.
    key: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    updated_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now(), onupdate=func.now())

    job = relationship("job", back_populates="items")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("job_id", "key"),
            CheckConstraint(f"state IN {ITEM_STATES}", name="state_known"),
            CheckConstraint("state IN ('pending', 'done') OR reason <> ''", name="reason_given"),
            Index(None, "job_id", "state", "position"),
        )


class ScheduledAction(Model):
    """A job that starts by the clock, and catches up what a switched-off machine missed."""

    _name = "scheduled.action"
    _title = "Scheduled action"
    _label_shipped = True

    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Line)
    kind: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    every: Mapped[int] = mapped_column(Integer, server_default="1")
    unit: Mapped[str] = mapped_column(Text, server_default="days")
    active: Mapped[bool] = mapped_column(server_default="true")
    next_run_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    #: Of a monthly action that is due on a short month's last day: the later day that is meant; else 0.
    day: Mapped[int] = mapped_column(Integer, server_default="0")
    last_run_at: Mapped[datetime | None] = mapped_column(Timestamp)
    #: How many turns the last start had to catch up, 0 when it came in time.
    missed: Mapped[int] = mapped_column(Integer, server_default="0")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("every > 0", name="every_positive"),
            CheckConstraint("unit IN ('minutes', 'hours', 'days', 'months')", name="unit_known"),
        )
