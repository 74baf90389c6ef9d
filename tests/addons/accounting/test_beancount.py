"""The ledger as Beancount text: bean-check accepts it, and its balances are ours."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from beancount import loader
from beancount.scripts.check import main as bean_check
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addons.accounting.cli import ledger as command
from addons.accounting.services import beancount
from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, WriteOffDraft
from addons.accounting.services.invoices import item_of
from core import m
from core.db import db
from tests.ledgers import ours, theirs
from tests.logins import Administrator

ON = date(2026, 1, 10)


def written(company, until=None):
    return "".join(beancount.ledger(db.session, company.id, until))


@pytest.fixture
def year(company, customer, invoice_of, pay, bill_of, vat):
    """Documents in three currencies, with odd names, taxes, differences and write-offs."""
    customer.code = 'C"1\\'
    invoice_of(100, lines=[Line('Res"istor', Decimal(3), Decimal("33.35"), tax_id=vat.id)])
    invoice = invoice_of("100.00", currency="EUR", exchange_rate=Decimal("1.23457"))
    pay("99.97", currency="EUR", exchange_rate=Decimal("1.19"), on=ON + timedelta(days=20))
    bill_of("77777", currency="JPY", exchange_rate=Decimal("0.0066667"))
    item = item_of(db.session, invoice)
    draft = WriteOffDraft(company.id, item.id, ON + timedelta(days=30), "Cents")
    m.AccountingWriteOff.post(db.session, m.AccountingWriteOff.create(db.session, [draft]))
    account = m.AccountingAccount(company_id=company.id, code="6820", name="客户 优惠_&: x", kind="expense")
    same = m.AccountingAccount(company_id=company.id, code="6820 ", name="客户-优惠 x", kind="expense")
    db.session.add_all([account, same])
    db.session.commit()


def test_bean_check_accepts_it_and_its_balances_are_ours(company, year, tmp_path):
    said = written(company)
    assert theirs(said) == ours(company)
    assert {currency for _code, currency in ours(company)[0]} == {"USD", "EUR", "JPY"}
    file = tmp_path / "ledger.beancount"
    file.write_text(said, encoding="utf-8")
    checked = CliRunner().invoke(bean_check, [str(file), "--no-cache"])
    assert (checked.exit_code, checked.output) == (0, "")
    assert "balance Assets:1100-Bank" in said


def test_a_balance_that_is_off_by_a_cent_is_found(company, year, tmp_path):
    """So the proof proves something."""
    said = written(company)
    head, _balance, tail = said.rpartition(" balance ")
    account, amount, _exact, _none, currency = tail.split()
    wrong = f"{head} balance {account}  {Decimal(amount) + Decimal('0.01')} ~ 0 {currency}\n"
    _entries, errors, _options = loader.load_string(wrong, dedent=False)
    assert "Balance failed" in errors[0].message


def test_up_to_a_day(company, year):
    until = ON + timedelta(days=1)
    said = written(company, until)
    assert theirs(said) == ours(company, until)
    assert written(company, ON - timedelta(days=1)).count("*") == 0


def test_the_page_and_the_command_write_it(app, company, year, tmp_path):
    send = Administrator(app, company)
    assert "bean-check" in send("/accounting/ledger-text").text
    file = send("/accounting/ledger.beancount?until=")
    assert file.text == written(company)
    assert "ledger-all.beancount" in file.headers["Content-Disposition"]
    assert send("/accounting/ledger.beancount?until=soon").status_code == 422
    target = tmp_path / "ours.beancount"
    done = CliRunner().invoke(command, ["--until", "2026-02-28", "--output", str(target)])
    assert done.exit_code == 0, done.output
    assert target.read_text(encoding="utf-8") == written(company, date(2026, 2, 28))
    assert CliRunner().invoke(command, ["--company", "no such"]).exit_code == 2


CENTS = st.decimals(min_value="0.01", max_value="9999.99", places=2)
RATE = st.sampled_from([Decimal("1.1"), Decimal("1.23457"), Decimal("0.0066667"), Decimal("0.01")])
ACTS = st.lists(st.tuples(st.sampled_from(("invoice", "payment")), CENTS, RATE), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_is_booked_is_accepted_with_our_balances(app, company, customer, acts):
    """Also tiny amounts, whose value in the books is nothing, and what rounding leaves."""
    for kind, amount, rate in acts:
        values = {"company_id": company.id, "partner_id": customer.id, "date": ON, "currency_code": "EUR"}
        if kind == "invoice":
            lines = [Line("x", Decimal(1), amount), Line("y", Decimal(1), Decimal("0.01"))]
            draft = InvoiceDraft(**values, exchange_rate=rate, lines=lines)
            model = m.AccountingInvoice
        else:
            draft, model = PaymentDraft(**values, exchange_rate=rate, amount=amount), m.AccountingPayment
        model.post(db.session, model.create(db.session, [draft]))
    db.session.commit()
    assert theirs(written(company)) == ours(company)
