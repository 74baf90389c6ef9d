"""What every form gets for free: its panel, files with Undo, and typing that survives a crash."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core import m
from core.db import db
from core.security.actor import SYSTEM, set_actor

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
PART = "/m/shelf.part.form/1"


@pytest.fixture
def addons() -> tuple[str, ...]:
    """These tests need no product addon."""
    return ("shelf", "shelf_label")


@pytest.fixture(autouse=True)
def order(app: Flask) -> str:
    """The address of an order with two lines; there are three parts."""
    from addons.shelf import rows

    set_actor(db.session, SYSTEM)
    rows.base_rows(app)
    rows.parts(3)
    return f"/m/shelf.order.form/{rows.order().id}"


def crash(page: Page) -> None:
    """Let the page die as it does in a crash: nothing that it could do at its end is done."""
    page.wait_for_timeout(1200)
    page.close(run_before_unload=False)


def again(page: Page, path: str) -> Page:
    """A new page of the same browser."""
    opened = page.context.new_page()
    opened.goto(page.url.split("/m/")[0] + path)
    return opened


def test_ux_13_typing_survives_a_crash(open_as: Opener, order: str) -> None:
    page = open_as("clerk", order)
    page.fill("#number", "SO-77")
    page.fill("[data-line] >> nth=0 >> [name$=-quantity]", "99")
    page.click("[data-add-line]")
    line = page.locator("tr[data-line]").nth(2)
    line.locator("[name$='part_id.text']").press_sequentially("07002")
    page.locator(".options li[data-key]").first.click()
    line.locator("[name$=-quantity]").fill("5")
    line.locator("[name$=-price]").fill("0.25")
    page.locator("tr[data-line]").nth(1).locator("[data-delete-line]").click()
    crash(page)

    page = again(page, order)
    expect(page.locator("#number")).to_have_value("SO-1")
    expect(page.locator(".draft-offer")).to_contain_text("You have changes of")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#number")).to_have_value("SO-77")
    expect(page.locator("tr[data-line]")).to_have_count(2)
    page.keyboard.press("Control+s")
    expect(page.locator(".toast-msg.success")).to_contain_text("Saved")
    db.session.rollback()
    lines = db.session.scalars(select(m.ShelfOrderLine).order_by(m.ShelfOrderLine.position)).all()
    assert [(line.part_id, int(line.quantity)) for line in lines] == [(1, 99), (3, 5)]

    # What is saved is no draft any more.
    page = again(page, order)
    expect(page.locator("#number")).to_have_value("SO-77")
    expect(page.locator(".draft-offer")).to_have_count(0)


def test_a_draft_meets_what_others_changed(open_as: Opener, order: str) -> None:
    page = open_as("clerk", order)
    page.fill("#number", "SO-77")
    crash(page)
    db.session.scalars(select(m.ShelfOrder)).one().number = "SO-5"
    db.session.commit()
    page = again(page, order)
    page.get_by_role("button", name="Restore").click()
    page.keyboard.press("Control+s")
    expect(page.locator("#conflict")).to_contain_text("SO-5")


def test_nobody_is_shown_the_draft_of_another(open_as: Opener, order: str) -> None:
    page = open_as("clerk", order)
    page.fill("#number", "SO-77")
    crash(page)
    page = again(page, order)
    page.click(".user-menu summary")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_selector("[name=email]")
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('draft ')).length") == 0
    page.evaluate("localStorage.setItem('draft 999.1 /x', '{\"at\": 9e15}')")
    page = open_as("admin", order)
    expect(page.locator(".draft-offer")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('draft ')).length") == 0


def test_ux_13_a_session_that_ended_loses_nothing(open_as: Opener, order: str, faults: list[str]) -> None:
    page = open_as("clerk", order)
    page.fill("#number", "SO-77")
    page.context.clear_cookies(name="session")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[name=email]")
    page.fill("[name=email]", "clerk@example.com")
    page.fill("[name=password]", "a long enough password")
    page.press("[name=password]", "Enter")
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#number")).to_have_value("SO-77")
    faults.clear()


def test_files_come_by_drop_and_go_with_undo(open_as: Opener) -> None:
    page = open_as("clerk", PART)
    expect(page.locator(".panel-files")).to_contain_text("Drop some here")
    page.set_input_files("#panel-file", [{"name": "offer.txt", "mimeType": "text/plain", "buffer": b"7.50"}])
    expect(page.locator(".panel-files li")).to_contain_text("offer.txt")
    drop(page, "photo.png")
    expect(page.locator(".panel-files li")).to_have_count(2)
    page.get_by_role("button", name="Remove offer.txt").click()
    expect(page.locator(".panel-files li")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".panel-files li")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download offer.txt").click()
    assert download.value.path().read_bytes() == b"7.50"


def drop(page: Page, name: str) -> None:
    """Drop a file on the panel."""
    files = page.evaluate_handle(
        """(name) => { const files = new DataTransfer();
        files.items.add(new File(["\\x89PNG"], name)); return files }""",
        name,
    )
    page.dispatch_event("#panel", "drop", {"dataTransfer": files})


def test_the_panel_tells_changes_takes_notes_and_folds(open_as: Opener) -> None:
    page = open_as("clerk", PART)
    page.fill("#description", "Thin film")
    page.keyboard.press("Control+s")
    expect(page.locator(".timeline")).to_contain_text("Thin film")
    page.fill(".panel-note textarea", "Ask for samples")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note-text")).to_have_text("Ask for samples")
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    page.keyboard.press("Alt+a")
    expect(page.locator("#panel")).to_be_hidden()
    page.reload()
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("Alt+a")
    expect(page.locator(".note-text")).to_be_visible()
