"""An addon extends each act with `super()`, and is called however the act comes about: once for each set.

The addon is `tests/specimens/notary`: it notes each call with the number of records, and fills a column
of its own when an invoice is created.
"""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import InvoiceDraft, Line
from addons.billing_statements.cli import statements
from core import letters, m
from core.api.tokens import create_token
from core.db import db
from core.documents import delivery_of
from core.exchange import importing
from core.security.actor import Actor, acting
from core.security.acts import NotAllowedError
from core.security.users import ensure_administrator
from tests.conftest import work
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "billing_statements", "notary")


@pytest.fixture
def customer(company):
    partner = m.Partner(company_id=company.id, code="C1", name="Acme Devices", email="ap@acme.example")
    db.session.add(partner)
    db.session.commit()
    return partner


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

    class Visit:
        def post(self, url, **data):
            with app.app_context():
                csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[1]
                answer = client.post(url, data={"csrf_token": csrf, **data})
            assert answer.status_code == 303, answer.text
            return answer

        def call(self, url, body=None):
            headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
            with app.app_context():
                answer = app.test_client().post(f"/api/v1/{url}", json=body or {}, headers=headers)
            assert answer.status_code in (200, 201), answer.text
            return answer.json

    return Visit()


def calls():
    """The calls since this was asked last: verb → how many records each was about."""
    db.session.commit()
    found: dict[str, list[int]] = {}
    for verb, records in db.session.execute(
        select(m.NotaryCall.verb, m.NotaryCall.records).order_by(m.NotaryCall.id)
    ):
        found.setdefault(verb, []).append(records)
    db.session.execute(m.NotaryCall.__table__.delete())
    db.session.commit()
    return found


def draft(company, customer, on=date(2026, 1, 10)):
    return InvoiceDraft(company.id, customer.id, on, "USD", [Line("Part", Decimal(2), Decimal(5))])


def witnesses():
    return db.session.scalars(select(m.AccountingInvoice.witness).order_by(m.AccountingInvoice.id)).all()


def test_screens_come_in_by_the_verbs(company, customer, visit):
    form = "/m/accounting.invoice.form"
    fields = {
        "kind": "invoice",
        "partner_id": customer.id,
        "date": "2026-01-10",
        "due_date": "2026-01-10",
        "currency_code": "USD",
    }
    line = {"lines-0-description": "A", "lines-0-quantity": "1", "lines-0-unit_price": "7"}
    made = visit.post(f"{form}/new", **fields, **line)
    number = re.search(r"/(\d+)", made.location)[1]
    assert (calls(), witnesses()) == ({"invoice.create": [1]}, ["saw 1"])
    visit.post(f"{form}/{number}/do/post")
    visit.post(f"{form}/{number}/do/reverse")
    assert calls() == {
        "invoice.post": [1, 1],
        "invoice.create": [1],
        "allocation.settle": [1],
        "invoice.reverse": [1],
    }


def test_programs_come_in_by_the_verbs(company, customer, visit):
    body = {"partner_id": customer.id, "currency_code": "USD", "amount": "10.00", "date": "2026-01-20"}
    payment = visit.call("accounting.payment", body)["id"]
    visit.call(f"accounting.payment/{payment}/actions/post")
    visit.call(f"accounting.payment/{payment}/actions/reverse")
    assert calls() == {
        "payment.create": [1, 1],
        "payment.post": [1, 1],
        "allocation.take_back": [0],
        "allocation.settle": [1],
        "payment.reverse": [1],
    }
    closing = visit.call("accounting.closing", {"until": "2025-12-31"})["id"]
    m.AccountingInvoice.post(
        db.session, m.AccountingInvoice.create(db.session, [draft(company, customer, date(2025, 3, 1))])
    )
    calls()
    visit.call(f"accounting.closing/{closing}/actions/close")
    visit.call(f"accounting.closing/{closing}/actions/take_back")
    assert calls() == {"closing.close": [1], "closing.take_back": [1]}


