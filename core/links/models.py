"""Public links, with the answers that they were given."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Prose, Timestamp
from core.links import acts, tokens
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Link(CompanyOwned, Model):
    """A question about a record to somebody without a log-in; once answered it never changes."""

    _name = "link"
    _title = "Public link"
    _label = "purpose"

    purpose: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    #: What is signed along with the id, so that the key of the installation alone makes no link.
    secret: Mapped[str] = mapped_column(Text)
    #: The language that it is shown in; empty for the company's.
    locale: Mapped[str] = mapped_column(Text, server_default="")
    expires_at: Mapped[dt.datetime] = mapped_column(Timestamp)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: How often it was opened, by people and by robots.
    opened: Mapped[int] = mapped_column(Integer, server_default="0")
    opened_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)
    #: The name that they gave.
    answered_by: Mapped[str] = mapped_column(Line, server_default="")
    note: Mapped[str] = mapped_column(Line, server_default="")
    #: The address and the browser that the answer came from.
    answered_from: Mapped[str] = mapped_column(Text, server_default="")
    agent: Mapped[str] = mapped_column(Text, server_default="")
    #: What they saw when they answered.
    shown: Mapped[str] = mapped_column(Prose, server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[dt.datetime] = mapped_column(Timestamp, server_default=text("now()"))

    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered_at_once"),
            Index(None, "model", "record_id"),
        )

    @classmethod
    def make(cls, session: Any, purpose: str, record: Any, days: int = 14, locale: str = "") -> Any:
        """A link that asks about a record, good for so many days; those before it are revoked."""
        return acts.make(session, purpose, record, days, locale)

    @classmethod
    def revoke(cls, session: Any, links: Iterable[Any]) -> None:
        """Let links ask no more; those that are answered stay as they are."""
        acts.revoke(session, links)

    @classmethod
    def is_reachable(cls) -> bool:
        """Whether an address can be said: a job knows none unless somebody has set where we are reached."""
        return tokens.is_reachable()

    @classmethod
    def address(cls, link: Any) -> str:
        """Where it leads, for a mail or a message."""
        return tokens.address_of(link)
