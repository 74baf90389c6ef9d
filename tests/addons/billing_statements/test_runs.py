"""A statement run, from what is due to what lies in the mailbox."""

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from addons.accounting.periods import period_with
from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import delivery, runs
from addons.billing_statements.services.data import data_files
from addons.billing_statements.services.due import due_of
from core import letters, m
from core.db import db
from core.documents import delivery_of, read_identity
from core.documents.render import render_html
from core.mail import send_due
from core.records import attachments
from core.security.users import ensure_administrator
from tests.conftest import work
from tests.logins import log_in

FEBRUARY = period_with("monthly", date(2026, 2, 1))


def figures(statement):
    return tuple(int(v) for v in (statement.opening, statement.debits, statement.credits, statement.closing))


def test_closing_of_one_month_is_opening_of_the_next(customer_of, bill, pay, run_month):
    acme = customer_of("C1")
    bill(acme, 100, "2026-01-10")
    bill(acme, 30, "2026-01-20", kind="credit_note")
    _run, [january] = run_month("2026-01")
    bill(acme, 50, "2026-02-03")
    pay(acme, 70, "2026-02-10")
    _run, [february] = run_month("2026-02")
    assert figures(january) == (0, 100, 30, 70)
    assert figures(february) == (70, 50, 70, 50)


def test_what_is_posted_late_stands_on_the_next_statement_as_late(customer_of, bill, run_month):
    acme = customer_of("C1")
    bill(acme, 100, "2026-01-10")
    run_month("2026-01")
    bill(acme, 20, "2026-01-31")
    bill(acme, 50, "2026-02-03")
    _run, [february] = run_month("2026-02")
    assert figures(february) == (100, 70, 0, 170)
    assert [(line.kind, int(line.amount)) for line in february.lines] == [("late", 20), ("movement", 50)]


def test_what_lies_before_the_first_statement_is_brought_forward(customer_of, bill, run_month):
    acme = customer_of("C1")
    bill(acme, 40, "2025-11-10")
    bill(acme, 100, "2026-01-10")
    _run, [january] = run_month("2026-01")
    assert figures(january) == (40, 100, 0, 140)


def test_running_again_creates_only_who_was_missing(customer_of, bill, run_month):
    bill(customer_of("C1"), 100, "2026-01-10")
    run, first = run_month("2026-01")
    bill(customer_of("C2"), 60, "2026-01-12")
    again, second = run_month("2026-01")
    assert again.id == run.id
    assert [s.partner.code for s in first + second] == ["C1", "C2"]
    assert run_month("2026-01")[1] == []


def test_each_customer_left_out_has_a_reason(customer_of, bill, run_month):
    bill(customer_of("C1"), 100, "2026-01-10")
    customer_of("C2")
    run, _ = run_month("2026-01")
    skips = db.session.execute(select(m.Partner.code, m.BillingRunSkip.reason).join(m.Partner)).all()
    assert [tuple(s) for s in skips] == [("C2", "no movement and nothing open")]


def test_only_the_customers_of_the_cycle_are_due(customer_of, bill, run_month):
    bill(customer_of("C1", statement_cycle="weekly"), 100, "2026-01-14")
    bill(customer_of("C2", statement_cycle="half_monthly"), 100, "2026-01-16")
    bill(customer_of("C3", statement_cycle="none"), 100, "2026-01-16")
    assert run_month("2026-01")[1] == []
    assert [s.partner.code for s in run_month("2026-01", cycle="half_monthly")[1]] == ["C2"]


def test_each_currency_has_a_statement_of_its_own(customer_of, bill, run_month):
    acme = customer_of("C1")
    bill(acme, 100, "2026-01-10")
    bill(acme, 80, "2026-01-10", currency="EUR", exchange_rate=Decimal("1.1"))
    _run, statements = run_month("2026-01")
    assert [(s.currency_code, int(s.closing)) for s in statements] == [("EUR", 80), ("USD", 100)]


