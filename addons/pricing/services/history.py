"""What a part has cost and sold for, from all that says so: lists, orders, receipts, bills and sales.

Problem: a supplier's price creeps from 0.10 to 0.13 over a year, and jumps to 0.19 with one list. Rule: each
document gives a point: its day, its price of one piece less discount, what it is. Points are drawn in the
currency that most of them have; a jump is a price of a supplier that differs by more than the company's
tolerance for repricing (20 % where it has none) from the one before of the same kind: 0.13 → 0.19, +46 %.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.pricing.services.priced import BY_NOW, LAST_RUN
from core.clock import today
from core.db import AnySession
from core.i18n import _l
from core.security.actor import Actor, actor_of

KINDS = {
    "list": _l("List"),
    "order": _l("Order"),
    "receipt": _l("Receipt"),
    "bill": _l("Bill"),
    "sale": _l("Sale"),
}
#: What each kind tells of: who may not see that, does not see its points.
_NEEDS = {
    "list": ("pricing.read", "purchasing.read"),
    "order": ("purchasing.read",),
    "receipt": ("purchasing.read",),
    "bill": ("accounting.read_bills",),
    # Of all customers.
    "sale": ("accounting.read", "partners.read_all"),
}
YEARS, MOST, JUMP = 2, 400, Decimal(20)
WIDTH, HEIGHT, EDGE = 720, 180, 12
_POINTS = text(f"""
    SELECT * FROM (
        SELECT 'list' AS kind, l.valid_from AS day, p.unit_price / p.per AS price,
               l.currency_code AS currency, l.name AS number,
               '/m/pricing.price_list.form/' || l.id AS url, l.partner_id
          FROM pricing_price p JOIN pricing_price_list l ON l.id = p.price_list_id
         WHERE p.product_id = :product AND l.side = 'purchase' AND p.unit_price IS NOT NULL
           AND p.min_quantity = (SELECT min(min_quantity) FROM pricing_price
                                  WHERE price_list_id = l.id AND product_id = p.product_id)
        UNION ALL
        SELECT 'order', o.date, x.unit_price * (100 - x.discount) / 100, o.currency_code, o.number,
               '/m/purchasing.order.form/' || o.id, o.partner_id
          FROM purchasing_order_line x JOIN purchasing_order o ON o.id = x.order_id
         WHERE x.product_id = :product AND o.state IN ('confirmed', 'done') AND x.unit_price IS NOT NULL
        UNION ALL
        SELECT 'receipt', v.date, {BY_NOW}, v.document_currency_code, t.number,
               '/m/stock.transfer.form/' || t.id, t.partner_id
          FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id {LAST_RUN}
         WHERE v.product_id = :product AND v.state = 'done' AND v.returns_id IS NULL
           AND v.document_price IS NOT NULL
        UNION ALL
        SELECT 'bill', b.date, y.net / y.quantity, b.currency_code, b.number,
               '/m/accounting.bill.form/' || b.id, b.partner_id
          FROM accounting_bill_line y JOIN accounting_bill b ON b.id = y.bill_id
         WHERE y.product_id = :product AND b.state = 'posted' AND b.kind = 'bill' AND y.quantity > 0
           AND NOT b.taken_back
        UNION ALL
        SELECT 'sale', i.date, y.net / y.quantity, i.currency_code, i.number,
               '/m/accounting.invoice.form/' || i.id, i.partner_id
          FROM accounting_invoice_line y JOIN accounting_invoice i ON i.id = y.invoice_id
         WHERE y.product_id = :product AND i.state = 'posted' AND i.kind = 'invoice' AND y.quantity > 0
           AND NOT EXISTS (SELECT 1 FROM accounting_invoice r WHERE r.reverses_id = i.id)) s
     WHERE kind = ANY(:kinds) AND day BETWEEN :since AND :until ORDER BY day DESC, kind, number LIMIT :most
""")  # noqa: S608  # our own constants
_TOLERANCE = text("""
    SELECT c.reprice_tolerance FROM product p JOIN company c ON c.id = p.company_id WHERE p.id = :id
""")


@dataclass(frozen=True)
class Jump:
    """A price that is far from the one before of its supplier and kind."""

    point: Any
    before: Decimal
    percent: Decimal


@dataclass(frozen=True)
class History:
    """The points in the order of their days, where they are drawn, and the jumps, the latest first."""

    points: Sequence[Any]
    currency: str
    jumps: Sequence[Jump]

    @property
    def drawn(self) -> list[Any]:
        """Those in the currency of the drawing."""
        return [point for point in self.points if point.currency == self.currency]

    @property
    def highest(self) -> Decimal:
        """The top of the drawing."""
        return max((point.price for point in self.drawn), default=Decimal(0))

    def lines(self) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        """Of each kind the places of its points, from left to right."""
        for kind in KINDS:
            places = [self.place(point) for point in self.drawn if point.kind == kind]
            if places:
                yield kind, places

    def place(self, point: Any) -> tuple[float, float]:
        """Where a point stands: by its day to the right, by its price upwards from nothing."""
        first, last = self.drawn[0].day, self.drawn[-1].day
        share = (point.day - first).days / max((last - first).days, 1)
        height = float(point.price / self.highest) if self.highest else 0.0
        x = EDGE + share * (WIDTH - 2 * EDGE)
        return round(x, 1), round(HEIGHT - EDGE - height * (HEIGHT - 2 * EDGE), 1)


def history_of(session: AnySession, product_id: int) -> History:
    """The prices of a part of the last years, as far as the user may see what they come from."""
    values = {
        "product": product_id,
        "kinds": _seen(actor_of(session)),
        "since": today() - timedelta(days=365 * YEARS),
        "until": today() + timedelta(days=365),
        "most": MOST,
    }
    points = list(reversed(session.execute(_POINTS, values).all()))
    counts: dict[str, int] = {}
    for point in points:
        counts[point.currency] = counts.get(point.currency, 0) + 1
    currency = max(counts, key=lambda code: (counts[code], code), default="")
    tolerance = session.scalar(_TOLERANCE, {"id": product_id})
    return History(points, currency, _jumps(points, JUMP if tolerance is None else tolerance))


def _seen(actor: Actor) -> list[str]:
    return [kind for kind, needs in _NEEDS.items() if all(actor.may(one) for one in needs)]


def _jumps(points: Sequence[Any], tolerance: Decimal) -> list[Jump]:
    """Changes beyond the tolerance, of suppliers' prices alone: customers' depend on who they are."""
    before: dict[tuple[Any, ...], Decimal] = {}
    found = []
    for point in points:
        key = (point.kind, point.partner_id, point.currency)
        last = before.get(key)
        before[key] = point.price
        if last and point.kind != "sale" and abs(point.price - last) / last * 100 > tolerance:
            found.append(Jump(point, last, round((point.price - last) / last * 100, 1)))
    return list(reversed(found))
