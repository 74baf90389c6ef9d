"""Extends transfers as orders would: moves know a line, one lot alone is allowed, what is done is noted."""

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from addons.stock.models import transfers
from core.security import acts

_NOTE = text("UPDATE stock_move SET tally_delivered = true WHERE transfer_id = ANY(:ids) AND state = 'done'")


class Move(transfers.Move):
    tally_line: Mapped[int | None] = mapped_column(BigInteger)
    tally_delivered: Mapped[bool] = mapped_column(server_default="false")


class Transfer(transfers.Transfer):
    #: Lots that nobody is to get.
    BARRED: frozenset[int] = frozenset()

    @classmethod
    def choose(cls, session, moves, shelves):
        return super().choose(session, moves, [s for s in shelves if s.lot_id not in cls.BARRED])

    @classmethod
    def do(cls, session, transfers, on=None):
        ids = acts.ids_of(session, transfers)
        rests = super().do(session, ids, on)
        session.execute(_NOTE, {"ids": ids})
        return rests
