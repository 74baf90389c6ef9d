"""Reserve what there is for transfers, and give it back.

The balances that a set of transfers may take from are locked in the order of their ids, so that two users
never wait for each other for ever, and the second sees what the first has left. A move for which one lot is
not enough is split; what is lacking stays planned.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.stock.services.choosing import Shelf, Taking
from addons.stock.services.copies import copy
from addons.stock.services.errors import StockError
from addons.stock.services.locks import lock_balances
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

RESERVE = "stock.write"
_MOVES = text("""
    SELECT v.id, v.transfer_id, v.product_id, v.lot_id, v.quantity, v.from_id, v.split_from_id,
           f.warehouse_id, t.kind, t.partner_id
      FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS w (id, place)
      JOIN stock_transfer t ON t.id = w.id
      JOIN stock_move v ON v.transfer_id = t.id AND v.state = 'planned'
      JOIN stock_location f ON f.id = v.from_id AND f.kind IN ('internal', 'transit')
     ORDER BY w.place, v.position, v.id
""")
_SHELVES = text("""
    SELECT b.id, b.product_id, b.location_id, b.lot_id, b.on_hand - b.reserved AS free,
           coalesce(l.date_code, '') AS date_code,
           coalesce(b.reserved = 0 AND l.full_quantity > 0 AND b.on_hand >= l.full_quantity, false)
             AS is_whole,
           p.warehouse_id, p.pickable AND p.active AS pickable
      FROM stock_balance b
      JOIN stock_location p ON p.id = b.location_id
      LEFT JOIN stock_lot l ON l.id = b.lot_id
     WHERE b.product_id = ANY(:products) AND b.on_hand > b.reserved
       AND (b.location_id = ANY(:places) OR p.warehouse_id = ANY(:warehouses))
     ORDER BY b.id FOR UPDATE OF b
""")
_RESERVE = text("""
    UPDATE stock_move v SET state = 'reserved', quantity = p.quantity, lot_id = p.lot, from_id = p.place,
           is_lot_chosen = v.lot_id IS DISTINCT FROM p.lot, is_place_chosen = v.from_id <> p.place
      FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[]), CAST(:lots AS bigint[]),
                  CAST(:places AS bigint[])) AS p (id, quantity, lot, place)
     WHERE v.id = p.id
""")
_RELEASE = text("""
    UPDATE stock_move v SET state = 'planned', picked = NULL, is_lot_chosen = false, is_place_chosen = false,
           lot_id = CASE WHEN v.is_lot_chosen THEN NULL ELSE v.lot_id END,
           from_id = CASE WHEN v.is_place_chosen THEN t.from_id ELSE v.from_id END
      FROM stock_transfer t
     WHERE t.id = v.transfer_id AND t.id = ANY(:ids) AND v.state = 'reserved'
""")
#: What reservation has split goes back to where it was taken off.
_JOIN = text("""
    WITH gone AS (
        DELETE FROM stock_move v USING stock_move r
         WHERE v.transfer_id = ANY(:ids) AND v.state = 'planned' AND r.id = v.split_from_id
           AND r.transfer_id = v.transfer_id AND r.state = 'planned'
        RETURNING v.split_from_id, v.quantity)
    UPDATE stock_move r SET quantity = r.quantity + s.quantity
      FROM (SELECT split_from_id AS id, sum(quantity) AS quantity FROM gone GROUP BY split_from_id) s
     WHERE r.id = s.id
