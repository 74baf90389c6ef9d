"""What is still to come from suppliers, for the pages on which goods are received."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from core.db import AnySession

_SUPPLIERS = text("""
    SELECT s.id, s.code, s.name, count(DISTINCT o.id) AS orders, count(*) AS lines,
           min(coalesce(l.promised, o.promised, o.date)) AS first,
           count(*) FILTER (WHERE coalesce(l.promised, o.promised, o.date) < :today) AS late
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
      JOIN product p ON p.id = l.product_id AND p.kind = 'goods' JOIN partner s ON s.id = o.partner_id
     WHERE o.state = 'confirmed' AND s.id = ANY(:partners) AND l.quantity - l.cancelled > l.received
     GROUP BY s.id ORDER BY first, s.name
""")
_LINES = text("""
    SELECT l.id, o.id AS order_id, o.number, l.position, p.code, p.mpn, l.description, l.partner_number,
           coalesce(l.promised, o.promised, o.date) AS promised, l.quantity, l.received,
           greatest(l.quantity - l.cancelled - l.received, 0) AS open,
           coalesce(w.waiting, 0) AS waiting
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
      JOIN product p ON p.id = l.product_id AND p.kind = 'goods'
      LEFT JOIN LATERAL (SELECT sum(v.quantity) AS waiting
                           FROM stock_move v JOIN stock_transfer t ON t.id = v.transfer_id
                          WHERE v.purchase_line_id = l.id AND v.state = 'planned'
                            AND t.inspection = 'waiting') w ON true
     WHERE o.partner_id = :partner AND o.company_id = :company AND o.state IN ('confirmed', 'done')
       AND l.quantity + l.tolerance > l.received + l.cancelled
       AND (o.state = 'confirmed' OR l.received > 0)
     ORDER BY greatest(l.quantity - l.cancelled - l.received, 0) = 0, promised, o.id, l.position LIMIT 500
""")
_WAITING = text("""
    SELECT v.id, p.code, p.mpn, x.number AS lot, x.date_code, v.quantity, o.number, l.position
      FROM stock_move v JOIN product p ON p.id = v.product_id LEFT JOIN stock_lot x ON x.id = v.lot_id
      LEFT JOIN purchasing_order_line l ON l.id = v.purchase_line_id
      LEFT JOIN purchasing_order o ON o.id = l.order_id
     WHERE v.transfer_id = :id AND v.state = 'planned' ORDER BY v.position, v.id
""")


def suppliers_of(session: AnySession, partners: Sequence[int], today: date) -> Sequence[Any]:
    """Of these suppliers those from whom something is still to come, with how much of it is late."""
    return session.execute(_SUPPLIERS, {"partners": list(partners), "today": today}).all()


def lines_of(session: AnySession, company_id: int | None, partner_id: int) -> Sequence[Any]:
    """The lines of a supplier's orders of which something may still come in, those that are open first."""
    return session.execute(_LINES, {"partner": partner_id, "company": company_id}).all()


def waiting_of(session: AnySession, transfer_id: int) -> Sequence[Any]:
    """What of a receipt waits for its inspection."""
    return session.execute(_WAITING, {"id": transfer_id}).all()
