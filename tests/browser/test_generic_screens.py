"""The generic screens as a user meets them: by keys, in both languages, light and dark, wide and narrow."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core import m
from core.db import db
from core.security.actor import SYSTEM, set_actor
from core.security.users import DEMO_ADMINISTRATOR

pytestmark = pytest.mark.browser

LIST = "/m/shelf.part.list"
PART = "/m/shelf.part.form/1"
ORDER = "/m/shelf.order.form/1"
Opener = Callable[..., Page]


@pytest.fixture
def addons() -> tuple[str, ...]:
    """These tests need no product addon."""
    return ("shelf", "shelf_label")


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> Any:
    """Twelve parts and an order of two lines."""
    from addons.shelf import rows

    set_actor(db.session, SYSTEM)
    rows.base_rows(app)
    rows.parts(12)
    return rows.order()


def focused(page: Page) -> str:
    """The id, else the text, of what has the focus."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_the_log_ins_of_a_demo_company_fill_the_form(server: str, page: Page) -> None:
    for company in db.session.scalars(select(m.Company)):
        company.is_demo = True
    DEMO_ADMINISTRATOR.ensure(db.session, company)
    db.session.commit()
    page.goto(f"{server}/login")
    page.keyboard.press("Alt+1")
    expect(page.locator("#email")).to_have_value(DEMO_ADMINISTRATOR.email)
    page.keyboard.press("Enter")
    expect(page.locator(".demo-band")).to_be_visible()


def test_a_list_is_walked_by_keys(open_as: Opener) -> None:
    page = open_as("clerk", LIST)
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr.here a")).to_have_text("RC0603FR-07001KL")
    page.keyboard.press("k")
    assert focused(page) == "r1"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/m/shelf\.part\.form/1$"))


def test_a_search_as_one_types_keeps_the_focus_and_the_address(open_as: Opener) -> None:
    page = open_as("clerk", LIST)
    page.keyboard.press("/")
    page.keyboard.type("07003")
    expect(page.locator("[data-list] tr[data-href]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=07003$"))
    assert focused(page) == "search"
    page.keyboard.type("x")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("[data-list] tr[data-href]")).to_have_count(12)
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=07003x$"))
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()


def test_filters_columns_and_order_are_in_the_address(open_as: Opener) -> None:
    page = open_as("clerk", LIST)
    page.locator("summary", has_text="State").click()
    page.locator('[name="f.state"][value=active]').check()
    expect(page.locator("[data-list] tr[data-href]")).to_have_count(4)
    page.locator('[name="f.state"][value=sample]').check()
    expect(page.locator("[data-list] tr[data-href]")).to_have_count(8)
    page.keyboard.press("Escape")
    page.locator("#drop-columns summary").click()
    page.locator("[data-column=description]").uncheck()
    expect(page.locator("thead th", has_text="Description")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Stock", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Stock")
    for part in ("f.state=active", "f.state=sample", "sort=stock", "columns="):
        assert part in page.url
    page.reload()
    expect(page.locator("[data-list] tr[data-href]")).to_have_count(8)
    expect(page.locator("thead th", has_text="Description")).to_have_count(0)


def test_a_form_is_saved_by_ctrl_s(open_as: Opener) -> None:
    page = open_as("clerk", PART)
    page.get_by_label("Price").fill("1,234.5")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.get_by_label("Price")).to_have_value("1,234.50")


def test_the_first_error_has_the_focus_and_its_text(open_as: Opener) -> None:
    page = open_as("clerk", PART)
    page.get_by_label("Price").fill("abc")
    page.get_by_label("Part number").fill("")
    page.keyboard.press("Control+s")
    expect(page.locator("#mpn")).to_be_focused()
    expect(page.locator("#mpn")).to_have_accessible_description("As the maker writes it. Fill in this field.")
    expect(page.locator("#price")).to_have_accessible_description(
        "“abc” is not a number: write it like 1,234.50."
    )
    expect(page.locator("#price")).to_have_value("abc")


