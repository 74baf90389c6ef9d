"""The workbench: what is uploaded, shown, decided and posted from the page."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select, text

from addons.supplier_payables.services.overview import overview
from core import m
from core.db import db
from core.security.incoming import FORM_BYTES
from core.security.users import ensure_administrator, ensure_user
from tests.addons.supplier_payables.conftest import NOVEMBER, day, workbook
from tests.conftest import queries_of
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


def visitor(app, company):
    """An administrator's browser, and how it posts a form of a page."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())

    def send(page, url, **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[1]
        return client.post(url, data={"csrf_token": token, **values})

    return client, send


def test_ux_33_a_number_that_was_booked_before_is_refused_with_a_link(app, company, office):
    office.got(office.parts[0], 10, 1, day(3))
    (first,) = office.run()
    first.reference = "NW-1"
    m.PayablesStatement.post(db.session, [first], day(5, 11))
    office.got(office.parts[0], 20, 1, day(3, 11))
    (second,) = office.run(NOVEMBER)
    here, bill = f"/supplier_payables/statements/{second.id}", first.bill
    said, link = bill.number, f'href="/m/accounting.bill.form/{bill.id}"'
    _client, send = visitor(app, company)
    answer = send(here, f"{here}/post", reference="nw 1")
    assert answer.status_code == 422
    assert f"is on {said} already" in answer.text and link in answer.text
    assert send(here, f"{here}/post", reference="NW-2").status_code == 303


def test_zh_14_a_long_statement_is_shown_by_pages_with_as_many_queries(app, company, office):
    order = office.order(
        *[(office.parts[n % 3], 10, 1) for n in range(120)], partner=office.vendor, on=day(3)
    )
    office.come(*[(line, 10) for line in order.lines], on=day(3))
    (statement,) = office.run()
    # All of one part: 60 agree, and of 60 the price differs.
    rows = [(order.number, f"P{n % 3}", 10, 1 if n < 60 else 1.5, day(3)) for n in range(120)]
    office.upload(statement, *rows)
    here = f"/supplier_payables/statements/{statement.id}"
    client, send = visitor(app, company)

    def shown(address):
        return len(re.findall(r'data-match="', client.get(address).text))

    assert [shown(f"{here}?page={n}") for n in (1, 2, 3)] == [50, 50, 20]
    assert [shown(f"{here}?show=problems&page={n}") for n in (1, 2)] == [50, 10]
    counts = [queries_of(lambda n=n: client.get(f"{here}?page={n}")) for n in (2, 3)]
    assert counts[0] == counts[1] < 40
    assert send(here, here, act="exact").status_code == 303
    assert "60 of 120 open" in client.get(here).text


def test_a_statement_that_is_made_again_leads_to_the_new_one(app, company, office):
    office.got(office.parts[0], 10, 1, day(3))
    (statement,) = office.run()
    key = statement.id
    _client, send = visitor(app, company)
    form = f"/m/payables.statement.form/{key}"
    answer = send(form, f"/supplier_payables/statements/{key}/redo")
    made = db.session.scalars(select(m.PayablesStatement.id)).one()
    assert made != key and answer.headers["Location"] == f"/m/payables.statement.form/{made}"


def test_a_dispute_is_handed_over_and_settled_on_its_page(app, company, office):
    office.got(office.parts[0], 10, 1, day(3))
    (statement,) = office.run()
    office.upload(statement, ("PO-X", "P9", 5, 7, day(3)))
    match = next(x for x in office.matches(statement) if x.kind == "only_theirs")
    m.PayablesMatch.dispute(db.session, [match], "never came")
    key, bench = match.id, f"/supplier_payables/statements/{statement.id}"
    client, send = visitor(app, company)
    owner = db.session.scalars(select(m.User.id)).one()
    page = f"/supplier_payables/disputes/{key}"
    assert "never came" in client.get("/m/payables.dispute.list?f.open=yes").text
    assert send(page, page, act="hand_over", owner="999").status_code == 422
    assert send(page, page, act="hand_over", owner=owner).status_code == 303
    assert re.search(r"Mine\s+1", client.get(f"{bench}?show=mine").text)
    assert "never came" in client.get(f"/m/payables.dispute.list?f.owner_id={owner}").text
    assert send(page, page, act="settle", outcome=" ").status_code == 422
    assert send(page, page, act="settle", outcome="credited").status_code == 303
    assert "credited" in client.get(page).text
    assert "never came" not in client.get("/m/payables.dispute.list?f.open=yes").text
    assert client.get("/supplier_payables/disputes/999").status_code == 404


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


def test_the_page_of_runs_says_what_is_left_to_do_of_each(app, company, office):
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    office.got(office.parts[0], 100, 1, day(3))
    move = office.got(office.parts[1], 100, 1, day(4), partner=office.partner("V2", settlement="period"))
    office.partner("V3", settlement="period")
    _first, second = office.run()
    office.upload(second, (move.purchase_line.order.number, "P1", 90, 1, day(4)))
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())
    with app.app_context():
        (one,) = overview(db.session)
        assert (one.statements, one.posted, one.without_list, one.undecided) == (2, 0, 1, 1)
        assert [skip.name for skip in one.skips] == ["Supplier V3"]
        page = client.get("/supplier_payables/runs").text
        assert f"f.run_id={second.run_id}" in page and "1 supplier<" in page
        few = queries_of(lambda: client.get("/supplier_payables/runs"))
    office.got(office.parts[0], 100, 1, day(3, 11))
    office.run(NOVEMBER)
    db.session.commit()
    with app.app_context():
        assert queries_of(lambda: client.get("/supplier_payables/runs")) <= few


def test_what_somebody_else_holds_and_what_no_line_can_be_is_said_in_words(app, company, office):
    office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    here, key = f"/supplier_payables/statements/{statement.id}", statement.id
    _client, send = visitor(app, company)
    with app.app_context():
        assert send(here, here, act="accept", match="9" * 30).status_code == 422
    with db.engine.connect() as other:
        other.execute(text("SELECT 1 FROM payables_statement WHERE id = :id FOR UPDATE"), {"id": key})
        with app.app_context():
            list_ = workbook([("PO no.", "Part no.", "Qty", "Price"), ("X", "P0", 100, 1)])
            answer = send(here, f"{here}/list", file=(BytesIO(list_), "list.xlsx"))
    assert answer.status_code == 409
    assert "Somebody else is saving this record" in answer.text
