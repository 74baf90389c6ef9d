"""What the demo company sells and buys in foreign currency, and what it was worth at the end of the month."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.services.drafts import (
    BillDraft,
    BillLineDraft,
    InvoiceDraft,
    Line,
    PaymentDraft,
)
from core import m

#: (days before the end of the last month, currency, amount, rate of the day).
SOLD = (
    (30, "EUR", "4200.00", "1.081080"),
    (12, "EUR", "1860.50", "1.077840"),
    (20, "GBP", "950.00", "1.2700"),
)
BOUGHT = ((25, "CNY", "38400.00", "0.138276"),)
PAID, PAID_AT = Decimal(2000), Decimal("1.082160")


def load(session: Any, company_id: int, part_id: int, today: date) -> None:
    """Post them, let the first customer pay a part, and revalue: pounds have no rate on that day."""
    end = today.replace(day=1) - timedelta(days=1)
    partner = m.Partner
    own = partner.company_id == company_id
    customers = session.scalars(
        select(partner.id).where(own, partner.is_customer).order_by(partner.code.desc()).limit(len(SOLD))
    ).all()
    suppliers = session.scalars(
        select(partner.id).where(own, partner.is_supplier).order_by(partner.code).limit(1)
    ).all()
    invoices = [
        _invoice(company_id, customer, part_id, end, *values)
        for customer, values in zip(customers, SOLD, strict=False)
    ]
    m.AccountingInvoice.post(session, m.AccountingInvoice.create(session, invoices))
    bills = [
        _bill(company_id, supplier, part_id, end, *values)
        for supplier, values in zip(suppliers, BOUGHT, strict=False)
    ]
    m.AccountingBill.post(session, m.AccountingBill.create(session, bills))
    for invoice in invoices[:1]:
        paid = PaymentDraft(
            company_id,
            invoice.partner_id,
            end - timedelta(days=3),
            PAID,
            invoice.currency_code,
            exchange_rate=PAID_AT,
        )
        m.AccountingPayment.post(session, m.AccountingPayment.create(session, [paid]))
    revaluation = m.AccountingRevaluation(company_id=company_id, date=end)
    session.add(revaluation)
    session.flush()
    m.AccountingRevaluation.post(session, [revaluation])


def _invoice(
    company_id: int,
    customer: int,
    part_id: int,
    end: date,
    days: int,
    currency: str,
    amount: str,
    rate: str,
) -> InvoiceDraft:
    return InvoiceDraft(
        company_id,
        customer,
        end - timedelta(days=days),
        currency,
        [Line("Parts as ordered", Decimal(1), Decimal(amount), part_id)],
        exchange_rate=Decimal(rate),
    )


def _bill(
    company_id: int,
    supplier: int,
    part_id: int,
    end: date,
    days: int,
    currency: str,
    amount: str,
    rate: str,
) -> BillDraft:
    return BillDraft(
        company_id,
        supplier,
        end - timedelta(days=days),
        currency,
        reference="CNY-2201",
        exchange_rate=Decimal(rate),
        lines=[BillLineDraft(part_id, "Reels from Shenzhen", Decimal(1), Decimal(amount))],
    )
