"""Customers and short ways to make documents."""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import BillDraft, BillLineDraft, Line
from core import m
from core.db import db
from tests.documents import create_invoice, create_payment, post_invoices, post_payment


@pytest.fixture
def customer(company):
    partner = m.Partner(company_id=company.id, code="C1", name="Acme Devices", email="ap@acme.example")
    db.session.add(partner)
    db.session.commit()
    return partner


@pytest.fixture
def invoice_of(company, customer):
    """Post an invoice (or credit note) of one line."""

    def make(amount, on=date(2026, 1, 10), kind="invoice", partner=None, currency="USD", lines=(), **values):
        values.setdefault("exchange_rate", Decimal(1))
        invoice = create_invoice(
            db.session,
            company_id=company.id,
            partner_id=(partner or customer).id,
            date=on,
            currency=currency,
            kind=kind,
            lines=lines or [Line("Resistor", Decimal(1), Decimal(amount))],
            **values,
        )
        post_invoices(db.session, [invoice])
        db.session.commit()
        return invoice

    return make


@pytest.fixture
def pay(company, customer):
    """Post a payment; it settles the earliest due documents unless pairs are given."""

    def make(amount, on=date(2026, 1, 20), pairs=None, currency="USD", **values):
        values.setdefault("exchange_rate", Decimal(1))
        payment = create_payment(
            db.session,
            company_id=company.id,
            partner_id=customer.id,
            date=on,
            amount=Decimal(amount),
            currency=currency,
            pairs=pairs,
            **values,
        )
        post_payment(db.session, payment)
        db.session.commit()
        return payment

    return make


@pytest.fixture
def supplier(company):
    partner = m.Partner(
        company_id=company.id, code="S1", name="Chips & Co", is_customer=False, is_supplier=True
    )
    db.session.add(partner)
    db.session.commit()
    return partner


@pytest.fixture
def vat(company):
    tax = m.AccountingTax(
        company_id=company.id,
        name="VAT 13 %",
        rate=Decimal("0.13"),
        account_id=books_of(db.session, company.id).account("tax"),
    )
    db.session.add(tax)
    db.session.commit()
    return tax


@pytest.fixture
def bill_of(company, supplier):
    """Post a bill (or credit note) of one line; each has a number of its own."""
    numbers = count(1)

    def make(amount="100", on=date(2026, 1, 10), partner=None, currency="USD", lines=(), **values):
        values.setdefault("reference", f"R-{next(numbers)}")
        values.setdefault("exchange_rate", Decimal(1))
        lines = lines or [BillLineDraft(None, "Reels", Decimal(1), Decimal(amount))]
        partner_id = (partner or supplier).id
        draft = BillDraft(company.id, partner_id, on, currency, lines=lines, **values)
        m.AccountingBill.post(db.session, m.AccountingBill.create(db.session, [draft]))
        db.session.commit()
        return db.session.get(m.AccountingBill, draft.id)

    return make
