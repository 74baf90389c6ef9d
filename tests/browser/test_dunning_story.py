"""A month's reminders by keys: proposed, one left out for its reason, released, mailed once, and paid.

Four customers owe since six weeks: 900.00, 400.00, 120.00 and 5.00, of which the last is not worth a letter.
The second is visited next week, so nobody writes to it. The third has no address.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.accounting.services.drafts import Line
from core import m
from core.clock import today
from core.db import db
from core.security.users import ensure_user
from tests.browser.keys import press
from tests.conftest import work
from tests.documents import create_invoice, create_payment, post_invoices, post_payment

pytestmark = pytest.mark.browser

OWED = {"Alder": 900, "Birch": 400, "Cedar": 120, "Dogwood": 5}


@pytest.fixture(autouse=True)
def office(app: Flask, company: Any) -> dict[str, int]:
    """Finance, the steps, and what is overdue; returns the customers' ids by name."""
    ensure_user(
        db.session,
        "fiona@example.com",
        "a long enough password",
        company,
        name="Fiona",
        roles=("dunning.clerk", "accounting.finance"),
    )
    step = {"position": 1, "name": "Reminder", "days": 7, "minimum": Decimal(20), "fee": Decimal(5)}
    db.session.add(m.DunningStep(company_id=company.id, letter="reminder", **step))
    found = {}
    for name, amount in OWED.items():
        email = "" if name == "Cedar" else f"ap@{name.lower()}.example"
        partner = m.Partner(company_id=company.id, code=name[0], name=name, email=email)
        db.session.add(partner)
        db.session.flush()
        found[name] = partner.id
        owe(company.id, partner.id, amount)
    db.session.commit()
    return found


def owe(company: int, partner: int, amount: int) -> None:
    """An invoice that should have been paid six weeks ago."""
    due = today() - timedelta(days=42)
    values = {"date": due, "due_date": due, "currency": "USD", "exchange_rate": Decimal(1)}
    lines = [Line("Parts", Decimal(1), Decimal(amount))]
    made = create_invoice(db.session, company_id=company, partner_id=partner, lines=lines, **values)
    post_invoices(db.session, [made])


def row(page: Page, name: str) -> Any:
    """The letter of a customer."""
    return page.locator("tbody tr", has_text=name)


def test_who_is_late_is_asked_by_keys_and_once(app: Flask, office: Any, open_as: Callable[..., Page]) -> None:
    page, asked = open_as("fiona", "/m/dunning.run.form/new"), []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.keyboard.press("Control+s")
    expect(page.locator(".strip")).to_contain_text("1,435.00")
    reviewed(page)
    released(page)
    sent(app, page)
    charged(page)
    paid(page, office)
    assert [question.split(" ")[0] for question in asked] == ["Number", "Mail", "Post"]


def reviewed(page: Page) -> None:
    """The largest stands first; what is not worth a letter is left out already; one more goes."""
    press(page, "Letters…")
    expect(page.locator("tbody tr").first).to_contain_text("Alder")
    expect(page.locator("tbody tr").first).to_be_focused()
    expect(page.locator("tbody tr").last).to_contain_text("Dogwood")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("visited next week")
    page.keyboard.press("Enter")
    expect(row(page, "Birch")).to_contain_text("visited next week")
    expect(page.locator(".strip")).to_contain_text("1,030.00")
    # It could be taken in again, and is not.
    row(page, "Birch").focus()
    page.keyboard.press("t")
    expect(row(page, "Birch")).not_to_contain_text("visited next week")
    row(page, "Birch").focus()
    page.keyboard.press("l")
    page.keyboard.type("visited next week")
    page.keyboard.press("Enter")
    expect(row(page, "Birch")).to_contain_text("visited next week")


def released(page: Page) -> None:
    row(page, "Alder").focus()
    page.keyboard.press("r")
    expect(page.locator("#toasts")).to_contain_text("2 letters are released")


def sent(app: Flask, page: Page) -> None:
    """Each once; who has no address stands in the job with that reason."""
    press(page, "Send")
    expect(page.locator("#toasts")).to_contain_text("are being sent")
    work(app)
    assert db.session.scalars(select(m.MailMessage.to)).all() == [["ap@alder.example"]]
    db.session.rollback()


def charged(page: Page) -> None:
    """The fee of the letter becomes an invoice of its own, once."""
    page.goto(re.sub(r"/m/.*|/dunning/.*", "/m/dunning.letter.list", page.url))
    row(page, "Alder").get_by_role("link").first.press("Enter")
    press(page, "Invoice fee and interest")
    expect(page.locator("#toasts")).to_contain_text("is posted")
    expect(page.get_by_role("button", name="Invoice fee and interest")).to_have_count(0)


def paid(page: Page, office: Any) -> None:
    """Who has paid is asked no more, and the form of the customer says nothing of it."""
    form = re.sub(r"/m/.*", f"/m/partner.form/{office['Alder']}", page.url)
    page.goto(form)
    expect(page.locator(".strip", has_text="Dunning")).to_contain_text("Reminder")
    company = db.session.scalars(select(m.Company.id)).one()
    values = {"amount": Decimal(905), "currency": "USD", "date": today()}
    post_payment(
        db.session, create_payment(db.session, company_id=company, partner_id=office["Alder"], **values)
    )
    db.session.commit()
    page.reload()
    expect(page.locator("h1")).to_contain_text("Alder")
    expect(page.locator(".strip", has_text="Reminder")).to_have_count(0)
