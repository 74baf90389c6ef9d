"""Credit scores: the formula by hand, recomputed from documents, and who sees whose."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, PaymentLine
from addons.accounting.services.invoices import item_of
from addons.credit_scores.services.scoring import Behaviour, behaviour
from core import m
from core.clock import today
from core.db import db
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "billing_statements", "credit_scores")


def of(**values):
    usual = {"days_late": 0, "overdue_share": 0, "months": 24, "disputes": 0, "monthly": 0}
    made = {**usual, **values}
    for name in ("days_late", "overdue_share", "monthly"):
        made[name] = Decimal(made[name])
    return Behaviour(partner_id=1, **made)


def test_the_example_of_the_rule():
    one = of(days_late=15, overdue_share="0.25", months=8, disputes=1, monthly=10_000)
    assert (one.raw, one.score, one.term, one.limit) == (71, 64, 30, 12_800)


def test_the_ends():
    assert (of().score, of().term) == (100, 60)
    worst = of(days_late=500, overdue_share=1, disputes=9, monthly=10_000)
    assert (worst.score, worst.term, worst.limit) == (0, 0, 0)
    assert of(months=0, days_late=500, overdue_share=1).score == 50


def test_the_reasons_add_up_to_the_score(app):
    one = of(days_late="7.35", overdue_share="0.3333", months=5, disputes=7)
    points = [points for _said, points in one.reasons]
    assert points[:4] == [100, Decimal("-7.35"), Decimal("-13.332"), -20]
    assert sum(points) == one.score


@given(
    late=st.decimals(0, 200, places=2),
    share=st.decimals(0, 1, places=4),
    months=st.integers(0, 40),
    disputes=st.integers(0, 12),
)
def test_it_never_leaves_0_to_100(late, share, months, disputes):
    one = of(days_late=late, overdue_share=share, months=months, disputes=disputes)
    assert 0 <= one.score <= 100
    worse = of(days_late=late + 5, overdue_share=share, months=months, disputes=disputes + 1)
    assert worse.score <= one.score


@pytest.fixture
def customer(company):
    partner = m.Partner(company_id=company.id, code="C1", name="Acme Devices")
    db.session.add(partner)
    company.books_begin = today() - timedelta(days=500)
    db.session.commit()
    return partner


@pytest.fixture
def invoice(company, customer):
    """Post an invoice so many days ago, due after ten; paid so many days after that, or not."""

    def make(amount, ago, paid_late=None, share=1):
        on = today() - timedelta(days=ago)
        due = on + timedelta(days=10)
        lines = [Line("x", Decimal(1), Decimal(amount))]
        draft = InvoiceDraft(company.id, customer.id, on, "USD", lines, due_date=due)
        m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft]))
        if paid_late is None:
            return None
        item = item_of(db.session, db.session.get(m.AccountingInvoice, draft.id))
        part = Decimal(amount) * Decimal(share)
        day = due + timedelta(days=paid_late)
        paid = PaymentDraft(company.id, customer.id, day, part, "USD", lines=[PaymentLine(item.id, part)])
        paid.remainder = "keep"
        ids = m.AccountingPayment.create(db.session, [paid])
        m.AccountingPayment.post(db.session, ids)
        db.session.commit()
        return ids[0]

    return make


def test_behaviour_is_what_the_documents_say(company, customer, invoice):
    invoice("100.00", 400, paid_late=3)  # paid over a year ago: it counts no more
    invoice("300.00", 200, paid_late=30)
    invoice("100.00", 150, paid_late=-5)  # in time is no merit
    reversed_payment = invoice("500.00", 100, paid_late=80)
    m.AccountingPayment.reverse(db.session, [reversed_payment], today())
    invoice("250.00", 5)
    db.session.commit()
    one = behaviour(db.session, [customer.id], today())[customer.id]
    assert one.days_late == Decimal(300 * 30) / 400
    assert one.overdue_share == Decimal(500) / 750
    assert one.months in (12, 13)
    assert one.monthly == Decimal(1150) / 12
    lost = Decimal("22.5") + 40 * Decimal(500) / 750
    assert one.score == (100 - lost).quantize(Decimal(1), ROUND_HALF_UP)


def test_a_dispute_counts_while_it_is_open(app, company, customer, invoice):
    invoice("250.00", 40)
    before = behaviour(db.session, [customer.id], today())[customer.id]
    period_end = today().replace(day=1) - timedelta(days=1)
    run = m.BillingRun(
        company_id=company.id, cycle="monthly", period_start=period_end.replace(day=1), period_end=period_end
    )
    db.session.add(run)
    db.session.flush()
    m.BillingStatement.create_for(db.session, run)
    statement = db.session.scalars(select(m.BillingStatement)).one()
    [answer] = m.BillingAnswer.ask(db.session, [statement])
    m.BillingAnswer.answer(db.session, [answer], False, "Ann", note="Something is wrong")
    db.session.commit()
    after = behaviour(db.session, [customer.id], today())[customer.id]
    assert (before.disputes, after.disputes) == (0, 1)
    assert after.raw == before.raw - 4


def test_the_pages_say_why(app, company, customer, invoice):
    send = Administrator(app, company)
    assert "never invoiced" in send(f"/credit_scores/{customer.id}").text
    invoice("300.00", 200, paid_late=30)
    one = behaviour(db.session, [customer.id], today())[customer.id]
    assert "Acme Devices" in send("/credit_scores/").text
    page = send(f"/credit_scores/{customer.id}").text
    assert "Paid 30.0 days late on average" in page or "Paid 30 days late on average" in page
    assert f">{one.score}<" in page.replace("\n", "").replace(" ", "")
    assert f"/credit_scores/{customer.id}" in send(f"/m/partner.form/{customer.id}").text


def test_another_company_s_customer_is_not_found(app, company):
    other = m.Company(code="OT", name="Other Ltd", currency_code="USD")
    db.session.add(other)
    db.session.flush()
    foreign = m.Partner(company_id=other.id, code="X", name="Theirs")
    db.session.add(foreign)
    db.session.commit()
    assert Administrator(app, company)(f"/credit_scores/{foreign.id}").status_code == 404
