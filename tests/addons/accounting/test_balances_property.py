"""Whatever is posted, settled and taken back: the subledger equals the ledger, which balances."""

from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from addons.accounting.services.drafts import Line
from core.db import db
from tests.documents import (
    create_invoice,
    create_payment,
    post_invoices,
    post_payment,
    reverse_invoice,
    reverse_payment,
)

CENTS = st.decimals(min_value="0.01", max_value="99999.99", places=2)
RATE = st.sampled_from([Decimal("1.1"), Decimal("1.23457"), Decimal("0.999999")])
ACTS = st.one_of(
    st.tuples(st.just("invoice"), CENTS, RATE, st.booleans()),
    st.tuples(st.just("credit_note"), CENTS, RATE, st.booleans()),
    st.tuples(st.just("payment"), CENTS, RATE, st.booleans()),
)

#: Recomputed from the rows themselves, not by the services under test.
RECEIVABLE = """
    SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
    JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = 'receivable'
"""
LEDGER = "SELECT coalesce(sum(debit - credit), 0) FROM accounting_entry_line"
ALLOCATED = """
    SELECT count(*) FROM accounting_open_item i WHERE i.allocated <> (
        SELECT coalesce(sum(CASE WHEN a.debit_id = i.id THEN a.amount ELSE -a.amount END), 0)
        FROM accounting_allocation a WHERE i.id IN (a.debit_id, a.credit_id))
"""
#: An item that is wholly settled has nothing of its ledger value left; so the open part of the ledger is
#: the open items' own ledger value, in proportion, up to the cent of rounding of each part-settled item.
OPEN = """
    SELECT coalesce(sum(company_amount - round(company_amount * allocated / amount, 2)), 0)
    FROM accounting_open_item
"""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=1, max_size=8))
def test_open_items_equal_the_receivable_account(app, company, customer, acts):
    on = date(2026, 1, 1)
    for kind, amount, rate, take_back in acts:
        values = {
            "company_id": company.id,
            "partner_id": customer.id,
            "currency": "EUR",
            "exchange_rate": rate,
        }
        if kind == "payment":
            payment = create_payment(db.session, date=on, amount=amount, **values)
            post_payment(db.session, payment)
            if take_back:
                reverse_payment(db.session, payment, on)
        else:
            line = Line("x", Decimal(1), amount)
            invoice = create_invoice(db.session, date=on, kind=kind, lines=[line], **values)
            post_invoices(db.session, [invoice])
            if take_back and kind == "invoice":
                reverse_invoice(db.session, invoice, on)
        db.session.commit()
    assert db.session.scalar(text(LEDGER)) == 0
    assert db.session.scalar(text(ALLOCATED)) == 0
    assert db.session.scalar(text(RECEIVABLE)) == db.session.scalar(text(OPEN))
