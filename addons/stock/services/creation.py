"""Write transfers: complete what they leave open, and refuse what can't be moved.

What is refused: nothing or less than nothing, parts of what is counted, services, archived parts, lots of
another part or that are not there, places of which none is ours, and returns of more than went.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.drafts import rows_of
from addons.products.services.units import is_whole, why_not_whole
from addons.stock.services.bounds import refuse_lot, refuse_too_much
from addons.stock.services.drafts import LotDraft, TransferDraft
from addons.stock.services.errors import StockError
from addons.stock.services.places import OURS, complete
from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.records import sequences
from core.security import acts
from core.security.audit import record

WRITE = "stock.write"
_PARTS = text("""
    SELECT id, code, active, kind, company_id, unit, countable FROM product WHERE id = ANY(:ids)
""")
_ON_HAND = text("""
    SELECT on_hand FROM stock_balance
     WHERE product_id = :product AND location_id = ANY(:places) AND lot_id IS NOT DISTINCT FROM :lot
""")
_LOTS = text("SELECT id, product_id, company_id FROM stock_lot WHERE id = ANY(:ids)")
_PLACES = text("SELECT id, code, kind, company_id FROM stock_location WHERE id = ANY(:ids)")
#: Locked, so that two returns of one move see each other.
_RETURNED = text("""
    SELECT r.id, r.company_id, r.state, r.product_id, r.lot_id, r.from_id, r.to_id, r.quantity, t.number
      FROM stock_move r JOIN stock_transfer t ON t.id = r.transfer_id
     WHERE r.id = ANY(:ids) ORDER BY r.id FOR UPDATE OF r
""")
_BACK = text("""
    SELECT returns_id, sum(quantity) FROM stock_move
     WHERE returns_id = ANY(:ids) AND state <> 'cancelled' AND id <> ALL(:own) GROUP BY returns_id
""")
_LOT = text("""
    INSERT INTO stock_lot (company_id, product_id, number, date_code, maker_lot, full_quantity, received)
    SELECT * FROM unnest(CAST(:companies AS bigint[]), CAST(:products AS bigint[]), CAST(:numbers AS text[]),
                         CAST(:codes AS text[]), CAST(:makers AS text[]), CAST(:quantities AS numeric[]),
                         CAST(:days AS date[]))
    ON CONFLICT (product_id, number) DO NOTHING
""")
_LOT_IDS = text("""
    SELECT l.product_id, l.number, l.id FROM stock_lot l
      JOIN unnest(CAST(:products AS bigint[]), CAST(:numbers AS text[])) AS w (product_id, number)
     USING (product_id, number)
""")


def create(session: AnySession, transfers: Sequence[Any]) -> list[int]:
    """Write drafts, or unsaved records, and number them; returns their ids in the same order."""
    acts.require(session, WRITE)
    check(session, transfers)
    drafts = [transfer for transfer in transfers if isinstance(transfer, TransferDraft)]
    moves = [move for draft in drafts for move in draft.moves]
    counts = {m.StockTransfer.__table__: len(drafts), m.StockMove.__table__: len(moves)}
    numbers, (ids, move_ids) = sequences.numbers_and_ids(session, _series(transfers), counts)
    for transfer, number in zip(transfers, numbers, strict=True):
        transfer.number = number
    for draft, draft_id in zip(drafts, ids, strict=True):
        draft.id = draft_id
    for move, move_id in zip(moves, move_ids, strict=True):
        move.id = move_id
    _write(session, drafts)
    session.add_all(transfer for transfer in transfers if not isinstance(transfer, TransferDraft))
    session.flush()
    return [transfer.id for transfer in transfers]


def check(session: AnySession, transfers: Sequence[Any]) -> None:
    """Complete drafts, and refuse what can't be moved; raises StockError."""
    with session.no_autoflush:  # a move without its places is not ready for the database
        moves = [(transfer, move) for transfer in transfers for move in transfer.moves]
        odd = _bring_back(session, moves)
        usual: dict[int, dict[str, int]] = {}
        for transfer in transfers:
            complete(session, transfer, usual)
        for transfer, move in moves:
            move.from_id, move.to_id = move.from_id or transfer.from_id, move.to_id or transfer.to_id
            move.date = transfer.planned
        _refuse_quantities(moves)
        _refuse_parts(session, moves, odd)
        _refuse_places(session, [(t, v) for t, v in moves if not _is_usual(v, t, usual)])
        _make_lots(session, moves)
        _refuse_lots(session, moves)


