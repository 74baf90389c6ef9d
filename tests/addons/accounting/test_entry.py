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
from core import m
from core.db import db
from core.security.users import ensure_user
from tests.logins import log_in

FORM = "/m/accounting.invoice.form"


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
