"""Programs do what people have pages of their own for: substitutes, receipts, credits and bill files."""

from base64 import b64encode
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.accounting.services.drafts import InvoiceDraft, Line
from core import m
from core.api.tokens import create_token
from core.db import db
from core.security.users import ensure_administrator
from tests.addons.purchasing.conftest import DAY, Desk
from tests.addons.substitutes.conftest import Counter
from tests.einvoices import Paper, PaperLine, cii

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "purchasing")
WITH_SUBSTITUTES = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")


@pytest.fixture
def act(app, company):
    """`act("sales.order/1", "confirm", {…})` is the answer to a program that may do everything."""
    ensure_administrator(db.session, "prog@example.com", "a long enough password", company)
    user = db.session.scalars(select(m.User)).one()
    token = create_token(db.session, user, "Program", ("*",)).secret
    db.session.commit()

    def called(record, action, body, **headers):
        headers = {"Authorization": f"Bearer {token}", "If-Match": "*", **headers}
        with app.app_context():
            url = f"/api/v1/{record}/actions/{action}"
            return app.test_client().post(url, json=body, headers=headers)

    return called


@pytest.fixture
def invoice(company):
    """A posted invoice of ten at 10.00."""
    customer = Desk(company).partner("C1", is_customer=True)
    lines = [Line("Reels", Decimal(10), Decimal(10))]
    draft = InvoiceDraft(company.id, customer, DAY, "USD", lines, due_date=DAY)
    (made,) = m.AccountingInvoice.create(db.session, [draft])
    m.AccountingInvoice.post(db.session, [made])
    db.session.commit()
    return db.session.get(m.AccountingInvoice, made)


@WITH_SUBSTITUTES
def test_a_substitute_is_accepted_in_part_taken_back_and_declined(company, act):
    desk = Counter(company)
    desk.pair(desk.a, desk.b)
    order, other = desk.quote((desk.a, 100, 1)), desk.quote((desk.a, 5, 1))
    line, foreign = order.lines[0].id, other.lines[0].id
    record = f"sales.order/{order.id}"
    db.session.commit()

    given = {"line_id": line, "substitute_id": desk.b, "quantity": "40", "unit_price": "0.95"}
    answer = act(record, "accept_substitute", given)
    assert answer.status_code == 200, answer.text
    assert "40 × B for A" in answer.json["message"]
    lines = sorted((x["product_id"], x["quantity"], x["unit_price"]) for x in answer.json["record"]["lines"])
    assert lines == [(desk.a, "60.0000", "1.000000"), (desk.b, "40.0000", "0.950000")]
    (changed,) = [x["id"] for x in answer.json["record"]["lines"] if x["product_id"] == desk.b]
    assert act(record, "take_substitute_back", {"line_id": changed}).status_code == 200
    declined = act(record, "decline_substitutes", {"line_id": line, "reason": "Board is fixed"})
    assert declined.status_code == 200
    kept = [one.reason for one in db.session.scalars(select(m.SubstituteChoice)) if one.outcome == "refused"]
    assert kept == ["Board is fixed"]
    # A line of another order is none of this one.
    assert act(record, "decline_substitutes", {"line_id": foreign, "reason": "No"}).status_code == 409


def test_what_came_of_an_order_is_taken_in_line_by_line(company, act):
    desk = Desk(company)
    order, other = (desk.order((desk.parts[0], 100, 1)) for _ in range(2))
    came = {"line_id": order.lines[0].id, "quantity": "40", "lot": "L-1", "date_code": "2601"}
    foreign = {"line_id": other.lines[0].id, "quantity": "1"}
    record = f"purchasing.order/{order.id}"
    db.session.commit()
    assert act(record, "receive_lines", {"lines": [came, foreign]}).status_code == 409
    body = {"lines": [came], "reference": "LS 77", "date": "2026-03-02"}
    answer = act(record, "receive_lines", body, **{"Idempotency-Key": "LS-77"})
    again = act(record, "receive_lines", body, **{"Idempotency-Key": "LS-77"})
    assert answer.status_code == 200, answer.text
    assert again.headers["Idempotent-Replayed"] == "true" and again.json == answer.json
    db.session.expire_all()
    assert order.lines[0].received == 40 and other.lines[0].received == 0
    (move,) = db.session.scalars(select(m.StockMove).where(m.StockMove.state == "done"))
    assert (move.quantity, move.lot.number, move.transfer.reference) == (Decimal(40), "L-1", "LS 77")


def test_all_that_is_wrong_with_what_is_given_is_said(company, act):
    desk = Desk(company)
    record = f"purchasing.order/{desk.order((desk.parts[0], 100, 1)).id}"
    db.session.commit()
    line = {"line_id": "7", "quantity": 40, "colour": "red", "lot": "\0"}
    body = {"lines": [line, "x", {}], "date": "2026-02-30", "reference": 1}
    answer = act(record, "receive_lines", body)
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json["errors"]} == {
        *(f"lines.0.{name}" for name in line),
        "lines.1",
        "lines.2.line_id",
        "lines.2.quantity",
        "date",
        "reference",
    }
    five = {"line_id": 1, "quantity": "0.00001"}
    assert "4 behind it" in act(record, "receive_lines", {"lines": [five]}).json["errors"][0]["message"]
    for lines in ([], None, "x"):
        assert act(record, "receive_lines", {"lines": lines}).json["errors"][0]["field"] == "lines"
    assert act(record, "nothing", {}).status_code == 404
    assert act("purchasing.order", "receive_lines", {}).status_code == 404


def test_lines_of_an_invoice_are_credited(invoice, act):
    record, line = f"accounting.invoice/{invoice.id}", invoice.lines[0].id
    body = {"lines": [{"line_id": line, "quantity": "3"}], "date": "2026-03-05"}
    answer = act(record, "credit", body)
    assert answer.status_code == 200, answer.text
    note = db.session.scalars(
        select(m.AccountingInvoice).where(m.AccountingInvoice.kind == "credit_note")
    ).one()
    assert (note.state, note.total, note.credits_id) == ("posted", Decimal("30.00"), invoice.id)
    assert act(record, "credit", {"lines": [*body["lines"], *body["lines"]]}).status_code == 409
    assert act(record, "credit", {"lines": [{"line_id": line, "quantity": "8"}]}).status_code == 409


def test_a_bill_comes_as_a_file(company, act):
    desk = Desk(company)
    order = desk.order((desk.parts[0], 100, 1))
    desk.come((order.lines[0], 100), reference="LS 1")
    line = PaperLine("100", "1", buyer="p-0", order=order.number)
    content = cii(Paper([line], currency="USD", seller="Supplier S1", buyer=company.name))
    db.session.commit()

    def take(content, **said):
        file = {"filename": "bill.xml", "content": b64encode(content).decode()}
        return act("accounting.bill", "take_file", {"file": file, **said})

    answer = take(content)
    assert answer.status_code == 201, answer.text
    (made,) = answer.json["items"]
    assert (made["state"], made["total"]) == ("draft", "100.00")
    assert db.session.get(m.AccountingBill, made["id"]).lines[0].purchase_line_id == order.lines[0].id
    listed = b"part,quantity,price\nP-0,100,1\n"
    answer = take(listed, supplier="S9", number="R-2", date="2026-03-05")
    assert answer.status_code == 409 and "“S9”" in answer.json["detail"]
    for file in ({}, {"filename": "x", "content": "%%"}, {"filename": "", "content": ""}, 7):
        refused = act("accounting.bill", "take_file", {"file": file})
        assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "file"
