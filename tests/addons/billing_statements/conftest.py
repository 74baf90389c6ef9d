"""Customers with documents, and a run over a month."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from addons.accounting.periods import period_with
from addons.accounting.services.drafts import Line
from core import m
from core.db import db
from tests.conftest import work
from tests.documents import create_invoice, create_payment, post_invoices, post_payment


@pytest.fixture
def customer_of(company):
    def make(code, **values):
        partner = m.Partner(
            company_id=company.id,
            code=code,
            **{"name": f"Customer {code}", "email": f"{code}@customer.example", **values},
        )
        db.session.add(partner)
        db.session.commit()
        return partner

    return make


@pytest.fixture
def bill(company):
    def make(partner, amount, on, kind="invoice", **values):
        values.setdefault("exchange_rate", Decimal(1))
        invoice = create_invoice(
            db.session,
            company_id=company.id,
            partner_id=partner.id,
            date=date.fromisoformat(on),
            currency=values.pop("currency", "USD"),
            kind=kind,
            lines=[Line("Parts", Decimal(1), Decimal(amount))],
            **values,
        )
        post_invoices(db.session, [invoice])
        db.session.commit()
        return invoice

    return make


@pytest.fixture
def pay(company):
    def make(partner, amount, on):
        payment = create_payment(
            db.session,
            company_id=company.id,
            partner_id=partner.id,
            date=date.fromisoformat(on),
            amount=Decimal(amount),
            currency="USD",
        )
        post_payment(db.session, payment)
        db.session.commit()
        return payment

    return make


@pytest.fixture
def run_month(app, company):
    """Create the statements of a month, and print them unless told not to."""

    def make(month, printed=True, cycle="monthly"):
        run, ids = m.BillingRun.start(
            db.session, company.id, cycle, period_with(cycle, date.fromisoformat(f"{month}-20"))
        )
        db.session.commit()
        if printed:
            work(app)
        return run, [db.session.get(m.BillingStatement, i) for i in ids]

    return make


@pytest.fixture
def asked(app, company, customer_of, bill, run_month, monkeypatch):
    """A statement of two documents that was mailed with a link; returns it, its answer and its address."""
    company.answer_days = 30
    monkeypatch.setattr(app.extensions["settings"], "public_url", "https://erp.example.com", raising=False)
    acme = customer_of("C1", name="Acme Ltd")
    bill(acme, 100, "2026-01-10", reference="PO-1")
    bill(acme, 50, "2026-01-12")
    run, [statement] = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    db.session.refresh(statement)
    [mail] = db.session.scalars(select(m.MailMessage)).all()
    [address] = re.findall(r"https://erp\.example\.com(/l/[\w-]+)", mail.body)
    return statement, statement.answer, address


@pytest.fixture
def on():
    """Let it be a day."""
    travels = []

    def travel(day):
        traveller = time_machine.travel(f"{day}T08:00:00+00:00", tick=False)
        traveller.start()
        travels.append(traveller)

    yield travel
    for traveller in reversed(travels):
        traveller.stop()
