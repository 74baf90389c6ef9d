"""A supplier whose list moved by 8 %, what came since, a claim on another one, and a list for dealers."""

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

SINCE = timedelta(days=200)
#: What came of suppliers since a day, of what bills are for or of what none is.
_PRICES = text("""
    SELECT o.partner_id, v.document_currency_code AS currency, v.product_id, max(v.document_price) AS price
      FROM stock_move v JOIN purchasing_order_line l ON l.id = v.purchase_line_id
      JOIN purchasing_order o ON o.id = l.order_id
     WHERE v.company_id = :company AND v.state = 'done' AND v.returns_id IS NULL
       AND v.date >= :since AND (v.billed > 0) = :billed AND v.document_price IS NOT NULL
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
        _for_dealers(session, company)
    return []


def _price(session: Any, company: Any) -> None:
    """A run to look through, over what the supplier with most of it brought and did not bill."""
    (partner, currency), most = _most(session, company, billed=False)
    if not most:
        return
    before = _list(company.id, partner, currency, "Q3", most, Decimal(1), 90)
    m.PricingPriceList.create(session, [before])
    now = _list(company.id, partner, currency, "Q4", most, Decimal("1.08"), 1)
    now.replaces_id = before.id
    m.PricingPriceList.create(session, [now])
    m.PricingRun.create(session, [_run(company.id, partner, "List Q4")])
    _claim(session, company, partner)


def _claim(session: Any, company: Any, other: int) -> None:
    """A run that was applied to what another supplier had billed too dear."""
    (partner, currency), most = _most(session, company, billed=True, without=other)
    if not most:
        return
    lower = _list(company.id, partner, currency, "Agreed 2026", most, Decimal("0.97"), 1)
    m.PricingPriceList.create(session, [lower])
    run = _run(company.id, partner, "Agreed for the whole year", with_claims=True)
    m.PricingRun.create(session, [run])
    m.PricingRunLine.accept(session, [line for line in run.lines if not line.refusal])
    m.PricingRun.apply(session, [run])


def _for_dealers(session: Any, company: Any) -> None:
    """A list for a group of customers that takes effect next month by itself."""
    group = m.PartnerGroup
    query = select(group.id).where(group.company_id == company.id, group.name == "Dealers")
    dealers = session.scalars(query).one_or_none()
    part = m.Product
    listed = select(part.id, part.list_price).where(
        part.company_id == company.id, part.list_price.is_not(None), part.list_currency_code == "USD"
    )
    rows = session.execute(listed.order_by(part.code).limit(40)).all()
    if dealers is None or not rows:
        return
    prices = [
        PriceDraft(row.id, round_to(row.list_price * share, UNIT), Decimal(least))
        for row in rows
        for least, share in ((1, Decimal("0.95")), (1000, Decimal("0.91")))
    ]
    since = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
    draft = ListDraft(
        company.id, "sale", "USD", "Dealers", prices, partner_group_id=dealers, valid_from=since
    )
    m.PricingPriceList.create(session, [draft])


def _most(session: Any, company: Any, billed: bool, without: int = 0) -> tuple[tuple[int, str], list[Any]]:
    """The supplier and currency with most parts, and these."""
    groups: dict[tuple[int, str], list[Any]] = {(0, ""): []}
    values = {"company": company.id, "billed": billed, "since": today() - SINCE}
    for row in session.execute(_PRICES, values):
        if row.partner_id != without:
            groups.setdefault((row.partner_id, row.currency), []).append(row)
    return max(groups.items(), key=lambda item: (len(item[1]), -item[0][0]))


def _run(company_id: int, partner: int, reason: str, **values: Any) -> Any:
    run = m.PricingRun(
        company_id=company_id,
        date=today(),
        since=today() - SINCE,
        until=today(),
        reason=reason,
        tolerance=Decimal(10),
        **values,
    )
    run.suppliers = [m.PricingRunSupplier(partner_id=partner)]
    return run


def _list(
    company_id: int, partner: int, currency: str, name: str, rows: Any, change: Decimal, days: int
) -> ListDraft:
    prices = [PriceDraft(row.product_id, round_to(row.price * change, UNIT)) for row in rows]
    since = today() - timedelta(days=days)
    return ListDraft(company_id, "purchase", currency, name, prices, partner, since)
