"""A supplier's price moves between the order and the bill, by keys: listed, received, sold, repriced, billed.

100 pieces are ordered at 1.00; the supplier's list goes to 1.08; they come, and half of them are sold at
2.00. The repricing is looked through and applied, taken back, applied again; the bill is over 108.00, and
46.00 were earned.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.clock import today
from core.db import db
from core.security.users import ensure_user
from tests.addons.pricing.conftest import Shop
from tests.addons.supplier_payables.conftest import workbook
from tests.browser.keys import press, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.addons(
        "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
    ),
]


class Story:
    """The documents of the story, and what stands in the books."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        part = shop.parts[0]
        self.shop, self.supplier = shop, shop.supplier
        self.order = int(shop.order((part, 100, "1.00"), on=today()).id)
        customer = shop.partner("C1", is_customer=True, is_supplier=False)
        lines = [OrderLineDraft(part, Decimal(50), Decimal("2.00"))]
        draft = OrderDraft(shop.company_id, customer, lines, date=today())
        (self.sold,) = m.SalesOrder.create(db.session, [draft])
        code = db.session.get_one(m.Product, part).code
        self.file = folder / "Q2.xlsx"
        self.file.write_bytes(workbook([("NORTHWIND",), ("Part no.", "MOQ", "Price USD"), (code, 1, 1.08)]))

    def books(self) -> tuple[dict[str, Decimal], dict[int, Decimal]]:
        """The balances and what each move is worth."""
        db.session.rollback()
        return self.shop.ledger(), self.shop.worth_of()

    def accounts(self) -> list[Decimal]:
        """Inventory, cost of goods sold, goods received and not billed."""
        db.session.rollback()
        return [self.shop.account(a) for a in ("inventory", "cost_of_goods_sold", "goods_received")]


@pytest.fixture
def story(app: Flask, company: Any, tmp_path: Path) -> Story:
    """An order that is confirmed, a quotation to a customer, the supplier's new list, and the people."""
    made = Story(Shop(company), tmp_path)
    roles = {
        "paula": ("purchasing.manager", "pricing.manager"),
        "rita": ("sales.manager",),
        "fina": ("accounting.finance",),
    }
    for name, granted in roles.items():
        ensure_user(
            db.session,
            f"{name}@example.com",
            "a long enough password",
            company,
            name=name.title(),
            roles=granted,
        )
    db.session.commit()
    return made


def test_a_price_moves_after_the_order_by_keys(story: Story, as_: Callable[..., Page]) -> None:
    """ZH-09 to ZH-12: from the list to the bill."""

    def by(name: str, path: str) -> Page:
        page = as_(name, path)
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    page = by("paula", f"/pricing/suppliers/{story.supplier}/list")
    page.locator("#file").set_input_files(story.file)
    press(page, "Take in")
    expect(page.locator("#toasts")).to_contain_text("1 price is taken.")
    received(open_order(page, "purchasing", story.order))
    sold(by("rita", f"/m/sales.order.form/{story.sold}"))
    before = story.books()
    assert story.accounts() == [50, 50, -100]

    page = by("paula", "/m/pricing.run.form/new")
    run = begun(page)
    reviewed(page)
    assert story.accounts() == [54, 54, -108]
    earned(by("rita", f"/m/sales.order.form/{story.sold}"), "46.00")
    page = by("paula", run)
    press(page, "Take back")
    expect(page.locator("#toasts")).to_contain_text("is taken back")
    assert story.books() == before
    earned(by("rita", f"/m/sales.order.form/{story.sold}"), "50.00")

    page = by("paula", "/m/pricing.run.form/new")
    begun(page)
    reviewed(page)
    press(open_order(page, "purchasing", story.order), "Bill")
    expect(page.locator("#toasts")).to_contain_text("The draft of its bill is written")
    billed(by("fina", "/m/accounting.bill.list"))
    assert story.accounts() == [54, 54, 0]
    assert story.shop.account("payable") == -108 and story.shop.differences() == []
    earned(by("rita", f"/m/sales.order.form/{story.sold}"), "46.00")


def open_order(page: Page, of: str, key: int) -> Page:
    """An order's form in the page of who is logged in."""
    page.goto(re.sub(r"(https?://[^/]+).*", rf"\1/m/{of}.order.form/{key}", page.url))
    return page


def received(page: Page) -> None:
    """All of it comes, at the price of the order."""
    press(page, "Receive all")
    expect(page.get_by_role("button", name="Receive all", exact=True)).to_have_count(0)


def sold(page: Page) -> None:
    """Half of it goes to a customer."""
    for act in ("Confirm", "Deliver", "Invoice"):
        press(page, act)
        expect(page.get_by_role("button", name=act, exact=True)).to_have_count(0)
    earned(page, "50.00")


def earned(page: Page, amount: str) -> None:
    """What the order's strip says of its margin."""
    strip = page.locator(".strip > div", has=page.locator("dt", has_text=re.compile("^Margin$")))
    expect(strip.locator("dd")).to_contain_text(amount)


def begun(page: Page) -> str:
    """A run over what came this month and last, with why; returns its address."""
    write(page, "[name=reason]", "List Q2")
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_contain_text("REP/")
    return re.sub(r"https?://[^/]+|\?.*", "", page.url)


def reviewed(page: Page) -> None:
    """The one line that differs: where its price comes from, accepted, what it does, and applied."""
    press(page, "Review")
    line = in_hand(page)
    expect(line).to_contain_text("+8 %")
    page.keyboard.press("o")
    expect(page.locator("h1")).to_contain_text("Q2")
    page.go_back()
    expect(line).to_be_focused()
    decided(page, "Enter", "Accepted 1")
    page.keyboard.press("e")
    expect(page.locator("h1")).to_contain_text("Effects of")
    expect(page.locator(".strip")).to_contain_text("On sold goods")
    expect(page.locator("tbody tr")).to_contain_text(["-4.00"])
    page.go_back()
    expect(line).to_be_focused()
    decided(page, "l", "Accepted 0")
    decided(page, "a", "Accepted 1")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Accept, and go to the next undecided line")
    page.keyboard.press("Escape")
    expect(line).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator("#toasts")).to_contain_text("stock, margins and the ledger follow")


def decided(page: Page, key: str, then: str) -> None:
    """A key on the line in hand, and how many are accepted then."""
    page.keyboard.press(key)
    expect(page.locator(".tabs").first).to_contain_text(then)
    in_hand(page)


def in_hand(page: Page) -> Locator:
    """The line that has the focus: the page takes keys from then on."""
    line = page.locator("tr[tabindex]").first
    expect(line).to_be_focused()
    return line


def billed(page: Page) -> None:
    """The draft asks for the price by now, and is posted under the supplier's number."""
    expect(page.locator("tbody tr[data-href]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Draft")
    write(page, "[name=reference]", "NW-1")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    expect(page.locator("body")).to_contain_text("108.00")
    press(page, "Post")
    expect(page.get_by_role("button", name="Post", exact=True)).to_have_count(0)
