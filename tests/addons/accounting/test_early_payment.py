"""Terms that take something off for whoever pays early: by hand, by file, on paper, and back again."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting.document_forms import facts_of_document
from addons.accounting.reports import terms
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import Line, PaymentDraft, PaymentLine
from addons.accounting.services.invoices import item_of
from addons.accounting.services.payments import PaymentError
from addons.accounting.services.settlement import due_lines, named_amounts
from addons.accounting.services.terms import Term, in_words
from core import m
from core.clock import today
from core.db import db
from core.exchange.importing import start_import, totals, upload
from core.security.users import ensure_administrator
from tests.conftest import work
from tests.documents import create_invoice, post_invoices
from tests.logins import log_in

ON = date(2026, 1, 1)
IN_TIME, LATE = date(2026, 1, 11), date(2026, 1, 12)
BALANCE = """
    SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
      JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = :purpose
"""


@pytest.fixture
def invoice(company, customer, invoice_of):
    """1,130.00, of which 2 % need not be paid until the eleventh."""
    agree(company, customer, "payment_term")
    return invoice_of("1130.00", on=ON)


@pytest.fixture
def invoice_of_taxes(company, customer):
    """One with a line a tax, of the same terms."""
    agree(company, customer, "payment_term")
    account = books_of(db.session, company.id).account("tax")

    def make(*lines):
        made = []
        for net, rate in lines:
            tax = m.AccountingTax(company_id=company.id, name=rate, rate=Decimal(rate), account_id=account)
            db.session.add(tax)
            db.session.flush()
            made.append(Line("Parts", Decimal(1), Decimal(net), tax_id=tax.id))
        invoice = create_invoice(
            db.session, company_id=company.id, partner_id=customer.id, date=ON, currency="USD", lines=made
        )
        post_invoices(db.session, [invoice])
        db.session.commit()
        return invoice

    return make


def agree(company, partner, which):
    term = m.AccountingPaymentTerm(
        company_id=company.id, name="2 % 10, net 30", days=30, discount=2, discount_days=10
    )
    setattr(partner, which, term)
    db.session.commit()


def balance(purpose):
    return db.session.scalar(text(BALANCE), {"purpose": purpose})


def paid(company, partner, item, on, amount, discount=Decimal(0), **values):
    line = PaymentLine(item.id, Decimal(amount), Decimal(discount))
    draft = PaymentDraft(
        company.id, partner.id, on, Decimal(amount), "USD", exchange_rate=Decimal(1), lines=[line], **values
    )
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [draft]))
    return db.session.get(m.AccountingPayment, draft.id)


def typed(invoice, on, amount=None):
    values = {"partner_id": invoice.partner_id, "currency_code": "USD", "direction": "in", "date": on}
    return {**values, "amount": None if amount is None else Decimal(amount)}


def test_a_payment_in_time_settles_all_and_books_the_discount(company, customer, invoice):
    item = item_of(db.session, invoice)
    assert (item.discount, item.discount_until) == (Decimal("22.60"), IN_TIME)
    line = {"open_item_id": item.id}
    assert due_lines(db.session, typed(invoice, IN_TIME)) == [
        {"open_item_id": item.id, "amount": Decimal("1107.40"), "discount": Decimal("22.60")}
    ]
    (made,) = named_amounts(db.session, typed(invoice, IN_TIME, "1107.40"), [line], [True])
    payment = paid(company, customer, item, IN_TIME, made["amount"], made["discount"])
    assert item_of(db.session, invoice).residual == 0
    assert (payment.amount, payment.discount) == (Decimal("1107.40"), Decimal("22.60"))
    booked = {name: balance(name) for name in ("bank", "discount_allowed", "receivable", "sales")}
    assert booked == {
        "bank": Decimal("1107.40"),
        "discount_allowed": Decimal("22.60"),
        "receivable": 0,
        "sales": Decimal(-1130),
    }


def test_late_or_with_less_nothing_is_taken_off(company, customer, invoice):
    item = item_of(db.session, invoice)
    line = {"open_item_id": item.id}
    (late,) = named_amounts(db.session, typed(invoice, LATE, "1107.40"), [line], [True])
    (less,) = named_amounts(db.session, typed(invoice, IN_TIME, "1000"), [line], [True])
    assert (late, less) == (
        {"amount": Decimal("1107.40"), "discount": 0},
        {"amount": Decimal(1000), "discount": 0},
    )
    for on, amount, discount, why in (
        (LATE, "1107.40", "22.60", "ended on Jan 11, 2026"),
        (IN_TIME, "1100.00", "30.00", "is 22.60"),
        (IN_TIME, "1000.00", "22.60", "all the rest: 1,107.40"),
    ):
        with pytest.raises(PaymentError, match=why), db.session.begin_nested():
            paid(company, customer, item, on, amount, discount)
    paid(company, customer, item, LATE, "1107.40")
    assert item_of(db.session, invoice).residual == Decimal("22.60")
    assert balance("discount_allowed") == 0


def test_a_part_before_it_does_not_lose_the_discount(company, customer, invoice):
    item = item_of(db.session, invoice)
    paid(company, customer, item, date(2026, 1, 5), "1000")
    paid(company, customer, item, IN_TIME, "107.40", "22.60")
    assert item_of(db.session, invoice).residual == 0


def test_a_payment_that_is_taken_back_takes_its_discount_back(company, customer, invoice):
    payment = paid(company, customer, item_of(db.session, invoice), IN_TIME, "1107.40", "22.60")
    (opposite,) = m.AccountingPayment.reverse(db.session, [payment], LATE)
    assert db.session.get(m.AccountingPayment, opposite).discount == Decimal("22.60")
    assert item_of(db.session, invoice).residual == Decimal(1130)
    assert [balance(name) for name in ("bank", "discount_allowed")] == [0, 0]
    residuals = [item.residual for item in db.session.scalars(select(m.AccountingOpenItem))]
    assert sorted(residuals) == [0, 0, Decimal(1130)]


FILE = "Payment no.,CustomerID,Date,Amount,For document\nP-1,C1,2026-01-{day},1107.40,{number}\n"


@pytest.mark.parametrize(("day", "open_then"), [("11", "0"), ("12", "22.60")])
def test_a_file_of_payments_takes_the_discount_in_time(app, invoice, day, open_then):
    content = FILE.format(day=day, number=invoice.number)
    data_import = upload(db.session, "accounting.payment", "p.csv", content.encode())
    start_import(db.session, data_import)
    db.session.commit()
    work(app)
    assert totals(db.session, data_import.id).booked == 1
    assert item_of(db.session, invoice).residual == Decimal(open_then)


def test_a_suppliers_discount_is_received(company, supplier, bill_of):
    agree(company, supplier, "supplier_term")
    bill = bill_of("500.00", on=ON)
    item = item_of(db.session, bill)
    assert item.discount == Decimal(-10)
    paid(company, supplier, item, IN_TIME, "490", "10", direction="out", side="payable")
    assert [balance(name) for name in ("bank", "discount_received", "payable")] == [-490, -10, 0]


@pytest.mark.parametrize("lowered", [True, False])
def test_a_discount_lowers_the_tax_where_the_law_says_so(company, customer, invoice_of_taxes, lowered):
    """Of 22.60 on 600.00 at 20 % and 376.64 at 9 %, to the cent: recomputed from the taxes of the invoice."""
    company.early_tax = lowered
    db.session.commit()
    invoice = invoice_of_taxes(("600.00", "0.20"), ("376.64", "0.09"))
    item = item_of(db.session, invoice)
    before = balance("tax")
    assert before == -(Decimal("120.00") + Decimal("33.90"))
    rest, kept = item.amount - item.discount, item.discount
    payment = paid(company, customer, item, IN_TIME, rest, kept)
    back = round(kept * Decimal("120.00") / item.amount, 2) + round(kept * Decimal("33.90") / item.amount, 2)
    back = back if lowered else Decimal(0)
    assert balance("tax") == before + back
    assert balance("discount_allowed") == kept - back
    assert item_of(db.session, invoice).residual == balance("receivable") == 0
    # What is reversed is what was booked, whatever the company says by then.
    company.early_tax = not lowered
    db.session.commit()
    m.AccountingPayment.reverse(db.session, [payment], LATE)
    assert (balance("tax"), balance("discount_allowed"), balance("bank")) == (before, 0, 0)


def test_paper_and_terms_say_what_is_taken_off(app, invoice):
    assert terms(invoice).replace("\u00a0", " ") == (
        "Please pay 1,130.00 USD by Jan 31, 2026, within 30 days of the date of the invoice. "
        "Pay by Jan 11, 2026 and take 2 % off: 1,107.40 USD."
    )
    assert in_words(Term(days=30, discount=Decimal(2), discount_days=10), ON) == (
        "date of the document Jan 1, 2026 → + 30 days Jan 31, 2026; less 2 % until Jan 11, 2026"
    )


def test_the_invoice_shows_what_paying_today_saves(app, company, customer, invoice_of):
    agree(company, customer, "payment_term")
    fresh = invoice_of("100", on=today())
    said = {str(fact.label): fact.amount for fact in facts_of_document(db.session, fresh)}
    assert said["Less, if paid today"] == Decimal(2)


def test_the_form_of_a_term_shows_how_its_days_are_found(app, company, customer):
    agree(company, customer, "payment_term")
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User)).one().fs_uniquifier)
    page = client.get(f"/m/accounting.payment_term.form/{customer.payment_term_id}").text
    assert page.count("; less 2 % until ") == 3
