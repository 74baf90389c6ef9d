"""Plan what orders have to move, and take it off the plan again.

An order has a transfer for each day on which something of it is promised; a line with call-offs is on one for
each. What is in none of them by now is planned: so the same statement serves a new order, a line that was
added and a quantity that was raised. Example: of 1,000 pieces in call-offs of 300, 300 and 400 there are 250
gone; 750 are open, and planned from the last call-off backwards: 400, 300 and 50.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.stock.services.drafts import TransferDraft
from addons.stock.services.orders.drafts import ScheduleDraft
from addons.stock.services.orders.sides import Side
from core import m
from core.db import AnySession
from core.security import acts

_ZERO = Decimal(0)
#: What of each line of goods has neither moved, nor is planned, nor given up.
#: From the lines outwards: the planner would begin with all that is planned, as long as nobody has counted.
_OPEN = """
    WITH own AS MATERIALIZED (SELECT * FROM {line} WHERE order_id = ANY(:ids)),
    planned AS MATERIALIZED (
        SELECT v.{key} AS line_id, sum(v.quantity) AS quantity
          FROM own JOIN stock_move v ON v.{key} = own.id
         WHERE v.state NOT IN ('done', 'cancelled') AND v.returns_id IS NULL GROUP BY v.{key})
    SELECT l.id, l.order_id, l.product_id, o.company_id, o.partner_id, o.reference, o.number,
           coalesce(l.promised, o.promised, o.date) AS promised,
           l.quantity - l.cancelled - l.{moved} - coalesce(v.quantity, 0) AS quantity,
           (SELECT json_agg(json_build_array(s.date, s.quantity::text) ORDER BY s.date, s.id)
              FROM {schedule} s WHERE s.line_id = l.id) AS calls
      FROM own l JOIN {order} o ON o.id = l.order_id
      JOIN product p ON p.id = l.product_id AND p.kind = 'goods'
      LEFT JOIN planned v ON v.line_id = l.id
     ORDER BY o.id, l.position
"""
#: What is reserved for lines, in the order in which all lock balances.
_LOCK = """
    SELECT b.id FROM stock_balance b WHERE EXISTS (
        SELECT 1 FROM stock_move v WHERE v.{key} = ANY(:lines) AND v.state = 'reserved'
           AND b.product_id = v.product_id AND b.location_id = v.from_id
           AND b.lot_id IS NOT DISTINCT FROM v.lot_id) ORDER BY b.id FOR UPDATE
"""
#: What a line no longer wants: its open moves, with those of transfers that are left empty.
_UNPLAN = """
    WITH gone AS (
        UPDATE stock_move v SET state = 'cancelled', picked = NULL FROM stock_transfer t
         WHERE v.{key} = ANY(:lines) AND v.state IN ('planned', 'reserved') AND v.returns_id IS NULL
           AND t.id = v.transfer_id AND {movable}
        RETURNING v.transfer_id)
    SELECT DISTINCT transfer_id FROM gone ORDER BY 1
"""
_EMPTY = text("""
    UPDATE stock_transfer t SET state = 'cancelled'
     WHERE t.id = ANY(:ids) AND t.state = 'draft'
       AND NOT EXISTS (SELECT 1 FROM stock_move v WHERE v.transfer_id = t.id AND v.state <> 'cancelled')
""")


def plan(session: AnySession, side: Side, ids: Sequence[int]) -> list[int]:
    """Plan what is on no transfer yet, and reserve what goes out; returns the new transfers."""
    groups: dict[tuple[int, date], list[tuple[Any, Decimal]]] = {}
    for line in session.execute(side.sql(_OPEN), {"ids": list(ids)}):
        for day, quantity in parts_of_open(line, _calls(line.calls)):
            groups.setdefault((line.order_id, day), []).append((line, quantity))
    drafts = [_draft(side, day, lines) for (_order, day), lines in groups.items()]
    if not drafts:
        return []
    made: list[int] = m.StockTransfer.create(session, drafts)
    if side.goes_out:
        m.StockTransfer.reserve(session, made)
    return made


def _calls(found: Sequence[tuple[str, str]] | None) -> list[ScheduleDraft]:
    """The call-offs of a line, as a statement reads them."""
    return [ScheduleDraft(date.fromisoformat(day), Decimal(quantity)) for day, quantity in found or ()]


def parts_of_open(line: Any, calls: Sequence[Any]) -> Iterable[tuple[date, Decimal]]:
    """How much of what is open moves when: the last call-offs, since the first are what has gone."""
    left = line.quantity
    found: dict[date, Decimal] = {}
    for call in reversed(calls):
        part = min(left, call.quantity)
        if part > _ZERO:
            found[call.date] = found.get(call.date, _ZERO) + part
            left -= part
    if left > _ZERO:
        day = calls[0].date if calls else line.promised
        found[day] = found.get(day, _ZERO) + left
    return sorted(found.items())


def _draft(side: Side, day: date, lines: Sequence[tuple[Any, Decimal]]) -> TransferDraft:
    row = lines[0][0]
    moves = [side.line_move(line.product_id, quantity, line.id) for line, quantity in lines]
    return TransferDraft(row.company_id, side.transfer, moves, row.partner_id, day, side.paper_number(row))


def unplan(session: AnySession, side: Side, lines: Sequence[int]) -> None:
    """Take lines off their open transfers; what was reserved for them is free again."""
    session.execute(side.sql(_LOCK), {"lines": list(lines)})
    transfers = session.scalars(side.sql(_UNPLAN), {"lines": list(lines)}).all()
    drop_empty(session, transfers)


def drop_empty(session: AnySession, transfers: Sequence[int]) -> None:
    """Cancel those of these transfers that nothing is left on."""
    if transfers:
        session.execute(_EMPTY, {"ids": list(transfers)})
    acts.forget(session, m.StockTransfer, transfers)
