"""An invoice is entered by keys: what follows is filled in, amounts are live, cells are pasted."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from addons.accounting.services.drafts import InvoiceDraft, Line
from core import m
from core.clock import today
from core.db import db
from core.security.users import ensure_user

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
#: Where the form asks what follows, and how long it waits after a key, and after a question without answer.
DERIVE, DELAY, PAUSE = "**/derive", 150, 1000
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(selector).dispatchEvent(event);
}"""


@pytest.fixture(autouse=True)
def parts(app: Flask, company: Any) -> None:
    """Somebody from finance, a customer who trades in euros, and three parts."""
    email, roles = "fiona@example.com", ("accounting.finance",)
    ensure_user(db.session, email, "a long enough password", company, name="Fiona", roles=roles)
    db.session.add(m.Partner(company_id=company.id, code="C1", name="Acme Devices", currency_code="EUR"))
    # A document in euros is booked at the rate of its day.
    rate = {"currency_code": "EUR", "date": today(), "rate": Decimal("1.1")}
    db.session.add(m.AccountingCurrencyRate(company_id=company.id, **rate))
    for code, mpn in (("P1", "RC0603"), ("P2", "LM358"), ("P3", "STM32")):
        db.session.add(m.Product(company_id=company.id, code=code, mpn=mpn, description=f"Part {mpn}"))
    db.session.commit()


def test_ux_5_an_invoice_is_entered_without_the_mouse(open_as: Opener) -> None:
    page = open_as("fiona", "/m/accounting.invoice.form/new")
    page.locator("[name='partner_id.text']").focus()
    page.keyboard.type("c1")
    page.keyboard.press("Tab")
    expect(page.locator("[name=currency_code]")).to_have_value("EUR")
    line = page.locator("tr[data-line]").first
    line.locator("[data-choices]").first.focus()
    page.keyboard.type("rc0603")
    expect(page.locator(".options [role=option]").first).to_contain_text("Part RC0603")
    page.keyboard.press("Enter")
    expect(line.locator("[name$=-description]")).to_have_value("Part RC0603")
    page.keyboard.type("1,000")
    page.keyboard.press("Enter")
    page.keyboard.type("0.25")
    expect(line.locator("[data-out$=-net]")).to_have_text("250.00")
    expect(page.locator("[data-out=total]")).to_have_text("250.00")
    # Enter in the last cell adds a line, and cells of a spreadsheet become further ones.
    for _cell in ("discount", "tax", "next line"):
        page.keyboard.press("Enter")
    rows = page.locator("tr[data-line]")
    expect(rows).to_have_count(2)
    pasted = "Price\tQty\tPart\n0.5\t10\tP2\n\n1\t1\tP9\n"
    page.evaluate(PASTE, ["tr[data-line]:nth-child(2) [data-choices]", pasted])
    expect(rows).to_have_count(3)
    expect(page.locator("[data-out=total]")).to_have_text("256.00")
    expect(page.locator("[data-doubt]")).to_have_value("P9")
    kept = page.evaluate("Object.entries(localStorage).find(([name]) => name.startsWith('draft '))[1]")
    assert '"0.50"' in kept or '"0.5"' in kept  # the good lines are in the draft before anything else happens
    assert "Nearest: P1, P2, P3" in str(page.locator("[data-doubt]").get_attribute("title"))
    page.locator("[data-doubt]").fill("")
    page.keyboard.type("P3")
    page.keyboard.press("Enter")
    expect(rows.nth(2).locator("[name$=-description]")).to_have_value("Part STM32")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".state.s-posted").first).to_be_visible()
    assert asked == ["Post invoice over 256.00\u00a0EUR to Acme Devices? It can then only be reversed."]
    assert db.session.query(m.AccountingInvoice).one().total == Decimal(256)


def test_a_payment_takes_what_is_due_by_keys(open_as: Opener, company: Any) -> None:
    """Two invoices in euros: what is offered is the customer's, what is due earliest is taken by one key."""
    partner = db.session.query(m.Partner).one()
    for amount, days in ((50, 60), (80, 30)):
        due, line = today() + timedelta(days=days), Line("Parts", Decimal(1), Decimal(amount))
        draft = InvoiceDraft(company.id, partner.id, today(), "EUR", [line], due_date=due)
        m.AccountingInvoice.post(db.session, m.AccountingInvoice.create(db.session, [draft]))
    db.session.commit()
    page = open_as("fiona", "/m/accounting.payment.form/new")
    page.locator("[name='partner_id.text']").focus()
    page.keyboard.type("c1")
    page.keyboard.press("Tab")
    expect(page.locator("[name=amount]")).to_have_value("130.00")
    first = page.locator("tr[data-line] [data-choices]").first
    first.focus()
    page.keyboard.press("ArrowDown")
    options = page.locator(".options [role=option]")
    expect(options).to_have_count(2)
    expect(options.nth(1)).to_contain_text("80.00")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-line] [name$=-amount]").first).to_have_value("50.00")
    page.locator("[name=amount]").fill("100")
    page.keyboard.press("Alt+l")
    amounts = page.locator("tr[data-line] [name$=-amount]")
    expect(amounts).to_have_count(2)
    expect(amounts.nth(0)).to_have_value("80.00")
    expect(amounts.nth(1)).to_have_value("20.00")
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    lines = db.session.query(m.AccountingPaymentLine).order_by(m.AccountingPaymentLine.position).all()
    assert [line.amount for line in lines] == [80, 20]