""")


def reserve(session: AnySession, transfers: Iterable[Any]) -> Mapping[int, Decimal]:
    """Reserve what there is; returns what each move lacks, by its id. Raises StockError."""
    acts.require(session, RESERVE)
    rows = acts.locked(session, m.StockTransfer, transfers, of_few_lines=True)
    refuse_done(rows)
    ids = [row.id for row in rows]
    moves = session.execute(_MOVES, {"ids": ids}).all()
    if not moves:
        return {}
    chosen = m.StockTransfer.choose(session, moves, _shelves(session, moves))
    lacking = {
        move.id: move.quantity - sum((t.quantity for t in chosen.get(move.id, ())), Decimal(0))
        for move in moves
    }
    _store(session, moves, chosen, lacking)
    record(session, "reserve", "stock.transfer", ids)
    _forget(session, ids, [move.id for move in moves])
    return {move_id: quantity for move_id, quantity in lacking.items() if quantity}


def refuse_done(rows: Iterable[Any]) -> None:
    """Refuse transfers that are no drafts any more."""
    StockError.refuse({row.id: _no_draft(row) for row in rows if row.state != "draft"})


def _no_draft(row: Any) -> str:
    if row.state == "done":
        return _("%(number)s is done: bring goods back by a return.", number=row.number)
    return _("%(number)s is cancelled.", number=row.number)


def _shelves(session: AnySession, moves: Sequence[Any]) -> list[Shelf]:
    values = {
        "products": sorted({move.product_id for move in moves}),
        "places": sorted({move.from_id for move in moves}),
        "warehouses": sorted({v.warehouse_id for v in moves if v.kind == "delivery" and v.warehouse_id}),
    }
    return [Shelf(*row) for row in session.execute(_SHELVES, values)]


def _store(
    session: AnySession,
    moves: Sequence[Any],
    chosen: Mapping[int, Sequence[Taking]],
    lacking: Mapping[int, Decimal],
) -> None:
    """The first taking of a move is the move; further ones, and what is lacking, are split off."""
    first: list[tuple[Any, Taking]] = []
    more: list[tuple[Any, Taking]] = []
    for move in moves:
        for number, taking in enumerate(chosen.get(move.id, ())):
            (more if number else first).append((move, taking))
    short = [move for move, _taking in first if lacking[move.id]]
    _split(session, more, short, lacking)
    values = {
        "ids": [move.id for move, _taking in first],
        "quantities": [taking.quantity for _move, taking in first],
        "lots": [taking.shelf.lot_id for _move, taking in first],
        "places": [taking.shelf.location_id for _move, taking in first],
    }
    if first:
        session.execute(_RESERVE, values)


def _split(
    session: AnySession,
    more: Sequence[tuple[Any, Taking]],
    short: Sequence[Any],
    lacking: Mapping[int, Decimal],
) -> None:
    moves = [move for move, _taking in more] + list(short)
    shelves = [taking.shelf for _move, taking in more]
    copy(
        session,
        m.StockMove,
        [move.id for move in moves],
        quantity=[taking.quantity for _move, taking in more] + [lacking[move.id] for move in short],
        lot_id=[shelf.lot_id for shelf in shelves] + [move.lot_id for move in short],
        from_id=[shelf.location_id for shelf in shelves] + [move.from_id for move in short],
        state=["reserved"] * len(more) + ["planned"] * len(short),
        split_from_id=[move.split_from_id or move.id for move in moves],
        picked=[None] * len(moves),
        is_lot_chosen=[move.lot_id != t.shelf.lot_id for move, t in more] + [False] * len(short),
        is_place_chosen=[move.from_id != t.shelf.location_id for move, t in more] + [False] * len(short),
    )


def release(session: AnySession, transfers: Iterable[Any]) -> None:
    """Give back what was reserved; raises StockError."""
    acts.require(session, RESERVE)
    rows = acts.locked(session, m.StockTransfer, transfers, of_few_lines=True)
    refuse_done(rows)
    ids = [row.id for row in rows]
    lock_balances(session, ids)
    session.execute(_RELEASE, {"ids": ids})
    session.execute(_JOIN, {"ids": ids})
    record(session, "release", "stock.transfer", ids)
    forget_moves(session, ids)


def _forget(session: AnySession, transfers: Sequence[int], moves: Sequence[int]) -> None:
    acts.forget(session, m.StockTransfer, transfers)
    acts.forget(session, m.StockMove, moves)


def forget_moves(session: AnySession, transfers: Sequence[int]) -> None:
    """Let objects that the session holds of these transfers and of any moves be read anew."""
    held = [x.id for x in session.identity_map.values() if isinstance(x, m.StockMove)]
    _forget(session, transfers, held)
