"""The pages of a payment run: its lines held back and released, and the file for the bank."""

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.supplier_payments.services.errors import PayError
from core import m
from core.db import db
from core.security.users import ensure_user
from tests.addons.supplier_payments.conftest import TODAY
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "supplier_payments")


def browser(app, office, role):
    """Somebody of this role, logged in, and how they send a form of a page."""
    email, roles = f"{role}@example.com", (f"supplier_payments.{role}",)
    ensure_user(db.session, email, "a long enough password", office.company, name=role, roles=roles)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier).filter_by(email=email)).one())

    def send(page, url, **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[1]
        return client.post(url, data={"csrf_token": token, **values}, follow_redirects=True)

    return client, send


def proposed(office):
    """A run over two suppliers: its id, its number, and the page of its lines."""
    own = office.account(iban="DE02120300000000202051")
    for code in ("S", "T"):
        office.bill(office.supplier(code), 100, TODAY)
    run = office.run(account_id=own.id)
    db.session.commit()
    return run.id, run.number, f"/supplier_payments/runs/{run.id}"


def test_lines_are_held_back_and_released(app, office):
    key, _number, url = proposed(office)
    page = f"{url}/lines"
    _client, send = browser(app, office, "clerk")

    def first():
        """A proposal has lines of its own; what is held stands first."""
        db.session.rollback()
        line = m.PaymentRunLine
        return db.session.scalars(select(line.id).filter_by(run_id=key).order_by(line.taken, line.id)).first()

    assert "Tick at least one line." in send(page, page, act="hold").text
    assert "Say why it is held back." in send(page, page, act="hold", line=first()).text
    held = '<td class="wrap">wrong goods</td>'
    assert held in send(page, page, act="hold", line=first(), reason="wrong goods").text
    assert held not in send(page, page, act="release", line=first()).text
    assert "A second person has to approve" in send(page, f"{url}/file").text


@pytest.mark.parametrize("role", ["approver", "clerk"])
def test_the_bank_gets_its_file_from_who_approves_and_from_who_pays(app, office, role):
    key, number, url = proposed(office)
    client, send = browser(app, office, role)
    refused = send(f"{url}/lines", f"{url}/file")
    assert refused.status_code == 422 and "A second person has to approve" in refused.text
    with office.as_second():
        m.PaymentRun.approve(db.session, [key])
    db.session.commit()
    assert f"/runs/{key}/file" in client.get(f"/m/payment.run.form/{key}").text
    sent = send(f"{url}/lines", f"{url}/file")
    assert sent.mimetype == "application/xml" and sent.text.count("<CdtTrfTxInf>") == 2
    assert number.replace("/", "-") in sent.headers["Content-Disposition"]
    with office.as_first():
        m.PaymentRun.pay(db.session, [key])
    db.session.commit()
    assert f"/runs/{key}/file" in client.get(f"/m/payment.run.form/{key}").text


@pytest.mark.parametrize("is_own", [True, False])
def test_who_began_is_told_who_comes_next(app, office, is_own):
    key, _number, _url = proposed(office)
    account = office.account(office.supplier("U", account=False))
    run, account_id = db.session.get(m.PaymentRun, key), account.id
    client, _send = browser(app, office, "approver")
    if is_own:
        own = db.session.scalars(select(m.User.id).filter_by(name="approver")).one()
        run.user_id = account.entered_by_id = own
    db.session.commit()
    for page, button, said in (
        (f"/m/payment.run.form/{key}", "/approve", "agrees"),
        (f"/m/payment.bank_account.form/{account_id}", "/confirm", "confirms it"),
    ):
        shown = client.get(page).text
        assert (f"Somebody else who may approve payments {said}." in shown) is is_own
        assert (f'{button}"' in shown) is not is_own


def test_a_run_of_which_no_file_can_be_made_says_why(app, office):
    own, rate = office.account(iban="DE02120300000000202051"), m.AccountingCurrencyRate
    day = date(2026, 3, 1)
    db.session.add(rate(company_id=office.company_id, currency_code="USD", date=day, rate=Decimal("0.9")))
    db.session.flush()
    office.bill(office.supplier("S"), 100, TODAY)
    office.bill(office.supplier("T"), 100, TODAY, currency="USD")
    bare, foreign = office.approved().id, office.approved(currency_code="USD", account_id=own.id).id
    db.session.commit()
    client, _send = browser(app, office, "clerk")
    for key, why in ((bare, "The run names no account of ours"), (foreign, "A SEPA file is in EUR")):
        page = client.get(f"/m/payment.run.form/{key}").text
        assert why in page and f"/runs/{key}/file" not in page


@pytest.mark.parametrize("state", ["open", "approved", "paid"])
def test_an_account_that_changes_after_the_approval_gets_no_money(app, office, state):
    """Whoever prepares may edit accounts: neither approval nor file takes one that nobody confirmed."""
    key, _number, url = proposed(office)
    line = m.PaymentRunLine
    account = db.session.get(
        m.PaymentBankAccount, db.session.scalars(select(line.account_id).filter_by(run_id=key)).first()
    )
    if state != "open":
        with office.as_second():
            m.PaymentRun.approve(db.session, [key])
    if state == "paid":
        m.PaymentRun.pay(db.session, [key])
    account.iban, account.holder = "GB82WEST12345698765432", "Mallory Ltd"
    db.session.commit()
    if state == "open":
        with office.as_second(), pytest.raises(PayError, match="is not confirmed"):
            m.PaymentRun.approve(db.session, [key])
        return
    _client, send = browser(app, office, "clerk")
    refused = send(f"{url}/lines", f"{url}/file")
    assert refused.status_code == 422 and "another one than was approved" in refused.text
    office.confirmed(account)
    db.session.commit()
    assert send(f"{url}/lines", f"{url}/file").status_code == 422
