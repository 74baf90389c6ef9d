"""What waits for the word of a customer."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from addons.substitutes.services.errors import SubstituteError
from core import m
from core.db import AnySession
from core.i18n import _
from core.security import acts

#: Customer, what was ordered, what is to be given.
Pair = tuple[int, int, int]
_AGREED = text("""
    SELECT a.partner, a.product, a.other
      FROM unnest(CAST(:partners AS bigint[]), CAST(:products AS bigint[]), CAST(:others AS bigint[]))
           AS a (partner, product, other)
     WHERE EXISTS (SELECT 1 FROM substitute_consent c
                    WHERE c.partner_id = a.partner AND c.product_id = a.product
                      AND c.substitute_id = a.other AND c.state = 'agreed')
""")
_WAITING = text("""
    SELECT c.order_id, c.partner_id, c.product_id, c.substitute_id, c.consent_because, l.position, p.code
      FROM substitute_choice c
      JOIN sales_order_line l ON l.id = c.order_line_id AND l.product_id = c.substitute_id
      JOIN product p ON p.id = c.substitute_id
     WHERE c.order_id = ANY(:ids) AND c.outcome = 'accepted' AND c.consent_because <> ''
     ORDER BY c.order_id, l.position
""")


def agreed(session: AnySession, pairs: Sequence[Pair]) -> set[Pair]:
    """Those of the pairs that the customers have agreed to."""
    if not pairs:
        return set()
    partners, products, others = zip(*pairs, strict=True)
    values = {"partners": list(partners), "products": list(products), "others": list(others)}
    return {(row.partner, row.product, row.other) for row in session.execute(_AGREED, values)}


def refuse_waiting(session: AnySession, orders: Iterable[Any]) -> None:
    """Raise SubstituteError for orders on which something waits for the customer."""
    rows = session.execute(_WAITING, {"ids": acts.ids_of(session, orders)}).all()
    known = m.SubstituteChoice.agreed(session, [(r.partner_id, r.product_id, r.substitute_id) for r in rows])
    SubstituteError.refuse(
        {
            row.order_id: _waits(row)
            for row in rows
            if (row.partner_id, row.product_id, row.substitute_id) not in known
        }
    )


def _waits(row: Any) -> str:
    return _(
        "%(code)s on line %(position)s waits for the customer, since %(why)s: ask for consent, or note it.",
        code=row.code,
        position=row.position,
        why=row.consent_because,
    )
