"""The first-run tour of each role, walked by keys from the first card to the last."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from core.db import db
from core.security.users import ADMINISTRATOR, ensure_user

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
ROLES = {
    "finance": ("accounting.finance", "billing_statements.clerk"),
    "rep": ("accounting.sales_rep", "billing_statements.reader"),
    "purchasing": ("accounting.purchasing",),
    "administrator": (ADMINISTRATOR,),
}
PASSWORD = "a long enough password"


@pytest.fixture
def log_in_as(app: Flask, company: Any, open_as: Opener) -> Opener:
    """Somebody with the role, logged in."""

    def opened(role: str, **options: Any) -> Page:
        ensure_user(db.session, f"{role}@example.com", PASSWORD, company, name=role, roles=ROLES[role])
        db.session.commit()
        return open_as(role, **options)

    return opened


def walk(page: Page) -> list[str]:
    """Press Next with the keys until the tour ends; returns the titles of the cards."""
    titles = []
    card = page.locator("#tour")
    card.get_by_role("button", name="Next").focus()
    for number in range(1, 6):
        expect(card).to_contain_text(f"Step {number} of 5")
        titles.append(card.get_by_role("heading").inner_text())
        expect(card.get_by_role("button").first).to_be_focused()
        anchor = card.get_attribute("data-anchor")
        assert not anchor or page.locator(anchor).count(), f"{titles[-1]}: nothing is at {anchor}"
        page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    return titles


@pytest.mark.parametrize("role", list(ROLES))
def test_the_tour_of_each_role_has_five_steps_and_ends_for_good(
    log_in_as: Opener, server: str, role: str
) -> None:
    page = log_in_as(role)
    assert len(set(walk(page))) == 5
    page.goto(server)
    expect(page.locator("#tour")).to_have_count(0)


def test_it_goes_back_is_skipped_and_begins_anew(log_in_as: Opener, server: str) -> None:
    page = log_in_as("finance")
    card = page.locator("#tour")
    card.get_by_role("button", name="Next").press("Enter")
    expect(card).to_contain_text("Step 2 of 5")
    page.goto(server)
    expect(card).to_have_count(0)
    page.goto(f"{server}/billing_statements/runs")
    card.get_by_role("button", name="Back").press("Enter")
    expect(card).to_contain_text("Step 1 of 5")
    card.get_by_role("button", name="Skip").press("Enter")
    expect(card).to_have_count(0)
    page.locator(".user-menu summary").press("Enter")
    page.get_by_role("button", name="Take the tour").press("Enter")
    expect(card).to_contain_text("Step 1 of 5")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_card_fits_a_phone_and_is_accessible(log_in_as: Opener, theme: str) -> None:
    page = log_in_as("finance", locale="zh_CN", theme=theme, width=390)
    expect(page.locator("#tour")).to_contain_text("第 1 步，共 5 步")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("#tour").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    found = [
        v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")
    ]
    assert found == []
