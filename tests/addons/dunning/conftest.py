"""Customers, documents and the three usual steps."""

from datetime import date
from decimal import Decimal

import pytest

from addons.accounting.services.drafts import Line
from addons.accounting.services.invoices import item_of
from core import m
from core.db import db
from tests.documents import create_invoice, create_payment, post_invoices, post_payment

STEPS = (
    {"position": 1, "name": "Reminder", "days": 7, "letter": "reminder"},
    {"position": 2, "name": "Second", "days": 21, "fee": Decimal(10), "interest": True, "letter": "second"},
    {"position": 3, "name": "Final", "days": 35, "fee": Decimal(25), "interest": True, "letter": "final"},
)


@pytest.fixture
def steps(company):
    made = [m.DunningStep(company_id=company.id, **values) for values in STEPS]
    db.session.add_all(made)
    company.arrears_rate = Decimal(9)
    db.session.commit()
    return made


@pytest.fixture
def customer(company):
    partner = m.Partner(company_id=company.id, code="C1", name="Acme Devices", email="ap@acme.example")
    db.session.add(partner)
    db.session.commit()
    return partner


@pytest.fixture
def owe(company, customer):
    """Post an invoice that is due on a day; returns its open item."""

    def make(amount, due, partner=None, currency="USD", kind="invoice", **values):
        invoice = create_invoice(
            db.session,
            company_id=company.id,
            partner_id=(partner or customer).id,
            date=due,
            due_date=due,
            currency=currency,
            kind=kind,
            exchange_rate=values.pop("rate", Decimal(1)),
            lines=[Line("Parts", Decimal(1), Decimal(amount))],
            **values,
        )
        post_invoices(db.session, [invoice])
        db.session.commit()
        found = item_of(db.session, invoice)
        return db.session.get(m.AccountingOpenItem, found.id)

    return make


@pytest.fixture
def pay(company, customer):
    def make(amount, on, partner=None, **values):
        payment = create_payment(
            db.session,
            company_id=company.id,
            partner_id=(partner or customer).id,
            date=on,
            amount=Decimal(amount),
            currency="USD",
            **values,
        )
        post_payment(db.session, payment)
        db.session.commit()
        return payment

    return make


@pytest.fixture
def run(company, steps):
    """Propose a run of a day."""

    def make(on: date):
        made = m.DunningRun(company_id=company.id, date=on)
        m.DunningRun.create(db.session, [made])
        db.session.commit()
        db.session.expire_all()
        return made

    return make


@pytest.fixture
def ask(run):
    """Propose and release one; returns its letters."""

    def make(on: date):
        made = run(on)
        m.DunningRun.release(db.session, [made])
        db.session.commit()
        db.session.expire_all()
        return [letter for letter in made.letters if letter.state == "released"]

    return make