def test_the_preview_counts_what_the_run_then_creates(company, customer_of, bill, run_month):
    bill(customer_of("C1"), 100, "2026-02-10")
    bill(customer_of("C2", email=""), 60, "2026-02-10")
    customer_of("C3")
    found = due_of(db.session, company.id, "monthly", FEBRUARY)
    assert (found.count, found.documents, found.totals) == (2, 2, {"USD": Decimal(160)})
    assert list(found.skipped.values()) == ["no movement and nothing open"]
    assert [one.kind for one in m.BillingRun.concerns(db.session, company.id, [found])] == ["no_address"]
    assert len(run_month("2026-02")[1]) == found.count


@pytest.mark.parametrize(
    ("cycle", "day", "message"),
    [
        (
            "monthly",
            date(2026, 2, 27),
            "No monthly period ends on 2026-02-27: the nearest ends on 2026-02-28.",
        ),
        (
            "yearly",
            date(2026, 2, 28),
            "There is no cycle “yearly”: choose one of weekly, biweekly, ten_day, half_monthly, monthly, "
            "quarterly, days.",
        ),
        (
            "monthly",
            date(2026, 3, 31),
            "The period is not over before 2026-03-31: run it from the next day on.",
        ),
    ],
)
def test_a_wrong_period_is_refused(app, cycle, day, message):
    with pytest.raises(StatementError) as refused:
        runs.check_period(cycle, day, today=date(2026, 3, 31))
    assert str(refused.value) == message


def test_nothing_is_sent_before_it_is_released(customer_of, bill, run_month):
    bill(customer_of("C1"), 100, "2026-01-10")
    run, _ = run_month("2026-01")
    with pytest.raises(StatementError, match="^Release the statements before you send them.$"):
        m.BillingRun.send(db.session, [run])


def test_nothing_is_released_before_it_is_printed(customer_of, bill, run_month):
    bill(customer_of("C1"), 100, "2026-01-10")
    run, _ = run_month("2026-01", printed=False)
    with pytest.raises(
        StatementError, match="^Not all statements are printed yet: wait until the job has ended.$"
    ):
        m.BillingRun.release(db.session, [run])


def send_all(app, run):
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    send_due()


def test_each_customer_gets_the_file_that_was_previewed(app, data_folder, customer_of, bill, run_month):
    from email import message_from_bytes
    from email.policy import default

    for code in ("C1", "C2"):
        bill(customer_of(code), 100, "2026-01-10")
    run, statements = run_month("2026-01")
    previewed = {s.partner.code: attachments.read(s.attachment.sha256) for s in statements}
    send_all(app, run)
    letters = [
        message_from_bytes(p.read_bytes(), policy=default) for p in (data_folder / "mailbox").rglob("*.eml")
    ]
    received = {letter["To"]: next(letter.iter_attachments()).get_content() for letter in letters}
    assert received == {f"{code}@customer.example": pdf for code, pdf in previewed.items()}
    assert {read_identity(pdf).partner for pdf in received.values()} == {"C1", "C2"}
    assert run.state == "sent"


def test_sending_twice_sends_nothing_twice(app, data_folder, customer_of, bill, run_month):
    bill(customer_of("C1"), 100, "2026-01-10")
    run, [statement] = run_month("2026-01")
    send_all(app, run)
    with pytest.raises(StatementError, match="^Release the statements before you send them.$"):
        m.BillingRun.send(db.session, [run])
    with pytest.raises(StatementError, match="^sent already$"):
        m.BillingStatement.send(db.session, [statement])
    assert len(db.session.scalars(select(m.MailMessage)).all()) == 1


def test_a_customer_without_address_is_a_row_with_its_reason(app, customer_of, bill, run_month):
    bill(customer_of("C1", email=""), 100, "2026-01-10")
    run, [statement] = run_month("2026-01")
    send_all(app, run)
    items = db.session.scalars(select(m.JobItem).where(m.JobItem.state != "done")).all()
    assert [(i.state, i.reason) for i in items] == [
        ("skipped", "no e-mail address: add one to customer C1, then send again")
    ]
    statement.partner.email = "late@customer.example"
    db.session.commit()
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    assert db.session.scalars(select(m.MailMessage.to)).all() == [["late@customer.example"]]