def test_a_related_record_is_chosen_by_keys(open_as: Opener) -> None:
    page = open_as("clerk", PART)
    maker = page.get_by_role("combobox", name="Maker")
    maker.fill("mura")
    expect(page.get_by_role("option", name="Murata")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(maker).to_have_value("Murata")
    maker.fill("tdk")
    expect(page.locator(".options .none")).to_have_text("Nothing found.")
    page.keyboard.press("Escape")
    expect(page.locator(".options")).to_be_hidden()
    expect(maker).to_have_value("tdk")
    page.keyboard.press("Control+s")
    expect(maker).to_have_accessible_description("“tdk” names no record: choose one from the list.")
    maker.fill("mura")
    expect(page.get_by_role("option", name="Murata")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(maker).to_have_value("Murata")


def test_ux_15_lines_are_entered_by_keys_alone(open_as: Opener) -> None:
    page = open_as("clerk", ORDER)
    page.locator("#lines-2-price").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("07005")
    expect(page.get_by_role("option", name="RC0603FR-07005KL")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("1,000")
    page.keyboard.press("Enter")
    page.keyboard.type("0.25")
    page.keyboard.press("Control+d")
    expect(page.locator("tr[data-line]")).to_have_count(4)
    page.keyboard.press("Control+Delete")
    expect(page.locator("tr[data-line]")).to_have_count(3)
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.locator("#total, output.n").first).to_have_text("265.00USD")
    values = [page.locator("tr[data-line]").nth(i).locator("[role=combobox]").input_value() for i in range(3)]
    assert values == ["RC0603FR-07000KL", "RC0603FR-07005KL", "RC0603FR-07001KL"]


def test_ux_15_a_deleted_line_comes_back(open_as: Opener) -> None:
    page = open_as("clerk", ORDER)
    page.locator("#lines-1-quantity").focus()
    page.keyboard.press("Control+Delete")
    expect(page.locator("tr[data-line]")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tr[data-line]")).to_have_count(2)
    expect(page.locator("#lines-1-quantity")).to_have_value("10")


def test_an_act_waits_until_changes_are_saved(open_as: Opener) -> None:
    page = open_as("clerk", ORDER)
    page.locator("#lines-1-quantity").fill("99")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#toasts")).to_contain_text("Save your changes first, or discard them.")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#toasts")).to_contain_text("Order confirmed.")
    expect(page.locator("[data-save]")).to_have_count(0)


def test_ux_14_a_conflict_is_shown_and_nothing_overwritten(open_as: Opener) -> None:
    page = open_as("clerk", PART)
    part = db.session.get(m.ShelfPart, 1)
    part.note = "hers"
    db.session.commit()
    page.get_by_label("Description").fill("his")
    page.keyboard.press("Control+s")
    expect(page.locator("#conflict")).to_be_focused()
    expect(page.locator("#conflict tbody tr")).to_have_text(re.compile("Note.*–.*hers", re.DOTALL))
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    db.session.rollback()
    assert (part.note, part.description) == ("hers", "his")


def test_ctrl_k_opens_what_is_typed(open_as: Opener) -> None:
    page = open_as("clerk")
    page.keyboard.press("Control+k")
    page.keyboard.type("rc0603fr-07004kl")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/m/shelf\.part\.form/5$"))
    page.keyboard.press("Control+k")
    page.keyboard.type("makers")
    expect(page.get_by_role("option", name="Makers")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_the_question_mark_shows_the_keys_of_the_page(open_as: Opener) -> None:
    page = open_as("clerk", LIST)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys of this page")
    expect(keys).to_contain_text("Open the row")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_a_group_of_the_menu_stays_as_it_was_left(open_as: Opener) -> None:
    page = open_as("admin", LIST)
    group, entry = (
        page.locator("summary", has_text="Users and rights"),
        page.get_by_role("link", name="Roles"),
    )
    expect(entry).to_be_hidden()
    group.press("Enter")
    expect(entry).to_be_visible()
    page.reload()
    expect(entry).to_be_visible()
    group.press("Enter")
    page.reload()
    expect(entry).to_be_hidden()


def test_language_and_theme_are_switched_on_any_page(open_as: Opener) -> None:
    page = open_as("clerk", LIST)
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("link", name="新建")).to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.url.endswith(LIST)


PAGES = [
    "/",
    LIST,
    f"{LIST}?q=zzz",
    f"{LIST}?group=state&f.state=active",
    PART,
    ORDER,
    "/m/shelf.order.form/new",
    "/password",
    "/api/docs",
]


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_at_390_px_nothing_scrolls_sideways(open_as: Opener, server: str, locale: str) -> None:
    page = open_as("admin", locale=locale, width=390)
    for path in PAGES:
        page.goto(server + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_as: Opener, server: str, theme: str) -> None:
    page = open_as("admin", theme=theme)
    for path in PAGES:
        page.goto(server + path)
        found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        told = [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found]
        assert told == [], path
    page.keyboard.press("Control+k")
    assert [
        v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")
    ] == []


def test_tab_is_trapped_nowhere(open_as: Opener) -> None:
    page = open_as("clerk", ORDER)
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement === document.body"))
        if seen[-1]:
            break
    assert seen[-1], "Tab never leaves the page"


def test_the_log_in_refuses_and_says_so(page: Page, server: str) -> None:
    page.goto(f"{server}/login")
    page.get_by_label("E-mail address").fill("clerk@example.com")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong. Try again.")
    expect(page.get_by_label("Password")).to_be_focused()
