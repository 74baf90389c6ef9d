"""Goods that somebody looks at before they are in stock.

What waits for its inspection is in the house and not in stock: nobody can be promised it, and it is worth
nothing in the books. What passes is received, at the rate of that day; what does not was never ours: it goes
back to the plan of its order, and is counted as rejected on the line. Example: 100 came, 97 pass → 97 are
received and valued, 3 are still to come.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.errors import PurchasingError
from core import m
from core.db import AnySession
from core.i18n import _, format_number
from core.security import acts
from core.security.audit import record

INSPECT = "purchasing.receive"
_MOVES = text("""
    SELECT v.id, v.transfer_id, v.purchase_line_id, v.quantity, p.code FROM stock_move v
      JOIN stock_transfer t ON t.id = v.transfer_id AND t.inspection = 'waiting'
      JOIN product p ON p.id = v.product_id
     WHERE v.transfer_id = ANY(:ids) AND v.state = 'planned' ORDER BY v.id FOR UPDATE OF v
""")
_TRANSFERS = text("SELECT DISTINCT transfer_id FROM stock_move WHERE id = ANY(:ids) ORDER BY 1")
_PICK = text("""
    UPDATE stock_move v SET picked = p.passed
      FROM unnest(CAST(:ids AS bigint[]), CAST(:passed AS numeric[])) AS p (id, passed) WHERE v.id = p.id
""")
_STATE = text("UPDATE stock_transfer SET inspection = :state WHERE id = ANY(:ids)")
_REJECT = text("""
    UPDATE purchasing_order_line l SET rejected = l.rejected + p.quantity
      FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[])) AS p (id, quantity)
     WHERE l.id = p.id
""")


def inspect(session: AnySession, passed: Mapping[int, Decimal], on: date | None) -> Mapping[int, int]:
    """Receive what has passed of the receipts of these moves; returns the rests. Raises PurchasingError.

    A move of the same receipts that is not named has passed whole.
    """
    acts.require(session, INSPECT)
    ids = session.scalars(_TRANSFERS, {"ids": list(passed)}).all()
    acts.locked(session, m.StockTransfer, ids)
    moves = session.execute(_MOVES, {"ids": list(ids)}).all()
    _refuse(moves, passed)
    quantities = {move.id: passed.get(move.id, move.quantity) for move in moves}
    session.execute(_PICK, {"ids": list(quantities), "passed": list(quantities.values())})
    _reject(session, moves, quantities)
    good = sorted({move.transfer_id for move in moves if quantities[move.id]})
    session.execute(_STATE, {"ids": good, "state": "passed"})
    rests: Mapping[int, int] = m.StockTransfer.do(session, good, on) if good else {}
    back = [*rests.values(), *({move.transfer_id for move in moves} - set(good))]
    session.execute(_STATE, {"ids": back, "state": ""})
    record(session, "inspect", "stock.transfer", ids)
    for transfer in back:
        acts.forget(session, m.StockTransfer, [transfer])
    return rests


def _refuse(moves: Any, passed: Mapping[int, Decimal]) -> None:
    known = {move.id: move for move in moves}
    if not passed or set(passed) - set(known):
        raise PurchasingError(_("This does not wait for an inspection: somebody was quicker."))
    for key, quantity in passed.items():
        if quantity < 0 or quantity > known[key].quantity:
            raise PurchasingError(
                _(
                    "%(quantity)s of %(code)s have come: no more can pass, and no less than nothing.",
                    quantity=format_number(known[key].quantity),
                    code=known[key].code,
                )
            )


def _reject(session: AnySession, moves: Any, quantities: Mapping[int, Decimal]) -> None:
    rejected: dict[int, Decimal] = {}
    for move in moves:
        left = move.quantity - quantities[move.id]
        if left and move.purchase_line_id is not None:
            rejected[move.purchase_line_id] = rejected.get(move.purchase_line_id, Decimal(0)) + left
    if rejected:
        session.execute(_REJECT, {"ids": list(rejected), "quantities": list(rejected.values())})