def test_the_page_of_a_run_says_why_something_was_not_sent(app, company, customer_of, bill, run_month):
    acme, other = customer_of("C1", email=""), customer_of("C2")
    bill(acme, 100, "2026-01-10")
    bill(other, 100, "2026-01-10")
    run, [kept, _sent] = run_month("2026-01")
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    send_all(app, run)
    user = db.session.scalars(select(m.User).where(m.User.email == "a@example.com")).one()
    client = app.test_client()
    log_in(app, client, user.fs_uniquifier)
    with app.app_context():
        html = client.get(f"/billing_statements/runs/{run.id}").text
    [row] = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*no e-mail address.*?</tr>", html, flags=re.DOTALL)
    assert f'href="/m/partner.form/{acme.id}"' in row
    assert f'href="/m/billing.statement.form/{kept.id}"' in row
    assert "no e-mail address: add one to customer C1, then send again" in row
    # What is left is sent from here: the one filled button of the page.
    assert re.findall(r'class="btn[^"]*primary[^"]*"[^>]*>([^<]*)', html) == ["Send 1 statement"]


def test_the_statement_contact_comes_before_the_partners_own_address(app, customer_of, bill, run_month):
    acme = customer_of("C1")
    acme.contacts.append(
        m.PartnerContact(role="statement", email="ap@customer.example, cfo@customer.example")
    )
    db.session.commit()
    bill(acme, 100, "2026-01-10")
    run, _ = run_month("2026-01")
    send_all(app, run)
    assert db.session.scalars(select(m.MailMessage.to)).all() == [
        ["ap@customer.example", "cfo@customer.example"]
    ]


def test_swapped_files_are_refused(app, customer_of, bill, run_month):
    for code in ("C1", "C2"):
        bill(customer_of(code), 100, "2026-01-10")
    run, [one, two] = run_month("2026-01")
    db.session.execute(text("ALTER TABLE billing_statement DISABLE TRIGGER USER"))
    one.attachment_id, two.attachment_id = two.attachment_id, one.attachment_id
    db.session.commit()
    send_all(app, run)
    reasons = db.session.scalars(
        select(m.JobItem.reason).where(m.JobItem.state == "failed").order_by(m.JobItem.id)
    )
    assert reasons.first() == (
        "The file is statement ST/2026/00002 of customer C2, not ST/2026/00001 of customer C1: "
        "print this statement again."
    )
    assert db.session.scalars(select(m.MailMessage)).all() == []


def test_one_statement_is_done_again_and_the_others_stay(app, customer_of, bill, run_month):
    acme, other = customer_of("C1"), customer_of("C2")
    bill(acme, 100, "2026-01-10")
    bill(other, 60, "2026-01-10")
    run, [first, untouched] = run_month("2026-01")
    bill(acme, 25, "2026-01-15")
    renewed = m.BillingStatement.redo(db.session, [first])[0]
    db.session.commit()
    work(app)
    db.session.refresh(first)
    assert (first.state, renewed.version, renewed.replaces_id) == ("superseded", 2, first.id)
    assert figures(renewed) == (0, 125, 0, 125)
    assert untouched.state == "rendered"
    send_all(app, run)
    subjects = db.session.scalars(select(m.MailMessage.subject).order_by(m.MailMessage.subject)).all()
    assert any(f"{renewed.number} replaces the earlier one" in subject for subject in subjects)


def test_a_statement_that_another_continues_is_not_done_again(customer_of, bill, run_month):
    acme = customer_of("C1")
    bill(acme, 100, "2026-01-10")
    _run, [january] = run_month("2026-01")
    bill(acme, 50, "2026-02-10")
    run_month("2026-02")
    with pytest.raises(
        StatementError, match="^ST/2026/00002 continues from ST/2026/00001: do that one again first.$"
    ):
        m.BillingStatement.redo(db.session, [january])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_statement SET closing = closing + 1, opening = opening + 1, not_due = not_due + 1",
        "DELETE FROM billing_statement",
        "UPDATE billing_statement_line SET amount = 1",
        "DELETE FROM billing_statement_line",
    ],
)
def test_the_database_refuses_to_change_a_printed_statement(customer_of, bill, run_month, statement):
    bill(customer_of("C1"), 100, "2026-01-10")
    run_month("2026-01")
    with pytest.raises(DBAPIError) as refused:
        db.session.execute(text(statement))
    assert refused.value.orig.sqlstate == "23001"


