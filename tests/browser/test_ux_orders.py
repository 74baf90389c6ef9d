"""A rep enters and follows orders by keys alone: offers, pastes, packs, margins, from quotation to paid."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.stock.services.drafts import MoveDraft, TransferDraft
from core import m
from core.clock import today
from core.db import db
from core.security.users import ensure_user

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
NEW = "/m/sales.order.form/new"
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(selector).dispatchEvent(event);
}"""
#: So many keys lead to every button of a page.
MOST_TABS = 200


@pytest.fixture(autouse=True)
def desk(app: Flask, company: Any) -> Any:
    """Somebody who sells and invoices, a customer, and parts; of the first 6,000 are in stock."""
    for name, role in (("mara", "sales.manager"), ("rita", "sales.rep")):
        email = f"{name}@example.com"
        ensure_user(db.session, email, "a long enough password", company, name=name, roles=(role,))
    rita = db.session.query(m.User).filter_by(email="rita@example.com").one()
    maker = m.Maker(name="Yageo")
    db.session.add(maker)
    db.session.flush()
    customer = m.Partner(company_id=company.id, code="C1", name="Acme Devices", salesperson_id=rita.id)
    parts = [
        m.Product(
            company_id=company.id,
            code=f"P{n}",
            mpn=f"RC0603FR-07{n}KL",
            maker_id=maker.id,
            description=f"Resistor {n} k",
            list_price=Decimal("0.010"),
            list_currency_code="USD",
            cost=Decimal("0.0083"),
            pack_quantity=Decimal(3000),
            min_order_quantity=Decimal(100),
            order_multiple=Decimal(100),
        )
        for n in range(1, 4)
    ]
    db.session.add_all([customer, *parts])
    company.margin_floor = Decimal("0.15")
    db.session.flush()
    arrive(company.id, parts[0].id, 6000)
    db.session.commit()
    return customer


def arrive(company_id: int, part: int, quantity: int) -> None:
    move = MoveDraft(part, Decimal(quantity), unit_cost=Decimal("0.0083"))
    made = m.StockTransfer.create(db.session, [TransferDraft(company_id, "receipt", [move])])
    m.StockTransfer.do(db.session, made)
    db.session.commit()


def press(page: Page, name: str) -> None:
    """Walk to a button or link by Tab, and press Enter."""
    for _key in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText?.trim() ?? ''").split("\n")[0] == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no Tab leads to {name}")


def customer_by_keys(page: Page) -> None:
    page.locator("[name='partner_id.text']").focus()
    page.keyboard.type("c1")
    page.keyboard.press("Tab")
    expect(page.locator("[name=currency_code]")).to_have_value("USD")


def first_part(page: Page) -> Locator:
    line = page.locator("tr[data-line]").first
    line.locator("[data-choices]").first.focus()
    return line


def test_ux_1_and_4_three_characters_offer_parts_with_what_a_rep_asks(open_as: Opener) -> None:
    page = open_as("rita", NEW)
    customer_by_keys(page)
    line = first_part(page)
    options = page.locator(".options [role=option]")
    page.keyboard.type("rc0")
    expect(options).to_have_count(3)
    for said in ("RC0603FR-071KL", "Yageo", "6,000 free"):
        expect(options.first).to_contain_text(said)
    box, one = page.locator(".options").bounding_box(), options.first.bounding_box()
    assert box is not None
    assert one is not None
    assert box["x"] + box["width"] <= 1280
    assert one["height"] < 40  # one line of text
    # Esc closes and keeps the text; an arrow and Enter choose, and the quantity is next.
    page.keyboard.press("Escape")
    expect(page.locator(".options:not([hidden])")).to_have_count(0)
    expect(line.locator("[data-choices]").first).to_have_value("rc0")
    page.keyboard.type("603")
    expect(options).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(line.locator("[name$=-quantity]")).to_be_focused()
    expect(line.locator("[name$=-unit_price]")).to_have_value("0.01")


