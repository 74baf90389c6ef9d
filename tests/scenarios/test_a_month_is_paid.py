"""October with a supplier from its receipts to the money: a story that a manager can read.

Its list for October has three differences and a line of November. One difference is a new price, which was
agreed: the receipt is repriced. One is disputed, one is a short delivery. What is agreed is billed, proposed
for payment, approved by a second person, and the bank gets its file.
"""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.pricing.services.lists import ListDraft, PriceDraft
from addons.supplier_payables import screens
from addons.supplier_payments.services.bank_files import bank_file
from core import m
from core.db import db
from core.security.actor import Actor, acting
from core.security.users import ensure_user
from tests.addons.supplier_payables.conftest import Office, workbook

pytestmark = pytest.mark.addons("supplier_payables", "pricing", "supplier_payments")
PAID_ON = date(2025, 11, 10)


def as_(company, name):
    """What somebody does."""
    email, roles = f"{name}@example.com", ("core.administrator",)
    ensure_user(db.session, email, "a long enough password", company, name=name, roles=roles)
    user = db.session.scalars(select(m.User).where(m.User.email == email)).one()
    return acting(db.session, Actor(user.id, name, company.id, is_superuser=True))


def account(company, iban, partner=None):
    made = m.PaymentBankAccount(company_id=company.id, partner_id=partner, holder="Fenghua", iban=iban)
    db.session.add(made)
    db.session.flush()
    return made


def test_a_month_from_receipts_to_the_bank(company):
    company.currency_code = "EUR"
    db.session.flush()
    office = Office(company)
    capacitor, resistor, controller = office.parts
    moves = [
        office.got(capacitor, 20_000, "0.010", date(2025, 10, 3), "FH-701"),
        office.got(resistor, 50_000, "0.002", date(2025, 10, 9), "FH-702"),
        office.got(controller, 500, "1.50", date(2025, 10, 16), "FH-703"),
    ]
    orders = [move.purchase_line.order.number for move in moves]
    theirs = workbook(
        [
            ("Fenghua Electronics, statement for October"),
            ("Date", "PO no.", "Delivery note", "Part no.", "Qty", "Unit price"),
            ("2025-10-03", orders[0], "FH-701", "P0", 20_000, 0.012),
            ("2025-10-09", orders[1], "FH-702", "P1", 40_000, 0.002),
            ("2025-10-16", orders[2], "FH-703", "P2", 500, 1.62),
            ("2025-11-04", "PO/2025/99999", "FH-705", "P1", 50_000, 0.002),
        ]
    )
    (statement,) = office.run()
    m.PayablesStatement.upload(db.session, statement, "october.xlsx", theirs)
    assert sorted(match.kind for match in office.matches(statement)) == [
        "only_theirs",
        "price",
        "price",
        "quantity",
    ]

    # The controllers' new price was agreed and only forgotten: a list says so, and the receipt follows it.
    price = [PriceDraft(controller, Decimal("1.62"))]
    listed = ListDraft(company.id, "purchase", "EUR", "Q4", price, office.vendor, date(2025, 10, 1))
    m.PricingPriceList.create(db.session, [listed])
    db.session.get(m.Partner, office.vendor).price_source = "list"
    db.session.flush()
    since, until = date(2025, 10, 1), date(2025, 10, 31)
    run = m.PricingRun(
        company_id=company.id, date=until, since=since, until=until, reason="Agreed in September"
    )
    m.PricingRun.create(db.session, [run])
    assert [line.amount for line in run.lines] == [60]
    m.PricingRunLine.accept(db.session, run.lines)
    m.PricingRun.apply(db.session, [run])
    m.PayablesStatement.redo(db.session, [statement])
    statement = db.session.scalars(select(m.PayablesStatement)).one()
    m.PayablesStatement.upload(db.session, statement, "october.xlsx", theirs)
    found = {match.kind: match.id for match in office.matches(statement)}
    assert sorted(found) == ["matched", "only_theirs", "price", "quantity"]

    # The capacitors' price is disputed; 40,000 resistors are agreed, 10,000 come with the next statement.
    assert m.PayablesStatement.accept_exact(db.session, [statement]) == 1
    m.PayablesMatch.dispute(db.session, [found["price"]], "0.010 was agreed")
    m.PayablesMatch.accept(db.session, [found["quantity"], found["only_theirs"]])
    statement.reference = "FH-2025-10"
    m.PayablesStatement.post(db.session, [statement], date(2025, 11, 6))
    assert (statement.bill.net, statement.bill.state) == (Decimal("890.00"), "posted")
    assert shown(statement)["Left to pay"].amount == Decimal("890.00")

    # One enters the accounts and prepares the run, another one confirms and approves.
    with as_(company, "clerk"):
        own = account(company, "DE02120300000000202051")
        fenghua = account(company, "DE89370400440532013000", office.vendor)
    with as_(company, "boss"):
        m.PaymentBankAccount.confirm(db.session, [fenghua])
    values = {"date": PAID_ON, "next_date": date(2025, 11, 17), "currency_code": "EUR", "account_id": own.id}
    payment_run = m.PaymentRun(company_id=company.id, **values)
    with as_(company, "clerk"):
        m.PaymentRun.create(db.session, [payment_run])
    with as_(company, "boss"):
        m.PaymentRun.approve(db.session, [payment_run])
        assert b"890.00" in bank_file(db.session, payment_run)
    with as_(company, "clerk"):
        m.PaymentRun.pay(db.session, [payment_run])
    db.session.expire_all()
    assert (shown(statement)["Paid"].text, office.account("payable")) == ("Yes", 0)
    assert office.differences() == []


def shown(statement):
    """The facts on top of its form, by their labels."""
    return {str(fact.label): fact for fact in screens.facts_of(db.session, statement)}
