"""Two years of invoices, credit notes and payments, relative to today, the same on each day of loading."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from addons.accounting import demo_office, demo_people
from addons.accounting.services import batch
from addons.accounting.services.chart import Books, books_of
from addons.accounting.services.invoices import Line
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from core import m
from core.clock import today
from core.db import reserve_ids
from core.records.sequences import next_numbers
from core.security.actor import Actor, acting
from core.security.users import LogIn

log_ins = demo_people.LOG_INS
YEARS = 2
TERMS = 30


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
    chance = random.Random(42)  # noqa: S311  # the same documents at every load
    books = books_of(session, company.id)
    session.add(
        m.AccountingTax(
            company_id=company.id, name="VAT 13 %", rate=Decimal("0.13"), account_id=books.account("tax")
        )
    )
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
    documents = sorted(_invoices(chance, customers, parts, today), key=lambda d: d.date)
    batch.book(session, books, documents)
    _pay(session, books, chance, documents, today)


def _invoices(chance: random.Random, customers: Any, parts: Any, today: date) -> Iterator[batch.Document]:
    for index, customer in enumerate(customers):
        # A few large customers and many small ones, as it is.
        for _ in range(chance.choice((4, 8, 12)) + (60 if index % 30 == 0 else 0)):
            on = today - timedelta(days=chance.randint(1, 365 * YEARS))
            returned = chance.random() < 0.06
            yield batch.Document(
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


def _pay(session: Any, books: Books, chance: random.Random, documents: Any, today: date) -> None:
    """Most pay some weeks after the due date, a few not at all; each payment settles its invoice."""
    paid = []
    for document in documents:
        on = document.due_date + timedelta(days=chance.randint(-5, 45))
        if document.kind == "invoice" and on < today and chance.random() < 0.93:
            paid.append((document, on))
    _write_payments(session, books, paid)


def _write_payments(session: Any, books: Books, paid: Any) -> None:
    paid.sort(key=lambda pair: pair[1])
    numbers: dict[int, Iterator[str]] = {}
    for year in sorted({on.year for _, on in paid}):
        count = sum(1 for _, on in paid if on.year == year)
        numbers[year] = iter(next_numbers(session, "accounting.payment", books.company_id, year, count))
    drafts = [_payment_entry(books, document, on, next(numbers[on.year])) for document, on in paid]
    write_entries(session, books, drafts)
    _write_rows(session, books, paid, drafts)
    _allocate(session, books, paid, drafts)


def _payment_entry(books: Books, document: Any, on: date, number: str) -> EntryDraft:
    return EntryDraft(
        journal="bank",
        date=on,
        currency="USD",
        exchange_rate=Decimal(1),
        narration=number,
        counterpart=Amount(books.account("receivable"), -document.totals.total, document.partner_id, number),
        amounts=[Amount(books.account("bank"), document.totals.total)],
        item=Item("payment", number, document.number, on),
    )


def _write_rows(session: Any, books: Books, paid: Any, drafts: list[EntryDraft]) -> None:
    ids = reserve_ids(session, m.AccountingPayment.__table__, len(drafts))
    rows = (
        {
            "id": payment_id,
            "company_id": books.company_id,
            "direction": "in",
            "number": draft.narration,
            "partner_id": document.partner_id,
            "date": on,
            "amount": document.totals.total,
            "currency_code": "USD",
            "reference": document.number,
            "state": "posted",
            "entry_id": draft.id,
            "posted_at": on,
        }
        for payment_id, draft, (document, on) in zip(ids, drafts, paid, strict=True)
    )
    m.AccountingPayment._bulk(session, rows)


def _allocate(session: Any, books: Books, paid: Any, drafts: list[EntryDraft]) -> None:
    item = m.AccountingOpenItem
    invoices = {
        number: item_id
        for number, item_id in session.execute(select(item.number, item.id).where(item.document == "invoice"))
    }
    rows = [
        {
            "debit_id": invoices[document.number],
            "credit_id": draft.item_id,
            "company_id": books.company_id,
            "partner_id": document.partner_id,
            "currency_code": "USD",
            "amount": document.totals.total,
            "date": on,
        }
        for draft, (document, on) in zip(drafts, paid, strict=True)
        if document.totals.total > 0
    ]
    session.execute(insert(m.AccountingAllocation), rows)
