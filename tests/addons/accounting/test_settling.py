"""Credits that belong to nothing yet are settled by hand, by rule, and by programs."""

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.accounting.services.invoices import item_of
from core import m
from core.api.tokens import create_token
from core.db import db
from core.security.users import ensure_administrator
from tests.logins import log_in


@pytest.fixture
def visit(app, company):
    """An administrator's browser, and one of his programs."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    user = db.session.scalars(select(m.User)).one()
    token = create_token(db.session, user, "Program", ("*",)).secret
    db.session.commit()
    client = app.test_client()
    log_in(app, client, user.fs_uniquifier)

    def visited(url, data=None, json=None):
        with app.app_context():
            if json is not None:
                headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
                return app.test_client().post(f"/api/v1/{url}", json=json, headers=headers)
            if data is None:
                return client.get(url)
            csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[1]
            return client.post(url, data={"csrf_token": csrf, **data})

    return visited


@pytest.fixture
def items(invoice_of):
    """Two invoices of 50 and 80, the second due first, and a credit note of 100."""
    late = invoice_of(50, due_date=date(2026, 3, 1))
    early = invoice_of(80, due_date=date(2026, 2, 1))
    note = invoice_of(100, kind="credit_note")
    return [item_of(db.session, document) for document in (late, early, note)]


def left():
    item = m.AccountingOpenItem
    db.session.expire_all()
    rows = db.session.execute(select(item.number, item.amount - item.allocated).order_by(item.id))
    return [int(residual) for _number, residual in rows]


def test_by_hand_on_a_page_that_proposes_what_is_due_earliest(visit, items):
    late, early, credit = (item.id for item in items)
    page = visit(f"/accounting/settle/{credit}").text
    typed = dict(re.findall(r'name="amount-(\d+)"\s+value="([^"]*)"', page))
    assert typed == {str(early): "80.00", str(late): "20.00"}
    on = {"date": "2026-03-05"}
    too_much = visit(f"/accounting/settle/{credit}", {f"amount-{late}": "51", **on})
    assert too_much.status_code == 422
    assert "INV/2026/00001 has 50.00\u00a0USD open, not 51.00\u00a0USD." in too_much.text
    assert 'value="51"' in too_much.text and 'value="2026-03-05"' in too_much.text
    undated = visit(f"/accounting/settle/{credit}", {f"amount-{late}": "50", "date": "2026-02-30"})
    assert undated.status_code == 422 and "Give a day, such as 2026-03-31." in undated.text
    none = visit(f"/accounting/settle/{credit}", on)
    assert "Give an amount beside at least one document." in none.text
    done = visit(f"/accounting/settle/{credit}", {f"amount-{late}": "50", f"amount-{early}": "1.5", **on})
    assert done.status_code == 303
    assert left() == [0, 78, -48]
    page = visit(f"/accounting/settle/{early}").text  # from the invoice's end: what is left of the credit
    assert re.findall(r'name="amount-(\d+)"\s+value="([^"]*)"', page) == [(str(credit), "48.50")]
    assert visit("/accounting/settle/999").status_code == 404
    # Where nothing is left on the other hand, there is nothing to press.
    assert '<button class="btn primary">' in page
    visit(f"/accounting/settle/{credit}", {f"amount-{early}": "48.5", **on})
    assert '<button class="btn primary">' not in visit(f"/accounting/settle/{early}").text


def test_by_rule_with_a_button(visit, items):
    credit = items[2].id
    pressed = visit(f"/m/accounting.open_item.form/{credit}/do/settle_oldest", {})
    assert pressed.status_code == 303
    assert left() == [30, 0, 0]


def test_by_programs_which_take_it_back(visit, items):
    late, _early, credit = (item.id for item in items)
    body = {"debit_id": late, "credit_id": credit, "amount": "20.00", "date": "2026-02-01"}
    made = visit("accounting.allocation", json=body)
    assert made.status_code == 201, made.text
    assert left() == [30, 80, -80]
    refused = visit("accounting.allocation", json={**body, "amount": "31.00"})
    assert refused.status_code in (409, 422)
    assert "INV/2026/00001 has 30.00" in refused.text
    back = visit(f"accounting.allocation/{made.json['id']}/actions/take_back", json={})
    assert back.status_code == 200, back.text
    assert left() == [50, 80, -100]


def test_a_payment_names_its_documents_on_its_form(visit, customer, items):
    late = items[0].id
    fields = {"direction": "in", "partner_id": customer.id, "date": "2026-02-01", "amount": "60"}
    fields |= {"currency_code": "USD", "remainder": "keep"}
    line = {"lines-0-open_item_id": late, "lines-0-amount": "50"}
    made = visit("/m/accounting.payment.form/new", {**fields, **line})
    assert made.status_code == 303, made.text
    number = re.search(r"/(\d+)", made.location)[1]
    assert visit(f"/m/accounting.payment.form/{number}/do/post", {}).status_code == 303
    assert left() == [0, 80, -100, -10]


def test_a_payment_of_a_program_names_its_documents(visit, customer, items):
    lines = [{"open_item_id": items[0].id, "amount": "50.00"}]
    body = {"partner_id": customer.id, "date": "2026-02-01", "amount": "60.00", "currency_code": "USD"}
    made = visit("accounting.payment", json={**body, "remainder": "keep", "lines": lines})
    assert made.status_code == 201, made.text
    assert visit(f"accounting.payment/{made.json['id']}/actions/post", json={}).status_code == 200
    assert left() == [0, 80, -100, -10]


def test_a_foreign_currency_without_a_rate_is_refused_on_every_form(visit, customer):
    fields = {"direction": "in", "partner_id": customer.id, "date": "2026-02-01", "amount": "60"}
    refused = visit("/m/accounting.payment.form/new", {**fields, "currency_code": "EUR"})
    assert refused.status_code == 422
    assert "There is no rate of EUR for Feb 1, 2026" in refused.text
    made = visit(
        "accounting.payment",
        json={"partner_id": customer.id, "date": "2026-02-01", "amount": "60.00", "currency_code": "EUR"},
    )
    assert made.status_code in (409, 422)
    assert "There is no rate of EUR" in made.text
    rate = {"currency_code": "EUR", "date": "2026-01-30", "rate": "1.1", "source": "manual"}
    assert visit("/m/accounting.currency_rate.form/new", rate).status_code == 303
    assert visit("/m/accounting.payment.form/new", {**fields, "currency_code": "EUR"}).status_code == 303
    assert db.session.scalars(select(m.AccountingPayment.exchange_rate)).one() == Decimal("1.1")


def test_a_posted_credit_note_leads_to_where_it_is_settled(visit, invoice_of, pay):
    invoice, note = invoice_of(50), invoice_of(20, kind="credit_note")
    way = f'href="/accounting/settle/{item_of(db.session, note).id}"'
    assert way in visit(f"/m/accounting.invoice.form/{note.id}").text
    assert "/accounting/settle/" not in visit(f"/m/accounting.invoice.form/{invoice.id}").text


def test_documents_are_found_by_the_code_of_their_partner(visit, items):
    for q, found in (("c1", 3), ("acme", 3), ("c2", 0)):
        page = visit(f"/m/accounting.open_item.list?q={q}").text
        assert len(re.findall(r'<tr[^>]* data-id="', page)) == found, q
