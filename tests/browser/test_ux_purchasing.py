"""Goods, freight and bills by keys: received, made dearer, billed from a file, sent back."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core.clock import today
from core.db import db
from core.security.users import ensure_user
from tests.addons.purchasing.conftest import Desk
from tests.einvoices import Paper, PaperLine, cii, hybrid

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture
def order(app: Flask, company: Any) -> Any:
    """100 of a part are ordered of a supplier; somebody buys, and another one posts."""
    roles = ("purchasing.manager", "accounting.finance")
    ensure_user(db.session, "bea@example.com", "a long enough password", company, name="Bea", roles=roles)
    desk = Desk(company)
    desk.partner("NORTH")
    made = desk.order((desk.parts[0], 100, 1), on=today() - timedelta(days=3))
    made.lines[0].partner_number = "10-4711"
    db.session.commit()
    return made


def press(page: Page, name: str) -> None:
    """A button by keys alone."""
    page.get_by_role("button", name=name, exact=True).first.focus()
    page.keyboard.press("Enter")


def choose(page: Page, text: str) -> None:
    """Type into a choice that has the focus, and take what is offered first."""
    page.keyboard.type(text)
    expect(page.locator(".options [role=option]").first).to_contain_text(text, ignore_case=True)
    page.keyboard.press("Enter")


def receive(page: Page) -> None:
    """All 100 come with a delivery note."""
    page.locator("[name=reference]").focus()
    page.keyboard.type("LS 77")
    page.locator("[name=quantity]").first.focus()
    page.keyboard.type("100")
    press(page, "Receive")
    expect(page.locator("h1")).to_contain_text("REC/")


def land(page: Page) -> None:
    """Freight by value, for what came just now."""
    page.goto(re.sub(r"/m/.*", "/m/purchasing.landed_cost.form/new", page.url))
    page.locator("[name='partner_id.text']").focus()
    choose(page, "NORTH")
    page.locator("[name=reference]").focus()
    page.keyboard.type("HBL 5")
    page.locator("[name$=-amount]").first.focus()
    page.keyboard.type("12.50")
    page.keyboard.press("Alt+l")
    expect(page.locator("[name^=receipts-][name$='transfer_id.text']").first).to_have_value(
        re.compile("REC/")
    )
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.get_by_text("What each line would take")).to_be_visible()
    press(page, "Post")
    expect(page.locator("h1")).to_contain_text("LC/")


def test_from_the_receipt_to_the_return(open_as: Opener, order: Any, company: Any, tmp_path: Path) -> None:
    page = open_as("bea", f"/purchasing/receive/{order.partner_id}")
    page.on("dialog", lambda dialog: dialog.accept())
    receive(page)
    land(page)

    # The supplier's bill is a Factur-X file, a cent too dear.
    line = PaperLine("100", "1.01", seller="10-4711", order=order.number)
    paper = Paper(
        [line],
        date=today().isoformat(),
        currency="USD",
        seller="Supplier S1",
        buyer=company.name,
        delivery="LS 77",
    )
    file = tmp_path / "R-118.pdf"
    file.write_bytes(hybrid(cii(paper)))
    page.goto(re.sub(r"/m/.*", "/accounting/bill-files", page.url))
    page.set_input_files("[name=file]", file)
    press(page, "Read")
    expect(page.get_by_text("Compared with what was ordered")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Price: 1.00 were ordered")
    expect(page.locator("main")).to_contain_text("R-118.pdf")
    press(page, "Post")
    expect(page.locator("h1")).to_contain_text("BILL/")

    # Ten go back, and the return note is there to be printed.
    page.goto(re.sub(r"/m/.*", f"/m/purchasing.order.form/{order.id}", page.url))
    page.get_by_role("link", name="Return…").first.press("Enter")
    page.wait_for_url("**/purchasing/return/**")
    expect(page.locator("[name^=quantity-]").first).to_be_focused()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("is reserved")
    press(page, "Do")
    expect(page.get_by_role("link", name="Print")).to_be_visible()

    desk = Desk.__new__(Desk)
    db.session.expire_all()
    found = {name: desk.account(name) for name in ("inventory", "accrued_landed_cost", "goods_received")}
    # 112.50 less a tenth; Rhein owes 10.00 of it, and 1.25 of freight are lost.
    assert found == {
        "inventory": Decimal("101.25"),
        "accrued_landed_cost": Decimal("-12.50"),
        "goods_received": 10,
    }
    assert (desk.account("price_difference"), desk.account("inventory_difference")) == (1, Decimal("1.25"))
