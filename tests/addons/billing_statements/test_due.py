"""What is due today in all cycles at once, what was missed, and what needs a look before."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.accounting.periods import Period
from addons.accounting.services.drafts import Line
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services.due import due_today
from core import m
from core.db import db
from core.security.users import ensure_administrator
from tests.documents import create_invoice
from tests.logins import log_in


def statements(run):
    return db.session.scalars(
        select(m.BillingStatement).where(m.BillingStatement.run_id == run.id).order_by(m.BillingStatement.id)
    ).all()


def test_all_cycles_that_are_due_are_run_by_one_act(company, customer_of, bill, on):
    on("2026-03-02")
    for code, values in (
        ("M", {}),
        ("W", {"statement_cycle": "weekly"}),
        ("F", {"statement_cycle": "weekly", "statement_days": "5"}),
        ("T", {"statement_cycle": "ten_day"}),
        ("D", {"statement_cycle": "days", "statement_days": "20, 5"}),
        ("N", {"statement_cycle": "none"}),
        ("Q", {"statement_cycle": "quarterly"}),
    ):
        bill(customer_of(code, **values), 10, "2026-02-03")
    due = due_today(db.session, company.id)
    assert [
        (one.cycle, one.period.start.isoformat(), one.period.end.isoformat(), one.count) for one in due
    ] == [
        ("days:5,20", "2026-02-06", "2026-02-20", 1),
        ("weekly:5", "2026-02-21", "2026-02-27", 1),
        ("monthly", "2026-02-01", "2026-02-28", 1),
        ("ten_day", "2026-02-21", "2026-02-28", 1),
        ("weekly", "2026-02-23", "2026-03-01", 1),
    ]
    made = m.BillingRun.start_due(db.session, company.id)
    db.session.commit()
    assert [len(ids) for _run, ids in made] == [1] * 5
    assert due_today(db.session, company.id) == []
    with pytest.raises(StatementError, match="Nothing is due"):
        m.BillingRun.start_due(db.session, company.id)


def test_what_was_missed_is_caught_up_and_said(company, customer_of, bill, run_month, on):
    acme = customer_of("C1")
    bill(acme, 10, "2025-12-05")
    run_month("2025-12", printed=False)
    bill(acme, 20, "2026-01-05")
    bill(acme, 30, "2026-02-05")
    on("2026-03-02")
    [due] = due_today(db.session, company.id)
    assert (due.since, due.period) == (date(2026, 1, 1), Period(date(2026, 2, 1), date(2026, 2, 28)))
    [(run, _ids)] = m.BillingRun.start_due(db.session, company.id)
    [statement] = statements(run)
    assert (statement.period_start, statement.opening, statement.closing) == (date(2026, 1, 1), 10, 60)


def test_days_that_do_not_fit_the_cycle_are_refused(customer_of):
    for cycle, days in (("weekly", "8"), ("monthly", "5,20"), ("ten_day", "3"), ("days", "x")):
        with pytest.raises(StatementError, match="no days of this cycle"):
            customer_of("C1", statement_cycle=cycle, statement_days=days)
        db.session.rollback()
    assert customer_of("C1", statement_cycle="days", statement_days="20; 5").statement_days == "5,20"
    assert customer_of("C2", statement_cycle="weekly", statement_days="7").statement_days == ""


def test_what_needs_a_look_is_said_before(company, customer_of, bill, pay, run_month, on):
    customers = {
        code: customer_of(code, **values)
        for code, values in {
            "FINE": {},
            "NOBODY": {"email": ""},
            "BAD": {"email": "not an address"},
            "TWIN1": {"email": "same@customer.example"},
            "TWIN2": {"email": "Same@customer.example"},
            "ODD": {},
            "CREDIT": {},
            "LOOSE": {},
            "DRAFT": {},
        }.items()
    }
    for code in customers:
        bill(customers[code], 100, "2026-01-10")
    run_month("2026-01", printed=False)
    for code in customers:
        bill(customers[code], 50, "2026-02-10")
    bill(customers["ODD"], 51, "2026-02-11")
    bill(customers["CREDIT"], 200, "2026-02-11", kind="credit_note")
    bill(customers["LOOSE"], 30, "2026-02-11", kind="credit_note")
    create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customers["DRAFT"].id,
        date=date(2026, 2, 20),
        currency="USD",
        lines=[Line("Parts", Decimal(1), Decimal(7))],
    )
    db.session.commit()
    on("2026-03-02")
    due = due_today(db.session, company.id)
    names = {customer.id: code for code, customer in customers.items()}
    found = {(names[one.partner_id], one.kind) for one in m.BillingRun.concerns(db.session, company.id, due)}
    assert found == {
        ("NOBODY", "no_address"),
        ("BAD", "bad_address"),
        ("TWIN1", "shared_address"),
        ("TWIN2", "shared_address"),
        ("ODD", "odd_balance"),
        ("CREDIT", "credit_balance"),
        ("CREDIT", "unapplied"),
        ("LOOSE", "unapplied"),
        ("DRAFT", "draft"),
    }


def test_a_cycle_with_days_of_its_own_is_previewed_and_run_from_its_line(app, company, customer_of, bill, on):
    on("2026-03-02")
    bill(customer_of("F", statement_cycle="weekly", statement_days="5"), 10, "2026-02-24")
    ensure_administrator(db.session, "boss@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).one())
    runs = client.get("/billing_statements/runs").text
    [link] = set(re.findall(r'href="(/billing_statements/preview[^"]*weekly[^"]*)"', runs))
    preview = client.get(html.unescape(link))
    assert preview.status_code == 200 and "Weekly, up to Friday" in preview.text
    token = re.search(r'name="csrf_token" value="([^"]*)"', preview.text)[1]
    sent = {"csrf_token": token, "cycle": "weekly:5", "period_end": "2026-02-27"}
    assert client.post("/billing_statements/runs", data=sent).location.endswith("/1")
    wrong = client.post("/billing_statements/runs", data={**sent, "cycle": "weekly:9"})
    assert wrong.location.endswith("/billing_statements/runs")
