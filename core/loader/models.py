"""Which addons are installed, and which records they shipped."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Integer, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db.types import Timestamp
from core.models import Model


class Addon(Model):
    """An installed addon."""

    _name = "addon"
    _audited = False

    name: Mapped[str] = mapped_column(Text, unique=True)
    version: Mapped[str] = mapped_column(Text)
    installed_at: Mapped[datetime] = mapped_column(Timestamp, server_default=func.now())


class HostState(Model):
    """One row: the number that changes with every install, by which servers notice."""

    _name = "host.state"
    _audited = False

    generation: Mapped[int] = mapped_column(BigInteger, server_default="0")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (CheckConstraint("id = 1", name="one_row"),)


class ShippedRecord(Model):
    """A record that an addon's data brought, by its stable id, with the values as last shipped."""

    _name = "shipped.record"
    _audited = False

    addon: Mapped[str] = mapped_column(Text)
    #: `addon.key`, as data files refer to it.
    key: Mapped[str] = mapped_column(Text, unique=True)
    table_name: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    shipped: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("table_name", "record_id"),)


class RetiredId(Model):
    """How far the ids of a table had come that went with its addon: see `core.loader.retired`."""

    _name = "retired.id"
    _audited = False

    table_name: Mapped[str] = mapped_column(Text, unique=True)
    last_id: Mapped[int] = mapped_column(BigInteger)


class RetiredCounter(Model):
    """How far a number sequence had come when an addon went, by its code, company and year."""

    _name = "retired.counter"
    _audited = False

    code: Mapped[str] = mapped_column(Text)
    company_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int] = mapped_column(Integer)
    next_number: Mapped[int] = mapped_column(BigInteger)

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("code", "company_id", "year"),)
