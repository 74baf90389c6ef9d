"""Who is asked at which step, who is left out and why, and that each letter goes out once."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pdfplumber
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting.periods import period_with
from addons.accounting.services.drafts import WriteOffDraft
from addons.dunning.screens import ask_to_release
from addons.dunning.services.errors import DunningError
from addons.dunning.tasks import PROPOSE
from core import letters, m
from core.clock import today
from core.db import db
from core.documents import copy_of, delivery_of, render_html
from core.jobs import queue
from core.records import attachments
from core.security.actor import Actor, acting
from core.security.acts import NotAllowedError
from tests.conftest import work
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "billing_statements", "dunning")
DUE = date(2026, 3, 1)


def days(count):
    return DUE + timedelta(days=count)


def lines(run):
    rows = db.session.scalars(select(m.DunningLine).where(m.DunningLine.run_id == run.id))
    return {line.number: line for line in rows}


def test_a_document_takes_one_step_after_the_other_however_late_it_is(owe, ask, run):
    owe(1000, DUE)
    assert ask(days(6)) == []
    [first] = ask(days(60))
    assert (first.step.name, first.overdue, first.fee, first.interest, first.total) == (
        ("Reminder", 1000, 0, 0, 1000)
    )
    assert ask(days(73)) == []  # the second comes 14 days after the first
    [second] = ask(days(74))
    assert (second.step.name, second.fee, second.total) == ("Second", 10, 1010 + second.interest)
    [final] = ask(days(88))
    assert final.step.name == "Final"
    assert ask(days(200)) == []
    left_out = db.session.scalars(select(m.DunningLine.reason).order_by(m.DunningLine.id.desc())).first()
    assert left_out.endswith("no further step is due")


def test_a_head_office_is_asked_for_what_its_branches_owe(owe, pay, ask, company, customer):
    """As it gets their statements; credit of one branch counts for all."""
    branch = m.Partner(
        company_id=company.id, code="C1-N", name="Acme North", statement_partner_id=customer.id
    )
    db.session.add(branch)
    db.session.commit()
    own, other = owe(100, DUE), owe(50, days(1), branch)
    pay(20, days(2), branch, remainder="keep", lines=[])
    [letter] = ask(days(9))
    assert (letter.partner_id, letter.overdue, letter.credit) == (customer.id, 150, 20)
    assert [(line.open_item_id, line.partner.name) for line in letter.lines] == [
        (own.id, "Acme Devices"),
        (other.id, "Acme North"),
    ]
    paper = render_html("dunning.letter", letter, locale="en")
    assert paper.count("Acme North") == 1 and "Acme Devices" in paper


def test_a_run_is_proposed_by_the_clock_and_nothing_goes_out(app, owe, steps):
    def by_the_clock():
        job = queue.start(db.session, PROPOSE, "By the clock").id
        db.session.commit()
        work(app)
        [item] = db.session.scalars(select(m.JobItem).where(m.JobItem.job_id == job)).all()
        return item.state, item.reason

    state, reason = by_the_clock()
    assert state == "skipped" and reason.endswith("has no letter: nobody is late enough.")
    owe(100, today() - timedelta(days=30))
    assert by_the_clock()[0] == "done"
    [run] = db.session.scalars(select(m.DunningRun).where(m.DunningRun.state == "open")).all()
    assert [letter.overdue for letter in run.letters] == [100]
    assert not db.session.scalars(select(m.MailMessage)).all()
    state, reason = by_the_clock()
    assert state == "skipped" and "is open still" in reason


def test_the_letter_has_the_highest_step_and_lists_all_that_is_overdue(owe, ask):
    old, new = owe(100, DUE), owe(50, days(10))
    ask(days(8))
    [letter] = ask(days(22))
    assert letter.step.name == "Second"
    assert [(line.open_item_id, line.step, line.advances) for line in letter.lines] == [
        (old.id, 2, True),
        (new.id, 1, True),
    ]
    assert letter.overdue == 150


def test_disputed_lines_are_left_out_and_said(company, customer, owe, run):
    owe(100, DUE)
    wrong = owe(70, DUE)
    period = period_with("monthly", DUE)
    m.BillingRun.start(db.session, company.id, "monthly", period)
    statement = db.session.scalars(select(m.BillingStatement)).one()
    line = next(one for one in statement.lines if one.open_item_id == wrong.id)
    answer = m.BillingAnswer(company_id=company.id, statement_id=statement.id, state="disputed")
    answer.answered_at = statement.issued_at
    db.session.add(answer)
    db.session.flush()
    dispute = m.BillingDispute(
        company_id=company.id,
        answer_id=answer.id,
        statement_id=statement.id,
        partner_id=customer.id,
        statement_line_id=line.id,
        reason="Wrong price",
        due=days(40),
    )
    db.session.add(dispute)
    db.session.commit()
    made = run(days(8))
    [letter] = made.letters
    assert letter.overdue == 100
    assert lines(made)[wrong.number].reason == "disputed: Wrong price"
    m.BillingDispute.settle(db.session, [dispute], "We were right")
    m.DunningRun.propose(db.session, [made])
    db.session.commit()
    db.session.expire_all()
    assert [one.overdue for one in made.letters] == [170]


def test_what_is_on_hold_is_left_out_until_its_day(company, customer, owe, run):
    one, other = owe(100, DUE), owe(30, DUE)
    values = {"company_id": company.id, "partner_id": customer.id}
    db.session.add(m.DunningHold(**values, open_item_id=one.id, until=days(8), reason="Credit note comes"))
    db.session.commit()
    made = run(days(8))
    assert [letter.overdue for letter in made.letters] == [30]
    assert lines(made)[one.number].reason.endswith("Credit note comes")
    db.session.add(m.DunningHold(**values, until=days(9), reason="Pays in parts"))
    m.DunningRun.propose(db.session, [made])
    db.session.commit()
    db.session.expire_all()
    assert made.letters == [] and lines(made)[other.number].reason.endswith("Pays in parts")
    m.DunningRun.cancel(db.session, [made])
    assert [letter.overdue for letter in run(days(10)).letters] == [130]


def test_a_hold_of_another_customer_s_document_is_refused(company, customer, owe):
    other = m.Partner(company_id=company.id, code="C2", name="Other")
    db.session.add(other)
    db.session.flush()
    item = owe(100, DUE, partner=other)
    db.session.add(
        m.DunningHold(
            company_id=company.id, partner_id=customer.id, open_item_id=item.id, until=DUE, reason="x"
        )
    )
    with pytest.raises(DunningError, match="Choose a document of the customer"):
        db.session.flush()


def test_who_owes_little_or_has_credit_is_left_out_unless_a_person_says_otherwise(company, steps, owe, run):
    steps[0].minimum = Decimal(20)
    owe("19.99", DUE)
    made = run(days(8))
    [letter] = made.letters
    assert letter.left_out == "less than 20.00\xa0USD"
    m.DunningLetter.leave_out(db.session, [letter], "")
    m.DunningRun.propose(db.session, [made])
    db.session.expire_all()
    assert [one.left_out for one in made.letters] == [""]
    m.DunningLetter.leave_out(db.session, made.letters, "The boss calls")
    m.DunningRun.propose(db.session, [made])
    db.session.expire_all()
    assert [one.left_out for one in made.letters] == ["The boss calls"]
    assert m.DunningRun.release(db.session, [made]) == 0


def test_credit_that_is_not_settled_yet_counts(owe, pay, run):
    owe(100, DUE)
    pay(40, DUE, pairs=[])
    made = run(days(8))
    [letter] = made.letters
    assert (letter.overdue, letter.credit, letter.total, letter.left_out) == (100, 40, 60, "")
    pay(60, DUE, pairs=[])
    m.DunningRun.propose(db.session, [made])
    db.session.expire_all()
    [letter] = made.letters
    assert letter.left_out.startswith("credit of 100.00\xa0USD covers it")


def test_a_currency_without_a_rate_says_so_and_one_with_a_rate_has_the_fee_in_it(company, owe, ask, run):
    owe(100, DUE, currency="EUR", rate=Decimal("1.25"))
    made = run(days(8))
    [letter] = made.letters
    assert "There is no rate of EUR" in letter.left_out
    m.DunningRun.cancel(db.session, [made])
    for day in (days(8), days(22)):
        db.session.add(
            m.AccountingCurrencyRate(
                company_id=company.id, currency_code="EUR", date=day, rate=Decimal("1.25")
            )
        )
    db.session.commit()
    ask(days(8))
    [letter] = ask(days(22))
    assert (letter.currency_code, letter.fee) == ("EUR", 8)


def test_one_run_is_open_at_a_time(run, owe):
    owe(100, DUE)
    run(days(8))
    with pytest.raises(DunningError, match=r"DR/2026/00001 is open still") as refused:
        run(days(9))
    assert refused.value.place == "DR/2026/00001"
    db.session.rollback()
    # A form has added its record by then.
    second = m.DunningRun(company_id=db.session.query(m.Company.id).scalar(), date=days(9))
    db.session.add(second)
    with pytest.raises(DunningError, match=r"DR/2026/00001 is open still"):
        m.DunningRun.create(db.session, [second])
    db.session.rollback()


def test_what_came_after_the_proposal_is_said_before_anything_goes_out(run, owe):
    owe(100, DUE)
    made = run(days(8))
    assert ask_to_release(made) == "Number the letters that are not left out, and let them go out?"
    owe(70, DUE)
    assert ask_to_release(made).startswith(
        "These are overdue too and came after the proposal: INV/2026/00002."
    )
    m.DunningRun.propose(db.session, [made])
    assert "overdue too" not in ask_to_release(made)
    assert m.DunningRun.release(db.session, [made]) == 1
    db.session.expire_all()
    assert [line.amount for line in made.letters[0].lines] == [100, 70]


def test_without_steps_nobody_is_asked(company):
    with pytest.raises(DunningError, match="There is no step yet"):
        m.DunningRun.create(db.session, [m.DunningRun(company_id=company.id, date=DUE)])


def test_what_was_paid_since_the_proposal_waits_for_the_next_run(owe, pay, run):
    item = owe(100, DUE)
    made = run(days(8))
    pay(30, days(8))
    assert m.DunningRun.release(db.session, [made]) == 0
    db.session.expire_all()
    assert made.letters[0].left_out.startswith("something was paid, disputed")
    again = run(days(8))
    assert m.DunningRun.release(db.session, [again]) == 1
    db.session.expire_all()
    assert item.residual == again.letters[0].total == 70


def test_what_is_put_on_hold_after_the_proposal_does_not_go_out(company, customer, owe, run):
    owe(100, DUE)
    made = run(days(8))
    hold = m.DunningHold(company_id=company.id, partner_id=customer.id, until=days(20), reason="A call")
    db.session.add(hold)
    db.session.commit()
    assert m.DunningRun.release(db.session, [made]) == 0
    db.session.expire_all()
    assert "put on hold since" in made.letters[0].left_out


def test_letters_go_out_once_with_the_paper_of_the_customer(app, company, customer, owe, ask):
    customer.locale = "zh_CN"
    owe(1000, DUE, reference="PO-77")
    [letter] = ask(days(8))
    assert letter.subject == "付款提醒 DL/2026/00001"
    m.DunningRun.send(db.session, [letter.run])
    db.session.commit()
    work(app)
    db.session.expire_all()
    assert (letter.state, letter.mail.to, letter.mail.subject) == (
        ("sent", ["ap@acme.example"], "付款提醒 DL/2026/00001")
    )
    [file] = letter.mail.attachments
    with pdfplumber.open(BytesIO(attachments.read(file.sha256))) as pdf:
        said = pdf.pages[0].extract_text()
    assert "DL/2026/00001" in said and "PO-77" in said and "1,000.00" in said
    with pytest.raises(DunningError, match="No letter of this run waits"):
        m.DunningRun.send(db.session, [letter.run])
    with pytest.raises(DunningError, match="released and not sent"):
        m.DunningLetter.send(db.session, [letter])
    assert len(db.session.scalars(select(m.MailMessage)).all()) == 1


def test_what_was_paid_before_it_is_sent_is_withdrawn_and_takes_no_step(app, owe, pay, ask, run):
    owe(100, DUE)
    [letter] = ask(days(8))
    payment = pay(100, days(8))
    m.DunningRun.send(db.session, [letter.run])
    db.session.commit()
    work(app)
    db.session.expire_all()
    assert (letter.state, letter.left_out) == ("withdrawn", "paid before it was sent")
    assert db.session.scalars(select(m.MailMessage)).all() == []
    m.AccountingPayment.reverse(db.session, [payment], days(9))
    [again] = run(days(9)).letters
    assert again.step.name == "Reminder"


def test_a_customer_without_an_address_is_a_row_with_its_reason(app, customer, owe, ask):
    customer.email = ""
    owe(100, DUE)
    [letter] = ask(days(8))
    m.DunningRun.send(db.session, [letter.run])
    db.session.commit()
    work(app)
    db.session.expire_all()
    assert letter.state == "released"
    assert db.session.scalars(select(m.JobItem.reason)).one().startswith("no e-mail address")
    customer.email = "ap@acme.example"
    m.DunningRun.send(db.session, [letter.run])
    db.session.commit()
    work(app)
    db.session.expire_all()
    assert letter.state == "sent"


def test_a_letter_by_hand_is_the_letter_of_the_run(owe, ask):
    owe(100, DUE)
    [letter] = ask(days(8))
    how = delivery_of("dunning.letter")
    words = letters.proposed(db.session, how, letter)
    words.subject = "Please"
    letters.send(db.session, how, letter, words)
    assert (letter.state, letter.mail.subject) == ("sent", "Please")
    assert copy_of(db.session, letter).id == letter.mail.attachments[0].id


def test_what_went_out_never_changes(owe, ask):
    owe(100, DUE)
    ask(days(8))
    for change in (
        "UPDATE dunning_letter SET total = 1, overdue = 1",
        "UPDATE dunning_letter SET state = 'proposed'",
        "DELETE FROM dunning_letter",
        "UPDATE dunning_line SET amount = 1",
        "DELETE FROM dunning_line",
        "DELETE FROM dunning_run",
    ):
        with pytest.raises(DBAPIError, match="what customers were asked for is kept"):
            db.session.execute(text(change))
        db.session.rollback()


def test_each_step_of_a_document_is_taken_once_in_the_database_too(owe, ask):
    owe(100, DUE)
    [letter] = ask(days(8))
    other = m.DunningRun(company_id=letter.company_id, date=days(9), state="open")
    db.session.add(other)
    db.session.flush()
    columns = [c.name for c in m.DunningLine.__table__.columns if c.name not in ("id", "run_id")]
    names = ", ".join(columns)
    again = f"INSERT INTO dunning_line (run_id, {names}) SELECT :run, {names} FROM dunning_line"
    with pytest.raises(DBAPIError, match="uq_dunning_line_step"):
        db.session.execute(text(again), {"run": other.id})  # nothing but our own columns


def test_a_written_off_item_is_not_asked_for(company, owe, run):
    item = owe(100, DUE)
    draft = WriteOffDraft(company.id, item.id, days(3), "Gone", kind="bad_debt")
    m.AccountingWriteOff.post(db.session, m.AccountingWriteOff.create(db.session, [draft]))
    assert run(days(8)).letters == []


def test_releasing_takes_a_right(company, owe, run):
    owe(100, DUE)
    made = run(days(8))
    clerk = Actor(None, "clerk", company.id, frozenset({"dunning.run", "dunning.read"}))
    with acting(db.session, clerk), pytest.raises(NotAllowedError, match=r"dunning\.send"):
        m.DunningRun.release(db.session, [made])


def test_the_page_of_a_run_leaves_letters_out(app, company, owe, run):
    owe(100, DUE)
    made = run(days(8))
    send, page = Administrator(app, company), f"/dunning/runs/{made.id}/letters"
    key = str(made.letters[0].id)
    assert "Acme Devices" in send(page).text
    refused = send(page, act="leave_out", letter=key)
    assert refused.status_code == 422 and "Say why they are left out" in refused.text
    assert "checked" in refused.text
    nobody = send(page, act="leave_out", reason="A call")
    assert nobody.status_code == 422 and 'value="A call"' in nobody.text
    assert send(page, act="leave_out", reason="A call", letter=key).status_code == 303
    assert "A call" in send(page).text
    assert send(page, act="take_in", letter=key).status_code == 303
    assert send(f"/m/dunning.run.form/{made.id}").status_code == 200
    assert send(f"/m/dunning.letter.form/{key}").status_code == 200
    assert send("/dunning/runs/999999/letters").status_code == 404
