"""The second factor and the end of a session, as a user meets them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core import m
from core.db import db
from core.security.actor import SYSTEM, set_actor
from tests.core.security.conftest import Phone

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture
def addons() -> tuple[str, ...]:
    """These tests need no product addon."""
    return ("shelf", "shelf_label")


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> None:
    """Users, and no part."""
    from addons.shelf import rows

    set_actor(db.session, SYSTEM)
    rows.base_rows(app)


def log_in(page: Page, server: str) -> None:
    """Type address and password."""
    page.goto(f"{server}/login")
    page.fill("[name=email]", "clerk@example.com")
    page.fill("[name=password]", "a long enough password")
    page.press("[name=password]", "Enter")


def test_a_second_factor_from_the_first_scan_to_the_last_recovery_code(open_as: Opener, server: str) -> None:
    page = open_as("clerk", "/account")
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.locator("svg.qr")).to_be_visible()
    phone = Phone(str(page.locator("#factor-key").text_content()))
    page.fill("#code", phone.code())
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("You have no recovery codes")).to_be_visible()
    page.get_by_role("link", name="Make recovery codes").click()
    page.get_by_role("button", name="Make recovery codes").click()
    shown = page.locator(".recovery-codes code")
    expect(shown).to_have_count(10)  # and so waits for the page that shows them
    codes = shown.all_text_contents()
    for address, code in (("/second-factor/code", phone.code()), ("/second-factor/recovery", codes[0])):
        page.context.clear_cookies()
        log_in(page, server)
        expect(page).to_have_url(re.compile("/second-factor/code"))
        if "recovery" in address:
            page.get_by_role("link", name="I have no code").click()
        page.fill("#code", code)
        page.press("#code", "Enter")
        expect(page.locator("body.app")).to_be_visible()
    page.goto(f"{server}/account")
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()


def test_a_change_of_roles_logs_out(open_as: Opener, browser: Any, server: str) -> None:
    page = open_as("admin", "/m/user.list")
    clerk = browser.new_context().new_page()
    log_in(clerk, server)
    expect(clerk.locator("body.app")).to_be_visible()
    page.get_by_role("link", name="Clerk", exact=True).click()
    grid = page.locator("[data-grid=roles]")
    grid.get_by_role("button", name="Add a line").click()
    box = grid.get_by_role("combobox").last
    box.fill("Reader")
    page.get_by_role("option", name="Reader").first.click()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert db.session.query(m.UserSession).filter(m.UserSession.ended_at.is_not(None)).count() == 1
    clerk.reload()
    expect(clerk).to_have_url(re.compile("/login"))
    clerk.context.close()
