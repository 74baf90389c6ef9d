"""A crate and what lies in it."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Quantity
from core.models import Model, relationship
from core.records.models import CompanyOwned


class Crate(CompanyOwned, Model):
    _name = "crate"
    _title = "Crate"

    name: Mapped[str] = mapped_column(Text)
    things = relationship("crate.thing", back_populates="crate")

    def label(self) -> str:
        return self.name


class CrateThing(Model):
    _name = "crate.thing"
    _title = "Thing"

    crate_id: Mapped[int] = mapped_column(ForeignKey("crate.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Decimal] = mapped_column(Quantity)

    crate = relationship("crate", back_populates="things")

    @classmethod
    def _table_args(cls):
        return (CheckConstraint("quantity >= 0", name="quantity_not_negative"),)
