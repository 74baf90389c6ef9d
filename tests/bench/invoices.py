"""200 customers × 20 invoices × 5 lines, created and posted: taxes, ledger entries, open items."""

from datetime import date
from decimal import Decimal
from typing import Any

from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import InvoiceDraft, Line
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

CUSTOMERS, INVOICES, LINES = 200, 20, 5


def bench() -> list[Result]:
    """One by one, each its own transaction, as a user does it; and all in batches of 2,000."""
    with bench_app(["accounting"]):
        partners = work.customers(CUSTOMERS)
        tax = _tax()
        db.session.commit()
        return [_one_by_one(partners, tax), _batch(partners, tax)]


def _tax() -> int:
    books = books_of(db.session, work.company_id())
    tax: Any = m.AccountingTax(
        company_id=books.company_id, name="13 %", rate=Decimal("0.13"), account_id=books.account("tax")
    )
    db.session.add(tax)
    db.session.flush()
    return int(tax.id)


def _lines(tax: int) -> list[Line]:
    return [Line(f"Part {n}", Decimal(10 + n), Decimal("1.2345"), tax_id=tax) for n in range(LINES)]


def _one_by_one(partners: list[int], tax: int) -> Result:
    with measured("one by one", "line", engine=db.engine) as result:
        for partner in partners:
            for _ in range(INVOICES):
                draft = InvoiceDraft(work.company_id(), partner, date(2026, 1, 10), "USD", _lines(tax))
                m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft]))
                db.session.commit()
                db.session.expunge_all()
    return _noted(result, len(partners))


def _batch(partners: list[int], tax: int) -> Result:
    made = work.documents(partners, INVOICES, LINES, date(2026, 2, 1), 28)
    for document in made:
        document.lines = _lines(tax)
    with measured("batch", "line", engine=db.engine) as result:
        work.book(made)
    return _noted(result, len(partners))


def _noted(result: Result, partners: int) -> Result:
    invoices = partners * INVOICES
    result.units = invoices * LINES
    result.work = {"invoices": invoices, "lines": invoices * LINES}
    return result