def _bring_back(session: AnySession, moves: Sequence[tuple[Any, Any]]) -> set[int]:
    """Let returns go the way back of what they return, and no more of it than went.

    Returns which of those were of a part of a piece, before that was refused: it may come back as it went.
    """
    returning = [(t, move) for t, move in moves if move.returns_id is not None]
    if not returning:
        return set()
    ids = [move.returns_id for _t, move in returning]
    went = {row.id: row for row in session.execute(_RETURNED, {"ids": ids})}
    own = [move.id or 0 for _t, move in returning]
    back: dict[int, Decimal] = {i: q for i, q in session.execute(_BACK, {"ids": ids, "own": own})}
    for transfer, move in returning:
        row = went.get(move.returns_id)
        if row is None or row.company_id != transfer.company_id or row.state != "done":
            raise StockError(_("This was never moved: a return names the move that it brings back."))
        back[row.id] = back.get(row.id, Decimal(0)) + move.quantity
        if back[row.id] > row.quantity:
            raise StockError(_too_much(row, back[row.id] - move.quantity))
        move.product_id, move.lot_id = row.product_id, row.lot_id
        move.from_id, move.to_id = row.to_id, move.to_id or transfer.to_id or row.from_id
    for transfer, move in reversed(returning):  # the first of them says where all of it goes
        if transfer.kind == "return":
            transfer.from_id, transfer.to_id = move.from_id, move.to_id
    return {row.id for row in went.values() if not is_whole(row.quantity)}


def _too_much(row: Any, before: Decimal) -> str:
    return _(
        "On %(number)s there were %(went)s, of which %(back)s are on their way back: more can't be returned.",
        number=row.number,
        went=format_number(row.quantity),
        back=format_number(before),
    )


def _refuse_quantities(moves: Sequence[tuple[Any, Any]]) -> None:
    if any(move.quantity is None or move.quantity <= 0 for _t, move in moves):
        raise StockError(_("Move a quantity above zero; a return is a transfer of its own."))
    for _t, move in moves:
        refuse_too_much(move.quantity)


def _found(session: AnySession, query: Any, ids: set[Any]) -> Mapping[int, Any]:
    wanted = sorted(i for i in ids if i is not None)
    return {row.id: row for row in session.execute(query, {"ids": wanted})} if wanted else {}


def _refuse_parts(session: AnySession, moves: Sequence[tuple[Any, Any]], odd: set[int]) -> None:
    parts = _found(session, _PARTS, {move.product_id for _t, move in moves})
    for transfer, move in moves:
        part = parts.get(move.product_id)
        if part is None or part.company_id != transfer.company_id:
            raise StockError(_("There is no such part: choose one of the list."))
        if part.kind != "goods":
            raise StockError(_("%(code)s is a service, and never in stock.", code=part.code))
        if not part.active and move.returns_id is None:
            raise StockError(_("%(code)s is archived: restore it, or choose another part.", code=part.code))
        why = why_not_whole(part, move.quantity, getattr(move, "picked", None))
        if (
            why
            and move.returns_id not in odd
            and not (transfer.kind == "count" and _evens_out(session, move))
        ):
            raise StockError(why)


def _evens_out(session: AnySession, move: Any) -> bool:
    """Whether a count takes away, or fills up, the part of a piece that is on a shelf since before."""
    values = {"product": move.product_id, "places": [move.from_id, move.to_id], "lot": move.lot_id}
    return any(
        not is_whole(on_hand) and is_whole(on_hand + sign * move.quantity)
        for on_hand in session.scalars(_ON_HAND, values)
        for sign in (1, -1)
    )


