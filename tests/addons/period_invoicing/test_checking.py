"""A customer's own list is matched with the statement line by line."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.billing_statements.services import comparing
from addons.sales.services.drafts import OrderLineDraft
from core import m
from core.db import db
from core.security.users import ensure_administrator
from core.tabular.errors import FileError
from tests.addons.period_invoicing.test_period_invoicing import run_of
from tests.logins import log_in

#: Their order: other columns, a header that is not in the first row, and a total.
LIST = """Acme purchasing;;;;
PO;Our part no.;Qty;Unit price;Amount
PO-1;ACME-1;10;2.00;20.00
PO-1;ACME-2;5;3.10;15.50
PO-2;ACME-3;8;1.00;8.00
PO-9;ACME-9;1;7.00;7.00
Total;;;;50.50
"""


@pytest.fixture
def statement(desk):
    partner = desk.partner("P", invoicing="period")
    for part in desk.parts[:3]:
        desk.receive(part, 100)
    for order_number, lines in (
        ("PO-1", [(0, 10, "2", "ACME-1"), (1, 5, "3", "ACME-2")]),
        ("PO-2", [(2, 9, "1", "ACME-3"), (0, 4, "2", "ACME-1")]),
    ):
        drafts = [
            OrderLineDraft(desk.parts[n], Decimal(quantity), Decimal(price), partner_number=number)
            for n, quantity, price, number in lines
        ]
        order = desk.order(*drafts, partner=partner, on=date(2026, 3, 1), reference=order_number)
        m.SalesOrder.deliver(db.session, [order], date(2026, 3, 5))
    [made] = run_of(desk).statements
    db.session.commit()
    return made


def test_each_line_is_matched_or_named(statement):
    kept = comparing.keep_list(db.session, statement, "acme.csv", LIST.encode())
    found = comparing.compare(db.session, statement, kept)
    said = {
        (row.kind, row.ours[0].partner_number if row.ours else row.theirs[0].parts[0], row.difference)
        for row in found.rows
    }
    assert said == {
        ("matched", "ACME-1", Decimal(0)),
        ("price", "ACME-2", Decimal("0.5")),
        ("quantity", "ACME-3", Decimal(-1)),
        ("only_ours", "ACME-1", Decimal(-8)),
        ("only_theirs", "ACME-9", Decimal(7)),
    }
    assert found.counts == {"matched": 1, "price": 1, "quantity": 1, "only_ours": 1, "only_theirs": 1}
    assert found.rows[-1].kind == "matched"  # what differs stands first


def test_the_columns_are_remembered_for_the_customer(statement):
    comparing.keep_list(db.session, statement, "acme.csv", LIST.encode())
    owner = f"partner:{statement.partner_id}:receivable"
    assert m.MatchingMapping.recall(db.session, statement.company_id, owner)


def test_what_is_no_list_is_refused(statement):
    with pytest.raises(FileError):
        comparing.keep_list(db.session, statement, "x.csv", b"\x00\x01\x02")


def test_the_page_takes_a_list_and_shows_what_differs(app, statement, company):
    ensure_administrator(db.session, "boss@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).one())
    path = f"/billing_statements/statements/{statement.id}/check"
    empty = client.get(path).text
    assert "No list yet" in empty
    token = {"csrf_token": re.search(r'name="csrf_token" value="([^"]*)"', empty)[1]}
    sent = client.post(path, data={**token, "file": (io.BytesIO(LIST.encode()), "acme.csv")})
    assert sent.status_code == 303
    page = client.get(path).text
    assert "Price differs" in page and "Only theirs" in page and "acme.csv" in page
    assert client.post(path, data={**token, "file": (io.BytesIO(b"\x00\x01"), "x.csv")}).status_code == 422
