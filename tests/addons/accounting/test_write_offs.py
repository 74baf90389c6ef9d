"""Write-offs: what they settle and book, the limit, taking back, screens; the accounts stay what is open."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting.services import ageing
from addons.accounting.services.allocation import AllocationError
from addons.accounting.services.drafts import InvoiceDraft, Line, PaymentDraft, WriteOffDraft
from addons.accounting.services.invoices import item_of
from addons.accounting.services.writing_off import WriteOffError
from core import m
from core.db import db
from core.security.actor import Actor, acting
from core.security.users import ensure_user
from tests.conftest import work
from tests.logins import Administrator, log_in

ON = date(2026, 1, 10)
LATER = date(2026, 2, 1)
CLERK = frozenset({"accounting.read", "accounting.write", "accounting.post", "partners.read_all"})
BALANCE = """
    SELECT a.purpose, sum(l.debit - l.credit) AS balance FROM accounting_entry_line l
      JOIN accounting_account a ON a.id = l.account_id GROUP BY a.purpose
"""


@pytest.fixture
def write_off(company):
    """Write off so much of a document, all that is open of it by default."""

    def make(document, amount=None, on=LATER, **values):
        values.setdefault("reason", "The bank kept it")
        item = item_of(db.session, document)
        draft = WriteOffDraft(company.id, item.id, on, amount=amount and Decimal(amount), **values)
        m.AccountingWriteOff.post(db.session, m.AccountingWriteOff.create(db.session, [draft]))
        db.session.commit()
        return db.session.get(m.AccountingWriteOff, draft.id)

    return make


def left(document):
    return item_of(db.session, document).residual


def balances():
    return {purpose: balance for purpose, balance in db.session.execute(text(BALANCE)) if balance}


def test_the_cents_that_a_customer_did_not_pay_are_given_up(invoice_of, pay, write_off):
    invoice = invoice_of("1000.00")
    pay("999.97")
    made = write_off(invoice)
    assert (made.number, made.amount, left(invoice)) == ("WO/2026/00001", Decimal("0.03"), 0)
    assert balances() == {"bank": Decimal("999.97"), "sales": -1000, "small_difference": Decimal("0.03")}
    assert item_of(db.session, made).document == "write_off"


def test_what_a_customer_paid_too_much_and_what_we_owe_are_given_up_the_other_way(
    invoice_of, pay, bill_of, write_off
):
    invoice_of("10.00")
    payment, bill = pay("10.02"), bill_of("5.01")
    write_off(payment)
    write_off(bill, "0.01")
    assert (left(payment), left(bill)) == (0, Decimal("-5.00"))
    assert balances()["small_difference"] == Decimal("-0.03")


def test_the_rate_of_the_item_leaves_no_exchange_difference(invoice_of, write_off):
    invoice = invoice_of("100.00", currency="EUR", exchange_rate=Decimal("1.10"))
    write_off(invoice, kind="bad_debt", reason="Insolvent")
    assert balances() == {"sales": -110, "bad_debt": 110}


def test_an_account_that_is_named_takes_it(company, invoice_of, write_off):
    invoice = invoice_of("3.00")
    account = m.AccountingAccount(company_id=company.id, code="6820", name="Goodwill", kind="expense")
    db.session.add(account)
    db.session.commit()
    made = write_off(invoice, account_id=account.id)
    assert {line.account_id for line in made.entry.lines} > {account.id}


def test_a_write_off_is_taken_back_once(invoice_of, write_off):
    invoice = invoice_of("3.00")
    made = write_off(invoice)
    (opposite,) = m.AccountingWriteOff.reverse(db.session, [made], LATER)
    db.session.commit()
    assert (left(invoice), left(made)) == (3, 0)
    assert balances() == {"receivable": 3, "sales": -3}
    assert db.session.get(m.AccountingWriteOff, opposite).reverses_id == made.id
    with pytest.raises(WriteOffError, match="WO/2026/00001 was reversed by WO/2026/00002 already"):
        m.AccountingWriteOff.reverse(db.session, [made], LATER)
    assert write_off(invoice).amount == 3


def test_more_than_the_limit_of_one_document_takes_a_right(company, invoice_of, write_off):
    invoice, other = invoice_of("100.00"), invoice_of("100.00", currency="EUR", exchange_rate=Decimal("1.1"))
    clerk = Actor(None, "clerk", company.id, CLERK)
    with acting(db.session, clerk):
        write_off(invoice, "8.00")
        with pytest.raises(WriteOffError, match="11.00\xa0USD of the document .* the limit is 10.00\xa0USD"):
            write_off(invoice, "3.00")
        db.session.rollback()
        with pytest.raises(WriteOffError, match="10.01\xa0USD of the document"):
            write_off(other, "9.10")  # 10.01 in the books
        db.session.rollback()
        write_off(other, "9.09")
        write_off(invoice, "2.00")
    chief = Actor(None, "chief", company.id, CLERK | {"accounting.write_off"})
    with acting(db.session, chief):
        write_off(invoice)
    assert left(invoice) == 0


def test_what_was_taken_back_does_not_count(company, invoice_of, write_off):
    invoice = invoice_of("100.00")
    with acting(db.session, Actor(None, "clerk", company.id, CLERK)):
        made = write_off(invoice, "10.00")
        m.AccountingWriteOff.reverse(db.session, [made], LATER)
        assert write_off(invoice, "10.00").state == "posted"


def test_bad_input_says_what_to_do(company, invoice_of, write_off):
    invoice = invoice_of("3.00")
    with pytest.raises(WriteOffError, match="Say why it is written off"):
        write_off(invoice, reason=" ")
    with pytest.raises(WriteOffError, match="it cannot be written off before"):
        write_off(invoice, on=ON - timedelta(days=1))
    with pytest.raises(AllocationError, match="has 3.00\xa0USD open, not 3.01"):
        write_off(invoice, "3.01")
    db.session.rollback()
    write_off(invoice)
    with pytest.raises(WriteOffError, match="Nothing of INV/2026/00001 is open"):
        write_off(invoice)


def test_a_posted_write_off_never_changes(invoice_of, write_off):
    write_off(invoice_of("3.00"))
    with pytest.raises(DBAPIError, match="posted documents never change"):
        db.session.execute(text("UPDATE accounting_write_off SET amount = 1"))
    db.session.rollback()
    with pytest.raises(DBAPIError, match="posted documents never change"):
        db.session.execute(text("DELETE FROM accounting_write_off"))
    db.session.rollback()


def test_it_belongs_to_the_partner_of_its_item(company, supplier, invoice_of):
    item = item_of(db.session, invoice_of("3.00"))
    draft = WriteOffDraft(company.id, item.id, LATER, "Cents")
    m.AccountingWriteOff.create(db.session, [draft])
    with pytest.raises(DBAPIError, match="fk_write_off_open_item"):
        db.session.execute(text("UPDATE accounting_write_off SET partner_id = :p"), {"p": supplier.id})
    db.session.rollback()


def test_the_page_of_an_item_loses_nothing_that_was_typed(app, company, invoice_of):
    send, item = Administrator(app, company), item_of(db.session, invoice_of("7.50"))
    page = f"/accounting/write-off/{item.id}"
    typed = {"amount": "7.51", "kind": "bad_debt", "reason": "Gone away", "date": "2026-02-01"}
    refused = send(page, **typed)
    assert refused.status_code == 422
    assert (
        "has 7.50" in refused.text and 'value="Gone away"' in refused.text and 'value="7.51"' in refused.text
    )
    for wrong in ({"reason": ""}, {"amount": "much"}, {"amount": "-1"}, {"date": "x"}, {"account": "0"}):
        assert send(page, **{**typed, **wrong}).status_code == 422
    done = send(page, **{**typed, "amount": "7.50", "account": "6810"})
    assert done.status_code == 303, done.text
    assert db.session.scalars(select(m.AccountingWriteOff.state)).all() == ["posted"]
    assert "WO/2026/00001" in send(done.location).text
    assert send("/accounting/write-off/999999").status_code == 404


def test_many_items_are_given_up_at_once_and_those_above_the_limit_say_so(app, company, invoice_of):
    small, large = invoice_of("0.02"), invoice_of("50.00")
    ensure_user(
        db.session, "f@example.com", "a long enough word", company, name="F", roles=("accounting.finance",)
    )
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).one())
    csrf = client.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]
    ids = ",".join(str(item_of(db.session, one).id) for one in (small, large))
    act = "/m/accounting.open_item.list/bulk/write_off_small_difference/start"
    answer = client.post(act, data={"csrf_token": csrf, "ids": ids, "expected": "2"})
    assert answer.status_code == 303, answer.text
    work(app)
    db.session.expire_all()
    assert (left(small), left(large)) == (0, 50)
    (why,) = db.session.scalars(select(m.JobItem.reason).where(m.JobItem.state != "done"))
    assert "the limit is 10.00" in why


CENTS = st.decimals(min_value="0.01", max_value="999.99", places=2)
RATE = st.sampled_from([Decimal("1.1"), Decimal("1.23457"), Decimal("0.999999")])
ACTS = st.lists(
    st.tuples(st.sampled_from(("invoice", "payment", "write_off")), CENTS, RATE, st.booleans()),
    min_size=2,
    max_size=8,
)
#: Recomputed from the entries and allocations alone, not by the services under test.
LEDGER = """
    SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
      JOIN accounting_account a ON a.id = l.account_id AND a.purpose = 'receivable'
      JOIN accounting_entry e ON e.id = l.entry_id
     WHERE e.date <= :day AND l.partner_id = :partner
