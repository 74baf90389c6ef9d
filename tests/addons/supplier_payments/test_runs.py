"""What is proposed, what is held and why, who approves, what is paid and what the bank gets."""

import io
from datetime import date
from decimal import Decimal
from importlib.resources import files
from xml.etree import ElementTree

import pytest
import xmlschema
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.accounting.services.banks import BankError
from addons.accounting.services.drafts import BillDraft, BillLineDraft, PaymentDraft, PaymentLine
from addons.supplier_payments import reports
from addons.supplier_payments.services.bank_files import SCHEMA, bank_file
from addons.supplier_payments.services.errors import PayError
from core import m
from core.db import db
from core.documents import render_html
from tests.addons.supplier_payments.conftest import NEXT, TODAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "supplier_payments")
LATER = date(2026, 3, 30)


def lines(run):
    """By the supplier's code: what is paid, or why not."""
    db.session.expire_all()
    return [
        (line.partner.code, line.amount - line.discount if line.taken else line.hold) for line in run.lines
    ]


def test_the_example_of_the_proposal(office):
    a = office.supplier("A", payment_priority=1)
    b = office.supplier("B", supplier_term=office.term(2, 11))
    c, d = office.supplier("C"), office.supplier("D")
    office.bill(a, 4000, date(2026, 3, 8))
    office.bill(b, 5000, LATER)
    office.bill(c, 3000, date(2026, 3, 15))
    office.bill(d, 2000, date(2026, 3, 25))
    run = office.run(cash_limit=Decimal(10_000))
    assert lines(run) == [
        ("A", 4000),
        ("B", 4900),
        ("C", "Only 1,100.00\xa0EUR of the limit are left for it."),
    ]
    assert [(x.discount, x.waiting_cost, x.discount_until) for x in run.lines][1] == (
        100,
        100,
        date(2026, 3, 12),
    )
    assert lines(office.run())[0] == ("A", f"{run.number} pays it already.")


def test_a_discount_that_the_next_run_can_still_have_waits(office):
    b = office.supplier("B", supplier_term=office.term(2, 20))
    office.bill(b, 5000, LATER)
    assert office.run().lines == []


def test_what_is_held_says_why(office):
    for code, values in (
        ("H", {"payment_hold": "claim 17"}),
        ("N", {"account": False}),
        ("U", {"account": False}),
        ("K", {}),
        ("P", {}),
    ):
        office.bill(office.supplier(code, **values), 100, TODAY)
    unknown = db.session.query(m.Partner).filter_by(code="U").one()
    office.account(unknown)
    credit = db.session.query(m.Partner).filter_by(code="K").one()
    credit_note(office, credit, 150)
    run = office.run()
    assert sorted(lines(run)) == [
        ("H", "Payments are on hold: claim 17"),
        ("K", "Its credit notes cover what is due: settle them with its bills."),
        ("K", "Its credit notes cover what is due: settle them with its bills."),
        ("N", "No bank account is known."),
        ("P", 100),
        ("U", "Its bank account is new or changed: somebody else has to confirm it first."),
    ]
    (paid,) = [line for line in run.lines if line.taken]
    with pytest.raises(PayError, match="Say why"):
        m.PaymentRunLine.hold_back(db.session, [paid], " ")
    m.PaymentRunLine.hold_back(db.session, [paid], "wrong goods")
    assert ("P", "wrong goods") in lines(run)
    m.PaymentRun.propose(db.session, [run])
    assert ("P", "wrong goods") in lines(run)
    with office.as_second(), pytest.raises(PayError, match="pays nothing"):
        m.PaymentRun.approve(db.session, [run])
    m.PaymentRunLine.release(db.session, [x for x in run.lines if x.partner.code == "P"])
    assert ("P", 100) in lines(run)


def credit_note(office, partner, amount):
    office.count += 1
    line = [BillLineDraft(None, "Back", Decimal(1), Decimal(amount))]
    draft = BillDraft(office.company_id, partner.id, TODAY, "EUR", f"G-{office.count}", line, "credit_note")
    (key,) = m.AccountingBill.create(db.session, [draft])
    m.AccountingBill.post(db.session, [key])


