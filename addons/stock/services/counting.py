"""Counts: what was found beside what should be there becomes moves from and to the place of losses."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.products.services.units import why_not_whole
from addons.stock.services.doing import DO
from addons.stock.services.drafts import MoveDraft, TransferDraft
from addons.stock.services.errors import StockError
from addons.stock.services.places import usual_places
from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.audit import record

#: The lines, with what should be there; the balances are locked in the order of their ids.
_LOCK = text("""
    SELECT id FROM stock_balance WHERE id IN (
        SELECT b.id FROM stock_count c JOIN stock_count_line l ON l.count_id = c.id
          JOIN stock_balance b ON b.product_id = l.product_id AND b.location_id = c.location_id
                              AND b.lot_id IS NOT DISTINCT FROM l.lot_id
         WHERE c.id = ANY(:ids))
     ORDER BY id FOR UPDATE
""")
_LINES = text("""
    SELECT l.id, l.count_id, l.product_id, l.lot_id, l.counted,
           p.code, p.kind, p.unit, p.countable, k.kind AS place_kind,
           coalesce(b.on_hand, 0) AS on_hand, coalesce(b.reserved, 0) AS reserved,
           count(*) OVER (PARTITION BY l.count_id, l.product_id, l.lot_id) AS times
      FROM stock_count_line l
      JOIN stock_count c ON c.id = l.count_id
      JOIN stock_location k ON k.id = c.location_id
      JOIN product p ON p.id = l.product_id
      LEFT JOIN stock_balance b ON b.product_id = l.product_id AND b.location_id = c.location_id
                               AND b.lot_id IS NOT DISTINCT FROM l.lot_id
     WHERE l.count_id = ANY(:ids) ORDER BY l.count_id, l.position, l.id
""")
_EXPECTED = text("""
    UPDATE stock_count_line l SET expected = p.expected
      FROM unnest(CAST(:ids AS bigint[]), CAST(:expected AS numeric[])) AS p (id, expected) WHERE l.id = p.id
""")
_DONE = text("""
    UPDATE stock_count c SET state = 'done', transfer_id = p.transfer
      FROM unnest(CAST(:ids AS bigint[]), CAST(:transfers AS bigint[])) AS p (id, transfer) WHERE c.id = p.id
""")


def do(session: AnySession, counts: Iterable[Any]) -> None:
    """Book the differences of counts; raises StockError."""
    acts.require(session, DO)
    rows = acts.locked(session, m.StockCount, counts)
    StockError.refuse({row.id: _("This count was done already.") for row in rows if row.state != "draft"})
    ids = [row.id for row in rows]
    session.execute(_LOCK, {"ids": ids})
    lines = session.execute(_LINES, {"ids": ids}).all()
    StockError.refuse({line.id: why for line in lines if (why := _why_not(line))})
    _refuse_empty(rows, lines)
    session.execute(
        _EXPECTED, {"ids": [line.id for line in lines], "expected": [line.on_hand for line in lines]}
    )
    transfers = _book(session, rows, lines)
    session.execute(_DONE, {"ids": ids, "transfers": [transfers.get(i) for i in ids]})
    record(session, "do", "stock.count", ids)
    acts.forget(session, m.StockCount, ids)
    acts.forget(session, m.StockCountLine, [line.id for line in lines])


def _why_not(line: Any) -> str:
    if line.place_kind not in ("internal", "transit"):
        return _("Count in a place of ours.")
    if line.times > 1:
        return _("%(code)s stands on the count more than once: add it up.", code=line.code)
    if line.counted != line.on_hand and (why := why_not_whole(line, line.counted)):
        return why
    if line.counted < line.reserved:
        return _(
            "%(counted)s of %(code)s were found, and %(reserved)s are reserved: release some of them first.",
            counted=format_number(line.counted),
            code=line.code,
            reserved=format_number(line.reserved),
        )
    return ""


def _refuse_empty(rows: Sequence[Any], lines: Sequence[Any]) -> None:
    counted = {line.count_id for line in lines}
    StockError.refuse(
        {row.id: _("The count has no lines: add one first.") for row in rows if row.id not in counted}
    )


def _book(session: AnySession, rows: Sequence[Any], lines: Sequence[Any]) -> dict[int, int]:
    """Make and do the transfers of the differences; returns them by count."""
    drafts: dict[int, TransferDraft] = {}
    for row in rows:
        moves = [_move(session, row, line) for line in lines if line.count_id == row.id]
        found = [move for move in moves if move is not None]
        if found:
            drafts[row.id] = TransferDraft(
                row.company_id, "count", found, planned=row.date, to_id=row.location_id
            )
    ids = m.StockTransfer.create(session, list(drafts.values()))
    m.StockTransfer.reserve(session, ids)
    days = {draft.planned for draft in drafts.values()}
    for day in sorted(day for day in days if day is not None):
        m.StockTransfer.do(session, [d.id for d in drafts.values() if d.planned == day], day)
    return {count_id: draft.id for count_id, draft in drafts.items()}


def _move(session: AnySession, row: Any, line: Any) -> MoveDraft | None:
    difference = Decimal(line.counted - line.on_hand)
    if not difference:
        return None
    loss = usual_places(session, row.company_id)["loss"]
    ways = (loss, row.location_id) if difference > 0 else (row.location_id, loss)
    return MoveDraft(line.product_id, abs(difference), line.lot_id, from_id=ways[0], to_id=ways[1])