"""
GIVEN_UP = """
    SELECT coalesce(sum(amount * CASE WHEN reverses_id IS NULL THEN 1 ELSE -1 END), 0)
      FROM accounting_write_off WHERE partner_id = :partner AND state = 'posted'
"""
BOOKED = """
    SELECT coalesce(sum(l.amount_currency), 0) FROM accounting_entry_line l
      JOIN accounting_account a ON a.id = l.account_id AND a.purpose = 'small_difference'
      JOIN accounting_entry e ON e.id = l.entry_id JOIN accounting_write_off w ON w.entry_id = e.id
     WHERE w.partner_id = :partner
"""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_account_is_what_is_open_whatever_is_given_up(app, company, acts):
    number = db.session.scalar(text("SELECT count(*) FROM partner"))
    partner = m.Partner(company_id=company.id, code=f"W{number}", name="W")
    db.session.add(partner)
    db.session.flush()
    for day, (kind, amount, rate, take_back) in enumerate(acts):
        _act(company, partner, ON + timedelta(days=day), kind, amount, rate, take_back)
    db.session.commit()
    asked = {"partner": partner.id}
    for day in (ON + timedelta(days=n) for n in range(len(acts) + 5)):
        rows = [
            r for r in ageing.aged(db.session, company.id, "receivable", day) if r.partner_id == partner.id
        ]
        assert sum(r.value for r in rows) == db.session.scalar(text(LEDGER), {**asked, "day": day})
    assert db.session.scalar(text(GIVEN_UP), asked) == db.session.scalar(text(BOOKED), asked)


def _act(company, partner, on, kind, amount, rate, take_back):
    common = {"company_id": company.id, "partner_id": partner.id, "date": on, "currency_code": "EUR"}
    if kind == "invoice":
        draft = InvoiceDraft(**common, exchange_rate=rate, lines=[Line("x", Decimal(1), amount)])
        m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft]))
    elif kind == "payment":
        draft = PaymentDraft(**common, exchange_rate=rate, amount=amount)
        m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [draft]))
    else:
        item = m.AccountingOpenItem
        open_of = select(item).where(
            item.partner_id == partner.id, item.allocated != item.amount, item.amount > 0
        )
        for one in db.session.scalars(open_of.order_by(item.id).limit(1)).all():
            draft = WriteOffDraft(company.id, one.id, on, "Cents", amount=min(amount, one.residual))
            made = m.AccountingWriteOff.create(db.session, [draft])
            m.AccountingWriteOff.post(db.session, made)
            if take_back:
                m.AccountingWriteOff.reverse(db.session, made, on + timedelta(days=3))
