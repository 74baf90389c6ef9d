"""The workbench: what is uploaded, shown, decided and posted from the page."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.security.incoming import FORM_BYTES
from core.security.users import ensure_administrator, ensure_user
from tests.addons.supplier_payables.conftest import day, workbook
from tests.logins import log_in

pytestmark = pytest.mark.addons("supplier_payables")


def test_a_statement_is_matched_and_posted_on_its_page(app, company, office):
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    moves = [office.got(office.parts[n], 100, 1, day(3 + n)) for n in range(2)]
    (statement,) = office.run()
    key = statement.id
    numbers = [x.purchase_line.order.number for x in moves]
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())
    here = f"/supplier_payables/statements/{key}"

    def send(url, **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(here).text)[1]
        return client.post(url, data={"csrf_token": token, **values}, content_type="multipart/form-data")

    rows = [("PO no.", "Part no.", "Qty", "Price"), (numbers[0], "P0", 100, 1), (numbers[1], "P1", 100, 1.2)]
    with app.app_context():
        answer = send(f"{here}/list", file=(BytesIO(workbook(rows)), "list.xlsx"))
        assert answer.status_code == 303
        # A list is larger than a form may be, and a form of the same page is not.
        large = b"--x\r\n\r\n" + b"x" * 2 * FORM_BYTES
        kind = "multipart/form-data; boundary=x"
        assert client.post(f"{here}/list", data=large, content_type=kind).status_code == 400
        assert client.post(here, data=large, content_type=kind).status_code == 413
        assert send(f"{here}/list", file=(BytesIO(workbook(rows)), "list.xlsx")).status_code == 303
        page = client.get(here).text
        assert "price +20.0 %" in page and "2 of 2 open" in page and "Accept 1" in page
        # Problems stand first.
        first, _second = re.findall(r'data-match="(\d+)"', page)
        assert send(here, act="exact").status_code == 303
        assert send(here, act="dispute", match=first).status_code == 422
        assert send(f"{here}/post", reference="R-1").status_code == 422
        found = client.get(f"{here}?find={numbers[0]}|{numbers[1]}").text
        assert re.findall(r'data-match="(\d+)"', found) == [first]
        assert send(here, act="dispute", match=first, note="agreed 1.00").status_code == 303
        assert send(f"{here}/post", reference="R-1").status_code == 303
        assert "agreed 1.00" in client.get(here).text
    statement = db.session.get(m.PayablesStatement, key, populate_existing=True)
    assert (statement.state, statement.bill.net, statement.bill.reference) == ("posted", 100, "R-1")


def test_a_buyer_agrees_on_lines_and_posts_nothing(app, company, office):
    ensure_user(
        db.session,
        "b@example.com",
        "a long enough password",
        company,
        name="B",
        roles=("supplier_payables.buyer",),
    )
    move = office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    row = (move.purchase_line.order.number, "P0", 100, 1)
    office.upload(statement, (*row, day(3)))
    here = f"/supplier_payables/statements/{statement.id}"
    db.session.commit()
    client = app.test_client()
    user = select(m.User.fs_uniquifier).where(m.User.email == "b@example.com")
    log_in(app, client, db.session.scalars(user).one())
    page = client.get(here).text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert f'action="{here}/post"' not in page
    assert client.post(here, data={"csrf_token": csrf, "act": "exact"}).status_code == 303
    assert client.post(f"{here}/post", data={"csrf_token": csrf, "reference": "R-1"}).status_code == 403


def test_the_page_of_runs_says_who_was_skipped_and_why(app, company, office):
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())
    with app.app_context():
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/supplier_payables/runs").text)[1]
        data = {"csrf_token": token, "cycle": "monthly", "period_end": "2025-10-31"}
        assert client.post("/supplier_payables/runs", data=data).status_code == 303
        assert "nothing received or returned" in client.get("/supplier_payables/runs").text
        assert client.post("/supplier_payables/runs", data={**data, "period_end": "x"}).status_code == 422
