"""What the demo company gave up: bad debts, and the cents that customers left out."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.services.drafts import PaymentDraft, PaymentLine, WriteOffDraft
from core import m

BAD, SHORT = 4, 3
CENTS = Decimal("0.03")


def load(session: Any, company_id: int, today: date) -> None:
    """Of what nobody paid give up the oldest, and leave one as a draft that waits for a decision."""
    item = m.AccountingOpenItem
    unpaid = (item.company_id == company_id) & (item.amount > 1) & (item.allocated == 0)
    oldest = select(item.id, item.date).where(unpaid).order_by(item.date, item.id).limit(BAD)
    drafts = [
        WriteOffDraft(company_id, key, max(on, today - timedelta(days=40)), "Closed down", kind="bad_debt")
        for key, on in session.execute(oldest)
    ]
    made = m.AccountingWriteOff.create(session, drafts)
    m.AccountingWriteOff.post(session, made[:-1])
    latest = select(item).where(unpaid).order_by(item.date.desc(), item.id).limit(SHORT)
    short = session.scalars(latest).all()
    paid = [_short(one, today) for one in short]
    m.AccountingPayment.post(session, m.AccountingPayment.create(session, paid))
    cents = [WriteOffDraft(company_id, one.id, today, "Paid three cents too little") for one in short]
    m.AccountingWriteOff.post(session, m.AccountingWriteOff.create(session, cents))


def _short(item: Any, today: date) -> PaymentDraft:
    return PaymentDraft(
        company_id=item.company_id,
        partner_id=item.partner_id,
        date=today,
        amount=item.residual - CENTS,
        currency_code=item.currency_code,
        reference=item.number,
        lines=[PaymentLine(item.id, item.residual - CENTS)],
        remainder="keep",
    )
