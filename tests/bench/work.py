"""Customers and documents for the benches; nothing is switched off, only made quickly."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text

from addons.accounting.services import batch
from addons.accounting.services.chart import books_of
from addons.accounting.services.invoices import Line
from addons.accounting.services.ledger import Amount, EntryDraft, Item, write_entries
from core import m
from core.db import db
from core.security.actor import actor_of


def company_id() -> int:
    """The bench's company."""
    found = actor_of(db.session).company_id
    assert found is not None
    return found


def customers(count: int) -> list[int]:
    """Customers with an address each."""
    rows = (
        {
            "company_id": company_id(),
            "code": f"C{n:06}",
            "name": f"Customer {n}",
            "email": f"c{n}@customer.example",
        }
        for n in range(count)
    )
    m.Partner._bulk(db.session, rows)
    query = select(m.Partner.id).where(m.Partner.company_id == company_id()).order_by(m.Partner.code)
    return list(db.session.scalars(query))


def documents(partners: Sequence[int], each: int, lines: int, first: date, days: int) -> list[batch.Document]:
    """`each` invoices a customer, spread over the days."""
    return [
        batch.Document(
            kind="invoice",
            partner_id=partner,
            date=(on := first + timedelta(days=n * days // each)),
            due_date=on + timedelta(days=30),
            currency_code="USD",
            lines=[Line(f"Part {k}", Decimal(10 + k), Decimal("1.2345")) for k in range(lines)],
        )
        for partner in partners
        for n in range(each)
    ]


def book(made: Sequence[batch.Document]) -> None:
    """Post them in sets of 2,000."""
    books = books_of(db.session, company_id())
    for start in range(0, len(made), 2000):
        batch.book(db.session, books, made[start : start + 2000])
    db.session.commit()


def settle(made: Sequence[batch.Document]) -> None:
    """A payment of each document, ten days after it, which settles it."""
    books = books_of(db.session, company_id())
    item = m.AccountingOpenItem
    ids = {number: item_id for number, item_id in db.session.execute(select(item.number, item.id))}
    for start in range(0, len(made), 2000):
        part = made[start : start + 2000]
        drafts = [_payment(books, d) for d in part]
        write_entries(db.session, books, drafts)
        rows = [
            {
                "debit_id": ids[d.number],
                "credit_id": draft.item_id,
                "company_id": books.company_id,
                "partner_id": d.partner_id,
                "currency_code": "USD",
                "amount": d.totals.total,
                "date": draft.date,
            }
            for d, draft in zip(part, drafts, strict=True)
        ]
        db.session.execute(insert(m.AccountingAllocation), rows)
    db.session.commit()


def _payment(books: Any, document: batch.Document) -> EntryDraft:
    on, number = document.date + timedelta(days=10), f"P-{document.number}"
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


def open_items(partners: Sequence[int], each: int, first: date, days: int) -> None:
    """`each` posted entries with an open item a customer, written by the database itself."""
    books = books_of(db.session, company_id())
    values = {
        "company": books.company_id,
        "journal": books.journals["sale"],
        "receivable": books.account("receivable"),
        "sales": books.account("sales"),
        "partners": list(partners),
        "each": each,
        "first": first,
        "days": days,
    }
    for statement in _OPEN_ITEMS:
        db.session.execute(text(statement), values)
    db.session.commit()


_OPEN_ITEMS = (
    """CREATE TEMPORARY TABLE made ON COMMIT DROP AS
       SELECT row_number() OVER () AS n, nextval(pg_get_serial_sequence('accounting_entry', 'id')) AS entry,
              p AS partner, CAST(:first AS date) + k * CAST(:days AS int) / CAST(:each AS int) AS day,
              nextval(pg_get_serial_sequence('accounting_entry_line', 'id')) AS line
         FROM unnest(CAST(:partners AS bigint[])) p, generate_series(0, CAST(:each AS int) - 1) k""",
    """INSERT INTO accounting_entry (id, company_id, number, journal_id, date, narration, state)
       SELECT entry, :company, 'X' || n, :journal, day, '', 'draft' FROM made""",
    """INSERT INTO accounting_entry_line
              (id, entry_id, account_id, partner_id, debit, amount_currency, currency_code)
       SELECT line, entry, :receivable, partner, 100, 100, 'USD' FROM made""",
    """INSERT INTO accounting_entry_line (entry_id, account_id, credit, amount_currency, currency_code)
       SELECT entry, :sales, 100, -100, 'USD' FROM made""",
    """INSERT INTO accounting_open_item (company_id, entry_line_id, partner_id, document, number, date,
              due_date, currency_code, amount, company_amount)
       SELECT :company, line, partner, 'invoice', 'X' || n, day, day + 30, 'USD', 100, 100 FROM made""",
    "UPDATE accounting_entry SET state = 'posted', posted_at = now() WHERE state = 'draft'",
)
