"""API token, and the answers that are kept for repeated calls."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Timestamp
from core.models import Model, relationship


class ApiToken(Model):
    """What a program logs in with: it acts for its user, in one company, within its scopes."""

    _name = "api.token"
    _title = "API token"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: A program stays in its company, wherever its user is looking at the moment.
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Line)
    #: The part that is shown, by which the row is found.
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    #: SHA-256 of the whole token: it is random, so that a slow hash would protect nothing more.
    secret_hash: Mapped[str] = mapped_column(String(64))
    #: Permissions, or `*` for all that the user holds; what counts is what the user holds at the call.
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(Timestamp)
    #: To the minute.
    last_used_at: Mapped[datetime | None] = mapped_column(Timestamp)
    revoked_at: Mapped[datetime | None] = mapped_column(Timestamp)

    user = relationship("user")
    company = relationship("company")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("name <> '' AND cardinality(scopes) > 0", name="named_and_scoped"),)


class ApiReply(Model):
    """The answer to a call with an `Idempotency-Key`, written in the transaction of its effect."""

    _name = "api.reply"
    _audited = False
    _label = "key"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(Text)
    #: SHA-256 of method, address, precondition and body.
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now(), index=True)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("token_id", "key"),)
