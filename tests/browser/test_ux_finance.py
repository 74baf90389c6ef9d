"""What finance expects (UX-17 to UX-26), on a month of a few customers."""

import hashlib
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import func, select

from addons.accounting.periods import period_with
from addons.accounting.services.drafts import Line
from core import m
from core.db import db
from core.jobs.worker import run_job
from core.mail import mailbox, send_due
from core.records import attachments
from core.security.users import ensure_user
from tests.conftest import work
from tests.documents import create_invoice, post_invoices

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
FITS = "box => box.scrollWidth <= box.clientWidth"
CHINESE = "深圳市华芯电子有限公司"
PREVIEW = "/billing_statements/preview?cycle=monthly&period_end=2026-01-31"


@pytest.fixture(autouse=True)
def clerk(app: Flask, company: Any) -> None:
    """Someone from finance, with a language of their own."""
    roles = ("accounting.finance", "billing_statements.clerk")
    ensure_user(db.session, "fiona@example.com", "a long enough password", company, name="Fiona", roles=roles)
    db.session.commit()


@pytest.fixture
def bill(company: Any) -> Callable[..., Any]:
    """A customer with one posted invoice of January."""

    def make(code: str, amount: str = "1234.50", currency: str = "USD", **values: Any) -> Any:
        email = values.pop("email", f"{code.lower()}@customer.example")
        name = values.pop("name", f"Customer {code}")
        partner = m.Partner(company_id=company.id, code=code, name=name, email=email, **values)
        db.session.add(partner)
        db.session.flush()
        invoice = create_invoice(
            db.session,
            company_id=company.id,
            partner_id=partner.id,
            date=date(2026, 1, 10),
            currency=currency,
            exchange_rate=Decimal(1),
            lines=[Line("Parts", Decimal(1), Decimal(amount))],
        )
        post_invoices(db.session, [invoice])
        db.session.commit()
        return invoice

    return make


@pytest.fixture
def january(app: Flask, company: Any) -> Callable[..., Any]:
    """The run of January: created, printed, and as far as asked for."""

    def make(*, sent: bool = True) -> Any:
        run, _ids = m.BillingRun.start(
            db.session, company.id, "monthly", period_with("monthly", date(2026, 1, 9))
        )
        db.session.commit()
        work(app)
        if sent:
            m.BillingRun.release(db.session, [run])
            m.BillingRun.send(db.session, [run])
            db.session.commit()
            work(app)
        return run

    return make


def run_address(run: Any) -> str:
    """The page of a run."""
    return f"/billing_statements/runs/{run.id}"


def only_statement() -> Any:
    """The one statement that there is, as it is now."""
    db.session.rollback()
    return db.session.scalars(select(m.BillingStatement)).one()


def mails() -> int:
    """How many mails were written."""
    db.session.rollback()
    return db.session.scalar(select(func.count(m.MailMessage.id))) or 0


def test_ux_17_nothing_leaves_before_it_was_previewed(app: Flask, open_as: Opener, bill: Any) -> None:
    bill("C1")
    bill("C2", "100.00", email="")
    page = open_as("fiona", "/billing_statements/runs")
    page.locator("details.other-period summary").last.click()
    page.get_by_label("Period up to").fill("2026-01-31")
    page.get_by_role("button", name="Preview").click()
    figures = page.locator(".figures")
    expect(figures).to_contain_text("1,334.50")
    page.get_by_text("Look at 1 customer first").click()
    expect(page.get_by_role("region", name="Look at these first")).to_contain_text("C2")
    assert db.session.scalar(select(func.count(m.BillingStatement.id))) == 0
    page.get_by_role("button", name="Create 2 statements").click()
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    work(app)
    page.reload()
    page.get_by_role("button", name="Release 2 statements").click()
    assert mails() == 0
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Send 2 statements").click()
    expect(page.locator("#toasts")).to_contain_text("being sent")
    work(app)
    assert mails() == 1


def test_ux_18_what_is_previewed_is_what_is_sent(
    app: Flask, open_as: Opener, bill: Any, january: Any, data_folder: Path
) -> None:
    bill("C1")
    run = january(sent=False)
    page = open_as("fiona", run_address(run))
    link = page.get_by_role("link", name="PDF").get_attribute("href")
    shown = hashlib.sha256(page.request.get(page.url.split("/billing")[0] + str(link)).body()).hexdigest()
    january()
    send_due()
    [letter] = mailbox.letters(app.extensions["settings"].mailbox, "")
    found = mailbox.letter(app.extensions["settings"].mailbox, letter.name)
    assert found is not None
    assert shown in [hashlib.sha256(part.contents).hexdigest() for part in found.parts]
    page.goto(page.url.split("/billing")[0] + f"/m/billing.statement.form/{only_statement().id}")
    expect(page.locator(".technical")).to_contain_text(shown)
    page.get_by_role("region", name="Mails").get_by_role("link").first.click()
    expect(page.locator(".mail-files")).to_contain_text(shown)


