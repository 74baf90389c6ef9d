"""Entering an invoice: what follows from what is typed, and lines from a spreadsheet."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import Line
from addons.accounting.services.invoices import item_of
from core import m
from core.db import db
from core.security.users import ensure_user
from tests.logins import log_in

FORM = "/m/accounting.invoice.form"
PAYMENTS = "/m/accounting.payment.form"


@pytest.fixture
def parts(company: Any) -> dict[str, Any]:
    """Three parts, two of which have the same maker's number."""
    made = [("P1", "RC0603", "Resistor"), ("P2", "LM358", "Amplifier"), ("P3", "LM358", "Amplifier, reel")]
    found = {c: m.Product(company_id=company.id, code=c, mpn=mpn, description=d) for c, mpn, d in made}
    db.session.add_all(found.values())
    books = books_of(db.session, company.id)
    account = books.account("tax")
    db.session.add(
        m.AccountingTax(company_id=company.id, name="VAT", rate=Decimal("0.13"), account_id=account)
    )
    db.session.commit()
    return found


@pytest.fixture
def send(app: Flask, company: Any, parts: dict[str, Any]) -> Callable[..., Any]:
    """`send("/derive", {...})` posts as somebody from finance does."""
    email, roles = "fiona@example.com", ("accounting.finance",)
    ensure_user(db.session, email, "a long enough password", company, name="Fiona", roles=roles)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.query(m.User).filter_by(email=email).one().fs_uniquifier)

    def post(path: str, data: dict[str, Any], locale: str = "en") -> Any:
        client.set_cookie("locale", locale)
        with app.app_context():
            token = re.search(r'csrf_token" value="([^"]+)"', client.get(f"{FORM}/new").text)
            assert token is not None
            return client.post(FORM + path, data={"csrf_token": token[1], **data})

    return post


@pytest.fixture
def send_payment(app: Flask, send: Callable[..., Any]) -> Callable[..., Any]:
    """The same for the form of a payment; without data the page is opened."""
    client = app.test_client()
    user = db.session.query(m.User).filter_by(email="fiona@example.com").one()
    log_in(app, client, user.fs_uniquifier)

    def asked(path: str, data: dict[str, Any] | None = None) -> Any:
        with app.app_context():
            if data is None:
                return client.get(PAYMENTS + path)
            token = re.search(r'csrf_token" value="([^"]+)"', client.get(f"{PAYMENTS}/new").text)
            assert token is not None
            return client.post(PAYMENTS + path, data={"csrf_token": token[1], **data})

    return asked


def answered(response: Any) -> dict[str, Any]:
    """Name → text, or the key of a related record."""
    return {one["name"]: one.get("key", one["text"]) for one in response.json}


def test_a_customer_and_parts_bring_what_they_had_last(
    send: Callable[..., Any], customer: Any, parts: dict[str, Any], invoice_of: Callable[..., Any]
) -> None:
    part, tax = parts["P1"].id, db.session.query(m.AccountingTax).one().id
    line = Line("Resistor", Decimal(10), Decimal("0.25"), part, tax)
    invoice_of("1.00", date(2026, 1, 5), due_date=date(2026, 2, 4), lines=[line])
    typed = {
        "kind": "invoice",
        "partner_id": customer.id,
        "date": "2026-03-01",
        "lines-a-product_id": part,
        "lines-a-quantity": "1,000",
        "lines-b-product_id": parts["P2"].id,
        "lines-b-quantity": "3",
        "lines-b-unit_price": "0.335",
        "_changed": ["partner_id", "lines-a-product_id", "lines-b-product_id"],
    }
    said = answered(send("/derive", typed))
    assert said["due_date"] == "2026-03-31"
    assert said["currency_code"] == "USD"
    assert (said["lines-a-description"], said["lines-a-unit_price"]) == ("Resistor", "0.25")
    assert (said["lines-a-tax_id"], said["lines-b-tax_id"]) == (str(tax), str(tax))
    assert (said["lines-a-net"], said["lines-b-net"]) == ("250.00", "1.01")
    assert (said["net"], said["tax"], said["total"]) == ("251.01", "32.63", "283.64")
    # What nobody changed stays as somebody wrote it.
    later = answered(
        send("/derive", typed | {"_changed": ["lines-a-quantity"], "lines-a-description": "Mine"})
    )
    assert "lines-a-description" not in later
    assert "due_date" not in later
    assert db.session.query(m.AccountingInvoice).count() == 1


def test_the_rate_is_shown_as_soon_as_the_currency_is_chosen(
    send: Callable[..., Any], company: Any, customer: Any
) -> None:
    day = date(2026, 3, 1)
    db.session.add(
        m.AccountingCurrencyRate(company_id=company.id, currency_code="EUR", date=day, rate=Decimal("1.0825"))
    )
    db.session.commit()
    typed = {"partner_id": customer.id, "date": "2026-03-02", "_changed": ["currency_code"]}
    euro = answered(send("/derive", {**typed, "currency_code": "EUR"}))
    dollar = answered(send("/derive", {**typed, "currency_code": "USD"}))
    unknown = answered(send("/derive", {**typed, "currency_code": "GBP"}))
    assert (euro["exchange_rate"], dollar["exchange_rate"]) == ("1.0825", "1")
    assert unknown.get("exchange_rate", "") == ""


PASTED = "数量\tPart No.\tUnit Price\r\n1,000\tp1\t0.25\r\n\r\n2\tLM358\t1.234\r\n3\tLM35\t1.234,50\r\n"


