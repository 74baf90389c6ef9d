"""User, role, team, session and audit event."""

from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Line, Timestamp
from core.locales import LOCALES
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Role(RoleMixin, Model):
    """A bundle of permissions; shipped by addons, edited by administrators."""

    _name = "role"
    _title = "Role"
    _label = "title"
    _label_shipped = True

    #: Stable name in code and data, such as `accounting.clerk`.
    name: Mapped[str] = mapped_column(Line, unique=True)
    title: Mapped[str] = mapped_column(Line, server_default="")
    permissions: Mapped[list[str]] = mapped_column(MutableList.as_mutable(ARRAY(Text)), server_default="{}")
    #: Whoever has the role logs in with a second factor, and sets one up at the next log-in.
    requires_second_factor: Mapped[bool] = mapped_column(server_default="false")


class User(UserMixin, Model):
    """Someone who logs in."""

    _name = "user"
    _title = "User"

    email: Mapped[str] = mapped_column(Line, unique=True)
    name: Mapped[str] = mapped_column(Line, server_default="")
    password: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(server_default="true")
    fs_uniquifier: Mapped[str] = mapped_column(Text, unique=True)
    #: The language of the product, empty for the one that the browser asks for.
    locale: Mapped[str] = mapped_column(Text, server_default="")
    #: The company whose records the user works in at the moment.
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="RESTRICT"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Timestamp)
    last_login_at: Mapped[datetime | None] = mapped_column(Timestamp)  # type: ignore[assignment]  # null before the first
    current_login_at: Mapped[datetime | None] = mapped_column(Timestamp)  # type: ignore[assignment]  # null before the first
    last_login_ip: Mapped[str | None] = mapped_column(Text)
    current_login_ip: Mapped[str | None] = mapped_column(Text)
    login_count: Mapped[int | None] = mapped_column(Integer)  # type: ignore[assignment]  # null before the first
    tf_primary_method: Mapped[str | None] = mapped_column(Text)
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    #: The time step of the last code that was taken: each is good once.
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)
    #: Keyed hashes; see `core.security.second_factor`.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(ARRAY(Text)))
    #: The zone in which moments are shown; empty for the server's.
    timezone: Mapped[str] = mapped_column(Text, server_default="")

    company = relationship("company")
    roles = relationship("role", secondary="user_role", lazy="selectin", viewonly=False)
    companies = relationship("company", secondary="user_company")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint(f"locale IN {('', *LOCALES)}", name="locale_known"),)

    def check_tf_required(self, tf_setup_methods: Any, tf_fresh: bool) -> Any:
        """Whether the log-in asks for a second factor: one was set up, or a role requires it."""
        if self.check_tf_required_setup():
            return True, tf_setup_methods
        return super().check_tf_required(tf_setup_methods, tf_fresh)

    def check_tf_required_setup(self) -> bool:
        """Whether a role of the user requires a second factor, so that it cannot be switched off."""
        return any(role.requires_second_factor for role in self.roles)


class UserRole(Model):
    """Who has which role."""

    _name = "user.role"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id", ondelete="CASCADE"))

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("user_id", "role_id"),)


class UserCompany(Model):
    """In which companies a user may work."""

    _name = "user.company"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("user_id", "company_id"),)


class Team(CompanyOwned, Model):
    """People who look after the same customers."""

    _name = "team"
    _title = "Sales team"

    name: Mapped[str] = mapped_column(Line)
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)

    leader = relationship("user")
    members = relationship("team.member", back_populates="team", cascade="all, delete-orphan")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("company_id", "name"),)


class TeamMember(Model):
    """Who belongs to which team."""

    _name = "team.member"
    _title = "Team member"
    _label = "user_id"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)

    team = relationship("team", back_populates="members")
    user = relationship("user")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("team_id", "user_id"),)


class UserSession(Model):
    """A browser in which a user has logged in, until it logs out or is made to."""

    _name = "user.session"
    _title = "Session"
    _label = "browser"
    _audited = False

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    #: SHA-256 of what the browser's cookie holds: a copy of this table lets nobody in.
    key: Mapped[str] = mapped_column(Text, unique=True)
    opened_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    #: To the minute: written at most once in one.
    seen_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    address: Mapped[str] = mapped_column(Text, server_default="")
    browser: Mapped[str] = mapped_column(Text, server_default="")
    #: Whether the user asked to stay logged in on this device.
    lasting: Mapped[bool] = mapped_column(server_default="false")
    ended_at: Mapped[datetime | None] = mapped_column(Timestamp)

    user = relationship("user")


class AuditEvent(Model):
    """Who changed what, before and after; rows are only ever added."""

    _name = "audit.event"
    _audited = False
    _title = "Audit event"
    _label = "action"

    at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())
    #: No foreign key: the trace outlives the user.
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(Text, server_default="")
    company_id: Mapped[int | None] = mapped_column(BigInteger)
    #: `create`, `update`, `delete`, or the act: `post`, `release`, `send`.
    action: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    request_id: Mapped[str] = mapped_column(Text, server_default="")
    #: Set once by the database, a minute after the event; see `core.security.seal`.
    seal_id: Mapped[int | None] = mapped_column(
        ForeignKey("audit_seal.id", ondelete="RESTRICT", deferrable=True, initially="DEFERRED"), index=True
    )

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        unsealed = text("seal_id IS NULL")
        return (
            Index(None, "model", "record_id"),
            Index("ix_audit_event_unsealed", "id", postgresql_where=unsealed),
        )


class AuditSeal(Model):
    """A hash over the events that it seals and over the seal before: whoever changes one breaks the chain."""

    _name = "audit.seal"
    _audited = False
    _title = "Audit seal"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.clock_timestamp())
    events: Mapped[int] = mapped_column(BigInteger)
    #: SHA-256 in hexadecimal digits.
    hash: Mapped[str] = mapped_column(Text)


class LoginFailure(Model):
    """A wrong password, counted by account and by address."""

    _name = "login.failure"
    _label = "key"

    #: `account:<e-mail>` or `address:<IP>`.
    key: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now(), index=True)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (Index(None, "key", "at"),)
