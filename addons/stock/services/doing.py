"""Do transfers: goods move, their value follows, and what is left over becomes a transfer of its own.

What leaves a place of ours is done as far as it is reserved; what comes in as far as it is expected; less of
either where `picked` says so. All of a set is one transaction: whoever is killed in between has done nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import books_of
from addons.accounting.services.window import why_outside
from addons.products.services.units import why_not_whole
from addons.stock.services.copies import copy
from addons.stock.services.creation import numbers_of
from addons.stock.services.errors import StockError
from addons.stock.services.locks import lock_balances
from addons.stock.services.places import OURS
from addons.stock.services.reservation import forget_moves, refuse_done
from addons.stock.services.valuing import value
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.audit import record

DO = "stock.do"
_ZERO = Decimal(0)
_MOVES = text("""
    SELECT v.id, v.company_id, v.transfer_id, v.product_id, v.lot_id, v.quantity, v.picked, v.state,
           v.unit_cost, v.returns_id, v.from_id, v.to_id, f.kind AS from_kind, g.kind AS to_kind,
           p.code, p.kind, p.unit, p.countable, p.cost
      FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS w (id, place)
      JOIN stock_move v ON v.transfer_id = w.id AND v.state IN ('planned', 'reserved')
      JOIN stock_location f ON f.id = v.from_id
      JOIN stock_location g ON g.id = v.to_id
      JOIN product p ON p.id = v.product_id
     ORDER BY w.place, v.position, v.id
""")
_DONE = text("""
    UPDATE stock_move v SET state = 'done', quantity = p.quantity, picked = NULL, date = :on
      FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[])) AS p (id, quantity)
     WHERE v.id = p.id
""")
_LEFT = text("""
    UPDATE stock_move v SET transfer_id = p.transfer, picked = NULL
      FROM unnest(CAST(:ids AS bigint[]), CAST(:transfers AS bigint[])) AS p (id, transfer)
     WHERE v.id = p.id
""")
_TRANSFERS = text("""
    UPDATE stock_transfer t SET state = 'done', date = :on, entry_id = p.entry
      FROM unnest(CAST(:ids AS bigint[]), CAST(:entries AS bigint[])) AS p (id, entry)
     WHERE t.id = p.id
""")


@dataclass(frozen=True)
class Doing:
    """A move, and how much of it is done now."""

    move: Any
    done: Decimal

    def __getattr__(self, name: str) -> Any:
        return getattr(self.move, name)

    @property
    def left(self) -> Decimal:
        """What is not done now."""
        return Decimal(self.move.quantity - self.done)


def do(session: AnySession, transfers: Iterable[Any], on: date | None) -> Mapping[int, int]:
    """Do drafts; returns the transfers of what is left, by the one that each is the rest of."""
    acts.require(session, DO)
    rows = acts.locked(session, m.StockTransfer, transfers, of_few_lines=True)
    refuse_done(rows)
    day = on or today()
    rests: dict[int, int] = {}
    for company_id in sorted({row.company_id for row in rows}):
        own = {row.id: row for row in rows if row.company_id == company_id}
        rests |= _do(session, company_id, own, day)
    record(session, "do", "stock.transfer", [row.id for row in rows])
    forget_moves(session, [row.id for row in rows])
    return rests


def _do(session: AnySession, company_id: int, rows: Mapping[int, Any], on: date) -> dict[int, int]:
    books = books_of(session, company_id)
    if problem := why_outside(books, on):
        raise StockError(problem)
    moves = [Doing(move, _done_of(move)) for move in session.execute(_MOVES, {"ids": list(rows)})]
    _refuse_empty(rows, moves)
    # Numbers before balances, as whoever creates and reserves at once takes them.
    rests = _leave(session, rows, [move for move in moves if move.left])
    lock_balances(session, list(rows))
    done = [move for move in moves if move.done]
    quantities = [move.done for move in done]
    session.execute(_DONE, {"ids": [move.id for move in done], "quantities": quantities, "on": on})
    _split_off(session, rows, rests, [move for move in done if move.left])
    entries = value(session, books, rows, done, on)
    session.execute(
        _TRANSFERS, {"ids": list(rows), "entries": [entries.get(row_id) for row_id in rows], "on": on}
    )
    return rests


def _done_of(move: Any) -> Decimal:
    """How much of a move is done; raises StockError for a part of a piece, or more than reserved."""
    if move.picked != move.quantity and (why := why_not_whole(move, move.picked)):
        raise StockError(why)
    if move.from_kind not in OURS:
        return Decimal(move.quantity if move.picked is None else move.picked)
    reserved = move.quantity if move.state == "reserved" else _ZERO
    if move.picked is not None and move.picked > reserved:
        raise StockError(
            _(
                "%(picked)s of %(code)s are picked, and %(reserved)s are reserved: reserve the rest first.",
                picked=format_number(move.picked),
                code=move.code,
                reserved=format_number(reserved),
            )
        )
    return Decimal(reserved if move.picked is None else move.picked)


def _refuse_empty(rows: Mapping[int, Any], moves: Sequence[Doing]) -> None:
    """Refuse transfers of which nothing would move."""
    moving = {move.transfer_id for move in moves if move.done}
    known = {move.transfer_id for move in moves}
    StockError.refuse(
        {row_id: _nothing(row, row_id in known) for row_id, row in rows.items() if row_id not in moving}
    )


def _nothing(row: Any, has_moves: bool) -> str:
    if not has_moves:
        return _("%(number)s has no lines: add one first.", number=row.number)
    return _("Nothing of %(number)s is reserved or picked: reserve it first.", number=row.number)


def _leave(session: AnySession, rows: Mapping[int, Any], moves: Sequence[Doing]) -> dict[int, int]:
    """Put what is left of these moves on transfers of their own."""
    leaving = {move.transfer_id for move in moves}
    if not leaving:
        return {}
    sources = [row for row in rows.values() if row.id in leaving]
    ids = copy(
        session,
        m.StockTransfer,
        [row.id for row in sources],
        number=numbers_of(session, sources),
        rest_of_id=[row.id for row in sources],
    )
    rests = {row.id: rest for row, rest in zip(sources, ids, strict=True)}
    whole = [move for move in moves if not move.done]
    if whole:
        values = {"ids": [mv.id for mv in whole], "transfers": [rests[mv.transfer_id] for mv in whole]}
        session.execute(_LEFT, values)
    record(session, "create", "stock.transfer", ids)
    return rests


def _split_off(
    session: AnySession, rows: Mapping[int, Any], rests: Mapping[int, int], moves: Sequence[Doing]
) -> None:
    """Let what is left of moves that are done in part stand on the rest, as it stood before.

    After they are done: what is reserved of a balance never goes above what is there.
    """
    copy(
        session,
        m.StockMove,
        [move.id for move in moves],
        transfer_id=[rests[move.transfer_id] for move in moves],
        quantity=[move.left for move in moves],
        state=[move.state for move in moves],
        date=[rows[move.transfer_id].planned for move in moves],
    )