def test_an_import_of_ten_thousand_rows_comes_in_by_the_verbs_once_a_set(app, company):
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["InvoiceNo", "InvoiceDate", "CustomerID", "StockCode", "Quantity", "UnitPrice"])
    for row in range(10_000):
        writer.writerow([f"F{row // 10:04}", "2026-01-15", f"C{row // 10 % 40}", f"P{row % 10}", 3, "1.25"])
    data_import = importing.upload(db.session, "accounting.invoice", "rows.csv", file.getvalue().encode())
    importing.start_import(db.session, data_import)
    db.session.commit()
    work(app)
    assert importing.totals(db.session, data_import.id).booked == 10_000
    assert calls() == {"invoice.create": [250] * 4, "invoice.post": [250] * 4}
    assert set(witnesses()) == {"saw 10"}


def test_a_batch_and_a_job_come_in_by_the_verbs(app, company, customer, visit):
    ids = m.AccountingInvoice.create(db.session, [draft(company, customer) for _ in range(3)])
    assert calls() == {"invoice.create": [3]}
    sent = {"ids": ",".join(map(str, ids[:2])), "expected": "2"}
    visit.post("/m/accounting.invoice.list/bulk/post/start", **sent)
    work(app)
    assert calls() == {"invoice.post": [1, 1]}  # each in a transaction of its own, as jobs are
    m.AccountingInvoice.post(db.session, ids[2:])
    notes = m.AccountingInvoice.reverse(db.session, ids, date(2026, 1, 31))
    assert len(notes) == 3
    assert calls() == {
        "invoice.post": [1, 3],
        "invoice.create": [3],
        "allocation.settle": [3],
        "invoice.reverse": [3],
    }


def test_the_command_line_and_the_jobs_of_a_run_come_in_by_the_verbs(app, company, customer):
    for number in range(2):
        other = m.Partner(company_id=company.id, code=f"D{number}", name="D", email=f"d{number}@d.example")
        db.session.add(other)
        db.session.flush()
        m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft(company, other)]))
    calls()
    period = ["--until", "2026-01-31", "--company", company.code]

    def run(*arguments):
        answer = CliRunner().invoke(statements, list(arguments))
        assert answer.exit_code == 0, answer.output

    run("create", *period)
    work(app)
    assert calls() == {
        "run.prepare": [0],
        "statement.create_for": [2],
        "run.start": [2],
        "statement.render": [2],
    }
    run("release", *period)
    run("send", *period)
    work(app)
    assert calls() == {
        "statement.release": [2],
        "run.release": [2],
        "run.send": [1],
        "statement.send": [2],
    }
    how = delivery_of("billing.statement")
    for statement in db.session.scalars(select(m.BillingStatement)):
        letter = letters.proposed(db.session, how, statement)
        letter.reason = "lost"
        letters.send(db.session, how, statement, letter)
    assert calls() == {"statement.send_by_hand": [1, 1]}
    number = db.session.scalar(select(func.min(m.BillingStatement.number)))
    run("redo", number, "--company", company.code)
    assert calls() == {"run.prepare": [1], "statement.create_for": [1], "statement.redo": [1]}


def test_bills_and_nettings_come_in_by_the_verbs(company, customer, visit):
    line = {"description": "Reels", "quantity": "1", "unit_price": "40"}
    body = {"partner_id": customer.id, "currency_code": "USD", "date": "2026-01-10", "due_date": "2026-01-10"}
    bill = visit.call("accounting.bill", {**body, "reference": "7", "lines": [line]})["id"]
    visit.call(f"accounting.bill/{bill}/actions/post")
    assert calls() == {"bill.create": [1], "bill.debits_of": [1], "bill.post": [1]}
    m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft(company, customer)]))
    calls()
    del body["due_date"]
    netting = visit.call("accounting.netting", {**body, "amount": "10"})["id"]
    visit.call(f"accounting.netting/{netting}/actions/post")
    assert calls() == {"netting.create": [1], "netting.post": [1], "allocation.settle": [2]}
    visit.call(f"accounting.netting/{netting}/actions/reverse")
    assert calls() == {
        "allocation.take_back": [2],
        "netting.create": [1],
        "netting.post": [1],
        "allocation.settle": [2],
        "netting.reverse": [1],
    }
    visit.call(f"accounting.bill/{bill}/actions/reverse")
    assert calls() == {
        "bill.create": [1],
        "bill.post": [1],
        "allocation.settle": [1],
        "bill.reverse": [1],
    }