def test_ux_19_a_run_goes_on_in_the_background_and_is_paused(
    app: Flask, open_as: Opener, bill: Any, january: Any, context: Any
) -> None:
    for n in range(4):
        bill(f"C{n}")
    run = january(sent=False)
    m.BillingRun.release(db.session, [run])
    job_id = m.BillingRun.send(db.session, [run])[0].id
    db.session.commit()
    page = open_as("fiona", run_address(run))
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".bar-note")).to_contain_text("Paused")
    page.reload()
    expect(page.locator("svg.bar")).to_be_visible()
    while run_job(job_id, lambda: nullcontext(app)):
        pass
    assert mails() == 0
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    address = page.url
    page.close()
    work(app)
    assert mails() == 4
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("link", name="Sent 4")).to_be_visible()


def test_ux_20_a_batch_is_sent_once_and_again_only_for_a_reason(
    app: Flask, open_as: Opener, bill: Any, january: Any, server: str
) -> None:
    bill("C1")
    run = january()
    january_again, created = m.BillingRun.start(
        db.session, run.company_id, "monthly", period_with("monthly", date(2026, 1, 9))
    )
    db.session.commit()
    work(app)
    assert (january_again.id, created, mails()) == (run.id, [], 1)
    page = open_as("fiona", f"/m/billing.statement.form/{only_statement().id}")
    page.get_by_role("button", name="Send by mail…").click()
    page.locator("[data-send]").click()
    expect(page.locator("#letter")).to_contain_text("It was sent already. Say why it is sent once more.")
    assert mails() == 1
    page.get_by_label("Why it is sent once more").fill("The customer lost it")
    page.keyboard.press("Enter")
    expect(page.locator("#letter")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("region", name="Mails")).to_contain_text("The customer lost it")
    assert mails() == 2
    # The form has the mail log; the panel beside it does not repeat it.
    expect(page.locator("#panel .timeline")).to_be_visible()
    expect(page.locator("#panel .mailed", has_text="Statement")).to_have_count(0)


def test_ux_21_each_statement_shows_its_mail_log_and_failures_repeat_alone(
    open_as: Opener, bill: Any, january: Any, server: str
) -> None:
    bill("C1")
    bill("C2")
    run = january()
    good, bad = db.session.scalars(select(m.MailMessage).order_by(m.MailMessage.id)).all()
    good.state, good.attempts, bad.state, bad.attempts, bad.response = "sent", 1, "failed", 6, "550 no such"
    db.session.add(m.MailAttempt(message_id=bad.id, outcome="failed", response="550 no such mailbox"))
    db.session.commit()
    page = open_as("fiona", run_address(run))
    page.get_by_role("link", name="Mail failed 1").click()
    expect(page.locator("[data-list] tbody tr")).to_have_count(1)
    page.locator("[data-list] tbody tr a").first.click()
    log = page.get_by_role("region", name="Mails")
    for text in ("c2@customer.example", bad.subject, ".pdf", "550 no such mailbox", "Failed"):
        expect(log).to_contain_text(text)
    page.goto(server + run_address(run))
    page.get_by_role("button", name="Send 1 failed mail again").click()
    expect(page.locator("#toasts")).to_contain_text("sent once more")
    db.session.expire_all()
    db.session.rollback()
    assert (good.state, bad.state) == ("sent", "queued")


def test_ux_22_bad_addresses_are_caught_before_sending(open_as: Opener, bill: Any) -> None:
    invoice = bill("C1", email="accounts(at)customer")
    page = open_as("fiona", PREVIEW)
    page.get_by_text("Look at 1 customer first").click()
    bad = page.get_by_role("region", name="Look at these first")
    expect(bad).to_contain_text("“accounts(at)customer” is not a mail address")
    bad.get_by_role("link", name="C1").click()
    expect(page).to_have_url(re.compile(rf"/m/partner\.form/{invoice.partner_id}$"))


