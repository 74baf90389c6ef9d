"""A month of a supplier by keys: stated, matched with its xlsx, repriced, posted, proposed, approved, paid.

Northwind delivered five times last month: 100 capacitors at 1.00, 50 resistors at 2.00, 200 diodes at 0.50,
40 controllers at 3.00 and 30 coils at 1.00. Its list has the diodes at 0.55, the controllers at 3.30, 20 of
the coils, and a delivery of this month. The controllers did rise to 3.30; the diodes were agreed at 0.50.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.accounting.periods import last_closed
from core import m
from core.clock import today
from core.db import db
from core.security.actor import Actor, acting
from core.security.users import ensure_user
from tests.addons.supplier_payables.conftest import Office, workbook
from tests.browser.keys import press, write
from tests.conftest import work

pytestmark = pytest.mark.browser

THEIRS, OURS = "DE89370400440532013000", "DE02120300000000202051"
#: Part, quantity received and price, and what is stated of it.
MONTH = (
    (0, 100, "1.00", 100, 1),
    (1, 50, "2.00", 50, 2),
    (2, 200, "0.50", 200, 0.55),
    (0, 40, "3.00", 40, 3.3),
    (1, 30, "1.00", 20, 1),
)
#: 100.00 and 100.00 as received, 40 at 3.30, 20 at 1.00; the diodes are disputed.
PAID = Decimal("352.00")


@pytest.fixture
def month(app: Flask, company: Any, tmp_path: Path) -> Path:
    """What came last month, the people, the accounts; and the supplier's list."""
    company.currency_code = "EUR"
    office = Office(company)
    clerk = ("supplier_payables.clerk", "supplier_payments.clerk")
    second = ("supplier_payables.approver", "supplier_payments.approver", "pricing.manager")
    for name, roles in (("paula", clerk), ("boris", second)):
        ensure_user(
            db.session,
            f"{name}@example.com",
            "a long enough password",
            company,
            name=name.title(),
            roles=roles,
        )
    period = last_closed("monthly", today())
    rows: list[Any] = [("NORTHWIND statement",), ("Date", "PO no.", "Part no.", "Qty", "Unit price")]
    for n, (part, quantity, price, stated, at) in enumerate(MONTH):
        on = period.start + timedelta(days=2 + n)
        move = office.got(office.parts[part], quantity, price, on)
        rows.append((on, move.purchase_line.order.number, f"P{part}", stated, at))
    rows.append((period.end + timedelta(days=1), "PO-NEXT", "P0", 10, 1))
    bank(office)
    db.session.commit()
    made = tmp_path / "northwind.xlsx"
    made.write_bytes(workbook(rows))
    return made


def bank(office: Office) -> None:
    """The supplier's account, which a second person has confirmed, and ours."""
    account = m.PaymentBankAccount
    theirs = account(company_id=office.company_id, partner_id=office.vendor, holder="Northwind", iban=THEIRS)
    db.session.add_all([theirs, account(company_id=office.company_id, holder="Test Ltd", iban=OURS)])
    db.session.flush()
    boris = db.session.scalars(select(m.User.id).filter_by(email="boris@example.com")).one()
    with acting(db.session, Actor(boris, "boris", office.company_id, is_superuser=True)):
        account.confirm(db.session, [theirs])


def on_line(page: Page, words: str, key: str) -> None:
    """A key on the line with these words."""
    page.locator("tr[data-match]", has_text=words).first.focus()
    page.keyboard.press(key)


