"""A run invoices what moved in the period and then states it: each line once, nothing lost."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select, text

from addons.accounting.periods import Period
from addons.billing_statements.services.due import due_of
from addons.sales.services.drafts import OrderLineDraft
from core import m
from core.db import db
from core.records import attachments
from core.security.actor import Actor, acting
from tests.conftest import work

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
APRIL = Period(date(2026, 4, 1), date(2026, 4, 30))


def run_of(desk, period=MARCH):
    run, _ids = m.BillingRun.start(db.session, desk.company_id, "monthly", period)
    db.session.expire_all()
    return run


def closings(run):
    query = select(m.Partner.code, m.BillingStatement.currency_code, m.BillingStatement.closing)
    rows = db.session.execute(
        query.join(m.Partner, m.Partner.id == m.BillingStatement.partner_id)
        .where(m.BillingStatement.run_id == run.id, m.BillingStatement.state != "superseded")
        .order_by(m.Partner.code, m.BillingStatement.currency_code)
    )
    return [(code, currency, int(closing)) for code, currency, closing in rows]


def skips(run):
    query = select(m.Partner.code, m.BillingRunSkip.reason).join(m.BillingRunSkip.partner)
    return dict(db.session.execute(query.where(m.BillingRunSkip.run_id == run.id)).all())


def sold(desk, partner, quantity, price, day, **values):
    order = desk.order((desk.parts[0], quantity, price), partner=partner, on=date(2026, 3, 1), **values)
    m.SalesOrder.deliver(db.session, [order], day)
    return order


def test_what_moved_is_invoiced_once_and_stated(desk):
    desk.receive(desk.parts[0], 1000)
    by_period = desk.partner("P", invoicing="period")
    by_delivery = desk.partner("D")
    order = sold(desk, by_period, 100, 2, date(2026, 3, 10))
    desk.give_back(order, 30, date(2026, 3, 20))
    sold(desk, by_period, 5, 10, date(2026, 3, 31))
    sold(desk, by_delivery, 7, 1, date(2026, 3, 5))
    late = sold(desk, by_period, 1, 9, date(2026, 4, 1))

    due = due_of(db.session, desk.company_id, "monthly", MARCH)
    assert {(row.partner_id, int(row.closing), int(row.expected)) for row in due.rows} == {
        (by_period, 190, 190)
    }
    run = run_of(desk)
    assert closings(run) == [("P", "USD", 190)]
    (invoice,) = db.session.scalars(select(m.AccountingInvoice)).all()
    assert (invoice.net, invoice.date, len(invoice.lines)) == (190, date(2026, 3, 31), 2)
    assert closings(run_of(desk)) == [("P", "USD", 190)]  # again: nothing new
    assert db.session.scalar(text("SELECT count(*) FROM accounting_invoice")) == 1

    assert closings(run_of(desk, APRIL)) == [("P", "USD", 199)]
    assert (late.lines[0].invoiced, desk.lines_differ()) == (1, [])


def test_more_back_than_went_is_a_credit_note(desk):
    desk.receive(desk.parts[0], 100)
    partner = desk.partner("P", invoicing="period")
    order = sold(desk, partner, 10, 5, date(2026, 3, 5))
    run_of(desk)
    desk.give_back(order, 4, date(2026, 4, 6))
    run = run_of(desk, APRIL)
    assert closings(run) == [("P", "USD", 30)]
    kinds = db.session.scalars(select(m.AccountingInvoice.kind).order_by(m.AccountingInvoice.id)).all()
    assert kinds == ["invoice", "credit_note"]


def test_who_cannot_be_invoiced_is_a_row_with_its_reason_and_keeps_nobody_else(desk):
    desk.receive(desk.parts[0], 100)
    fine, strange = desk.partner("A", invoicing="period"), desk.partner("B", invoicing="period")
    sold(desk, fine, 10, 5, date(2026, 3, 5))
    rate = m.AccountingCurrencyRate(
        company_id=desk.company_id, currency_code="CHF", date=date(2026, 3, 1), rate=Decimal("1.1")
    )
    db.session.add(rate)
    db.session.flush()
    with time_machine.travel("2026-03-01T08:00:00+00:00", tick=False):
        sold(desk, strange, 10, 5, date(2026, 3, 5), currency_code="CHF")
    db.session.delete(rate)
    run = run_of(desk)
    assert closings(run) == [("A", "USD", 50)]
    assert "CHF" in skips(run)["B"]


def test_who_may_not_invoice_states_the_others_and_says_so(desk):
    desk.receive(desk.parts[0], 100)
    sold(desk, desk.partner("A", invoicing="period"), 10, 5, date(2026, 3, 5))
    clerk = Actor(None, "clerk", desk.company_id, permissions=frozenset({"billing_statements.run"}))
    with acting(db.session, clerk):
        run, made = m.BillingRun.start(db.session, desk.company_id, "monthly", MARCH)
    assert made == []
    assert "sales.invoice" in skips(run)["A"]


def test_forgotten_deliveries_are_pointed_out(desk):
    desk.receive(desk.parts[0], 100)
    partner = desk.partner("D")
    order = sold(desk, partner, 10, 5, date(2026, 3, 5))
    m.SalesOrder.invoice(db.session, [order], date(2026, 3, 6))
    sold(desk, partner, 3, 5, date(2026, 3, 7))
    due = due_of(db.session, desk.company_id, "monthly", MARCH)
    kinds = {one.kind for one in m.BillingRun.concerns(db.session, desk.company_id, [due])}
    assert "uninvoiced" in kinds


def test_a_statement_that_is_done_again_takes_what_was_not_invoiced(desk):
    desk.receive(desk.parts[0], 100)
    partner = desk.partner("P", invoicing="period")
    sold(desk, partner, 10, 5, date(2026, 3, 5))
    run = run_of(desk)
    sold(desk, partner, 1, 7, date(2026, 3, 6))
    (renewed,) = m.BillingStatement.redo(db.session, run.statements)
    assert renewed.closing == 57


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 9), st.integers(1, 60), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_invoices_are_what_was_delivered_less_what_came_back(desk, moves):
    """Recomputed from the moves alone: quantity × price, by customer, whatever day each moved."""
    desk.receive(desk.parts[0], 10_000)
    known = db.session.scalar(text("SELECT count(*) FROM partner"))
    partners = [desk.partner(f"P{known + n}", invoicing="period") for n in range(3)]
    expected = [Decimal(0)] * 3
    for who, price, day, returns in moves:
        on = date.fromordinal(date(2026, 3, 1).toordinal() + day - 1)
        order = sold(desk, partners[who], 10, price, on)
        if returns:
            desk.give_back(order, 3, on)
        expected[who] += (7 if returns else 10) * price
    for period in (MARCH, APRIL):
        run_of(desk, period)
    rows = db.session.execute(
        text("""
            SELECT partner_id, sum(CASE kind WHEN 'invoice' THEN total ELSE -total END)
              FROM accounting_invoice WHERE partner_id = ANY(:ids) GROUP BY 1
        """),
        {"ids": partners},
    )
    found = dict(rows.all())
    assert [found.get(partner, Decimal(0)) for partner in partners] == expected
    assert desk.lines_differ() == []


def test_a_statement_with_lines_names_order_part_and_delivery(app, desk):
    desk.receive(desk.parts[0], 100)
    partner = desk.partner("P", invoicing="period", statement_lines=True)
    line = OrderLineDraft(desk.parts[0], Decimal(10), Decimal("1.5"), partner_number="ACME-7")
    order = desk.order(line, partner=partner, on=date(2026, 3, 1), reference="PO-77")
    (delivery,) = m.SalesOrder.deliver(db.session, [order], date(2026, 3, 5))
    run = run_of(desk)
    db.session.commit()
    work(app)
    [statement] = run.statements
    db.session.refresh(statement)
    [shown] = m.BillingStatement.details(db.session, statement)
    number = db.session.get(m.StockTransfer, delivery).number
    assert (shown.order, shown.partner_number, shown.delivery) == ("PO-77", "ACME-7", number)
    assert (shown.quantity, shown.unit_price, shown.net) == (10, Decimal("1.5"), 15)
    file = BytesIO(attachments.read(statement.attachment.sha256))
    paper = "".join(page.extract_text() for page in PdfReader(file).pages)
    for words in ("PO-77", "ACME-7", number, "15.00"):
        assert words in paper
