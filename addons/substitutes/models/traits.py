"""What parts are by their values, kept so that others as good are found among a million."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.substitutes.services import traits
from core.db import Timestamp
from core.models import Model, relationship
from core.records.models import CompanyOwned

#: Farads go down to 1E-13, hertz up to 1E+10.
_SI = Numeric(30, 15)


class Trait(CompanyOwned, Model):
    """What a part is, as read from its attributes and its description; a trigger marks what is to be read."""

    _name = "substitute.trait"
    _title = "Values of a part"
    _label = "kind"
    _audited = False

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), unique=True)
    #: Empty for what is no part of a known kind.
    kind: Mapped[str] = mapped_column(Text, server_default="")
    #: In Ω, F, H, Hz, contacts or volts; below zero where there is none, so that equal ones are found.
    value: Mapped[Decimal] = mapped_column(_SI, server_default="-1")
    package: Mapped[str] = mapped_column(Text, server_default="")
    variety: Mapped[str] = mapped_column(Text, server_default="")
    tolerance: Mapped[Decimal | None] = mapped_column(_SI)
    voltage: Mapped[Decimal | None] = mapped_column(_SI)
    power: Mapped[Decimal | None] = mapped_column(_SI)
    current: Mapped[Decimal | None] = mapped_column(_SI)
    load: Mapped[Decimal | None] = mapped_column(_SI)
    pitch: Mapped[Decimal | None] = mapped_column(_SI)
    dielectric: Mapped[str] = mapped_column(Text, server_default="")
    #: What the dielectric stands: lowest and highest °C, and by how many percent the value changes.
    coldest: Mapped[Decimal | None] = mapped_column(_SI)
    hottest: Mapped[Decimal | None] = mapped_column(_SI)
    drift: Mapped[Decimal | None] = mapped_column(_SI)
    #: When it was read; nothing where the part has changed since.
    read_at: Mapped[dt.datetime | None] = mapped_column(Timestamp)

    product = relationship("product")

    @classmethod
    def _table_args(cls) -> tuple[Any, ...]:
        return (
            Index(None, "company_id", "kind", "value", "package"),
            Index("ix_substitute_trait_unread", "product_id", postgresql_where=text("read_at IS NULL")),
        )

    @classmethod
    def read(cls, session: Any, products: Iterable[int]) -> int:
        """Read these parts anew; returns of how many the kind is known."""
        return traits.read(session, products)
