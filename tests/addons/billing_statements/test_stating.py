"""What is put on new statements is found by indexes, and was open as it was that day."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting.periods import period_with
from addons.accounting.services.allocation import items_of
from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, PaymentLine
from core import m
from core.db import db

pytestmark = pytest.mark.addons("billing_statements")

CUSTOMERS, EACH = 40, 5
JANUARY = period_with("monthly", date(2026, 1, 1))
_ITEMS_READ, _LINES_READ = (
    text(f"SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = '{name}'")
    for name in ("accounting_open_item", "billing_statement_line")
)
_READ = text("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'billing_statement'")


def invoices(company, partners, day, each=1):
    made = [
        InvoiceDraft(
            company_id=company.id,
            partner_id=partner,
            date=day,
            due_date=day,
            currency_code="USD",
            lines=[Line("Part", Decimal(1), Decimal(100))],
        )
        for partner in partners
        for _n in range(each)
    ]
    m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, made))
    return made


def customers(company, count):
    found = [m.Partner(company_id=company.id, code=f"S{n:03}", name=f"Customer {n}") for n in range(count)]
    db.session.add_all(found)
    db.session.flush()
    return [one.id for one in found]


def pay(invoice, amount, day):
    item = items_of(db.session, "accounting_invoice", [invoice.id])[invoice.id]
    draft = PaymentDraft(
        company_id=invoice.company_id,
        partner_id=invoice.partner_id,
        date=day,
        amount=Decimal(amount),
        currency_code="USD",
        lines=[PaymentLine(item.id, Decimal(amount))],
    )
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [draft]))


def test_no_line_makes_the_database_read_all_statements(app, company):
    invoices(company, customers(company, CUSTOMERS), date(2026, 1, 5), EACH)
    db.session.commit()
    # Statistics of when there was none yet, by which one is found soonest by reading all.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE billing_statement"))
    _run, ids = m.BillingRun.start(db.session, company.id, "monthly", JANUARY)
    assert len(ids) == CUSTOMERS
    assert db.session.scalar(_READ) < CUSTOMERS * EACH


@pytest.mark.parametrize("known", [False, True])
def test_no_customer_makes_the_database_read_what_others_have(app, company, known):
    """Neither with statistics of the documents, nor with such as were made before there was any."""
    invoices(company, customers(company, CUSTOMERS), date(2026, 1, 5), EACH)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("accounting_open_item", "partner") if known else ():
            connection.execute(text(f"ANALYZE {table}"))
        connection.execute(text("ANALYZE billing_statement_line"))
    m.BillingRun.start(db.session, company.id, "monthly", JANUARY)
    # Who is due, what goes onto a statement, what is open, and keys: each asks once for each.
    assert db.session.scalar(_ITEMS_READ) <= 8 * CUSTOMERS * EACH
    assert db.session.scalar(_LINES_READ) <= 8 * CUSTOMERS * EACH


@pytest.mark.parametrize("form", ["forward", "open_items"])
def test_what_is_settled_later_was_open_that_day(app, company, form):
    (partner,) = customers(company, 1)
    db.session.get_one(m.Partner, partner).statement_form = form
    paid, part, later = invoices(company, [partner], date(2026, 1, 5), 3)
    pay(paid, 100, date(2026, 1, 20))
    pay(part, 40, date(2026, 1, 20))
    pay(part, 60, date(2026, 2, 3))
    pay(later, 100, date(2026, 2, 3))
    _run, [statement_id] = m.BillingRun.start(db.session, company.id, "monthly", JANUARY)
    statement = db.session.get_one(m.BillingStatement, statement_id)
    assert (statement.closing, statement.due_30, statement.unapplied) == (160, 160, 0)
    residuals = select(m.BillingOpenDocument.residual).order_by(m.BillingOpenDocument.position)
    assert db.session.scalars(residuals).all() == ([60, 100] if form == "open_items" else [])
