"""Payments to suppliers, netting, and what was owed on a day."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.accounting.services import ageing
from addons.accounting.services.drafts import NettingDraft, PaymentDraft, PaymentLine
from addons.accounting.services.invoices import item_of
from addons.accounting.services.netting import NettingError
from addons.accounting.services.settlement import owed
from core import m
from core.db import db

ON = date(2026, 1, 10)
LATER = date(2026, 2, 1)


@pytest.fixture
def pay_out(company, supplier):
    """Post a payment to the supplier."""

    def make(amount, on=date(2026, 1, 20), currency="USD", partner=None, **values):
        values.setdefault("exchange_rate", Decimal(1))
        values.setdefault("direction", "out")
        partner_id = (partner or supplier).id
        draft = PaymentDraft(company.id, partner_id, on, Decimal(amount), currency, side="payable", **values)
        m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [draft]))
        db.session.commit()
        return db.session.get(m.AccountingPayment, draft.id)

    return make


@pytest.fixture
def net(company, customer):
    """Post a netting of the customer, who then supplies too."""

    def make(amount=None, on=LATER, currency="USD", rate=Decimal(1)):
        draft = NettingDraft(
            company.id, customer.id, on, currency, amount and Decimal(amount), exchange_rate=rate
        )
        m.AccountingNetting.post(db.session, m.AccountingNetting.create(db.session, [draft]))
        db.session.commit()
        return db.session.get(m.AccountingNetting, draft.id)

    return make


def balances(partner):
    """(of the customer, of the supplier) in each currency."""
    return tuple(
        {currency: balance for currency, balance, _late in owed(db.session, partner.id, LATER, side)}
        for side in ("receivable", "payable")
    )


def left(document):
    return item_of(db.session, document).residual


def test_a_payment_settles_the_bill_that_is_due_first(bill_of, pay_out):
    second, first = bill_of(200, due_date=LATER), bill_of(100, due_date=ON)
    payment = pay_out(150)
    assert (left(first), left(second), left(payment)) == (0, -150, 0)
    item = item_of(db.session, payment)
    assert (item.side, item.document, item.amount) == ("payable", "payment", Decimal(150))


def test_a_payment_settles_the_bills_that_it_names(bill_of, pay_out):
    first, second = bill_of(100), bill_of(200)
    lines = [PaymentLine(item_of(db.session, second).id, Decimal(80))]
    payment = pay_out(90, lines=lines, remainder="keep")
    assert (left(first), left(second), left(payment)) == (-100, -120, 10)


def test_what_a_supplier_pays_back_clears_a_credit_note(bill_of, pay_out):
    note = bill_of(50, kind="credit_note")
    line = [PaymentLine(item_of(db.session, note).id, Decimal(50))]
    refund = pay_out(50, direction="in", lines=line)
    assert (left(note), left(refund), item_of(db.session, refund).document) == (0, 0, "refund")


def test_a_payment_is_taken_back(bill_of, pay_out):
    bill, payment = bill_of(100), pay_out(100)
    (opposite,) = m.AccountingPayment.reverse(db.session, [payment], LATER)
    db.session.commit()
    opposite = db.session.get(m.AccountingPayment, opposite)
    assert (opposite.direction, opposite.side) == ("in", "payable")
    assert (left(bill), left(payment), left(opposite)) == (-100, 0, 0)


def test_a_payment_at_another_rate_leaves_nothing_on_the_account(company, bill_of, pay_out):
    bill_of(1000, currency="EUR", exchange_rate=Decimal("7.0"))
    pay_out(1000, currency="EUR", exchange_rate=Decimal("7.1"))
    assert ageing.balance(db.session, company.id, "payable", LATER) == 0


def test_the_two_sides_of_a_partner_stay_apart(customer, invoice_of, bill_of, pay, pay_out):
    invoice_of(300)
    bill_of(120, partner=customer)
    assert balances(customer) == ({"USD": 300}, {"USD": -120})
    pay_out(20, partner=customer)
    pay(100)
    assert balances(customer) == ({"USD": 200}, {"USD": -100})


def test_netting_takes_the_smaller_sum_off_both_sides(customer, invoice_of, bill_of, net):
    first, second = invoice_of(300), invoice_of(200)
    bill = bill_of(400, partner=customer)
    netting = net()
    assert (netting.number, netting.amount) == ("NET/2026/00001", 400)
    assert (left(first), left(second), left(bill)) == (0, 100, 0)
    assert balances(customer) == ({"USD": 100}, {})
    (opposite,) = m.AccountingNetting.reverse(db.session, [netting], LATER)
    db.session.commit()
    assert balances(customer) == ({"USD": 500}, {"USD": -400})
    assert db.session.get(m.AccountingNetting, opposite).reverses_id == netting.id
    with pytest.raises(NettingError, match="was reversed by NET/2026/00002 already"):
        m.AccountingNetting.reverse(db.session, [netting], LATER)


def test_no_more_is_netted_than_is_open(customer, invoice_of, bill_of, net):
    invoice_of(300)
    bill_of("50.01", partner=customer)
    with pytest.raises(NettingError, match="Only 50.01\xa0USD can be netted, not 50.02\xa0USD"):
        net("50.02")
    db.session.rollback()
    assert net("0.01").amount == Decimal("0.01")
    with pytest.raises(NettingError, match="There is nothing to net in EUR"):
        net(currency="EUR", rate=Decimal(1))


def test_netting_in_a_foreign_currency_realises_the_differences(company, customer, invoice_of, bill_of, net):
    invoice_of(100, currency="EUR", exchange_rate=Decimal("7.0"))
    bill_of(100, partner=customer, currency="EUR", exchange_rate=Decimal("7.2"))
    net(currency="EUR", rate=Decimal("7.1"))
    for side in ("receivable", "payable"):
        assert ageing.balance(db.session, company.id, side, LATER) == 0


def test_what_was_owed_is_known_of_any_day(company, supplier, bill_of, pay_out):
    bill_of(100, due_date=date(2026, 1, 31))
    pay_out(40, on=date(2026, 3, 10))
    pay_out(7, on=date(2026, 3, 12), remainder="keep")

    def on(day):
        rows = ageing.aged(db.session, company.id, "payable", day)
        assert sum(row.value for row in rows) == ageing.balance(db.session, company.id, "payable", day)
        return [[int(amount) for amount in (*row.amounts, row.total)] for row in rows]

    assert on(date(2026, 1, 9)) == []
    assert on(date(2026, 1, 31)) == [[100, 0, 0, 0, 0, 0, 100]]
    assert on(date(2026, 2, 28)) == [[0, 100, 0, 0, 0, 0, 100]]
    assert on(date(2026, 3, 31)) == [[0, 0, 60, 0, 0, -7, 53]]
    assert on(date(2026, 6, 30)) == [[0, 0, 0, 0, 60, -7, 53]]
    assert ageing.aged(db.session, company.id, "receivable", LATER) == []
    (item,) = ageing.documents(db.session, company.id, "payable", date(2026, 3, 11), supplier.id)
    assert (item.number, item.residual) == ("BILL/2026/00001", 60)


def test_a_batch_of_payments_is_settled_without_a_look_at_each(bill_of, pay_out, company, supplier):
    for number in range(3):
        bill_of(10, due_date=date(2026, 2, 1 + number))
    drafts = [
        PaymentDraft(company.id, supplier.id, ON, Decimal(15), "USD", "out", "payable", Decimal(1))
        for _ in range(2)
    ]
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, drafts))
    db.session.commit()
    assert {item.residual for item in db.session.scalars(select(m.AccountingOpenItem))} == {Decimal(0)}