def test_ux_6_to_8_two_hundred_rows_are_pasted_and_what_is_wrong_is_marked(open_as: Opener) -> None:
    page = open_as("rita", NEW)
    customer_by_keys(page)
    first_part(page)
    rows = [f"{100 * n}\tP{n % 3 + 1}\t0.02" for n in range(1, 199)]
    rows += ["1,300.00\tP1\t￥0.0５", "7\tP9\t1"]
    pasted = "数量\t料号\t单价\n" + "\n".join(rows) + "\n"
    page.evaluate(PASTE, ["tr[data-line] [data-choices]", pasted])
    lines = page.locator("tr[data-line]")
    expect(lines).to_have_count(200)
    # Digits in full width and a currency are read; a part that there is not stays where it is, with offers.
    expect(lines.nth(198).locator("[name$=-quantity]")).to_have_value("1,300")
    expect(lines.nth(198).locator("[name$=-unit_price]")).to_have_value("0.05")
    doubt = page.locator("[data-doubt]")
    expect(doubt).to_have_count(1)
    expect(doubt).to_have_value("P9")
    assert "P1, P2, P3" in str(doubt.get_attribute("title"))
    doubt.fill("P2")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert db.session.query(m.SalesOrderLine).count() == 200


def test_ux_11_breaks_packs_and_rules_follow_the_quantity(open_as: Opener) -> None:
    part = db.session.query(m.Product).filter_by(code="P1").one()
    part.price_breaks = [
        m.ProductPriceBreak(min_quantity=Decimal(5000), unit_price=Decimal("0.009"), currency_code="USD")
    ]
    db.session.commit()
    page = open_as("rita", NEW)
    customer_by_keys(page)
    line = first_part(page)
    page.keyboard.type("P1")
    page.keyboard.press("Enter")
    quantity = line.locator("td:has([name$=-quantity])")
    page.keyboard.type("4250")
    expect(quantity.locator(".mark")).to_have_text("in steps of 100: 4,300 (Alt+R)")
    page.keyboard.press("Alt+r")
    expect(quantity.locator("input")).to_have_value("4,300")
    expect(quantity.locator(".mark")).to_have_text("3,000 a pack: 2 × 3,000 = 6,000 (Alt+R)")
    page.keyboard.press("Alt+r")
    expect(quantity.locator("input")).to_have_value("6,000")
    expect(quantity.locator(".mark")).to_have_count(0)
    expect(line.locator("[name$=-unit_price]")).to_have_value("0.009")
    page.keyboard.press("Alt+i")
    expect(page.locator("#toasts")).to_contain_text("5,000+")


def test_ux_12_a_thin_margin_colours_the_line_of_who_may_see_it(open_as: Opener) -> None:
    page = open_as("mara", NEW)
    customer_by_keys(page)
    line = first_part(page)
    page.keyboard.type("P1")
    page.keyboard.press("Enter")
    page.keyboard.type("6000")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("0.0088")
    price = line.locator("td:has([name$=-unit_price])")
    expect(price).to_have_attribute("data-tone", "bad")
    expect(price.locator(".mark")).to_have_text("earns 5.7 %, least 15 %")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    # It is said again when the form is opened, and before it is confirmed.
    page.reload()
    expect(price.locator(".mark")).to_have_text("earns 5.7 %, least 15 %")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    press(page, "Confirm")
    expect(page.locator("#toasts")).to_contain_text("is held")
    assert "Below the least margin: line 1." in asked[0]


def test_ux_16_a_quotation_becomes_an_order_by_one_act_that_says_before_what_holds_it(
    open_as: Opener, desk: Any
) -> None:
    desk.credit_limit = Decimal(5)
    db.session.commit()
    page = open_as("mara", NEW)
    customer_by_keys(page)
    first_part(page)
    page.keyboard.type("P1")
    page.keyboard.press("Enter")
    page.keyboard.type("6050")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    press(page, "Confirm")
    assert "It will be held: " in asked[0] and "limit" in asked[0]
    assert "Not sold in such quantities: line 1 (" in asked[0] and "6,100" in asked[0]
    # Whoever may raises the limit; then one act makes the order of it.
    desk.credit_limit = Decimal(500)
    db.session.commit()
    page.reload()
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    press(page, "Confirm")
    expect(page.locator("#toasts")).to_contain_text("is confirmed")
    assert "held" not in asked[1]


def test_an_order_goes_from_quotation_to_paid_by_keys_alone(open_as: Opener, company: Any) -> None:
    """A short line, a part delivery, the back order, an invoice, a return with its credit, the payment."""
    page = open_as("mara", NEW)
    page.on("dialog", lambda dialog: dialog.accept())
    part_delivery_and_back_order(page, company.id)
    return_and_credit(page)
    payment_and_settlement(page)
    books_agree()