def test_the_example_of_paying_with_a_discount_and_a_credit_note(office):
    partner = office.supplier("S", supplier_term=office.term(2, 2))
    first = office.bill(partner, 600, TODAY)  # its discount has run out
    second = office.bill(partner, 400, LATER, on=date(2026, 3, 9))
    credit_note(office, partner, 150)
    run = office.approved()
    assert lines(run) == [("S", 600), ("S", 392), ("S", -150)]
    made = m.PaymentRun.pay(db.session, [run])
    (payment,) = [db.session.get(m.AccountingPayment, key) for key in made]
    assert (payment.amount, payment.direction, payment.state) == (842, "out", "posted")
    assert office.balance("payable") == 0 and office.balance("bank") == -842
    assert office.balance("purchases") == 600 + 400 - 150 and office.balance("discount_received") == -8
    open_items = text("SELECT count(*) FROM accounting_open_item WHERE allocated <> amount")
    assert db.session.scalar(open_items) == 0
    assert first.state == second.state == "posted"
    advice = render_html("payment.advice", payment, locale="en")
    for said in (first.reference, second.reference, "842.00", "392.00"):
        assert said in advice
    assert reports.words(payment)["amount"] == "842.00\xa0EUR"
    with pytest.raises(PayError, match="not open any more"):
        m.PaymentRun.pay(db.session, [run])


@pytest.mark.parametrize(("lowers", "tax_then"), [(True, "186.20"), (False, "190.00")])
def test_a_discount_takes_its_tax_with_it_where_the_company_says_so(office, lowers, tax_then):
    office.company.early_tax = lowers
    tax = m.AccountingTax(
        company_id=office.company_id,
        name="19 %",
        rate=Decimal("0.19"),
        account_id=db.session.scalar(text("SELECT id FROM accounting_account WHERE purpose = 'tax'")),
    )
    db.session.add(tax)
    db.session.flush()
    partner = office.supplier("S", supplier_term=office.term(2, 14))
    office.bill(partner, 1000, LATER, tax_id=tax.id)
    run = office.approved()
    (line,) = run.lines
    assert (line.amount, line.discount) == (1190, Decimal("23.80"))
    m.PaymentRun.pay(db.session, [run])
    assert office.balance("bank") == Decimal("-1166.20") and office.balance("payable") == 0
    assert office.balance("input_tax") == Decimal(tax_then)
    assert office.balance("discount_received") == Decimal("-23.80") + 190 - Decimal(tax_then)


def test_the_rest_of_a_bill_earns_its_discount_as_by_hand(office):
    partner = office.supplier("S", supplier_term=office.term(2, 14))
    bill = office.bill(partner, 1000, LATER)
    paid_by_hand(office, partner, bill, 300)
    run = office.approved()
    assert lines(run) == [("S", 680)]
    (payment,) = m.PaymentRun.pay(db.session, [run])
    assert office.balance("payable") == 0 and office.balance("discount_received") == -20
    m.AccountingPayment.reverse(db.session, [payment], TODAY)
    assert office.balance("payable") == -700 and office.balance("discount_received") == 0


def test_credit_notes_leave_a_cent_of_a_bill_whose_discount_is_earned(office):
    partner = office.supplier("S", supplier_term=office.term(2, 14))
    office.bill(partner, 100, LATER)
    office.bill(partner, 50, LATER)
    credit_note(office, partner, 146)
    run = office.approved()
    assert lines(run) == [("S", 98), ("S", 49), ("S", -146)]
    (key,) = m.PaymentRun.pay(db.session, [run])
    payment = db.session.get(m.AccountingPayment, key)
    assert [(x.amount, x.discount) for x in payment.lines] == [(Decimal("0.01"), 2), (Decimal("0.99"), 1)]
    assert office.balance("payable") == 0


def paid_by_hand(office, partner, bill, amount):
    item = db.session.query(m.AccountingOpenItem).filter_by(number=bill.number).one()
    draft = PaymentDraft(
        office.company_id,
        partner.id,
        TODAY,
        Decimal(amount),
        "EUR",
        direction="out",
        side="payable",
        lines=[PaymentLine(item.id, Decimal(amount))],
        remainder="keep",
    )
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [draft]))


