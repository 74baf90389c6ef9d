"""Ask several suppliers for the same parts, compare what they answer, and accept one.

An inquiry is a list of parts and of suppliers. Each supplier gets a request of its own, a purchase order in
that state, on which its answer is written down: prices, days, its number. Accepting one of them confirms it
and gives the others up; an answer that waits for an approval keeps the others until it is approved.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.accounting.services.window import refuse_impossible
from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.clock import today
from core.db import AnySession
from core.i18n import _
from core.records.sequences import next_numbers
from core.sayings import Told
from core.security import acts
from core.security.audit import record

WRITE, CONFIRM = "purchasing.write", "purchasing.confirm"
_MISSING = text("""
    SELECT s.inquiry_id, s.partner_id FROM purchasing_inquiry_supplier s
     WHERE s.inquiry_id = ANY(:ids)
       AND NOT EXISTS (SELECT 1 FROM purchasing_order o
                        WHERE o.inquiry_id = s.inquiry_id AND o.partner_id = s.partner_id)
     ORDER BY s.id
""")
_LINES = text("""
    SELECT inquiry_id, product_id, quantity, note FROM purchasing_inquiry_line
     WHERE inquiry_id = ANY(:ids) ORDER BY inquiry_id, position, id
""")
_OTHERS = text("""
    SELECT id FROM purchasing_order
     WHERE inquiry_id = ANY(:inquiries) AND state = 'request' AND NOT id = ANY(:chosen) ORDER BY id
""")
_CLOSE = text("UPDATE purchasing_inquiry SET state = 'closed' WHERE id = ANY(:ids)")
_ANSWERS = text("""
    SELECT o.id, o.number, o.state, s.name, o.currency_code, o.net, o.valid_until, l.product_id, l.quantity,
           l.unit_price, l.discount, l.net AS line_net, l.price_origin,
           coalesce(l.promised, o.promised) AS promised
      FROM purchasing_order o JOIN partner s ON s.id = o.partner_id
      LEFT JOIN purchasing_order_line l ON l.order_id = o.id
     WHERE o.inquiry_id = :id ORDER BY o.id, l.position
""").columns(price_origin=Told)


def create(session: AnySession, inquiries: Sequence[Any]) -> list[int]:
    """Write and number unsaved inquiries; raises PurchasingError."""
    acts.require(session, WRITE)
    for inquiry in inquiries:
        inquiry.date = inquiry.date or today()
        refuse_impossible(session, inquiry.company_id, inquiry.date, PurchasingError)
        if any(line.quantity is None or line.quantity <= 0 for line in inquiry.lines):
            raise PurchasingError(_("Ask for a quantity above zero."))
        (inquiry.number,) = next_numbers(
            session, "purchasing.inquiry", inquiry.company_id, inquiry.date.year, 1
        )
    session.add_all(inquiries)
    session.flush()
    return [inquiry.id for inquiry in inquiries]


def ask(session: AnySession, inquiries: Iterable[Any]) -> list[int]:
    """A request for each supplier that has none of its inquiry yet; raises PurchasingError."""
    acts.require(session, WRITE)
    rows = {row.id: row for row in acts.locked(session, m.PurchasingInquiry, inquiries)}
    PurchasingError.refuse(
        {
            row.id: _("%(number)s is closed: an answer was accepted.", number=row.number)
            for row in rows.values()
            if row.state != "open"
        }
    )
    lines: dict[int, list[Any]] = {}
    for line in session.execute(_LINES, {"ids": list(rows)}):
        lines.setdefault(line.inquiry_id, []).append(line)
    missing = session.execute(_MISSING, {"ids": list(rows)}).all()
    asked = {one.inquiry_id for one in missing if one.inquiry_id in lines}
    PurchasingError.refuse({row.id: _nobody(row) for row in rows.values() if row.id not in asked})
    drafts = [_draft(rows[one.inquiry_id], one.partner_id, lines[one.inquiry_id]) for one in missing]
    made: list[int] = m.PurchasingOrder.create(session, drafts)
    record(session, "ask", "purchasing.inquiry", list(rows))
    forget(session, rows)
    return made


def forget(session: AnySession, ids: Iterable[int]) -> None:
    """Let inquiries be read anew, with the requests that they have by now."""
    acts.forget(session, m.PurchasingInquiry, ids)


def _nobody(row: Any) -> str:
    return _("%(number)s has no lines, or no supplier that was not asked yet.", number=row.number)


def _draft(inquiry: Any, partner_id: int, lines: Sequence[Any]) -> OrderDraft:
    return OrderDraft(
        inquiry.company_id,
        partner_id,
        [OrderLineDraft(line.product_id, line.quantity, note=line.note) for line in lines],
        date=inquiry.date,
        valid_until=None,
        promised=inquiry.wanted,
        inquiry_id=inquiry.id,
    )


def accept(session: AnySession, orders: Iterable[Any]) -> Mapping[int, str]:
    """Confirm these requests, and cancel those of the same inquiries; returns what is held."""
    acts.require(session, CONFIRM)
    ids = acts.ids_of(session, orders)
    order = m.PurchasingOrder
    query = select(order.id, order.inquiry_id).where(order.id.in_(ids), order.inquiry_id.is_not(None))
    inquiries: dict[int, int] = {i: inquiry for i, inquiry in session.execute(query)}  # type: ignore[misc]  # none is null
    PurchasingError.refuse(
        {i: _("This request belongs to no inquiry: confirm it.") for i in ids if i not in inquiries}
    )
    acts.locked(session, m.PurchasingInquiry, sorted(set(inquiries.values())))
    held: Mapping[int, str] = m.PurchasingOrder.confirm(session, ids)
    closed = sorted({inquiries[i] for i in ids if i not in held})
    others = session.scalars(_OTHERS, {"inquiries": closed, "chosen": ids}).all()
    if others:
        m.PurchasingOrder.cancel(session, others)
    session.execute(_CLOSE, {"ids": closed})
    record(session, "accept", "purchasing.inquiry", closed)
    forget(session, closed)
    return held


def others_of(session: AnySession, order: Any) -> list[str]:
    """The numbers of the other open requests of the same inquiry."""
    if order.inquiry_id is None:
        return []
    other = m.PurchasingOrder
    query = select(other.number).where(other.inquiry_id == order.inquiry_id, other.id != order.id)
    return list(session.scalars(query.where(other.state == "request").order_by(other.id)))


def answers_of(session: AnySession, inquiry_id: int) -> Sequence[Mapping[str, Any]]:
    """What each supplier has answered: its request with the price and the day of each part."""
    found: dict[int, dict[str, Any]] = {}
    for row in session.execute(_ANSWERS, {"id": inquiry_id}):
        answer = found.setdefault(row.id, {"order": row, "lines": {}, "is_complete": True})
        if row.product_id is not None:
            answer["lines"].setdefault(row.product_id, row)
            answer["is_complete"] &= row.unit_price is not None and row.unit_price > Decimal(0)
    return list(found.values())