def part_delivery_and_back_order(page: Page, company_id: int) -> None:
    toasts = page.locator("#toasts")
    customer_by_keys(page)
    first_part(page)
    page.keyboard.type("P1")
    page.keyboard.press("Enter")
    page.keyboard.type("9,000")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("0.02")
    expect(page.locator("[data-out=total]")).to_have_text("180.00")
    page.keyboard.press("Control+s")
    expect(toasts).to_contain_text("Saved.")
    press(page, "Confirm")
    expect(toasts).to_contain_text("3,000 pieces are short, the rest is reserved.")
    press(page, "Deliver")
    expect(toasts).to_contain_text("is done.")
    # The back order waits for goods.
    arrive(company_id, db.session.query(m.Product.id).filter_by(code="P1").scalar(), 3000)
    press(page, "Reserve")
    expect(toasts).to_contain_text("Everything is reserved.")
    press(page, "Deliver")
    expect(page.locator(".strip")).to_contain_text("Delivered")
    press(page, "Invoice")
    expect(toasts).to_contain_text("INV/")


def return_and_credit(page: Page) -> None:
    toasts, order = page.locator("#toasts"), page.url
    # Five hundred of the first delivery come back.
    press(page, "Return…")
    page.wait_for_url("**/sales/return/**")
    expect(page.locator("[name^=quantity-]").first).to_be_focused()
    page.keyboard.type("500")
    page.keyboard.press("Enter")
    expect(toasts).to_contain_text("waits for the goods.")
    press(page, "Do")
    expect(page.locator(".state.s-done").first).to_be_visible()
    page.goto(order)
    press(page, "Credit")
    expect(toasts).to_contain_text("CN/")


def payment_and_settlement(page: Page) -> None:
    toasts = page.locator("#toasts")
    # The note has settled what came back; the customer pays what is left.
    page.goto(page.url.split("/m/")[0] + "/m/accounting.payment.form/new")
    page.locator("[name='partner_id.text']").focus()
    page.keyboard.type("c1")
    page.keyboard.press("Tab")
    expect(page.locator("[name=amount]")).to_have_value("170.00")
    page.keyboard.press("Control+s")
    expect(toasts).to_contain_text("Saved.")
    press(page, "Post")
    expect(page.locator(".state.s-posted").first).to_be_visible()


def books_agree() -> None:
    db.session.rollback()
    query = """
        SELECT a.purpose, sum(l.debit - l.credit) FROM accounting_entry_line l
          JOIN accounting_account a ON a.id = l.account_id GROUP BY 1
    """
    balances = dict(db.session.execute(text(query)).all())
    assert (balances["receivable"], balances["bank"], balances["sales"]) == (0, 170, -170)
    assert balances["goods_shipped"] == 0
    assert balances["inventory"] == db.session.scalar(text("SELECT sum(amount) FROM stock_value"))
    left = db.session.scalar(text("SELECT count(*) FROM accounting_open_item WHERE allocated <> amount"))
    assert (left, db.session.query(m.SalesOrder.state).scalar()) == (0, "done")


def test_a_blanket_order_is_called_off_in_its_form(open_as: Opener, company: Any, desk: Any) -> None:
    """Lines of months: dates and quantities typed into the line, planned by them."""
    part = db.session.query(m.Product.id).filter_by(code="P1").scalar()
    draft = OrderDraft(company.id, desk.id, [OrderLineDraft(part, Decimal(6000), Decimal("0.02"))])
    (order,) = m.SalesOrder.create(db.session, [draft])
    m.SalesOrder.confirm(db.session, [order])
    db.session.commit()
    line = db.session.query(m.SalesOrderLine.id).scalar()
    page = open_as("mara", f"/m/sales.order_line.form/{line}")
    press(page, "+ Add a line")
    for days, quantity in ((0, "2,000"), (30, "4,000")):
        day = today() + timedelta(days=days)
        page.keyboard.type(f"{day:%m%d%Y}")
        page.keyboard.press("Enter")
        page.keyboard.type(quantity)
        page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    query = """
        SELECT date, sum(quantity) FROM stock_move
         WHERE order_line_id = :line AND state IN ('planned', 'reserved') GROUP BY 1 ORDER BY 1
    """
    db.session.rollback()
    planned = db.session.execute(text(query), {"line": line}).all()
    assert [(day, quantity) for day, quantity in planned] == [
        (today(), Decimal(2000)),
        (today() + timedelta(days=30), Decimal(4000)),
    ]
