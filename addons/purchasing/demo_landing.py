"""What the demo company's forwarder asks: freight by weight, duty by value, month by month."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core import m
from core.clock import today

FORWARDER = "Northline Freight"
#: Chips weigh little, and what has a lower code a little more than what has a higher one.
_WEIGHTS = text("""
    UPDATE product p SET weight = w.weight
      FROM (SELECT id, 0.02 + (row_number() OVER (ORDER BY code) % 40) * 0.015 AS weight FROM product
             WHERE company_id = :company AND kind = 'goods') w
     WHERE w.id = p.id AND p.weight IS NULL
""")
#: Receipts from abroad of the last half year, by the month in which they came.
_RECEIPTS = text("""
    SELECT date_trunc('month', t.date)::date AS month, array_agg(t.id ORDER BY t.id) AS ids,
           max(t.date) AS last
      FROM stock_transfer t JOIN partner s ON s.id = t.partner_id AND s.currency_code = 'EUR'
     WHERE t.company_id = :company AND t.kind = 'receipt' AND t.state = 'done' AND t.entry_id IS NOT NULL
       AND t.date > CURRENT_DATE - 200
     GROUP BY 1 ORDER BY 1 DESC LIMIT 5
""")


def freight(session: Any, company_id: int) -> None:
    """A cost for the receipts of each month: the last is a draft, the one before is not billed yet."""
    session.execute(_WEIGHTS, {"company": company_id})
    partner = m.Partner(
        company_id=company_id,
        code="F-100",
        name=FORWARDER,
        is_supplier=True,
        is_customer=False,
        currency_code="USD",
    )
    session.add(partner)
    session.flush()
    months = session.execute(_RECEIPTS, {"company": company_id}).all()
    costs = [_cost(company_id, partner.id, n, month) for n, month in enumerate(reversed(months))]
    m.PurchasingLandedCost.create(session, costs)
    m.PurchasingLandedCost.post(session, costs[:-1])
    for cost in costs[:-2]:
        on = min(cost.date + timedelta(days=10), today())
        bills = m.PurchasingLandedCost.bill(session, [cost], f"NF {cost.reference}", on)
        m.AccountingBill.post(session, bills)


def _cost(company_id: int, partner_id: int, number: int, month: Any) -> Any:
    on: date = min(month.last + timedelta(days=3), today())
    cost = m.PurchasingLandedCost(
        company_id=company_id,
        partner_id=partner_id,
        date=on,
        currency_code="USD",
        reference=f"HBL-{on.year}-{400 + number}",
    )
    asked = (("freight", 180, "weight"), ("duty", 95, "value"))
    cost.lines = [
        m.PurchasingLandedLine(position=place, kind=kind, amount=Decimal(amount + 7 * number), spread=spread)
        for place, (kind, amount, spread) in enumerate(asked, start=1)
    ]
    cost.receipts = [m.PurchasingLandedReceipt(transfer_id=transfer) for transfer in month.ids]
    return cost