def test_ux_23_ageing_equals_the_ledger_in_every_currency(open_as: Opener, bill: Any, january: Any) -> None:
    for code, amount, currency in (("C1", "0.1", "USD"), ("C2", "70.07", "EUR"), ("C3", "12.34", "EUR")):
        bill(code, amount, currency)
    run = january(sent=False)
    item, statement = m.AccountingOpenItem, m.BillingStatement
    ledger = dict(
        db.session.execute(
            select(item.currency_code, func.sum(item.amount - item.allocated)).group_by(item.currency_code)
        ).all()
    )
    ages = (
        statement.not_due
        + statement.due_30
        + statement.due_60
        + statement.due_90
        + statement.due_over
        + statement.unapplied
    )
    stated = dict(
        db.session.execute(
            select(statement.currency_code, func.sum(ages)).group_by(statement.currency_code)
        ).all()
    )
    assert stated == ledger == {"USD": Decimal("0.10"), "EUR": Decimal("82.41")}
    page = open_as("fiona", run_address(run))
    for currency, amount in ledger.items():
        expect(page.locator(".figures")).to_contain_text(re.compile(rf"{amount}\s*{currency}"))


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_the_lists_of_a_month_fit_on_a_small_screen(
    open_as: Opener, bill: Any, january: Any, locale: str
) -> None:
    bill("C00001", "12345.67", name=CHINESE)
    january(sent=False)
    page = open_as("fiona", "/m/accounting.invoice.list", locale)
    assert page.locator(".table-box").evaluate(FITS)
    page.get_by_role("link", name="Statements" if locale == "en" else "对账单", exact=True).click()
    expect(page.locator("[data-list] tr[data-href]")).to_have_count(1)
    assert page.locator(".table-box").evaluate(FITS)


def test_ux_24_amounts_are_aligned_and_say_currency_and_sign(
    open_as: Opener, bill: Any, january: Any, server: str
) -> None:
    bill("C1", "1234567.80")
    invoice = bill("C2", "10.00")
    note = create_invoice(
        db.session,
        company_id=invoice.company_id,
        partner_id=invoice.partner_id,
        date=date(2026, 1, 12),
        currency="USD",
        kind="credit_note",
        lines=[Line("Back", Decimal(1), Decimal("25.00"))],
    )
    post_invoices(db.session, [note])
    db.session.commit()
    run = january(sent=False)
    page = open_as("fiona", run_address(run))
    for path in (run_address(run), "/m/billing.statement.list"):
        page.goto(server + path)
        rows = page.locator("[data-list] tbody")
        # A list names the company's currency in the heading, and any other one beside the amount.
        code = "USD" if path != "/m/billing.statement.list" else ""
        expect(rows).to_contain_text(re.compile(rf"1,234,567\.80\s*{code}"))
        expect(rows).to_contain_text(re.compile(rf"[-−]15\.00\s*{code}"))
        expect(page.locator("[data-list]")).to_contain_text("USD")
        style = rows.locator("td.n").first.evaluate(
            "e => [getComputedStyle(e).textAlign, getComputedStyle(e).fontVariantNumeric]"
        )
        assert style == ["right", "tabular-nums"], path


def test_ux_25_chinese_names_are_in_the_file_and_the_mail(
    app: Flask, open_as: Opener, bill: Any, january: Any
) -> None:
    bill("C1", name=CHINESE, locale="zh_CN")
    january()
    send_due()
    contents = attachments.read(only_statement().attachment.sha256)
    reader = PdfReader(BytesIO(contents))
    assert CHINESE in re.sub(r"\s", "", "".join(p.extract_text() for p in reader.pages))
    # The glyphs come with the file: whoever opens it needs no font.
    fonts = [f.get_object() for p in reader.pages for f in p["/Resources"]["/Font"].values()]
    kinds = [f["/DescendantFonts"][0]["/FontDescriptor"] for f in fonts if "/DescendantFonts" in f]
    assert kinds and all({"/FontFile2", "/FontFile3"} & set(k) for k in kinds)
    page = open_as("fiona", "/mailbox/")
    page.locator("[data-list] a, .rows a").first.click()
    expect(page.locator("main")).to_contain_text(CHINESE)


def test_ux_26_a_posted_document_is_reversed_never_edited(open_as: Opener, bill: Any) -> None:
    invoice = bill("C1")
    page = open_as("fiona", f"/m/accounting.invoice.form/{invoice.id}")
    expect(page.locator("[data-save]")).to_have_count(0)
    expect(page.locator("#form").get_by_role("textbox")).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Reverse").click()
    page.goto(page.url.split("/m/")[0] + f"/m/accounting.invoice.form/{invoice.id}")
    page.locator("p", has_text="Reversed by").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("CN/")
    page.locator("p", has_text="Reverses").get_by_role("link", name=invoice.number).click()
    expect(page).to_have_url(re.compile(rf"form/{invoice.id}$"))
