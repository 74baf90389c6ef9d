"""Labels on crates: extends a model of another addon with a column, a relationship and a method."""

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.crate import models as crate
from core.models import Model, relationship


class LabelColour(Model):
    _name = "label.colour"
    _title = "Label colour"

    name: Mapped[str] = mapped_column(Text, unique=True)


class Crate(crate.Crate):
    label_text: Mapped[str] = mapped_column(Text, server_default="")
    colour_id: Mapped[int | None] = mapped_column(ForeignKey("label_colour.id", ondelete="SET NULL"))
    colour = relationship("label.colour")

    def label(self) -> str:
        return f"{super().label()} [{self.label_text}]"

    @classmethod
    def _table_args(cls):
        return (Index(None, "colour_id"),)