def test_lines_are_pasted_by_their_headings(send: Callable[..., Any]) -> None:
    rows = send("/paste/lines", {"text": PASTED, "column": "description"}).json
    first, second, third = rows
    assert (first["product_id"]["text"], first["product_id"]["error"]) == ("P1", "")
    assert (first["quantity"]["text"], first["unit_price"]["text"]) == ("1,000", "0.25")
    # Two parts have this number, and 1.234 may be a thousand: neither is guessed.
    assert second["product_id"] == {
        "text": "LM358",
        "key": "",
        "error": "Several are called so. Choose one from the list.",
        "offers": ["P2", "P3"],
    }
    assert second["unit_price"]["error"] == "“1.234” can be 1.234 or 1,234.00."
    # What is unknown stays in its place, with what is nearest.
    assert (third["product_id"]["text"], third["product_id"]["offers"]) == ("LM35", ["P2", "P3"])
    assert third["unit_price"]["error"].startswith("“1.234,50” is not a number")
    # Without a heading from the cell that has the focus on.
    [row] = send("/paste/lines", {"text": "１２\t￥0.5\n", "column": "quantity"}, locale="zh_CN").json
    assert {name: cell["text"] for name, cell in row.items()} == {"quantity": "12", "unit_price": "0.50"}
    quoted = send("/paste/lines", {"text": 'P2\t"two ""lines""\nof text"\t4\n', "column": "product_id"}).json
    texts = {name: cell["text"] for name, cell in quoted[0].items()}
    assert texts == {"product_id": "P2", "description": 'two "lines"\nof text', "quantity": "4"}
    assert send("/paste/lines", {"text": "P1\n" * 2001, "column": "product_id"}).status_code == 422


def test_a_line_may_not_be_blank(send: Callable[..., Any], customer: Any) -> None:
    typed = {"kind": "invoice", "partner_id": customer.id, "date": "2026-03-01", "due_date": "2026-03-01"}
    typed |= {"currency_code": "USD", "lines-a-quantity": "3", "lines-a-unit_price": "2"}
    refused = send("/new", typed)
    assert refused.status_code == 422
    assert "Say what this line is for, or delete it." in refused.text
    assert send("/new", typed | {"lines-a-description": "Freight"}).status_code == 303


def test_a_payment_offers_what_its_customer_owes_and_takes_what_is_due(
    send_payment: Callable[..., Any], customer: Any, company: Any, invoice_of: Callable[..., Any]
) -> None:
    other = m.Partner(company_id=company.id, code="OTHER", name="Other Ltd", currency_code="USD")
    db.session.add(other)
    db.session.flush()
    late, early, theirs = (
        item_of(db.session, invoice_of(amount, due_date=due, **more))
        for amount, due, more in (
            (50, date(2026, 3, 1), {}),
            (80, date(2026, 2, 1), {}),
            (70, date(2026, 2, 1), {"partner": other}),
        )
    )
    invoice_of(90, currency="EUR", due_date=date(2026, 2, 1), exchange_rate=Decimal("1.1"))
    typed = {"direction": "in", "partner_id": customer.id, "currency_code": "USD", "date": "2026-02-10"}
    held = f"partner_id={customer.id}&currency_code=USD&direction=in"
    offered = send_payment(f"/choices/lines.open_item_id?q=&{held}").json
    assert [(one["id"], one["columns"]) for one in offered] == [
        (late.id, ["Mar 1, 2026", "50.00"]),
        (early.id, ["Feb 1, 2026", "80.00"]),
    ]
    for wrong in ("", held.replace("USD", "CNY"), held.replace("=in", "=out"), f"partner_id={'9' * 30}"):
        assert send_payment(f"/choices/lines.open_item_id?q=&{wrong}").json == []
    # Named by hand: as much of it as the others leave; what is another customer's goes.
    named = {
        "amount": "100",
        "lines-a-open_item_id": early.id,
        "lines-a-amount": "70",
        "lines-b-open_item_id": late.id,
        "lines-c-open_item_id": theirs.id,
        "lines-c-amount": "5",
        "_changed": ["lines-b-open_item_id"],
    }
    said = answered(send_payment("/derive", typed | named))
    assert said["lines-b-amount"] == "25.00"
    assert (said["lines-c-open_item_id"], said["lines-c-amount"]) == ("", "")
    assert "lines-a-amount" not in said
    # By one act: due earliest first, up to the amount; all that is open where it has none yet.
    rows = send_payment("/fill/lines", typed | {"amount": "100"}).json
    cells = [(row["open_item_id"]["key"], row["open_item_id"]["text"], row["amount"]["text"]) for row in rows]
    assert cells == [(str(early.id), early.number, "80.00"), (str(late.id), late.number, "20.00")]
    assert [row["amount"]["text"] for row in send_payment("/fill/lines", typed).json] == ["80.00", "50.00"]
    # A number that is pasted is looked for among what is offered.
    pasted = typed | {"text": f"{late.number}\t5\n{theirs.number}\t5\n", "column": "open_item_id"}
    keys = [row["open_item_id"]["key"] for row in send_payment("/paste/lines", pasted).json]
    assert keys == [str(late.id), ""]
    # What is saved shows below: what is named first, and the rest by the rule.
    lines = {"lines-new1-open_item_id": late.id, "lines-new1-amount": "50", "amount": "60"}
    saved = send_payment("/new", typed | lines | {"remainder": "oldest"})
    page = send_payment(saved.headers["Location"].removeprefix(PAYMENTS)).text
    shown = re.findall(r'<td class="n">([\d.]+)</td>', page[page.index("Open items that it settles") :])
    assert shown == ["80.00", "10.00", "50.00", "50.00"]
