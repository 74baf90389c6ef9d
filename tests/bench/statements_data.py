"""The figures of statements: 200 customers with 20 documents each, half of them before the period, unpaid and
paid; and 10,000 customers with 1,000,000 documents."""

from datetime import date

from sqlalchemy import text

from addons.accounting.periods import period_with
from addons.billing_statements.services.creation import create_statements
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

CASES = (
    ("200 customers, unpaid", 200, 20, False),
    ("200 customers, paid", 200, 20, True),
    ("10,000 customers, 1,000,000 documents", 10_000, 100, False),
)
FIRST, DAYS = date(2026, 1, 1), 59


def bench() -> list[Result]:
    """Each case on a database of its own."""
    return [_case(*case) for case in CASES]


def _case(name: str, customers: int, each: int, paid: bool) -> Result:
    with bench_app(["billing_statements"]):
        partners = work.customers(customers)
        if customers > 1000:
            work.open_items(partners, each, FIRST, DAYS)
        else:
            made = work.documents(partners, each, 1, FIRST, DAYS)
            work.book(made)
            if paid:
                work.settle(made)
        db.session.expunge_all()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        return _create(name, customers, each)


def _create(name: str, customers: int, each: int) -> Result:
    with measured(name, "customer", engine=db.engine, size=each) as result:
        period = period_with("monthly", date(2026, 2, 1))
        run = m.BillingRun(
            company_id=work.company_id(), cycle="monthly", period_start=period.start, period_end=period.end
        )
        db.session.add(run)
        db.session.flush()
        ids = create_statements(db.session, run)
        db.session.commit()
    lines = db.session.scalar(text("SELECT count(*) FROM billing_statement_line"))
    result.units, result.work = customers, {"statements": len(ids), "documents": lines or 0}
    return result
