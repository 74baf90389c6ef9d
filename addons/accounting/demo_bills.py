"""Two years of bills of the demo company's suppliers, most of them paid; and one partner that buys too."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update

from addons.accounting.services.allocation import items_of
from addons.accounting.services.drafts import (
    BillDraft,
    BillLineDraft,
    InvoiceDraft,
    Line,
    NettingDraft,
    PaymentDraft,
    PaymentLine,
)
from core import m

#: Suppliers that bill each month, and how many of their latest bills are still drafts.
SUPPLIERS, DRAFTS = 12, 3
MONTHS = 23
TERMS = 45


def load(session: Any, company: Any, parts: Sequence[Any], today: date) -> None:
    """Write the bills, pay what is due, and net what the first supplier bought."""
    chance = random.Random(43)  # noqa: S311  # the same documents at every load
    suppliers = session.scalars(
        select(m.Partner.id)
        .where(m.Partner.company_id == company.id, m.Partner.is_supplier)
        .order_by(m.Partner.code)
        .limit(SUPPLIERS)
    ).all()
    _agree_terms(session, company.id, suppliers)
    tax = session.scalar(select(m.AccountingTax.id).where(m.AccountingTax.company_id == company.id).limit(1))
    drafts = sorted(_bills(company.id, chance, suppliers, parts, tax, today), key=lambda draft: draft.date)
    ids = m.AccountingBill.create(session, drafts)
    m.AccountingBill.post(session, ids[:-DRAFTS])
    _pay(session, chance, drafts[:-DRAFTS], today)
    _net(session, company.id, suppliers[0], parts[0], today)


def _agree_terms(session: Any, company_id: int, suppliers: Sequence[int]) -> None:
    term = m.AccountingPaymentTerm(company_id=company_id, name="Net 45", days=TERMS)
    session.add(term)
    session.flush()
    partner = m.Partner.__table__
    theirs = partner.c.id == func.any(list(suppliers))
    session.execute(update(partner).where(theirs).values(supplier_term_id=term.id))


def _bills(
    company_id: int,
    chance: random.Random,
    suppliers: Sequence[int],
    parts: Sequence[Any],
    tax: Any,
    today: date,
) -> Iterator[BillDraft]:
    for supplier in suppliers:
        prefix = chance.choice(("INV-", "R", "FV/", "2026-"))
        for month in range(MONTHS):
            on = today - timedelta(days=30 * month + chance.randint(1, 28))
            returned = chance.random() < 0.05
            yield BillDraft(
                company_id=company_id,
                partner_id=supplier,
                date=on,
                currency_code="USD",
                reference=f"{prefix}{supplier:03}{MONTHS - month:03}",
                kind="credit_note" if returned else "bill",
                lines=[_line(chance, parts, tax) for _ in range(1 if returned else chance.randint(1, 6))],
            )


def _line(chance: random.Random, parts: Sequence[Any], tax: Any) -> BillLineDraft:
    part = chance.choice(parts)
    price = Decimal(chance.randint(3, 250)) / 10000
    return BillLineDraft(
        part.id, part.description, Decimal(chance.choice((1000, 3000, 5000))), price, tax_id=tax
    )


def _pay(session: Any, chance: random.Random, bills: Sequence[BillDraft], today: date) -> None:
    """Most are paid within days of their due date; each payment settles its bill."""
    items = items_of(session, "accounting_bill", [bill.id for bill in bills])
    paid = []
    for bill in bills:
        on = (bill.due_date or bill.date) + timedelta(days=chance.randint(-3, 10))
        if bill.kind == "bill" and on < today and chance.random() < 0.95:
            paid.append(_payment(bill, items[bill.id].id, on))
    paid.sort(key=lambda draft: draft.date)
    m.AccountingPayment.post(session, m.AccountingPayment.create(session, paid))


def _payment(bill: BillDraft, item_id: int, on: date) -> PaymentDraft:
    return PaymentDraft(
        company_id=bill.company_id,
        partner_id=bill.partner_id,
        date=on,
        amount=bill.total,
        currency_code=bill.currency_code,
        direction="out",
        side="payable",
        reference=bill.reference,
        lines=[PaymentLine(item_id, bill.total)],
    )


def _net(session: Any, company_id: int, partner_id: int, part: Any, today: date) -> None:
    """A supplier bought parts: it pays a piece of that by what we owe it anyway."""
    session.execute(update(m.Partner.__table__).where(m.Partner.id == partner_id).values(is_customer=True))
    sold = [Line(part.description, Decimal(4000), Decimal("0.25"), part.id)]
    on = today - timedelta(days=20)
    invoice = InvoiceDraft(company_id, partner_id, on, "USD", sold)
    m.AccountingInvoice.post(session, m.AccountingInvoice.create(session, [invoice]))
    netting = NettingDraft(company_id, partner_id, today - timedelta(days=5), "USD", Decimal(50))
    m.AccountingNetting.post(session, m.AccountingNetting.create(session, [netting]))