def test_who_prepares_does_not_approve_and_nothing_is_paid_before(office):
    office.bill(office.supplier("S"), 100, TODAY)
    run = office.run()
    with pytest.raises(PayError, match="Somebody else than who began"):
        m.PaymentRun.approve(db.session, [run])
    with pytest.raises(PayError, match="A second person has to approve"):
        m.PaymentRun.pay(db.session, [run])
    with pytest.raises(PayError, match="A second person has to approve"):
        bank_file(db.session, run)
    with office.as_second():
        m.PaymentRun.approve(db.session, [run])
    with pytest.raises(PayError, match="not open any more"):
        m.PaymentRunLine.hold_back(db.session, run.lines, "late")
    for change in (
        "UPDATE payment_run_line SET amount = 1",
        "UPDATE payment_run SET cash_limit = 1",
        "DELETE FROM payment_run_line",
        "UPDATE payment_run SET approved_by_id = user_id",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(change))
    m.PaymentRun.cancel(db.session, [run])
    assert run.state == "cancelled"


def test_a_changed_account_holds_payments_until_somebody_else_confirmed_it(office):
    partner = office.supplier("S")
    office.bill(partner, 100, TODAY)
    (account,) = db.session.query(m.PaymentBankAccount).filter_by(partner_id=partner.id)
    run = office.approved()
    account.iban = "GB33 BUKB 2020 1555 5555 55"
    db.session.flush()
    assert (account.iban, account.confirmed_by_id) == ("GB33BUKB20201555555555", None)
    with pytest.raises(PayError, match="on hold since, or its account"):
        m.PaymentRun.pay(db.session, [run])
    with pytest.raises(PayError, match="Somebody else than who entered"):
        m.PaymentBankAccount.confirm(db.session, [account])
    office.confirmed(account)
    # Past the program too: the database forgets who had confirmed it.
    db.session.execute(text("UPDATE payment_bank_account SET iban = 'DE89370400440532013000'"))
    db.session.refresh(account)
    assert account.confirmed_by_id is None
    with pytest.raises(BankError, match="is no IBAN"):
        account.iban = "DE89370400440532013001"
    with pytest.raises(BankError, match="is no BIC"):
        account.bic = "ABC"


def test_what_was_paid_by_hand_since_refuses_the_run(office):
    partner = office.supplier("S")
    bill = office.bill(partner, 100, TODAY)
    run = office.approved()
    m.AccountingBill.reverse(db.session, [bill.id], TODAY)
    with pytest.raises(PayError, match=f"What is open of {bill.number} has changed since"):
        m.PaymentRun.pay(db.session, [run])


def test_the_file_for_the_bank_is_valid_and_says_what_is_paid(office):
    own = office.account(iban="DE02120300000000202051")
    for code, amount in (("S", 100), ("Ü", "250.50")):
        office.bill(office.supplier(code), amount, TODAY)
    run = office.approved(account_id=own.id)
    contents = bank_file(db.session, run)
    schema = xmlschema.XMLSchema(str(files("sepaxml") / f"schemas/{SCHEMA}.xsd"))
    schema.validate(io.BytesIO(contents))
    tree = ElementTree.fromstring(contents)  # noqa: S314  # what we have just written
    space = {"p": tree.tag[1:].split("}")[0]}
    paid = [
        (one.find("p:Amt/p:InstdAmt", space).text, one.find("p:CdtrAcct/p:Id/p:IBAN", space).text)
        for one in tree.iter(f"{{{space['p']}}}CdtTrfTxInf")
    ]
    accounts = {x.partner.code: x.iban for x in db.session.query(m.PaymentBankAccount) if x.partner}
    assert sorted(paid) == sorted([("100.00", accounts["S"]), ("250.50", accounts["Ü"])])
    assert tree.find(".//p:DbtrAcct/p:Id/p:IBAN", space).text == own.iban
    assert tree.find(".//p:CtrlSum", space).text == "350.50"


def test_a_run_without_our_account_or_in_another_currency_has_no_file(office):
    office.bill(office.supplier("S"), 100, TODAY)
    with pytest.raises(PayError, match="names no account of ours"):
        bank_file(db.session, office.approved())


def test_the_next_run_is_later(office):
    with pytest.raises(PayError, match="after this one"):
        office.run(next_date=TODAY)
    assert NEXT > TODAY


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_that_nobody_means_numbers_no_run(office, day):
    with pytest.raises(PayError, match="books begin|a year ahead"):
        office.run(date=day, next_date=None)