def test_write_offs_come_in_by_the_verbs(app, company, customer, visit):
    m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft(company, customer)]))
    calls()
    item = db.session.scalar(select(m.AccountingOpenItem.id))
    body = {"open_item_id": item, "date": "2026-01-20", "amount": "4", "reason": "Cents"}
    made = visit.call("accounting.write_off", body)["id"]
    visit.call(f"accounting.write_off/{made}/actions/post")
    assert calls() == {"write_off.create": [1], "write_off.post": [1], "allocation.settle": [1]}
    visit.call(f"accounting.write_off/{made}/actions/reverse")
    assert calls() == {
        "allocation.take_back": [1],
        "write_off.create": [1],
        "write_off.post": [1],
        "allocation.settle": [1],
        "write_off.reverse": [1],
    }
    visit.post("/m/accounting.open_item.list/bulk/write_off_bad_debt/start", ids=str(item), expected="1")
    work(app)
    assert calls() == {"write_off.create": [1], "write_off.post": [1], "allocation.settle": [1]}


def test_revaluations_come_in_by_the_verbs(company, visit):
    made = visit.call("accounting.revaluation", {"date": "2026-01-31"})["id"]
    visit.call(f"accounting.revaluation/{made}/actions/post")
    visit.call(f"accounting.revaluation/{made}/actions/take_back")
    assert calls() == {"revaluation.post": [1], "revaluation.take_back": [1]}


def test_a_verb_asks_who_may(company, customer):
    (made,) = m.AccountingInvoice.create(db.session, [draft(company, customer)])
    clerk = Actor(None, "clerk", company.id, frozenset({"accounting.write"}))
    with acting(db.session, clerk), pytest.raises(NotAllowedError, match="a role with “accounting.post”"):
        m.AccountingInvoice.post(db.session, [made])


def test_a_refused_set_says_why_for_each_record_and_posts_none(company, customer):
    ids = m.AccountingInvoice.create(db.session, [draft(company, customer) for _ in range(3)])
    m.AccountingInvoice.post(db.session, ids[:1])
    db.session.commit()
    from addons.accounting.services.invoices import InvoiceError

    with pytest.raises(InvoiceError, match="INV/2026/00001 is posted already") as refused:
        m.AccountingInvoice.post(db.session, ids)
    assert list(refused.value.reasons) == ids[:1]
    assert db.session.scalar(select(func.count()).where(m.AccountingInvoice.state == "posted")) == 1


def test_the_rate_of_a_tax_that_changed_does_not_change_a_reversal(company, customer):
    books = books_of(db.session, company.id)
    vat = m.AccountingTax(
        company_id=company.id, name="13 %", rate=Decimal("0.13"), account_id=books.account("tax")
    )
    db.session.add(vat)
    db.session.flush()
    new = draft(company, customer)
    new.lines[0].unit_price, new.lines[0].tax_id = Decimal(50), vat.id
    ids = m.AccountingInvoice.create(db.session, [new])
    m.AccountingInvoice.post(db.session, ids)
    db.session.execute(update(m.AccountingTax).values(rate=Decimal("0.15")))
    (note,) = m.AccountingInvoice.reverse(db.session, ids, date(2026, 2, 1))
    db.session.commit()
    assert db.session.get(m.AccountingInvoice, note).total == Decimal(113)
    later = draft(company, customer)
    later.lines[0].unit_price, later.lines[0].tax_id = Decimal(50), vat.id
    assert db.session.get(
        m.AccountingInvoice, m.AccountingInvoice.create(db.session, [later])[0]
    ).total == Decimal(115)
