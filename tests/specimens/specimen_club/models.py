"""Buying clubs, and which one a partner belongs to."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from addons.partners import models as partners
from core.models import Model, relationship


class Club(Model):
    _name = "specimen.club"
    _title = "Club"

    name: Mapped[str] = mapped_column(Text, unique=True)
    email: Mapped[str] = mapped_column(Text, server_default="")
    members = relationship("partner", back_populates="club")


class Partner(partners.Partner):
    club_id: Mapped[int | None] = mapped_column(
        ForeignKey("specimen_club.id", ondelete="RESTRICT"), index=True
    )
    club = relationship("specimen.club", back_populates="members")

    def addresses_for(self, role: str) -> str:
        """The club reads along."""
        own = super().addresses_for(role)
        return ", ".join(a for a in (own, self.club.email if self.club else "") if a)
