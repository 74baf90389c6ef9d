"""Who is short of what a part may stand in for, and giving it to them by a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.stock.services.availability import availability_of
from addons.substitutes.services.allotment import Claim, Share, share
from addons.substitutes.services.substituting import Acceptance, wanted_of
from core import m
from core.db import AnySession

_ZERO = Decimal(0)
#: Lines of orders that lack something, of the part itself and of those that it may stand in for.
_SHORT = text("""
    SELECT l.id, l.product_id, o.id AS order_id, o.number, o.date AS ordered, p.name AS partner,
           coalesce(l.promised, o.promised, o.date) AS promised, p.supply_priority AS priority,
           x.code, sum(v.quantity) AS quantity
      FROM stock_move v
      JOIN sales_order_line l ON l.id = v.order_line_id
      JOIN sales_order o ON o.id = l.order_id AND o.state = 'confirmed'
      JOIN partner p ON p.id = o.partner_id
      JOIN product x ON x.id = l.product_id
     WHERE v.state = 'planned' AND v.returns_id IS NULL AND v.product_id IN (
           SELECT :product
           UNION SELECT product_id FROM substitute WHERE substitute_id = :product AND state = 'approved'
           UNION SELECT substitute_id FROM substitute
                  WHERE product_id = :product AND both_ways AND state = 'approved')
     GROUP BY l.id, o.id, p.id, x.id ORDER BY o.date, l.id
""")


@dataclass(frozen=True)
class Sharing:
    """What is free of a part, what its own orders lack of it, and the shares of the others."""

    free: Decimal
    own: Decimal
    lines: Mapping[int, Any]
    shares: Sequence[Share]

    @property
    def rows(self) -> list[tuple[Any, Share]]:
        """Each line with its share, in the order in which they go."""
        return [(self.lines[int(str(one.key))], one) for one in self.shares]


def sharing_of(session: AnySession, product: Any, rule: str) -> Sharing:
    """How a part would be shared by a rule; orders of the part itself go first, and nothing is written."""
    rows = session.execute(_SHORT, {"product": product.id}).all()
    own = sum((row.quantity for row in rows if row.product_id == product.id), _ZERO)
    others = {row.id: row for row in rows if row.product_id != product.id}
    offered = m.Substitute.candidates(session, wanted_of(session, others))
    takers = {i: row for i, row in others.items() if _takes(offered.get(i, ()), product.id)}
    free = max(availability_of(session, [product.id])[product.id].available, _ZERO)
    claims = [Claim(i, r.quantity, r.ordered, r.promised, r.priority) for i, r in takers.items()]
    step = Decimal(1) if product.countable else Decimal("0.0001")
    return Sharing(free, own, takers, share(max(free - own, _ZERO), claims, rule, step))


def _takes(offered: Sequence[Any], product_id: int) -> bool:
    """Whether the customer may be given it without being asked."""
    return any(one.product_id == product_id and not one.found.consent for one in offered)


def give_shares(session: AnySession, product: Any, rule: str) -> int:
    """Put the part on the lines by their shares; returns how many lines got something."""
    found = sharing_of(session, product, rule)
    wanted = [
        Acceptance(line.id, product.id, one.quantity) for line, one in found.rows if one.quantity > _ZERO
    ]
    if wanted:
        m.SalesOrder.substitute(session, wanted)
    return len(wanted)
