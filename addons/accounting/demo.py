"""Two years of invoices, credit notes and payments, relative to today, the same on each day of loading."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from addons.accounting import demo_bills, demo_foreign, demo_given_up, demo_office, demo_people
from addons.accounting.services.allocation import items_of
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, PaymentLine
from core import m
from core.clock import today
from core.security.actor import Actor, acting
from core.security.users import LogIn

log_ins = demo_people.LOG_INS
YEARS = 2
TERMS = 30
TERMS_OF_TRADE: tuple[dict[str, Any], ...] = (
    {"name": "Net 30", "days": 30},
    {"name": "End of month + 30", "from_month_end": True, "days": 30},
    {"name": "15th of the month after next", "from_month_end": True, "months": 1, "day": 15},
    {"name": "2 % 10 days, net 30", "days": 30, "discount": Decimal(2), "discount_days": 10},
)
#: What a unit of a foreign currency is worth in dollars, about.
RATES = {"EUR": Decimal("1.08"), "CNY": Decimal("0.138")}


def load(session: Any, company: Any) -> list[LogIn]:
    """Make the people and the documents once; returns the log-ins of finance, a rep and purchasing."""
    made = [log_in.ensure(session, company) for log_in in log_ins]
    with acting(session, Actor(None, "demo", company.id, is_superuser=True)):
        demo_people.share_customers(session, company)
        if session.scalar(
            select(m.AccountingInvoice.id).where(m.AccountingInvoice.company_id == company.id).limit(1)
        ):
            return made
        _documents(session, company, today())
    clerk = session.scalars(select(m.User).where(m.User.email == log_ins[0].email)).one()
    with acting(session, Actor(clerk.id, clerk.name, company.id, is_superuser=True)):
        demo_office.load(session, today())
    return made


def _documents(session: Any, company: Any, today: date) -> None:
    company.books_begin = date(today.year - YEARS, 1, 1)
    chance = random.Random(42)  # noqa: S311  # the same documents at every load
    books = books_of(session, company.id)
    session.add(
        m.AccountingTax(
            company_id=company.id, name="VAT 13 %", rate=Decimal("0.13"), account_id=books.account("tax")
        )
    )
    _terms(session, company.id)
    customers = session.scalars(
        select(m.Partner.id)
        .where(m.Partner.company_id == company.id, m.Partner.is_customer)
        .order_by(m.Partner.code)
    ).all()
    parts = session.execute(
        select(m.Product.id, m.Product.description)
        .where(m.Product.company_id == company.id)
        .order_by(m.Product.code)
    ).all()
    documents = sorted(_invoices(company.id, chance, customers, parts, today), key=lambda d: d.date)
    m.AccountingInvoice.post(session, m.AccountingInvoice.create(session, documents))
    _pay(session, chance, documents, today)
    demo_given_up.load(session, company.id, today)
    demo_bills.load(session, company, parts, today)
    session.add_all(_rates(company.id, today))
    demo_foreign.load(session, company.id, parts[0].id, today)
    year = m.AccountingClosing(company_id=company.id, until=date(today.year - YEARS, 12, 31))
    m.AccountingClosing.close(session, m.AccountingClosing.create(session, [year]))


def _terms(session: Any, company_id: int) -> None:
    """What is usual, and with which customer: most pay after 30 days, large ones at the end of a month."""
    terms = [m.AccountingPaymentTerm(company_id=company_id, **values) for values in TERMS_OF_TRADE]
    session.add_all(terms)
    session.flush()
    partner = m.Partner
    for term, rest in zip(terms, (0, 1, 2, 3), strict=True):
        which = (partner.company_id == company_id) & (partner.id % 6 == rest)
        session.execute(update(partner).where(which).values(payment_term_id=term.id))


def _rates(company_id: int, today: date) -> Iterator[Any]:
    """Rates of the last five weeks, as a central bank would give them, each a little different."""
    for code, worth in RATES.items():
        for back in range(35):
            day = today - timedelta(days=back)
            if day.weekday() < 5:
                rate = (worth * (1000 + back % 7 - 3) / 1000).quantize(Decimal("0.000001"))
                yield m.AccountingCurrencyRate(
                    company_id=company_id, currency_code=code, date=day, source="ECB", rate=rate
                )


def _invoices(
    company_id: int, chance: random.Random, customers: Any, parts: Any, today: date
) -> Iterator[InvoiceDraft]:
    for index, customer in enumerate(customers):
        # A few large customers and many small ones, as it is.
        for _ in range(chance.choice((4, 8, 12)) + (60 if index % 30 == 0 else 0)):
            on = today - timedelta(days=chance.randint(1, 365 * YEARS))
            returned = chance.random() < 0.06
            yield InvoiceDraft(
                company_id=company_id,
                kind="credit_note" if returned else "invoice",
                partner_id=customer,
                date=on,
                due_date=on + timedelta(days=TERMS),
                currency_code="USD",
                reference=f"PO-{chance.randint(10000, 99999)}",
                lines=[_line(chance, parts) for _ in range(1 if returned else chance.randint(1, 8))],
            )


def _line(chance: random.Random, parts: Any) -> Line:
    part = chance.choice(parts)
    dear = part.description.startswith(("Micro", "Conn", "Volt"))
    price = Decimal(chance.randint(20, 900)) / 100 if dear else Decimal(chance.randint(4, 400)) / 10000
    quantity = chance.choice((10, 50, 100)) if dear else chance.choice((100, 500, 1000, 5000))
    return Line(part.description, Decimal(quantity), price, part.id)


def _pay(session: Any, chance: random.Random, documents: Any, today: date) -> None:
    """Most pay some weeks after the due date, a few not at all; each payment settles its invoice."""
    items = items_of(session, "accounting_invoice", [document.id for document in documents])
    paid = []
    for document in documents:
        on = document.due_date + timedelta(days=chance.randint(-5, 45))
        if document.kind == "invoice" and on < today and chance.random() < 0.93 and document.total > 0:
            paid.append(_payment(document, items[document.id], on))
    paid.sort(key=lambda draft: draft.date)
    m.AccountingPayment.post(session, m.AccountingPayment.create(session, paid))


def _payment(document: InvoiceDraft, item: Any, on: date) -> PaymentDraft:
    return PaymentDraft(
        company_id=document.company_id,
        partner_id=document.partner_id,
        date=on,
        amount=document.total,
        currency_code=document.currency_code,
        reference=document.reference,
        lines=[PaymentLine(item.id, document.total)],
    )