def test_ageing_is_that_of_the_periods_end(customer_of, bill, pay, run_month):
    acme = customer_of("C1")
    for amount, on in (
        (10, "2026-03-31"),
        (20, "2026-03-20"),
        (40, "2026-02-20"),
        (80, "2026-01-10"),
        (160, "2025-12-01"),
    ):
        bill(acme, amount, on)
    pay(acme, 100, "2026-03-15")
    pay(acme, 60, "2026-04-02")
    _run, [march] = run_month("2026-03")
    ages = tuple(int(v) for v in (march.not_due, march.due_30, march.due_60, march.due_90, march.due_over))
    assert ages == (10, 20, 40, 80, 60)
    assert march.closing == 210


def test_a_chinese_customer_reads_chinese(app, customer_of, bill, run_month):
    from io import BytesIO

    import pdfplumber

    bill(customer_of("C1", name="深圳品胜电子有限公司", locale="zh_CN"), 100, "2026-01-10")
    run, [statement] = run_month("2026-01")
    with pdfplumber.open(BytesIO(attachments.read(statement.attachment.sha256))) as pdf:
        words = pdf.pages[0].extract_text()
    assert "深圳品胜电子有限公司" in words
    send_all(app, run)
    assert "对账单" in db.session.scalars(select(m.MailMessage.subject)).one()


def test_creating_statements_takes_the_same_number_of_queries_for_any_number(
    company, customer_of, bill, run_month, count_queries
):
    def create(month):
        m.BillingRun.start(db.session, company.id, "monthly", period_with("monthly", date(2026, month, 1)))
        db.session.commit()

    bill(customer_of("C1"), 1, "2026-01-10")
    few = count_queries(lambda: create(1))
    for n in range(20):
        bill(customer_of(f"D{n:02}"), 1, "2026-02-10")
    assert count_queries(lambda: create(2)) == few


def test_a_statement_that_is_mailed_by_hand_is_not_mailed_by_its_run(app, customer_of, bill, run_month):
    bill(customer_of("C1"), "100", "2026-01-05")
    run, [statement] = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    db.session.refresh(statement)
    how = delivery_of("billing.statement")
    assert how.ready(statement)
    letter = letters.proposed(db.session, how, statement)
    assert letter.to == "C1@customer.example" and statement.number in letter.subject
    message = letters.send(db.session, how, statement, letter)
    db.session.commit()
    assert message.attachments == [statement.attachment]
    assert (statement.state, statement.mail_id) == ("sent", message.id)
    assert letters.send(db.session, how, statement, letter).id == message.id
    # Once more only with a reason, which the audit keeps.
    again = letters.proposed(db.session, how, statement)
    with pytest.raises(letters.LetterError, match="Say why"):
        letters.send(db.session, how, statement, again)
    again.reason = "lost in the post"
    assert letters.send(db.session, how, statement, again).id != message.id


def test_a_statement_in_yen_has_no_cents(app, customer_of, bill, run_month):
    """On paper, in the mail, and in the table for programs."""
    bill(customer_of("C1"), 1500, "2026-01-10", currency="JPY")
    _run, [statement] = run_month("2026-01")
    assert statement.closing == 1500
    page = render_html("billing.statement", statement, locale="zh_CN")
    assert "1,500\u00a0JPY" in page
    assert ".00" not in page
    assert delivery.words_of(statement)["closing"] == "1,500\u00a0JPY"
    table = data_files(statement)[0].contents.decode().splitlines()
    assert table[1].endswith(",1500,JPY")


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize("cycle", ["weekly", "monthly"])
def test_days_at_the_ends_of_the_calendar_are_refused(app, cycle, day):
    with pytest.raises(StatementError, match="no day of a period"):
        runs.check_period(cycle, day, today=date(2026, 3, 31))
