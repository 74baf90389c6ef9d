"""What is short becomes an inquiry: one list of parts for everybody who is known to sell any of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.purchasing.services.demand import WRITE, Need, wanted_now
from core import m
from core.clock import today
from core.db import AnySession
from core.security import acts

#: Who is approved for any of these parts, the best ranked first.
_SELLERS = text("""
    SELECT t.partner_id FROM purchasing_supplier_part t
      JOIN partner s ON s.id = t.partner_id AND s.active AND s.is_supplier
     WHERE t.product_id = ANY(:ids) AND t.approved GROUP BY 1 ORDER BY min(t.rank), 1
""")


def create_short(
    session: AnySession, products: Mapping[int, Decimal | None], chosen: Mapping[int, int]
) -> int:
    """Write it with so much of parts, or with what is suggested (None); raises PurchasingError."""
    acts.require(session, WRITE)
    needs = wanted_now(session, products, chosen)
    inquiry = m.PurchasingInquiry(company_id=needs[0].part.company_id, date=today())
    inquiry.lines = [_line(at, need, products.get(need.part.id)) for at, need in enumerate(needs, start=1)]
    known = [need.supplier.partner_id for need in needs if need.supplier is not None]
    sellers = [*known, *session.scalars(_SELLERS, {"ids": list(products)})]
    inquiry.suppliers = [m.PurchasingInquirySupplier(partner_id=one) for one in dict.fromkeys(sellers)]
    (made,) = m.PurchasingInquiry.create(session, [inquiry])
    return int(made)


def _line(position: int, need: Need, quantity: Decimal | None) -> Any:
    return m.PurchasingInquiryLine(
        position=position,
        product_id=need.part.id,
        quantity=quantity or need.quantity,
        note=need.reason[:1000],
    )
