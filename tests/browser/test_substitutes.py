"""A short line takes another part by two keys; the last one comes first, for that customer alone."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.stock.services.drafts import MoveDraft, TransferDraft
from core import m
from core.clock import today
from core.db import db
from core.security.users import ensure_user

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture(autouse=True)
def desk(app: Flask, company: Any) -> dict[str, int]:
    """A rep with two customers, a capacitor that is short, and that of another maker, which is there."""
    ensure_user(
        db.session,
        "rita@example.com",
        "a long enough password",
        company,
        name="Rita",
        roles=("sales.manager",),
    )
    makers = [m.Maker(name="Fenghua"), m.Maker(name="Murata")]
    partners = [
        m.Partner(company_id=company.id, code=code, name=name)
        for code, name in (("C1", "Pinsheng"), ("C2", "Other"))
    ]
    db.session.add_all([*makers, *partners])
    db.session.flush()
    parts = [
        m.Product(
            company_id=company.id,
            code=code,
            mpn=mpn,
            maker_id=maker.id,
            list_price=Decimal(price),
            list_currency_code="USD",
            description="100 nF 50 V X7R 0603",
        )
        for code, mpn, maker, price in (
            ("P1", "0603B104K500NT", makers[0], "0.010"),
            ("P2", "GRM188R71H104KA93D", makers[1], "0.012"),
        )
    ]
    db.session.add_all(parts)
    db.session.flush()
    pair = m.Substitute(company_id=company.id, product_id=parts[0].id, substitute_id=parts[1].id)
    m.Substitute.create(db.session, [pair])
    m.Substitute.approve(db.session, [pair])
    move = MoveDraft(parts[1].id, Decimal(5000), unit_cost=Decimal("0.005"))
    m.StockTransfer.do(
        db.session, m.StockTransfer.create(db.session, [TransferDraft(company.id, "receipt", [move])])
    )
    db.session.commit()
    return {
        "company": company.id,
        "partner": partners[0].id,
        "other": partners[1].id,
        "part": parts[0].id,
        "instead": parts[1].id,
    }


def quotation(desk: dict[str, int], partner: str = "partner", on: date | None = None) -> int:
    """One line of 1,000 of the part that is short."""
    line = OrderLineDraft(desk["part"], Decimal(1000))
    (made,) = m.SalesOrder.create(
        db.session, [OrderDraft(desk["company"], desk[partner], [line], date=on or today())]
    )
    db.session.commit()
    return made


def test_ux_9_a_short_line_takes_a_substitute_by_two_keys(open_as: Opener, desk: dict[str, int]) -> None:
    first = quotation(desk, on=today() - timedelta(days=90))
    page = open_as("rita", f"/m/sales.order.form/{first}")
    expect(page.locator("tr[data-line] .badge")).to_have_text("1 substitute")
    page.locator("tr[data-line] .input.n").first.focus()
    page.keyboard.press("Alt+s")
    expect(page.locator("#line-panel [data-option]")).to_be_focused()
    expect(page.locator("#line-panel")).to_contain_text("Murata")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("1,000 × P2 for P1")
    expect(page.locator("tr[data-line] .badge")).to_have_text("for P1")
    m.SalesOrder.confirm(db.session, [first])
    db.session.commit()
    # Months later the same customer wants the same part.
    second = quotation(desk)
    page.goto(f"{page.url.rpartition('/')[0]}/{second}")
    expect(page.locator("tr[data-line] .badge")).to_have_text("last time: P2")
    page.keyboard.press("Alt+s")
    number = db.session.get_one(m.SalesOrder, first).number
    expect(page.locator("#line-panel tbody tr").first).to_contain_text(str(number))
    expect(page.locator("#line-panel tbody tr").first).to_contain_text("1,000")
    page.keyboard.press("Escape")
    expect(page.locator("#line-panel")).not_to_be_visible()
    # Another customer sees nothing of it.
    third = quotation(desk, "other")
    page.goto(f"{page.url.rpartition('/')[0]}/{third}")
    page.keyboard.press("Alt+s")
    expect(page.locator("#line-panel [data-option]")).to_be_focused()
    expect(page.locator("#line-panel")).not_to_contain_text(str(number))


def test_a_badge_follows_what_is_typed(open_as: Opener, desk: dict[str, int]) -> None:
    """On an order that nobody has saved yet; Alt+S saves it and opens the dialog on the line."""
    page = open_as("rita", "/m/sales.order.form/new")
    page.locator("[name='partner_id.text']").focus()
    page.keyboard.type("C1")
    page.keyboard.press("Tab")
    line = page.locator("tr[data-line]").first
    line.locator("[data-choices]").first.focus()
    page.keyboard.type("P1")
    page.keyboard.press("Enter")
    quantity = line.locator("[name$=-quantity]")
    quantity.fill("1,000")
    expect(line.locator(".badge")).to_have_text("1 substitute")
    # What is there in full needs none.
    part = line.locator("[data-choices]").first
    part.fill("P2")
    page.keyboard.press("Enter")
    expect(line.locator("[data-out$=-availability]")).to_have_text("5,000 free")
    expect(line.locator(".badge")).to_have_count(0)
    quantity.fill("6,000")
    expect(line.locator("[data-out$=-availability]")).to_have_text("short of 1,000")
    part.fill("P1")
    page.keyboard.press("Enter")
    expect(line.locator(".badge")).to_have_text("1 substitute")
    page.keyboard.press("Alt+s")
    expect(page.locator("#line-panel [data-option]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("× P2 for P1")
    expect(page.locator("tr[data-line] .badge").first).to_have_text("for P1")
    # It stays as long as the part that was put there does.
    page.locator("tr[data-line] [name$=-quantity]").first.fill("10")
    expect(page.locator("[data-out=total]")).to_contain_text("0.12")
    expect(page.locator("tr[data-line] .badge").first).to_have_text("for P1")


def test_a_line_that_is_not_saved_is_saved_first(open_as: Opener, desk: dict[str, int]) -> None:
    made = quotation(desk)
    cheaper = {"min_quantity": Decimal(1000), "unit_price": Decimal("0.011"), "currency_code": "USD"}
    db.session.add(m.ProductPriceBreak(product_id=desk["instead"], **cheaper))
    db.session.commit()
    page = open_as("rita", f"/m/sales.order.form/{made}")
    page.locator("tr[data-line] [name$=-quantity]").fill("1,200")
    page.keyboard.press("Alt+s")
    expect(page.locator("#line-panel [data-option]")).to_be_focused()
    expect(page.locator("#panel-quantity")).to_have_value("1,200")
    # From a thousand on it costs 0.011: fewer are not offered at that price.
    price = page.locator("#panel-offered td.n").nth(1)
    expect(price).to_contain_text("0.011")
    page.locator("#panel-quantity").fill("999")
    expect(price).to_contain_text("0.012")
    page.locator("#panel-quantity").fill("1,0")
    page.locator("#panel-quantity").fill("1,100")
    expect(price).to_contain_text("0.011")
    page.locator("#panel-reason").focus()
    page.keyboard.type("Only Fenghua is qualified")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("did not want it")
    page.keyboard.press("Alt+s")
    expect(page.locator("#line-panel")).to_contain_text("Only Fenghua is qualified")
