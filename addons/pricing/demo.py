"""A supplier whose list moved by 8 %, and a run over what came since at the old price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.pricing.services.lists import ListDraft, PriceDraft
from addons.purchasing.services.pricing import UNIT
from core import m
from core.clock import today
from core.db import round_to
from core.security.actor import Actor, acting
from core.security.users import LogIn

#: What came last of the supplier that brought most of what no bill is for.
_PRICES = text("""
    SELECT o.partner_id, v.document_currency_code AS currency, v.product_id, max(v.document_price) AS price
      FROM stock_move v JOIN purchasing_order_line l ON l.id = v.purchase_line_id
      JOIN purchasing_order o ON o.id = l.order_id
     WHERE v.company_id = :company AND v.state = 'done' AND v.returns_id IS NULL AND v.billed = 0
       AND v.document_price IS NOT NULL
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")


def load(session: Any, company: Any) -> list[LogIn]:
    """A list of the last quarter, one that is 8 % dearer, and a run to look through; once."""
    known = m.PricingPriceList
    if session.scalar(select(known.id).where(known.company_id == company.id).limit(1)):
        return []
    user = session.scalars(select(m.User).where(m.User.email == "purchasing@demo.example")).one_or_none()
    if user is not None:
        user.roles.append(session.scalars(select(m.Role).where(m.Role.name == "pricing.manager")).one())
    with acting(session, Actor(user and user.id, "demo", company.id, is_superuser=True)):
        _price(session, company)
    return []


def _price(session: Any, company: Any) -> None:
    rows = session.execute(_PRICES, {"company": company.id}).all()
    groups: dict[tuple[int, str], list[Any]] = {}
    for row in rows:
        groups.setdefault((row.partner_id, row.currency), []).append(row)
    if not groups:
        return
    (partner, currency), most = max(groups.items(), key=lambda item: (len(item[1]), -item[0][0]))
    before = _list(company.id, partner, currency, "Q3", most, Decimal(1), 90)
    m.PricingPriceList.create(session, [before])
    now = _list(company.id, partner, currency, "Q4", most, Decimal("1.08"), 1)
    now.replaces_id = before.id
    m.PricingPriceList.create(session, [now])
    run = m.PricingRun(
        company_id=company.id,
        date=today(),
        since=today() - timedelta(days=200),
        until=today(),
        reason="List Q4",
        tolerance=Decimal(10),
    )
    run.suppliers = [m.PricingRunSupplier(partner_id=partner)]
    m.PricingRun.create(session, [run])


def _list(
    company_id: int, partner: int, currency: str, name: str, rows: Any, change: Decimal, days: int
) -> ListDraft:
    prices = [PriceDraft(row.product_id, round_to(row.price * change, UNIT)) for row in rows]
    since = today() - timedelta(days=days)
    return ListDraft(company_id, "purchase", currency, name, prices, partner, since)
