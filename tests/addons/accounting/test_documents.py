"""Invoices, payments and their reversals, as an accountant would tell them."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from addons.accounting.services.allocation import AllocationError, Pair
from addons.accounting.services.balances import trial_balance
from addons.accounting.services.drafts import Line
from addons.accounting.services.invoices import InvoiceError, item_of
from addons.accounting.services.payments import PaymentError
from core import m
from core.db import db
from tests.documents import (
    create_invoice,
    post_invoices,
    post_payment,
    reverse_invoice,
    reverse_payment,
    settle,
)

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def balances(company):
    return {b.name: b.closing for b in trial_balance(db.session, company.id, *YEAR) if b.closing}


def test_an_invoice_with_tax_is_posted_to_receivable_sales_and_tax(company, customer):
    from addons.accounting.services.chart import books_of

    books = books_of(db.session, company.id)
    vat = m.AccountingTax(
        company_id=company.id, name="13 %", rate=Decimal("0.13"), account_id=books.account("tax")
    )
    db.session.add(vat)
    db.session.flush()
    lines = [Line("A", Decimal(3), Decimal("0.335"), tax_id=vat.id)] * 2
    invoice = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=date(2026, 1, 5),
        currency="USD",
        lines=lines,
    )
    post_invoices(db.session, [invoice])
    db.session.commit()
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("2.02"), Decimal("0.26"), Decimal("2.28"))
    assert invoice.number == "INV/2026/00001"
    assert balances(company) == {
        "Trade receivables": Decimal("2.28"),
        "Sales": Decimal("-2.02"),
        "Output tax": Decimal("-0.26"),
    }


def test_numbers_have_no_gap_when_a_posting_is_rolled_back(company, customer, invoice_of):
    invoice_of(10)
    draft = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=date(2026, 1, 5),
        currency="USD",
        lines=[Line("A", Decimal(1), Decimal(1))],
    )
    post_invoices(db.session, [draft])
    assert draft.number == "INV/2026/00002"
    db.session.rollback()
    assert invoice_of(20).number == "INV/2026/00002"


def test_each_year_and_kind_has_numbers_of_its_own(invoice_of):
    assert invoice_of(1, on=date(2025, 12, 31)).number == "INV/2025/00001"
    assert invoice_of(1, on=date(2026, 1, 1)).number == "INV/2026/00001"
    assert invoice_of(1, kind="credit_note").number == "CN/2026/00001"


def test_a_document_without_lines_is_refused(company, customer):
    empty = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=date(2026, 1, 5),
        currency="USD",
        lines=[],
    )
    with pytest.raises(InvoiceError, match="^The document has no lines: add one before you post it.$"):
        post_invoices(db.session, [empty])


def test_posting_twice_is_refused(invoice_of):
    invoice = invoice_of(5)
    with pytest.raises(InvoiceError, match="^INV/2026/00001 is posted already: reverse it to take it back.$"):
        post_invoices(db.session, [invoice])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounting_invoice SET reference = 'changed'",
        "DELETE FROM accounting_invoice",
        "UPDATE accounting_invoice_line SET description = 'changed'",
        "DELETE FROM accounting_invoice_line",
        "INSERT INTO accounting_invoice_line (invoice_id, position, quantity, unit_price, net) "
        "SELECT id, 9, 1, 1, 1 FROM accounting_invoice",
        "UPDATE accounting_entry SET date = '2020-01-01'",
        "DELETE FROM accounting_entry",
        "UPDATE accounting_entry_line SET description = 'changed'",
        "DELETE FROM accounting_allocation",
        "UPDATE accounting_open_item SET allocated = 1",
        "UPDATE accounting_open_item SET amount = 1",
        "DELETE FROM accounting_open_item",
    ],
)
def test_the_database_refuses_to_change_what_is_posted(invoice_of, pay, statement):
    invoice_of(10)
    pay(4)
    with pytest.raises(DBAPIError) as refused:
        db.session.execute(text(statement))
    assert refused.value.orig.sqlstate == "23001"


def test_the_database_refuses_an_entry_that_does_not_balance(company, invoice_of):
    invoice_of(10)
    journal = db.session.scalars(select(m.AccountingJournal.id)).first()
    entry = m.AccountingEntry(company_id=company.id, number="X1", journal_id=journal, date=date(2026, 1, 1))
    db.session.add(entry)
    db.session.flush()
    account = db.session.scalars(select(m.AccountingAccount.id)).first()
    for side in ({"debit": Decimal(5)}, {"credit": Decimal("4.99")}):
        db.session.add(
            m.AccountingEntryLine(entry_id=entry.id, account_id=account, currency_code="USD", **side)
        )
    db.session.flush()
    with pytest.raises(IntegrityError, match="entry X1 does not balance: debit 5.00, credit 4.99"):
        db.session.execute(
            update(m.AccountingEntry).where(m.AccountingEntry.id == entry.id).values(state="posted")
        )


def test_a_reversal_is_linked_both_ways_and_leaves_nothing_open(company, invoice_of):
    invoice = invoice_of(100)
    note = reverse_invoice(db.session, invoice, date(2026, 2, 1))
    db.session.commit()
    assert (invoice.reversed_by, note.reverses) == (note, invoice)
    assert note.number == "CN/2026/00001"
    assert item_of(db.session, invoice).residual == item_of(db.session, note).residual == 0
    assert balances(company) == {}


def test_an_invoice_is_reversed_once(invoice_of):
    invoice = invoice_of(100)
    reverse_invoice(db.session, invoice, date(2026, 2, 1))
    db.session.commit()
    with pytest.raises(InvoiceError, match="^INV/2026/00001 was reversed by CN/2026/00001 already.$"):
        reverse_invoice(db.session, invoice, date(2026, 2, 1))


def test_a_payment_settles_the_earliest_due_first(invoice_of, pay):
    late, early = invoice_of(50, on=date(2026, 1, 9)), invoice_of(30, on=date(2026, 1, 2))
    pay(40)
    assert item_of(db.session, early).residual == 0
    assert item_of(db.session, late).residual == 40


def test_more_than_is_open_is_refused(customer, invoice_of, pay):
    invoice, payment = invoice_of(30), pay(50, pairs=[])
    pair = Pair(item_of(db.session, invoice).id, item_of(db.session, payment).id, Decimal(31))
    with pytest.raises(
        AllocationError, match=r"^INV/2026/00001 has 30.00\u00a0USD open, not 31.00\u00a0USD.$"
    ):
        settle(db.session, [pair], date(2026, 2, 1))


def test_the_database_refuses_to_settle_more_than_there_is(customer, invoice_of, pay):
    invoice, payment = item_of(db.session, invoice_of(30)), item_of(db.session, pay(50, pairs=[]))
    over = m.AccountingAllocation(
        debit_id=invoice.id,
        credit_id=payment.id,
        company_id=invoice.company_id,
        partner_id=customer.id,
        currency_code="USD",
        amount=Decimal(31),
        date=date(2026, 2, 1),
    )
    db.session.add(over)
    with pytest.raises(IntegrityError, match="allocated_within_amount"):
        db.session.flush()


def test_a_reversed_payment_opens_what_it_had_settled(company, invoice_of, pay):
    invoice = invoice_of(100)
    payment = pay(100)
    assert item_of(db.session, invoice).residual == 0
    opposite = reverse_payment(db.session, payment, date(2026, 2, 1))
    db.session.commit()
    assert item_of(db.session, invoice).residual == 100
    assert item_of(db.session, payment).residual == item_of(db.session, opposite).residual == 0
    assert balances(company) == {"Trade receivables": Decimal(100), "Sales": Decimal(-100)}
    with pytest.raises(PaymentError, match="^PAY/2026/00001 was reversed by PAY/2026/00002 already.$"):
        reverse_payment(db.session, payment, date(2026, 2, 2))


def test_a_payment_is_posted_once(pay):
    with pytest.raises(PaymentError, match="^PAY/2026/00001 is posted already: reverse it to take it back.$"):
        post_payment(db.session, pay(10))


def test_an_exchange_difference_leaves_nothing_on_the_receivable(company, invoice_of, pay):
    invoice_of(1000, currency="EUR", exchange_rate=Decimal("1.10"))
    pay(1000, currency="EUR", exchange_rate=Decimal("1.25"))
    assert balances(company) == {
        "Bank": Decimal(1250),
        "Sales": Decimal(-1100),
        "Exchange differences": Decimal(-150),
    }


def test_a_payment_taken_back_takes_its_exchange_difference_back(company, invoice_of, pay):
    invoice_of(1000, currency="EUR", exchange_rate=Decimal("1.10"))
    payment = pay(400, currency="EUR", exchange_rate=Decimal("1.25"))
    reverse_payment(db.session, payment, date(2026, 2, 1))
    db.session.commit()
    assert balances(company) == {"Trade receivables": Decimal(1100), "Sales": Decimal(-1100)}


def test_every_posting_leaves_its_trace(invoice_of):
    invoice = invoice_of(10)
    events = select(m.AuditEvent.action, m.AuditEvent.user_name).where(
        m.AuditEvent.model == "accounting.invoice", m.AuditEvent.record_id == invoice.id
    )
    assert ("post", "tester") in [tuple(row) for row in db.session.execute(events)]


def test_the_number_of_queries_to_post_does_not_grow_with_the_lines(company, customer, count_queries):
    def post(lines):
        invoice = create_invoice(
            db.session,
            company_id=company.id,
            partner_id=customer.id,
            date=date(2026, 1, 5),
            currency="USD",
            lines=[Line("A", Decimal(1), Decimal(1))] * lines,
        )
        post_invoices(db.session, [invoice])
        db.session.commit()

    post(1)
    assert count_queries(lambda: post(2)) == count_queries(lambda: post(200))
    assert db.session.scalar(select(func.count()).select_from(m.AccountingInvoiceLine)) == 203
