"""Ctrl+K as everyone expects it (UX-35): it finds what one may open, and nothing of other companies."""

import re
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from addons.accounting.services.drafts import Line
from core import m
from core.db import db
from core.records.companies import ensure_company
from core.security.users import ensure_user
from tests.documents import create_invoice, post_invoices

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
#: Seconds of CPU that an answer may take of server and driver, which are this process: what UX-35
#: asks for, three times, since the machine may be busy.
SOON = 3 * 0.15


@pytest.fixture(autouse=True)
def invoice(app: Flask, company: Any) -> Any:
    """Somebody from finance and one from purchasing; a customer with an invoice; a namesake elsewhere."""
    for name, roles in (("fiona", ("accounting.finance",)), ("paul", ("accounting.purchasing",))):
        email = f"{name}@example.com"
        ensure_user(db.session, email, "a long enough password", company, name=name, roles=roles)
    elsewhere = ensure_company(db.session, code="ELSE", name="Elsewhere Ltd", currency="USD")
    partner = _partner(company, "C00017", "Granite Controls GmbH")
    _partner(elsewhere, "C00017", "Granite of elsewhere")
    db.session.add(
        m.Product(company_id=company.id, code="P000042", mpn="RC0603FR-0710KL", description="Resistor")
    )
    db.session.commit()
    made = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=partner.id,
        date=date(2026, 1, 10),
        currency="USD",
        lines=[Line("Parts", Decimal(1), Decimal("12.50"))],
    )
    post_invoices(db.session, [made])
    db.session.commit()
    return made


def _partner(company: Any, code: str, name: str) -> Any:
    partner = m.Partner(company_id=company.id, code=code, name=name, is_customer=True)
    db.session.add(partner)
    db.session.flush()
    return partner


def ask(page: Page, text: str) -> Any:
    """What Ctrl+K offers for a text."""
    if not page.locator("#palette").is_visible():
        page.keyboard.press("Control+k")
    with page.expect_response(re.compile(r"/palette\?q=.+")):
        page.locator("#palette input").fill(text)
    return page.locator("#palette [role=option]")


def test_ux_35_customers_parts_documents_pages_and_acts_are_found(open_as: Opener, invoice: Any) -> None:
    page = open_as("fiona")
    for text, kind in (
        ("granite", "Partners"),
        ("c00017", "Partners"),
        ("0603fr", "Products"),
        (invoice.number[-5:], "Invoices"),
        ("open items", "Menu"),
        ("new invoice", "Act"),
        ("my account", "Page"),
    ):
        ask(page, text[:-1])
        begun = time.process_time()
        found = ask(page, text)
        took = time.process_time() - begun
        expect(found.first).to_contain_text(kind)
        assert took < SOON, text
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_ux_35_an_exact_number_and_enter_opens_it(open_as: Opener, invoice: Any) -> None:
    page = open_as("fiona")
    for number, form in (("c00017", "partner.form"), (invoice.number, "accounting.invoice.form")):
        page.keyboard.press("Control+k")
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(rf"/m/{form}/\d+$"))
    expect(page.get_by_role("heading", name=invoice.number)).to_be_visible()
    # An act is done by its name as well, and arrows choose another one than the first.
    expect(ask(page, "new").first).to_contain_text("New: ")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#palette [aria-selected=true]")
    expect(chosen).to_have_attribute("data-url", re.compile("/new$"))
    url = str(chosen.get_attribute("data-url"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(url)))


def test_ux_35_nothing_is_offered_that_the_user_may_not_open(open_as: Opener, invoice: Any) -> None:
    page = open_as("paul")
    expect(ask(page, invoice.number)).to_have_text("Nothing found.")
    expect(ask(page, "new invoice")).to_have_text("Nothing found.")
    expect(ask(page, "granite")).to_have_text("Nothing found.")
    expect(ask(page, "new product").first).to_contain_text("Act")


def test_ux_35_records_of_other_companies_never_show(open_as: Opener) -> None:
    page = open_as("fiona", locale="zh_CN")
    expect(ask(page, "granite")).to_have_count(1)
    expect(ask(page, "elsewhere")).to_have_text("没有找到。")