def test_an_act_waits_for_what_a_refused_save_gave_back(open_as: Opener, company: Any) -> None:
    """A date too far makes no field wrong by itself: the price that was typed counts all the same."""
    partner = db.session.query(m.Partner).one()
    draft = InvoiceDraft(company.id, partner.id, today(), "EUR", [Line("Parts", Decimal(1), Decimal(50))])
    (invoice,) = m.AccountingInvoice.create(db.session, [draft])
    db.session.commit()
    page = open_as("fiona", f"/m/accounting.invoice.form/{invoice}")
    page.locator("[name=date]").fill("9999-12-31")
    page.locator("[name$=-unit_price]").fill("70")
    page.keyboard.press("Control+s")
    expect(page.locator("form[data-unsaved]")).to_be_visible()
    expect(page.locator("[name$=-unit_price]")).to_have_value("70")
    expect(page.locator("[data-out$=-net]")).to_have_text("70.00")
    expect(page.locator("[data-out=total]")).to_have_text("70.00")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Save your changes first, or discard them.")
    db.session.rollback()
    assert db.session.get_one(m.AccountingInvoice, invoice).state == "draft"


def test_ux_2_and_3_a_part_is_found_in_any_spelling_and_a_slip_is_never_taken(
    open_as: Opener, company: Any
) -> None:
    """Also by what the customer calls it."""
    customer = db.session.query(m.Partner).filter_by(code="C1").one()
    part = m.Product(company_id=company.id, code="P4", mpn="RC0603FR-0710KL", description="Part 10K")
    part.part_numbers = [m.ProductPartNumber(partner_id=customer.id, number="10-4711")]
    db.session.add(part)
    db.session.commit()
    page = open_as("fiona", "/m/accounting.invoice.form/new")
    page.locator("[name='partner_id.text']").focus()
    page.keyboard.type("c1")
    page.keyboard.press("Tab")
    expect(page.locator("[name=currency_code]")).to_have_value("EUR")
    line = page.locator("tr[data-line]").first
    choice = line.locator("[data-choices]").first
    offered = page.locator(".options [role=option]")
    # A slip: offered as similar, not chosen by the Enter that goes with the typing.
    choice.focus()
    page.keyboard.type("RC06O3FR0710KL")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("similar")
    expect(offered).to_have_attribute("aria-selected", "false")
    page.keyboard.press("Enter")
    expect(choice).to_have_attribute("data-doubt", "")
    expect(choice).to_have_value("RC06O3FR0710KL")
    # An arrow chooses it.
    choice.fill("")
    expect(offered).to_have_count(4)
    page.keyboard.type("RC06O3FR0710KL")
    expect(offered).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(offered).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(choice).to_have_value("P4")
    # The customer's own number, in another spelling.
    choice.fill("")
    page.keyboard.type("104711")
    expect(offered).to_contain_text("10-4711")
    page.keyboard.press("Enter")
    expect(line.locator("[name$=-description]")).to_have_value("Part 10K")


def test_what_is_typed_before_an_answer_comes_is_asked_about_next(open_as: Opener, company: Any) -> None:
    """With the clock of the page in hand: an answer that comes between two keys, and one that never comes."""
    partner = db.session.query(m.Partner).one()
    draft = InvoiceDraft(company.id, partner.id, today(), "EUR", [Line("Parts", Decimal(1), Decimal(50))])
    (invoice,) = m.AccountingInvoice.create(db.session, [draft])
    db.session.commit()
    page = open_as("fiona", f"/m/accounting.invoice.form/{invoice}")
    held: list[Route] = []
    page.route(DERIVE, lambda route: held.append(route))
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    price, net = page.locator("[name$=-unit_price]"), page.locator("[data-out$=-net]")

    def asked_after(milliseconds: int) -> Route:
        page.clock.run_for(milliseconds)
        while not held:
            page.wait_for_timeout(1)  # until the browser hands it over
        return held.pop()

    price.fill("7")
    first = asked_after(DELAY)
    price.fill("70")
    first.continue_()
    expect(net).to_have_text("7.00")
    second = asked_after(DELAY)
    assert "-unit_price" in changed_in(second)
    with page.expect_event("requestfailed"):
        second.abort("aborted")
    third = asked_after(PAUSE)
    assert "-unit_price" in changed_in(third)
    third.continue_()
    expect(net).to_have_text("70.00")


def changed_in(asked: Route) -> str:
    """The names of which a question says that they were changed."""
    return " ".join(re.findall(r'name="_changed"\r\n\r\n(\S+)', asked.request.post_data or ""))
