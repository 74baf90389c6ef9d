"""Write the bills of what was received: drafts, to be compared with the supplier's paper and then posted.

What is open of an order line is what has come, less what went back, less what is billed. Above zero it goes
on a bill, below on a credit note. By period there is one bill for all that moved up to a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.drafts import BillDraft, BillLineDraft
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.security import acts
from core.security.audit import record

_LINES = text("""
    SELECT o.id AS order_id, o.company_id, o.partner_id, o.currency_code, l.id, l.product_id, l.description,
           l.unit_price, l.discount, l.tax_id,
           CASE WHEN p.kind = 'goods' THEN coalesce(v.moved, 0) ELSE l.received END - l.billed AS quantity
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
      LEFT JOIN product p ON p.id = l.product_id
      LEFT JOIN (SELECT v.purchase_line_id,
                        sum(CASE WHEN v.returns_id IS NULL THEN v.quantity ELSE -v.quantity END) AS moved
                   FROM purchasing_order_line x JOIN stock_move v ON v.purchase_line_id = x.id
                  WHERE x.order_id = ANY(:ids) AND v.state = 'done'
                    AND (CAST(:until AS date) IS NULL OR v.date <= :until)
                  GROUP BY v.purchase_line_id) v ON v.purchase_line_id = l.id
     WHERE o.id = ANY(:ids) AND o.state IN ('confirmed', 'done') ORDER BY o.id, l.position
""")
_ORDERS = text("""
    SELECT DISTINCT o.id FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id
     WHERE o.partner_id = ANY(:partners) AND o.state IN ('confirmed', 'done')
       AND l.received - l.returned <> l.billed ORDER BY o.id
""")
_AGREED = text("SELECT id, document_price FROM stock_move WHERE id = ANY(:ids)")


@dataclass
class ReceivedLine(BillLineDraft):
    """A line of a bill for an order line."""

    purchase_line_id: int | None = None


def bill(session: AnySession, orders: Iterable[Any], reference: str, on: date | None) -> list[int]:
    """A draft for each supplier and currency of what of orders is received and not billed."""
    rows = acts.locked(session, m.PurchasingOrder, orders)
    lines = _open(session, [row.id for row in rows], None)
    known = {line.order_id for line in lines}
    PurchasingError.refuse({row.id: _nothing(row) for row in rows if row.id not in known})
    return _write(session, lines, reference, on or today(), None)


def _nothing(row: Any) -> str:
    if row.state == "request":
        return _("%(number)s is a request: confirm it first.", number=row.number)
    return _("Nothing of %(number)s is to be billed: receive it first.", number=row.number)


def bill_until(session: AnySession, partners: Iterable[int], until: date, reference: str) -> list[int]:
    """A draft for each supplier and currency of all that moved up to a day and is not billed."""
    found = session.scalars(_ORDERS, {"partners": sorted(set(partners))}).all()
    acts.locked(session, m.PurchasingOrder, found)
    return _write(session, _open(session, found, until), reference, until, until)


def _open(session: AnySession, ids: Sequence[int], until: date | None) -> list[Any]:
    rows = session.execute(_LINES, {"ids": list(ids), "until": until}) if ids else ()
    return [row for row in rows if row.quantity]


def agreed_prices(session: AnySession, moves: Iterable[int]) -> dict[int, Decimal]:
    """The price at which moves were received, by their ids."""
    return {row.id: row.document_price for row in session.execute(_AGREED, {"ids": list(moves)})}


def bill_lines(lines: Sequence[Any]) -> dict[int, list[ReceivedLine]]:
    """A line of a bill at the ordered price for each order line, by the order line's id."""
    return {line.id: [_line(line)] for line in lines}


def _write(
    session: AnySession, lines: Sequence[Any], reference: str, on: date, until: date | None
) -> list[int]:
    made_of = m.PurchasingOrder.bill_lines(session, lines, until)
    groups: dict[tuple[str, int, int, str], list[Any]] = {}
    for line in lines:
        kind = "bill" if line.quantity > 0 else "credit_note"
        key = (kind, line.company_id, line.partner_id, line.currency_code)
        groups.setdefault(key, []).append(line)
    drafts = [
        BillDraft(
            company, partner, on, currency, reference, [one for row in group for one in made_of[row.id]], kind
        )
        for (kind, company, partner, currency), group in groups.items()
    ]
    made: list[int] = m.AccountingBill.create(session, drafts) if drafts else []
    record(session, "bill", "purchasing.order", sorted({line.order_id for line in lines}))
    return made


def _line(row: Any) -> ReceivedLine:
    line = ReceivedLine(
        row.product_id, row.description, abs(row.quantity), row.unit_price, row.tax_id, row.discount
    )
    line.purchase_line_id = row.id
    return line
