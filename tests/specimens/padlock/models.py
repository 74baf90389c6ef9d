"""Keeps received moves from being repriced, with a reason."""

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from addons.purchasing.models import progress
from core import m
from core.security import acts


class Move(progress.Move):
    padlock: Mapped[str] = mapped_column(Text, server_default="")

    @classmethod
    def locked_because(cls, session, moves):
        move = m.StockMove
        query = select(move.id, move.padlock).where(move.id.in_(acts.ids_of(session, moves)))
        return {
            **super().locked_because(session, moves),
            **dict(session.execute(query.where(move.padlock != "")).all()),
        }
