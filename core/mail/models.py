"""Outgoing message, its attempts and attachments, and the templates that administrators edit."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Prose, Timestamp
from core.locales import LOCALES
from core.mail import noting
from core.models import Model, relationship
from core.records.models import CompanyOwned

MAIL_STATES = ("queued", "sending", "sent", "failed", "unsure", "cancelled", "returned")
RETURN_KINDS = ("bounced", "delayed", "away")
RETURN_STATES = ("open", "settled", "noted")


class MailMessage(CompanyOwned, Model):
    """A message in the outbox.

    `unsure` means that the sender died between giving the message to the server and noting the
    answer: a person decides, since a second copy may be worse than none.
    """

    _name = "mail.message"
    _audited = False
    _title = "Mail"
    _label = "subject"

    state: Mapped[str] = mapped_column(Text, server_default="queued")
    #: The `Message-ID` header: stable over retries, so that a receiver can tell a repeated copy.
    message_id: Mapped[str] = mapped_column(Text, unique=True)
    #: What must not be mailed twice, such as `billing.statement:17:1`; empty when it may.
    idempotency_key: Mapped[str | None] = mapped_column(Text, unique=True)
    sender: Mapped[str] = mapped_column(Text)
    to: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cc: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    #: `park` or `retry` when it is unknown whether the last attempt arrived.
    when_unsure: Mapped[str] = mapped_column(Text, server_default="retry")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    next_attempt_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(Timestamp)
    #: The last answer of the server, or the reason for a failure.
    response: Mapped[str] = mapped_column(Text, server_default="")
    model: Mapped[str] = mapped_column(Text, server_default="")
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())

    attempt_log = relationship("mail.attempt", back_populates="message", order_by="MailAttempt.id")
    attachments = relationship("attachment", secondary="mail_attachment")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint(f"state IN {MAIL_STATES}", name="state_known"),
            CheckConstraint("when_unsure IN ('park', 'retry')", name="when_unsure_known"),
            CheckConstraint('cardinality("to") > 0', name="has_recipient"),
            Index(None, "model", "record_id"),
            Index(
                "ix_mail_message_due", "next_attempt_at", postgresql_where="state IN ('queued', 'sending')"
            ),
        )


class MailAttempt(Model):
    """One try to hand a message over, with the server's answer."""

    _name = "mail.attempt"
    _audited = False
    _title = "Mail attempt"
    _label = "response"

    message_id: Mapped[int] = mapped_column(ForeignKey("mail_message.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    outcome: Mapped[str] = mapped_column(Text)
    response: Mapped[str] = mapped_column(Text, server_default="")

    message = relationship("mail.message", back_populates="attempt_log")


class MailAttachment(Model):
    """Which files go with which message."""

    _name = "mail.attachment"
    _audited = False

    message_id: Mapped[int] = mapped_column(ForeignKey("mail_message.id", ondelete="CASCADE"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id", ondelete="RESTRICT"))

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("message_id", "attachment_id"),)


class MailReturn(CompanyOwned, Model):
    """What a server or a robot answered to a message, for one of its recipients.

    A message that came back is open until somebody has corrected the address; the rest is for information.
    """

    _name = "mail.return"
    _title = "Returned mail"
    _label = "address"

    message_id: Mapped[int] = mapped_column(ForeignKey("mail_message.id", ondelete="CASCADE"), index=True)
    #: The report that said so: read again, it adds nothing.
    key: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Line)
    kind: Mapped[str] = mapped_column(Text)
    #: By RFC 3463, such as 5.1.1; empty where none was given.
    status: Mapped[str] = mapped_column(Text, server_default="")
    reason: Mapped[str] = mapped_column(Line, server_default="")
    #: Whether the address itself is at fault, and not a full mailbox or a filter.
    is_bad: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str] = mapped_column(Text, server_default="noted")
    received_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())

    message = relationship("mail.message")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("key", "address"),
            CheckConstraint(f"kind IN {RETURN_KINDS}", name="kind_known"),
            CheckConstraint(f"state IN {RETURN_STATES}", name="state_known"),
            CheckConstraint("(kind = 'bounced') = (state <> 'noted')", name="bounced_is_a_task"),
            CheckConstraint("NOT is_bad OR kind = 'bounced'", name="bad_where_bounced"),
            Index("ix_mail_return_bad", text("lower(address)"), postgresql_where="is_bad AND state = 'open'"),
        )

    @classmethod
    def settle(cls, session: Any, returned: Iterable[Any]) -> None:
        """Say that somebody has seen to it: the address is corrected, or good after all."""
        noting.settle(session, returned)

    @classmethod
    def bad_among(cls, session: Any, addresses: Iterable[str]) -> Mapping[str, Any]:
        """Those of these addresses that mail came back from, in lower case, with what was said last."""
        return noting.bad_among(session, addresses)


class MailTemplate(Model):
    """Subject and text of one kind of message in one language."""

    _name = "mail.template"
    _title = "Mail template"
    _label = "code"

    code: Mapped[str] = mapped_column(Line)
    locale: Mapped[str] = mapped_column(Text)
    #: Jinja, sandboxed; what it may name is told by the addon that sends it.
    subject: Mapped[str] = mapped_column(Line)
    body: Mapped[str] = mapped_column(Prose)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("code", "locale"),
            CheckConstraint(f"locale IN {tuple(LOCALES)}", name="locale_known"),
        )