def test_a_month_of_a_supplier_by_keys(app: Flask, month: Path, as_: Callable[..., Page]) -> None:
    """ZH-13, ZH-15, UX-28 to UX-33: from the receipts to a statement that says paid."""
    page = as_("paula", "/supplier_payables/runs")
    press(page, "State what is owed")
    expect(page.locator("#toasts")).to_contain_text("1 statement is made")
    page.locator("tbody tr").get_by_role("link").first.press("Enter")
    form = re.sub(r"\?.*", "", page.url)
    press(page, "Match")
    page.locator("#file").set_input_files(month)
    press(page, "Read and match")
    bench = matched(page)
    repriced(as_("boris", bench))
    posted(as_("paula", bench))
    run = proposed(page := as_("paula", "/m/payment.run.form/new"))
    approved(as_("boris", run))
    paid(app, as_("paula", run))
    page = as_("paula", form)
    expect(page.locator("body")).to_contain_text(re.compile(r"Paid\s*Yes"))
    assert [x.amount for x in db.session.scalars(select(m.AccountingPayment))] == [PAID]
    assert db.session.scalars(select(m.PayablesMatch.note).filter_by(state="disputed")).all() == [
        "0.50 was agreed"
    ]


def matched(page: Page) -> str:
    """Problems first: one is asked for, one disputed, two accepted, and all that is exact at once."""
    first = page.locator("tr[data-match]").first
    expect(first).to_be_focused()
    expect(first).to_contain_text("price +10.0 %")
    on_line(page, "× 3.3", "a")
    expect(page.locator("tr[data-match]", has_text="Paula asks a second person")).to_have_count(1)
    on_line(page, "× 0.55", "x")
    page.keyboard.type("0.50 was agreed")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-match]", has_text="seen to by Paula")).to_have_count(1)
    on_line(page, "Quantity differs", "Enter")
    expect(page.locator(".screen-head .count")).to_contain_text("4 of 6 open")
    on_line(page, "next period", "Enter")
    expect(page.locator(".screen-head .count")).to_contain_text("3 of 6 open")
    press(page, "Accept 2")
    expect(page.locator(".screen-head .count")).to_contain_text("1 of 6 open, remaining 132.00")
    expect(page.get_by_role("button", name="Post")).to_be_disabled()
    return re.sub(r"https?://[^/]+|\?.*", "", page.url)


def repriced(page: Page) -> None:
    """The second person lets the goods cost what the supplier asks for."""
    press(page, "To approve 1")
    expect(page.locator("tr[data-match]")).to_have_count(1)
    on_line(page, "× 3.3", "r")
    expect(page.locator("#toasts")).to_contain_text("the receipts cost what the supplier states")


def posted(page: Page) -> None:
    """Nothing is open any more: the bill has the supplier's number."""
    expect(page.locator(".screen-head .count")).to_contain_text("0 of 6 open")
    write(page, "[name=reference]", "NW-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Post")).to_have_count(0)


def proposed(page: Page) -> str:
    """A run from our account over what is due within two months."""
    page.locator("[name=next_date]").focus()
    # A day as the browser takes it by keys: month, day, year.
    page.keyboard.type((today() + timedelta(days=60)).strftime("%m%d%Y"))
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_contain_text("PAYRUN/")
    run = re.sub(r"https?://[^/]+|\?.*", "", page.url)
    press(page, "Lines")
    expect(page.locator("tbody tr")).to_contain_text(["NW-1"])
    press(page, "Pay from it")
    expect(page.locator(".screen-head .count")).to_contain_text(OURS)
    return run


def approved(page: Page) -> None:
    """The second person agrees."""
    press(page, "Approve")
    expect(page.locator("#toasts")).to_contain_text("is approved")


def paid(app: Flask, page: Page) -> None:
    """The file for the bank, the payments, and the advice of each."""
    with page.expect_download() as downloaded:
        press(page, "File for the bank")
    contents = Path(downloaded.value.path()).read_text()
    assert f"<CtrlSum>{PAID}</CtrlSum>" in contents and THEIRS in contents and OURS in contents
    page.once("dialog", lambda dialog: dialog.accept())
    press(page, "Post payments")
    expect(page.locator("#toasts")).to_contain_text("1 payment is posted")
    press(page, "Mail the advices")
    expect(page.locator("h1")).to_contain_text("Advices of PAYRUN/")
    work(app)
    db.session.rollback()
    reasons = db.session.scalars(select(m.JobItem.reason)).all()
    assert reasons == ["No mail address is known of Supplier V1: enter one, and retry."]
