"""Confirmed orders that wait for a second role again, since a change asks for more than was let go.

An order was let go as it stood. What raises its total, or on the side of customers lowers a price, is asked
about as if it were confirmed now; until somebody who may has said yes, nothing of it moves, is invoiced, or
goes out as a paper. Example: orders over 5,000 need an approval; one of 2,279.13 is confirmed, a price is
raised, it comes to 20,000 → it waits. Lowered to 4,000 again, it does not.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from addons.stock.services.orders.sides import Side
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

HOLD = """
    UPDATE {order} o SET hold = p.hold
      FROM unnest(CAST(:ids AS bigint[]), CAST(:holds AS text[])) AS p (id, hold) WHERE o.id = p.id
"""
_HELD = """
    SELECT o.id, o.number, o.hold FROM stock_move v
      JOIN {line} l ON l.id = v.{key} JOIN {order} o ON o.id = l.order_id
     WHERE v.transfer_id = ANY(:ids) AND v.returns_id IS NULL AND v.state <> 'cancelled' AND o.hold <> ''
"""


def hold_again(
    session: AnySession, side: Side, orders: Sequence[int], dearer: Collection[int], cheaper: Collection[int]
) -> None:
    """Let those wait that ask for more by now than was let go, and those no longer that waited and don't."""
    rows = acts.locked(session, side.cls, orders, of_few_lines=True)
    asked = [row for row in rows if row.hold or row.id in dearer or (side.goes_out and row.id in cheaper)]
    if not asked:
        return
    found = side.holds_of(session, asked)
    values = {"ids": [row.id for row in asked], "holds": [found.get(row.id, "") for row in asked]}
    session.execute(side.sql(HOLD), values)
    record(session, "hold", side.name, list(found))


def refuse_held(side: Side, rows: Iterable[Any]) -> None:
    """Refuse what waits for somebody who may let it go; raises the side's error."""
    side.error.refuse({row.id: _waits(row) for row in rows if row.hold})


def _waits(row: Any) -> str:
    return _("%(number)s waits for somebody who may let it go. %(why)s", number=row.number, why=row.hold)


def refuse_moves(session: AnySession, side: Side, transfers: Sequence[int]) -> None:
    """Refuse to do transfers that have something of orders that wait; raises the side's error."""
    refuse_held(side, session.execute(side.sql(_HELD), {"ids": list(transfers)}))
