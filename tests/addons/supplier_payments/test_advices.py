"""All advices of a run by one button, each exactly once; and our account, named later."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.supplier_payments.services.bank_files import bank_file
from addons.supplier_payments.services.errors import PayError
from core import m
from core.db import db
from core.jobs import queue
from tests.addons.supplier_payments.conftest import TODAY
from tests.addons.supplier_payments.test_pages import browser
from tests.conftest import work

pytestmark = pytest.mark.addons("partners", "products", "accounting", "supplier_payments")


def paid(office, *codes, **values):
    """A run that has paid 100 to each; its id."""
    for code in codes:
        office.bill(office.supplier(code, **values.pop(code, {})), 100, TODAY)
    run = office.approved(**values)
    m.PaymentRun.pay(db.session, [run])
    return run.id


def mails():
    """To whom advices were mailed."""
    return sorted(to for (to,) in db.session.execute(text('SELECT unnest("to") FROM mail_message')))


def outcomes():
    rows = db.session.execute(select(m.JobItem.state, m.JobItem.reason).order_by(m.JobItem.id))
    return [(state, reason) for state, reason in rows]


def test_all_advices_of_a_run_are_mailed_once_and_who_has_no_address_is_said(app, office):
    key = paid(office, "S", "T", "U", U={"email": ""})
    client, send = browser(app, office, "clerk")
    form = f"/m/payment.run.form/{key}"
    assert f"/supplier_payments/runs/{key}/advices" in client.get(form).text
    assert send(form, f"/supplier_payments/runs/{key}/advices").status_code == 200
    work(app)
    assert mails() == ["S@supplier.example", "T@supplier.example"]
    assert [state for state, _reason in outcomes()] == ["done", "done", "failed"]
    assert outcomes()[2][1] == "No mail address is known of Supplier U: enter one, and retry."
    # Once more: nothing is sent twice, and who has an address by now gets its advice.
    db.session.query(m.Partner).filter_by(code="U").one().email = "u@supplier.example"
    db.session.commit()
    send(form, f"/supplier_payments/runs/{key}/advices")
    work(app)
    assert mails() == ["S@supplier.example", "T@supplier.example", "u@supplier.example"]
    assert outcomes()[3:] == [("skipped", "sent already"), ("skipped", "sent already"), ("done", "")]


def test_advices_are_of_paid_runs_and_one_job_at_a_time(app, office):
    office.bill(office.supplier("S"), 100, TODAY)
    run = office.approved()
    with pytest.raises(PayError, match="is not paid yet"):
        m.PaymentRun.advise(db.session, [run])
    m.PaymentRun.pay(db.session, [run])
    m.PaymentRun.advise(db.session, [run])
    with pytest.raises(queue.JobStateError, match="under way already"):
        m.PaymentRun.advise(db.session, [run])


def test_a_run_gets_its_account_later_and_then_its_file(app, office):
    own = office.account(iban="DE02120300000000202051")
    theirs = office.account(office.supplier("X", account=False))
    key = paid(office, "S")
    run = db.session.get_one(m.PaymentRun, key)
    with pytest.raises(PayError, match="names no account of ours"):
        bank_file(db.session, run)
    with pytest.raises(PayError, match="Choose an account of ours"):
        m.PaymentRun.pay_from(db.session, [run], theirs.id)
    _client, send = browser(app, office, "clerk")
    page = f"/supplier_payments/runs/{key}/lines"
    assert own.iban in send(page, f"/supplier_payments/runs/{key}/account", account=own.id).text
    db.session.expire_all()
    assert own.iban.encode() in bank_file(db.session, run)
    with pytest.raises(PayError, match="paid from another account"):
        m.PaymentRun.pay_from(db.session, [run], own.id)
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text("UPDATE payment_run SET account_id = NULL"))


def test_numbers_of_runs_and_of_payments_are_told_apart(office):
    run = db.session.get_one(m.PaymentRun, paid(office, "S"))
    number = db.session.scalars(select(m.AccountingPayment.number)).one()
    assert run.number.startswith("PAYRUN/") and number.startswith("PAY/")
