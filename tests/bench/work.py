"""Customers, stock and documents for the benches; nothing is switched off, only made quickly."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, text

from addons.accounting.services.allocation import items_of
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, PaymentLine
from addons.stock.services.drafts import LotDraft, MoveDraft, TransferDraft
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


def stock(parts: int, lots: int, on: date) -> list[int]:
    """Parts with a list price, and of each so many lots of 200 pieces, received on a day."""
    products = [
        m.Product(
            company_id=company_id(),
            code=f"P{n:04}",
            cost=Decimal("0.05"),
            list_price=Decimal("0.08"),
            list_currency_code="USD",
        )
        for n in range(parts)
    ]
    db.session.add_all(products)
    db.session.flush()
    ids = [product.id for product in products]
    drafts = [TransferDraft(company_id(), "receipt", _lots(part, lots), planned=on) for part in ids]
    m.StockTransfer.do(db.session, m.StockTransfer.create(db.session, drafts), on)
    db.session.commit()
    return ids


def _lots(part: int, lots: int) -> list[MoveDraft]:
    return [
        MoveDraft(
            part,
            Decimal(200),
            lot=LotDraft(f"L{part}-{n}", f"26{n + 1:02}"),
            unit_cost=Decimal(50 + n) / 1000,
        )
        for n in range(lots)
    ]


def documents(partners: Sequence[int], each: int, lines: int, first: date, days: int) -> list[InvoiceDraft]:
    """`each` invoices a customer, spread over the days."""
    return [
        InvoiceDraft(
            company_id=company_id(),
            partner_id=partner,
            date=(on := first + timedelta(days=n * days // each)),
            due_date=on + timedelta(days=30),
            currency_code="USD",
            lines=[Line(f"Part {k}", Decimal(10 + k), Decimal("1.2345")) for k in range(lines)],
        )
        for partner in partners
        for n in range(each)
    ]


def book(made: Sequence[InvoiceDraft]) -> None:
    """Post them in sets of 2,000."""
    for start in range(0, len(made), 2000):
        ids = m.AccountingInvoice.create(db.session, made[start : start + 2000])
        m.AccountingInvoice.post(db.session, ids)
    db.session.commit()


def settle(made: Sequence[InvoiceDraft]) -> None:
    """A payment of each document, ten days after it, which settles it."""
    items = items_of(db.session, "accounting_invoice", [d.id for d in made])
    for start in range(0, len(made), 2000):
        drafts = [_payment(d, items[d.id].id) for d in made[start : start + 2000]]
        m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, drafts))
    db.session.commit()


def _payment(document: InvoiceDraft, item_id: int) -> PaymentDraft:
    return PaymentDraft(
        company_id=document.company_id,
        partner_id=document.partner_id,
        date=document.date + timedelta(days=10),
        amount=document.total,
        currency_code=document.currency_code,
        lines=[PaymentLine(item_id, document.total)],
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
