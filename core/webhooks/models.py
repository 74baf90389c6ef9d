"""Webhook endpoint, its deliveries, and each attempt at one."""

import secrets
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Prose, Timestamp
from core.models import Model, relationship
from core.records.models import CompanyOwned

DELIVERY_STATES = ("pending", "sending", "delivered", "failed", "held")


def new_secret() -> str:
    """What the receiver checks signatures with."""
    return f"whsec_{secrets.token_urlsafe(32)}"


class WebhookEndpoint(CompanyOwned, Model):
    """An address that is told of events in one company."""

    _name = "webhook.endpoint"
    _title = "Webhook"

    name: Mapped[str] = mapped_column(Line)
    url: Mapped[str] = mapped_column(Line)
    #: One pattern a line: `accounting.invoice.posted`, `partner.*`, `*.created`, `*`.
    events: Mapped[str] = mapped_column(Prose)
    secret: Mapped[str] = mapped_column(Text, default=new_secret)
    active: Mapped[bool] = mapped_column(server_default="true")
    #: Since when every attempt has failed; null while it answers.
    failing_since: Mapped[datetime | None] = mapped_column(Timestamp)
    #: Why it was switched off by the program, empty where a person did it.
    disabled_reason: Mapped[str] = mapped_column(Text, server_default="")
    #: Who made it, and is told when it is switched off.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())

    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("name <> '' AND url <> '' AND events <> ''", name="complete"),)


class WebhookDelivery(CompanyOwned, Model):
    """One event for one endpoint, written in the transaction that caused it."""

    _name = "webhook.delivery"
    _audited = False
    _title = "Webhook delivery"
    _label = "event"

    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    #: The same over all attempts, so that a receiver can tell a repeated one.
    key: Mapped[str] = mapped_column(Text, unique=True, default=lambda: str(uuid.uuid4()))
    event: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    #: The transaction of the event: within one, an event is told once however often it is noted.
    transaction: Mapped[int] = mapped_column(BigInteger)
    #: `held`: webhooks were off; it goes out only when a person asks for it.
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    #: While it is being sent: when its sender is taken for dead.
    next_attempt_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now(), index=True)
    delivered_at: Mapped[datetime | None] = mapped_column(Timestamp)
    #: Of the last attempt.
    status_code: Mapped[int | None] = mapped_column(Integer)
    response: Mapped[str] = mapped_column(Text, server_default="")

    endpoint = relationship("webhook.endpoint")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("endpoint_id", "event", "model", "record_id", "transaction"),
            CheckConstraint(f"state IN {DELIVERY_STATES}", name="state_known"),
            Index(
                "ix_webhook_delivery_due",
                "next_attempt_at",
                postgresql_where="state IN ('pending', 'sending')",
            ),
        )


class WebhookAttempt(Model):
    """One try to deliver, with the receiver's answer."""

    _name = "webhook.attempt"
    _audited = False
    _title = "Webhook attempt"
    _label = "response"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    #: Null when there was no answer.
    status_code: Mapped[int | None] = mapped_column(Integer)
    milliseconds: Mapped[int] = mapped_column(Integer, server_default="0")
    response: Mapped[str] = mapped_column(Text, server_default="")