def _is_usual(move: Any, transfer: Any, usual: Mapping[int, Mapping[str, int]]) -> bool:
    """Whether it goes between the usual places of the company, one of which is ours: that needs no look."""
    places = usual.get(transfer.company_id, {})
    ours, ends = {places.get(kind) for kind in OURS}, {move.from_id, move.to_id}
    return len(ends) == 2 and ends <= set(places.values()) and bool(ends & ours)


def _refuse_places(session: AnySession, moves: Sequence[tuple[Any, Any]]) -> None:
    places = _found(session, _PLACES, {i for _t, move in moves for i in (move.from_id, move.to_id)})
    for transfer, move in moves:
        source, target = places.get(move.from_id), places.get(move.to_id)
        if any(p is None or p.company_id != transfer.company_id for p in (source, target)):
            raise StockError(_("There is no such place: choose one of the list."))
        assert source is not None and target is not None  # refused above
        if move.from_id == move.to_id:
            raise StockError(_("%(code)s is where the goods are: choose another place.", code=source.code))
        if source.kind not in OURS and target.kind not in OURS:
            raise StockError(
                _("Neither %(source)s nor %(target)s is ours.", source=source.code, target=target.code)
            )


def _make_lots(session: AnySession, moves: Sequence[tuple[Any, Any]]) -> None:
    """Find the lots that are given by number, and make those that are new."""
    new = [(t, move) for t, move in moves if isinstance(move.lot, LotDraft)]
    if not new:
        return
    for _t, move in new:
        refuse_lot(move.lot)
    named = {"products": [move.product_id for _t, move in new], "numbers": [mv.lot.number for _t, mv in new]}
    values = {
        "companies": [t.company_id for t, _move in new],
        "codes": [move.lot.date_code for _t, move in new],
        "makers": [move.lot.maker_lot for _t, move in new],
        "quantities": [move.lot.full_quantity or move.quantity for _t, move in new],
        "days": [t.planned for t, _move in new],
    }
    session.execute(_LOT, named | values)
    ids = {(row.product_id, row.number): row.id for row in session.execute(_LOT_IDS, named)}
    for _t, move in new:
        move.lot_id = ids[move.product_id, move.lot.number]


def _refuse_lots(session: AnySession, moves: Sequence[tuple[Any, Any]]) -> None:
    lots = _found(session, _LOTS, {move.lot_id for _t, move in moves})
    for _transfer, move in moves:
        lot = lots.get(move.lot_id) if move.lot_id is not None else None
        if move.lot_id is not None and (lot is None or lot.product_id != move.product_id):
            raise StockError(_("The part has no such lot: choose one of its own."))


def numbers_of(session: AnySession, transfers: Sequence[Any]) -> list[str]:
    """The next number of its kind and year for each, in the order given."""
    return sequences.numbers_of(session, _series(transfers))


def _series(transfers: Sequence[Any]) -> list[tuple[str, int, int]]:
    kinds = [(transfer, transfer.kind or "delivery") for transfer in transfers]
    return [(f"stock.{k}", t.company_id, t.planned.year) for t, k in kinds]


def _write(session: AnySession, drafts: Sequence[TransferDraft]) -> None:
    if not drafts:
        return
    m.StockTransfer._bulk(session, rows_of(m.StockTransfer.__table__, drafts))
    m.StockMove._bulk(session, (row for draft in drafts for row in _move_rows(draft)))
    record(session, "create", "stock.transfer", [draft.id for draft in drafts])


def _move_rows(draft: TransferDraft) -> Iterator[dict[str, Any]]:
    rows = rows_of(m.StockMove.__table__, draft.moves, transfer_id=draft.id, company_id=draft.company_id)
    for position, row in enumerate(rows, start=1):
        yield {**row, "position": position}
