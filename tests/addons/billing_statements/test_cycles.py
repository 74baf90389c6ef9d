"""Customers whose cycle changes, who are no customers any more, and credits that belong to nothing yet."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from addons.accounting.periods import period_with
from core import m
from core.db import db
from tests.conftest import work


def run_of(company, cycle, day):
    run, made = m.BillingRun.start(db.session, company.id, cycle, period_with(cycle, day))
    db.session.commit()
    return run, [db.session.get(m.BillingStatement, i) for i in made]


def lines(statement):
    return [(line.kind, int(line.amount)) for line in statement.lines]


def test_a_cycle_that_changes_makes_one_short_statement_and_no_gap(app, company, customer_of, bill):
    acme = customer_of("C1", statement_cycle="half_monthly")
    bill(acme, 10, "2026-03-03")
    _run, [first] = run_of(company, "half_monthly", date(2026, 3, 1))
    acme.statement_cycle = "monthly"
    bill(acme, 7, "2026-03-15")
    bill(acme, 20, "2026-03-20")
    _run, [second] = run_of(company, "monthly", date(2026, 3, 31))
    assert (first.period_start, first.period_end) == (date(2026, 3, 1), date(2026, 3, 15))
    assert (second.period_start, second.period_end) == (date(2026, 3, 16), date(2026, 3, 31))
    assert (second.opening, second.closing) == (first.closing, Decimal(37))
    assert lines(second) == [("late", 7), ("movement", 20)]


def test_a_missed_period_is_in_the_next_statement(company, customer_of, bill):
    acme = customer_of("C1")
    bill(acme, 10, "2026-01-03")
    run_of(company, "monthly", date(2026, 1, 1))
    bill(acme, 20, "2026-02-03")
    _run, [march] = run_of(company, "monthly", date(2026, 3, 1))
    assert (march.period_start, lines(march)) == (date(2026, 2, 1), [("movement", 20)])


def test_redo_after_the_cycle_changed_leaves_a_statement_in_its_place(app, company, customer_of, bill):
    acme = customer_of("C1")
    bill(acme, 10, "2026-01-03")
    _run, [first] = run_of(company, "monthly", date(2026, 1, 1))
    work(app)
    acme.statement_cycle = "weekly"
    bill(acme, 5, "2026-01-05")
    (renewed,) = m.BillingStatement.redo(db.session, [first])
    db.session.commit()
    assert (renewed.version, renewed.closing, renewed.period_end) == (2, Decimal(15), date(2026, 1, 31))


def test_a_statement_that_is_not_printed_is_done_again(app, company, customer_of, bill):
    bill(customer_of("C1"), 10, "2026-01-03")
    _run, [first] = run_of(company, "monthly", date(2026, 1, 1))
    assert first.attachment_id is None
    (renewed,) = m.BillingStatement.redo(db.session, [first])
    db.session.commit()
    work(app)
    db.session.refresh(renewed)
    assert (first.state, renewed.state) == ("superseded", "rendered")


def test_who_owes_and_is_no_customer_any_more_gets_his_statement(company, customer_of, bill, pay):
    gone, archived, quiet = customer_of("C1"), customer_of("C2"), customer_of("C3")
    for partner in (gone, archived, quiet):
        bill(partner, 10, "2026-01-03")
    pay(quiet, 10, "2026-01-04")
    run_of(company, "monthly", date(2026, 1, 1))
    gone.is_customer, archived.active, quiet.is_customer = False, False, False
    db.session.commit()
    run, made = run_of(company, "monthly", date(2026, 2, 1))
    assert [(s.partner_id, s.closing) for s in made] == [(gone.id, Decimal(10)), (archived.id, Decimal(10))]
    skipped = db.session.scalars(
        select(m.BillingRunSkip.partner_id).where(m.BillingRunSkip.run_id == run.id)
    ).all()
    assert skipped == []  # nothing is owed by the third, who is no customer


def test_credits_that_belong_to_nothing_have_no_age(company, customer_of, bill, pay):
    acme = customer_of("C1")
    bill(acme, 100, "2026-01-10", due_date=date(2026, 1, 20))
    bill(acme, 30, "2026-01-12", kind="credit_note")
    pay(acme, 20, "2026-01-15")
    _run, [january] = run_of(company, "monthly", date(2026, 1, 1))
    ages = (january.not_due, january.due_30, january.due_60, january.unapplied, january.closing)
    assert [int(v) for v in ages] == [0, 80, 0, -30, 50]
