"""A supplier's list is reconciled by keys alone: problems first, a reason typed, the exact by one key."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core import m
from core.db import db
from core.security.users import ensure_user
from tests.addons.matching.papers import printed
from tests.addons.matching.papers import statement as statement_of
from tests.addons.supplier_payables.conftest import Office, day

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"
Opener = Callable[..., Page]


@pytest.fixture
def statement(app: Flask, company: Any) -> int:
    """October of a supplier whose list has one price too high, and three lines that are exact."""
    office = Office(company)
    ensure_user(
        db.session,
        "paula@example.com",
        "a long enough password",
        company,
        name="Paula",
        roles=("supplier_payables.approver", "purchasing.manager"),
    )
    rows = []
    for number, (part, price) in enumerate(zip(office.parts, ("1.00", "2.00", "3.00"), strict=True)):
        move = office.got(part, 10, price, day(3 + number), f"DN-{number}")
        rows.append((move.purchase_line.order.number, f"P{number}", 10, 1 + number, day(3 + number)))
    rows[0] = (*rows[0][:3], 1.5, rows[0][4])
    (made,) = office.run()
    office.upload(made, *rows)
    db.session.commit()
    return int(made.id)


def states(page: Page) -> list[str]:
    """The state of each match, as the table shows it."""
    found: list[str] = page.eval_on_selector_all(
        "tr[data-match]", "rows => rows.map((row) => row.lastElementChild.innerText.split(/[:\\n]/)[0])"
    )
    return found


def test_ux_28_to_34_problems_first_and_keys_alone(open_as: Opener, statement: int) -> None:
    page = open_as("paula", f"/supplier_payables/statements/{statement}")
    first = page.locator("tr[data-match]").first
    expect(first).to_be_focused()
    expect(first).to_contain_text("price +50.0 %")
    page.keyboard.press("Space")
    expect(page.locator("[data-remainder]")).to_have_text("5.00")
    page.keyboard.press("x")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("1.00 was agreed")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-match]", has_text="1.00 was agreed")).to_have_count(1)
    assert sorted(states(page)) == ["Disputed", "Open", "Open"]
    page.get_by_role("button", name="Accept 2").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".screen-head .count")).to_contain_text("0 of 3 open")
    assert sorted(states(page)) == ["Accepted", "Accepted", "Disputed"]
    # Undone until it is posted.
    accepted = page.locator("tr[data-match]", has_text="Accepted").first
    accepted.focus()
    page.keyboard.press("u")
    expect(page.locator(".screen-head .count")).to_contain_text("1 of 3 open")
    page.locator("tr[data-open]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".screen-head .count")).to_contain_text("0 of 3 open")
    page.locator("#reference").focus()
    page.keyboard.type("R-2025-10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Post")).to_have_count(0)
    db.session.expire_all()
    made = db.session.get_one(m.PayablesStatement, statement)
    assert (made.state, made.bill.net, made.bill.reference) == ("posted", 50, "R-2025-10")
    assert made.bill.date >= date(2025, 10, 31)


@pytest.fixture
def listed(app: Flask, company: Any) -> int:
    """October of a supplier whose list came as a PDF of three pages."""
    office = Office(company)
    roles = ("supplier_payables.approver", "purchasing.manager")
    ensure_user(db.session, "paula@example.com", PASSWORD, company, name="Paula", roles=roles)
    rows = []
    for number in range(60):
        move = office.got(office.parts[number % 3], 100, "0.5", day(1 + number % 28), f"DN-{number}")
        price = Decimal("0.6") if number == 50 else Decimal("0.5")
        order = move.purchase_line.order.number
        row = (
            day(1 + number % 28),
            order,
            f"DN-{number}",
            f"P{number % 3}",
            "Resistor",
            100,
            price,
            price * 100,
        )
        rows.append(row)
    (made,) = office.run()
    m.PayablesStatement.upload(db.session, made, "October.pdf", printed(statement_of(rows)))
    db.session.commit()
    return int(made.id)


def test_ux_27_the_source_of_each_line_is_marked_on_its_page(open_as: Opener, listed: int) -> None:
    page = open_as("paula", f"/supplier_payables/statements/{listed}")
    first = page.locator("tr[data-match]").first
    expect(first).to_contain_text("price +20.0 %")
    expect(first).to_be_focused()
    page.keyboard.press("o")
    line = page.locator("tr[data-line]:focus")
    expect(line).to_contain_text("0.6")
    marked = page.locator("rect.on")
    expect(marked).to_have_count(1)
    assert marked.get_attribute("data-line") == line.get_attribute("data-line")
    picture = page.locator(".source-page img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    # The mark lies within the picture, and moves with the line in hand.
    inside, before = picture.bounding_box(), marked.bounding_box()
    assert inside and before
    assert inside["y"] < before["y"] < before["y"] + before["height"] < inside["y"] + inside["height"]
    page.keyboard.press("ArrowDown")
    below = page.locator("rect.on").bounding_box()
    assert below and below["y"] > before["y"]
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".screen-head .count")).to_contain_text("page 1 of")
    page.keyboard.press("Enter")
    expect(page.locator("[data-workbench]")).to_be_visible()
