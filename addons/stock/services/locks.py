"""Lock what an act on stock changes, in one order: transfers, then balances, then the value of parts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from core.db import AnySession

#: The balances that the open moves of these transfers touch.
_BALANCES = text("""
    SELECT id FROM stock_balance WHERE id IN (
        SELECT b.id FROM stock_move v
          JOIN stock_balance b ON b.product_id = v.product_id AND b.location_id IN (v.from_id, v.to_id)
                              AND b.lot_id IS NOT DISTINCT FROM v.lot_id
         WHERE v.transfer_id = ANY(:ids) AND v.state IN ('planned', 'reserved'))
     ORDER BY id FOR UPDATE
""")
_WORTH = text("""
    SELECT id, product_id, quantity, amount FROM stock_worth
     WHERE product_id = ANY(:products) ORDER BY id FOR UPDATE
""")
_MISSING = text("""
    INSERT INTO stock_worth (company_id, product_id)
    SELECT company_id, id FROM product WHERE id = ANY(:products) ORDER BY id
    ON CONFLICT (product_id) DO NOTHING
""")


def lock_balances(session: AnySession, transfers: Sequence[int]) -> None:
    """Lock the balances that these transfers may change, until commit."""
    session.execute(_BALANCES, {"ids": list(transfers)})


def locked_worth(session: AnySession, products: Sequence[int]) -> dict[int, Any]:
    """What there is of each part and what it is worth, locked until commit; by the part's id."""
    values = {"products": sorted(set(products))}
    found = session.execute(_WORTH, values).all()
    if len(found) < len(values["products"]):
        session.execute(_MISSING, values)
        found = session.execute(_WORTH, values).all()
    return {row.product_id: row for row in found}
