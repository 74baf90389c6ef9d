"""A month-end by one person: from “who is due” to all confirmed but two disputes, and one of them settled."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from addons.accounting.periods import last_closed
from addons.accounting.services.drafts import Line
from core import m
from core.clock import today
from core.db import db
from core.security.users import ensure_user
from tests.conftest import work
from tests.documents import create_invoice, post_invoices

pytestmark = pytest.mark.browser


def invoiced(company: Any, code: str, on: date, **values: Any) -> None:
    """A customer with a posted invoice."""
    email = f"{code.lower()}@customer.example"
    partner = m.Partner(company_id=company.id, code=code, name=f"Customer {code}", email=email, **values)
    db.session.add(partner)
    db.session.flush()
    invoice = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=partner.id,
        date=on,
        currency="USD",
        exchange_rate=Decimal(1),
        lines=[Line("Parts", Decimal(1), Decimal(100))],
    )
    post_invoices(db.session, [invoice])


@pytest.fixture
def month(app: Flask, company: Any, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four customers who are due, of two cycles, in a company that asks for confirmation."""
    monkeypatch.setattr(app.extensions["settings"], "public_url", server)
    company.answer_days = 30
    roles = ("accounting.finance", "billing_statements.clerk")
    ensure_user(db.session, "fiona@example.com", "a long enough password", company, name="Fiona", roles=roles)
    day = last_closed("monthly", today()).start + timedelta(days=4)
    cycles = {"C1": "monthly", "C2": "monthly", "C3": "half_monthly", "C4": "monthly"}
    for code, cycle in cycles.items():
        invoiced(company, code, day, statement_cycle=cycle)
    db.session.commit()


def asked(code: str) -> str:
    """The address in the mail of a customer's statement."""
    db.session.rollback()
    to = func.array_to_string(m.MailMessage.to, ",")
    bodies = db.session.scalars(select(m.MailMessage.body).where(to.like(f"{code.lower()}@%"))).all()
    [address] = {found for body in bodies for found in re.findall(r"http://\S+/l/[\w-]+", body)}
    return str(address)


def as_customer(browser: Browser, code: str, width: int = 390) -> Page:
    """Somebody without a log-in, on a phone."""
    page = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce").new_page()
    page.goto(asked(code))
    return page


def dispute_by_list(customer: Page) -> None:
    """Bring a list with another amount, and dispute what is proposed, without writing a word of it."""
    number = customer.locator("td", has_text=re.compile(r"^INV/")).inner_text()
    listed = f"Invoice No;Amount\n{number};90.00\n".encode()
    customer.get_by_label("Your name").fill("Cleo")
    customer.get_by_label("your own list").set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": listed}
    )
    customer.get_by_role("button", name="Compare", exact=True).press("Enter")
    proposed = customer.get_by_placeholder("What is wrong?").first
    expect(proposed).to_have_value(re.compile("Price or amount differs: we have 90.00"))
    expect(customer.get_by_label("Your name")).to_have_value("Cleo")
    assert customer.evaluate("document.documentElement.scrollWidth") <= 390
    customer.get_by_role("button", name="Something is wrong").press("Enter")
    expect(customer.get_by_role("status")).to_contain_text("by Cleo")


def test_one_person_closes_a_period(
    app: Flask, month: None, open_as: Callable[..., Page], browser: Browser
) -> None:
    page = open_as("fiona", "/billing_statements/runs")
    expect(page.get_by_role("region", name="Due today").locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Create 4 statements").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("4 statements are created")
    work(app)
    for count in (1, 3):
        page.goto(page.url.partition("/billing_statements")[0] + "/billing_statements/runs")
        cycle = re.compile("Half-monthly" if count == 1 else r"(?<!-)Monthly")
        page.locator("tr", has_text=cycle).get_by_role("link").first.press("Enter")
        noun = "statement" if count == 1 else "statements"
        page.get_by_role("button", name=f"Release {count} {noun}").press("Enter")
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name=f"Send {count} {noun}").press("Enter")
        expect(page.locator("#toasts")).to_contain_text("being sent")
        work(app)

    for code in ("C1", "C3"):
        customer = as_customer(browser, code)
        expect(customer.locator("h1")).to_contain_text("Statement of account")
        assert customer.evaluate("document.documentElement.scrollWidth") <= 390
        customer.get_by_label("Your name").fill("Ann")
        customer.get_by_role("button", name="Everything is right").click()
        expect(customer.get_by_role("status")).to_contain_text("by Ann")
    customer = as_customer(browser, "C2")
    customer.get_by_placeholder("What is wrong?").first.fill("We never had this")
    customer.get_by_placeholder("Right price").first.fill("85.50")
    assert customer.evaluate("document.documentElement.scrollWidth") <= 390
    customer.get_by_label("Your name").fill("Bob")
    customer.get_by_role("button", name="Something is wrong").click()
    expect(customer.get_by_role("status")).to_contain_text("by Bob")
    dispute_by_list(as_customer(browser, "C4"))

    page.goto(page.url.partition("/billing_statements")[0] + "/m/billing.statement.list?f.disputed=1")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto(page.url.partition("?")[0] + "?f.confirmed=1")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto(page.url.partition("/m/")[0] + "/m/billing.dispute.list")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tr", has_text="We never had this").get_by_role("link").first.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("85.50")
    page.get_by_label("How it was settled").fill("Credited")
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Settle").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("It is settled")
    db.session.rollback()
    states = db.session.scalars(select(m.BillingAnswer.state).order_by(m.BillingAnswer.id)).all()
    assert sorted(states) == ["confirmed", "confirmed", "disputed", "settled"]
