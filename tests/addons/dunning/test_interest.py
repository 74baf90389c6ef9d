"""Interest by document and day, recomputed day by day; and the invoice that charges it, once."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, PaymentLine
from addons.accounting.services.invoices import item_of
from addons.dunning.services.errors import DunningError
from addons.dunning.services.interest import arrears
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "billing_statements", "dunning")
DUE = date(2026, 3, 31)
CENT = Decimal("0.01")


def days(count):
    return DUE + timedelta(days=count)


def test_the_example_of_the_rule(owe, pay):
    item = owe(1000, DUE)
    pay(400, date(2026, 4, 20))
    found = arrears(db.session, [item.id], date(2026, 4, 30))[item.id]
    assert (found.since, found.amount_days, found.interest(Decimal(9))) == (DUE, 26000, Decimal("6.41"))


def test_the_rate_of_the_customer_goes_before_that_of_the_company(customer, owe, ask):
    owe(1000, DUE)
    ask(days(7))
    customer.arrears_rate = Decimal("3.65")
    db.session.commit()
    [letter] = ask(days(21))
    assert (letter.rate, letter.interest) == (Decimal("3.65"), Decimal("2.10"))
    customer.arrears_rate = Decimal(0)
    db.session.commit()
    [letter] = ask(days(35))
    assert letter.interest == 0


def test_fee_and_interest_are_invoiced_by_an_act_of_its_own_and_bear_none(company, owe, ask, run):
    owe(1000, DUE)
    ask(days(7))
    [second] = ask(days(21))
    with pytest.raises(DunningError, match="asks for no fee and no interest"):
        m.DunningLetter.charge(db.session, [db.session.scalars(select(m.DunningLetter)).first()], days(21))
    [invoice_id] = m.DunningLetter.charge(db.session, [second], days(21))
    db.session.commit()
    invoice = db.session.get(m.AccountingInvoice, invoice_id)
    # 1,000.00 × 9 % × 21 / 365
    assert (second.interest, invoice.total, invoice.state) == (Decimal("5.18"), Decimal("15.18"), "posted")
    assert [line.net for line in invoice.lines] == [10, Decimal("5.18")]
    with pytest.raises(DunningError, match="charged already"):
        m.DunningLetter.charge(db.session, [second], days(22))
    [final] = ask(days(35))
    # 14 days since, on the invoice of goods alone
    assert final.interest == Decimal("3.45")
    assert {line.number: line.interest for line in final.lines}[invoice.number] == 0


def test_no_day_is_charged_twice(owe, ask):
    owe(1000, DUE)
    ask(days(7))
    [second] = ask(days(21))
    [final] = ask(days(35))
    assert final.interest == Decimal("8.63")  # nothing was charged: since the due date
    m.DunningLetter.charge(db.session, [final], days(35))
    with pytest.raises(DunningError, match="Interest of the same days is charged already, by DL/2026/00003"):
        m.DunningLetter.charge(db.session, [second], days(36))
    m.AccountingInvoice.reverse(db.session, [final.invoice_id], days(36))
    db.session.commit()
    db.session.expire_all()
    assert m.DunningLetter.charge(db.session, [second], days(36))


def test_a_proposed_letter_is_not_charged(owe, run):
    owe(1000, DUE)
    [letter] = run(days(8)).letters
    with pytest.raises(DunningError, match="Only a letter that went out"):
        m.DunningLetter.charge(db.session, [letter], days(8))


PARTS = st.lists(st.tuples(st.integers(-10, 60), st.integers(1, 40), st.booleans()), max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.decimals(min_value="50", max_value="99999.99", places=2),
    parts=PARTS,
    rate=st.decimals(min_value="0.5", max_value="15", places=2),
    upto=st.integers(1, 70),
)
def test_interest_is_what_each_day_bears(app, company, customer, amount, parts, rate, upto):
    """Day by day in plain Python: what was open on the morning of the day, payments of the day included."""
    on = DUE - timedelta(days=20)
    lines = [Line("x", Decimal(1), amount)]
    draft = InvoiceDraft(company.id, customer.id, on, "USD", lines, due_date=DUE)
    m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft]))
    item = item_of(db.session, db.session.get(m.AccountingInvoice, draft.id))
    events = []
    for offset, percent, taken_back in sorted(parts):
        share = (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)
        left = amount - sum(part for _day, part in events)
        if share > left:
            continue
        paid = PaymentDraft(
            company.id, customer.id, days(offset), share, "USD", lines=[PaymentLine(item.id, share)]
        )
        paid.remainder = "keep"
        made = m.AccountingPayment.create(db.session, [paid])
        m.AccountingPayment.post(db.session, made)
        events.append((days(offset), share))
        if taken_back:
            m.AccountingPayment.reverse(db.session, made, days(offset + 4))
            events.append((days(offset + 4), -share))
    db.session.commit()
    found = arrears(db.session, [item.id], days(upto))[item.id]
    borne = Decimal(0)
    for n in range(1, upto + 1):
        borne += amount - sum(part for day, part in events if day < days(n))
    assert found.amount_days == borne
    assert found.interest(rate) == (borne * rate / 36500).quantize(CENT, ROUND_HALF_UP)
