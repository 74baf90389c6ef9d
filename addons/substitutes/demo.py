"""Substitutes of a distributor: pairs in all states, what customers took, and a short line with a badge."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.sales.demo import customers_of
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.substitutes.services.asking_customers import Ask
from addons.substitutes.services.substituting import Acceptance, Refusal
from addons.substitutes.services.traits import unread
from core import m
from core.clock import today
from core.security.actor import Actor, acting
from core.security.users import LogIn

#: Parts that are there, each with one of another maker that is not, and says the same of itself.
_PAIRS = text("""
    SELECT DISTINCT ON (p.description) p.id AS there, q.id AS short, p.description
      FROM (SELECT product_id, sum(on_hand - reserved) AS free FROM stock_balance
             WHERE company_id = :company GROUP BY 1) b
      JOIN product p ON p.id = b.product_id AND p.active AND p.lifecycle = 'active'
      JOIN product q ON q.company_id = p.company_id AND q.description = p.description AND q.active
       AND q.lifecycle = 'active' AND q.maker_id <> p.maker_id AND q.id <> p.id
     WHERE b.free > 1500 AND p.description ~ '^(Resistor|Capacitor)'
       AND NOT EXISTS (SELECT 1 FROM stock_balance x WHERE x.product_id = q.id)
     ORDER BY p.description, q.id LIMIT 8
""")


def load(session: Any, company: Any) -> list[LogIn]:
    """Write them once."""
    pair = m.Substitute
    if session.scalar(select(pair.id).where(pair.company_id == company.id).limit(1)):
        return []
    with acting(session, Actor(None, "demo", company.id, is_superuser=True)):
        while ids := unread(session):
            m.SubstituteTrait.read(session, ids)
        rows = session.execute(_PAIRS, {"company": company.id}).all()
        if len(rows) >= len(list(_WAYS)):
            _trade(session, company.id, rows)
    return []


#: What becomes of each pair.
_WAYS = ("taken", "taken", "taken again", "short", "declined", "asked", "proposed", "refused")


def _trade(session: Any, company_id: int, rows: Sequence[Any]) -> None:
    of = dict(zip(_WAYS[1:], rows[1:], strict=False))
    _pairs(session, company_id, rows)
    first, second = customers_of(session, company_id)[3:5]
    # Of what was taken before, one was complained of; the same is wanted again, and waits on a quotation.
    _take(session, company_id, first, rows[:3], days=70, complaint="Reel came without a label")
    _take(session, company_id, second, [of["taken again"]], days=40)
    waiting = _quote(session, company_id, first, [of["taken again"], of["short"]])
    _decline(session, _quote(session, company_id, second, [of["declined"]]), of["declined"])
    asked = _quote(session, company_id, first, [of["asked"]])
    line = asked.lines[0].id
    m.SubstituteConsent.ask(session, [Ask(line, of["asked"].there)])
    (agreed,) = m.SubstituteConsent.ask(session, [Ask(waiting.lines[1].id, of["short"].there)])
    m.SubstituteConsent.answer(session, [agreed], True, "Ms Chen 陈女士", "By phone")
    (gone,) = m.SubstituteConsent.ask(session, [Ask(line, of["asked"].there)])
    m.SubstituteConsent.withdraw(session, [gone])
    _agree(session, company_id, second, of)


def _pairs(session: Any, company_id: int, rows: Sequence[Any]) -> None:
    made = [
        m.Substitute(
            company_id=company_id,
            product_id=row.short,
            substitute_id=row.there,
            both_ways=way == "taken",
            rank=place,
            source="Makers' cross-reference 2026",
            condition="Up to 105 °C" if way == "short" else "",
        )
        for place, (way, row) in enumerate(zip(_WAYS, rows, strict=False), start=1)
    ]
    m.Substitute.create(session, made)
    open_ways = ("asked", "proposed", "refused")
    m.Substitute.approve(session, [p for p, way in zip(made, _WAYS, strict=False) if way not in open_ways])
    m.Substitute.refuse(session, made[-1:], "Thicker than the original: does not fit under the shield")


def _quote(session: Any, company_id: int, customer: int, rows: Sequence[Any], days: int = 1) -> Any:
    on = today() - timedelta(days=days)
    lines = [OrderLineDraft(row.short, Decimal(1000)) for row in rows]
    draft = OrderDraft(
        company_id,
        customer,
        lines,
        date=on,
        valid_until=today() + timedelta(days=21),
        reference=f"PO-{7000 + days}",
        promised=on + timedelta(days=7),
    )
    (made,) = m.SalesOrder.create(session, [draft])
    return session.get_one(m.SalesOrder, made)


def _take(
    session: Any, company_id: int, customer: int, rows: Sequence[Any], days: int, complaint: str = ""
) -> None:
    """An order that was confirmed and delivered with substitutes on it."""
    order = _quote(session, company_id, customer, rows, days)
    wanted = [Acceptance(line.id, row.there) for line, row in zip(order.lines, rows, strict=True)]
    m.SalesOrder.substitute(session, wanted)
    m.SalesOrder.confirm(session, [order])
    m.SalesOrder.deliver(session, [order], order.date + timedelta(days=2))
    if complaint:
        choice = m.SubstituteChoice
        query = select(choice).where(choice.order_id == order.id).order_by(choice.id).limit(1)
        m.SubstituteChoice.complain(session, session.scalars(query).all(), complaint)


def _decline(session: Any, order: Any, row: Any) -> None:
    reason = "Only the first maker is qualified"
    m.SalesOrder.decline_substitutes(session, [Refusal(order.lines[0].id, reason, row.there)])
    other = [Acceptance(order.lines[0].id, row.there)]
    (given,) = m.SalesOrder.substitute(session, other).values()
    m.SalesOrder.take_substitute_back(session, [given])


def _agree(session: Any, company_id: int, customer: int, of: Any) -> None:
    """Rules of a customer, and what an imported list left open."""
    rule = {"company_id": company_id, "partner_id": customer}
    session.add(
        m.SubstituteRule(**rule, substitute_id=of["refused"].there, kind="never", note="Drawing 4711")
    )
    session.add_all(m.SubstituteReference(company_id=company_id, **one) for one in _references(of))
    session.flush()


def _references(of: Any) -> Iterator[dict[str, Any]]:
    common = {"source": "Cross-reference of a distributor", "fit": "same_footprint"}
    yield {
        "number": "XC0603-104K",
        "maker": "Xylon",
        "substitute_number": "YN603B104",
        "condition": "耐温较低; lower temperature",
        **common,
    }
    yield {
        "number": "XR0402-1002",
        "maker": "Xylon",
        "substitute_number": "P000001",
        "product_id": None,
        **common,
    }
