"""Bills and nettings as people and programs make them, and who may."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.accounting.services.drafts import BillLineDraft
from core import m
from core.api.tokens import create_token
from core.db import db
from core.security.users import ensure_user
from tests.logins import log_in

FORM = "/m/accounting.bill.form"
LINE = {"lines-n0-description": "Reels", "lines-n0-quantity": "2", "lines-n0-unit_price": "50"}


class Browser:
    """Somebody of a role; `send` posts with the token of the page."""

    def __init__(self, app: Flask, company: Any, role: str) -> None:
        email = f"{role}@example.com"
        ensure_user(db.session, email, "a long enough password", company, name=role, roles=(role,))
        db.session.commit()
        self.app, self.client = app, app.test_client()
        self.user = db.session.scalars(select(m.User).where(m.User.email == email)).one()
        log_in(app, self.client, self.user.fs_uniquifier)

    def get(self, path: str) -> Any:
        with self.app.app_context():
            return self.client.get(path)

    def send(self, path: str, data: dict[str, Any]) -> Any:
        with self.app.app_context():
            token = re.search(r'csrf_token" value="([^"]+)"', self.client.get("/").text)
            assert token is not None
            return self.client.post(path, data={"csrf_token": token[1], **data})


@pytest.fixture
def as_role(app: Flask, company: Any) -> Callable[[str], Browser]:
    return lambda role: Browser(app, company, role)


def typed(partner: Any, reference: str = "17", **values: Any) -> dict[str, Any]:
    fields = {
        "kind": "bill",
        "partner_id": partner.id,
        "reference": reference,
        "date": "2026-01-10",
        "due_date": "2026-01-10",
        "currency_code": "USD",
    }
    return {**fields, **LINE, **values}


def the_bill() -> Any:
    db.session.rollback()
    return db.session.scalars(select(m.AccountingBill).order_by(m.AccountingBill.id)).first()


def test_a_bill_is_typed_posted_and_reversed(as_role, supplier):
    finance = as_role("accounting.finance")
    assert finance.send(f"{FORM}/new", typed(supplier)).status_code == 303
    bill = the_bill()
    assert (bill.state, bill.total) == ("draft", Decimal(100))
    finance.send(f"{FORM}/{bill.id}/do/post", {})
    page = finance.get(f"{FORM}/{bill.id}").text
    assert "BILL/2026/00001" in page
    assert 'name="reference"' not in page  # what is posted has no edit control
    finance.send(f"{FORM}/{bill.id}/do/reverse", {})
    page = finance.get(f"{FORM}/{bill.id}").text
    assert re.search(r"SCN/\d+/00001", page)


def test_ux_33_a_number_that_is_there_already_is_refused_with_a_link(as_role, supplier, bill_of):
    first, finance = bill_of(reference="INV-17"), as_role("accounting.finance")
    answer = finance.send(f"{FORM}/new", typed(supplier, "inv 17"))
    assert answer.status_code == 422
    assert f'<a href="{FORM}/{first.id}">BILL/2026/00001</a>' in answer.text
    assert "inv 17 is on BILL/2026/00001 already" in answer.text.replace("&#39;", "'")


def test_a_supplier_and_a_part_bring_what_they_had_last(as_role, company, supplier, bill_of, vat):
    part = m.Product(company_id=company.id, code="P1", mpn="LM358", description="Amplifier")
    term = m.AccountingPaymentTerm(company_id=company.id, name="60 days", days=60)
    supplier.supplier_term = term
    db.session.add(part)
    db.session.commit()
    bill_of(lines=[BillLineDraft(part.id, "Amplifier", Decimal(1), Decimal("0.25"), vat.id)])
    asked = typed(
        supplier, **{"lines-n0-product_id": part.id, "_changed": ["partner_id", "lines-n0-product_id"]}
    )
    del asked["due_date"], asked["lines-n0-description"], asked["lines-n0-unit_price"]
    answer = as_role("accounting.finance").send(f"{FORM}/derive", asked)
    found = {one["name"]: one.get("key", one["text"]) for one in answer.json}
    assert (found["due_date"], found["lines-n0-unit_price"]) == ("2026-03-11", "0.25")
    assert (found["lines-n0-tax_id"], found["total"]) == (str(vat.id), "0.57")


def test_the_payment_form_offers_what_is_owed_to_the_supplier(as_role, supplier, bill_of):
    bill_of(80, reference="B80")
    asked = {
        "side": "payable",
        "direction": "in",
        "partner_id": supplier.id,
        "date": "2026-01-20",
        "currency_code": "USD",
        "_changed": ["partner_id", "side"],
    }
    finance = as_role("accounting.finance")
    form = "/m/accounting.payment.form"
    found = {one["name"]: one["text"] for one in finance.send(f"{form}/derive", asked).json}
    assert (found["direction"], found["amount"], found["currency_code"]) == ("out", "80.00", "USD")
    made = {**asked, "direction": "out", "amount": "80", "remainder": "oldest"}
    assert finance.send(f"{form}/new", made).status_code == 303
    db.session.rollback()
    payment = db.session.scalars(select(m.AccountingPayment)).one()
    assert (
        "B80" in finance.get(f"{form}/{payment.id}").text
        or "BILL/2026/00001" in finance.get(f"{form}/{payment.id}").text
    )
    finance.send(f"{form}/{payment.id}/do/post", {})
    db.session.rollback()
    assert {item.residual for item in db.session.scalars(select(m.AccountingOpenItem))} == {Decimal(0)}


def test_a_netting_is_proposed_and_posted(as_role, customer, invoice_of, bill_of):
    invoice_of(300)
    bill_of(120, partner=customer)
    finance, form = as_role("accounting.finance"), "/m/accounting.netting.form"
    asked = {
        "partner_id": customer.id,
        "date": "2026-01-20",
        "currency_code": "USD",
        "_changed": ["partner_id"],
    }
    found = {one["name"]: one["text"] for one in finance.send(f"{form}/derive", asked).json}
    assert found["amount"] == "120.00"
    assert finance.send(f"{form}/new", {**asked, "amount": "120"}).status_code == 303
    db.session.rollback()
    netting = db.session.scalars(select(m.AccountingNetting)).one()
    finance.send(f"{form}/{netting.id}/do/post", {})
    page = finance.get(f"{form}/{netting.id}").text
    assert "INV/2026/00001" in page
    assert "BILL/2026/00001" in page


def test_aged_lists_lead_to_the_documents(as_role, supplier, bill_of, invoice_of):
    bill_of(80)
    invoice_of(30)
    finance = as_role("accounting.finance")
    page = finance.get("/accounting/aged-payables?day=2026-02-28").text
    assert "Chips &amp; Co" in page
    assert "Acme Devices" not in page
    assert "80.00" in page
    listed = finance.get(f"/accounting/aged-payables?day=2026-02-28&partner={supplier.id}").text
    assert "BILL/2026/00001" in listed
    assert "Acme Devices" in finance.get("/accounting/aged-receivables?day=2026-02-28").text
    assert "Nothing was open on this day." in finance.get("/accounting/aged-payables?day=2026-01-01").text


def test_purchasing_drafts_bills_and_posts_none(as_role, supplier):
    buyer = as_role("accounting.purchasing")
    page = buyer.get(f"{FORM}/new").text
    assert "lines-n0-tax_id" in page or "tax_id" in page
    assert "account_id" not in page
    assert buyer.send(f"{FORM}/new", typed(supplier)).status_code == 303
    bill = the_bill()
    assert buyer.send(f"{FORM}/{bill.id}/do/post", {}).status_code == 403
    assert buyer.get("/accounting/aged-payables").status_code == 403
    assert buyer.get("/m/accounting.netting.list").status_code == 403
    assert buyer.get("/m/partner.form/choices/supplier_term_id?q=").status_code == 200
    assert buyer.get(f"{FORM}/choices/lines.tax_id?q=").status_code == 200
    assert buyer.get(f"{FORM}/choices/lines.account_id?q=").status_code == 403
    assert the_bill().state == "draft"


def test_a_rep_sees_nothing_that_is_owed_to_suppliers(as_role, customer, bill_of, invoice_of, company):
    rep = as_role("accounting.sales_rep")
    customer.salesperson_id, customer.is_supplier = rep.user.id, True
    db.session.commit()
    invoice, bill = invoice_of(30), bill_of(77, partner=customer)
    assert rep.get("/m/accounting.bill.list").status_code == 403
    assert rep.get(f"{FORM}/{bill.id}").status_code == 403
    listed = rep.get("/m/accounting.open_item.list").text
    assert invoice.number in listed
    assert bill.number not in listed
    card = rep.get(f"/m/partner.form/{customer.id}").text
    assert "30.00" in card
    assert "77.00" not in card
    assert "77.00" in as_role("accounting.finance").get(f"/m/partner.form/{customer.id}").text


def test_a_program_drafts_posts_and_is_told_of_a_number_twice(app, as_role, supplier):
    finance = as_role("accounting.finance")
    token = create_token(db.session, finance.user, "Program", ("*",)).secret
    db.session.commit()

    def call(url, body):
        headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        with app.app_context():
            return app.test_client().post(f"/api/v1/accounting.bill{url}", json=body, headers=headers)

    line = {"description": "Reels", "quantity": "2", "unit_price": "50"}
    body = {"partner_id": supplier.id, "currency_code": "USD", "date": "2026-01-10", "reference": "A-1"}
    body |= {"due_date": "2026-01-10", "lines": [line]}
    made = call("", body)
    assert made.status_code == 201, made.text
    assert call(f"/{made.json['id']}/actions/post", {}).status_code == 200
    again = call("", {**body, "reference": "a1"})
    assert again.status_code == 422
    assert "a1 is on BILL/2026/00001 already" in again.json["detail"]


def test_dates_outside_the_books_are_refused(as_role, supplier):
    answer = as_role("accounting.finance").send(
        f"{FORM}/new", typed(supplier, date="0026-01-10", due_date=str(date(2026, 1, 10)))
    )
    assert answer.status_code == 422
