"""ZH-08: a customer brings its own list to the page of the link, sees what differs, and disputes it there."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.accounting.services.drafts import Line
from addons.billing_statements.services import answers
from core import m
from core.db import db
from core.links import acts
from core.security.users import ensure_administrator
from core.tabular.writers import write_xlsx
from tests.addons.billing_statements.test_answers import page, post
from tests.conftest import work
from tests.documents import create_invoice, post_invoices
from tests.logins import log_in


def upload(app: Flask, client: Any, address: str, filename: str, contents: bytes, **typed: Any) -> Any:
    with app.app_context():
        return client.post(f"{address}/list", data={**typed, "file": (io.BytesIO(contents), filename)})


def filled(shown: Any) -> dict[str, str]:
    """What stands in the fields of the page, by their names."""
    found = {}
    for field in re.findall(r"<input[^>]*>", shown.text, re.DOTALL):
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field, re.DOTALL)
        if name and value:
            found[name[1]] = unescape(value[1]).replace("\u00a0", " ")
    return found


def listed(statement: Any, *further: str) -> bytes:
    """The customer's list: the first invoice as it is, the second ten too little."""
    first, second = statement.lines
    rows = [f"{first.number};{first.amount:.2f}", f"{second.number};{second.amount - 10:.2f}", *further]
    return "\n".join(("Invoice No;Amount", *rows)).encode()


def test_what_differs_is_proposed_and_disputed_with_one_button(app: Flask, asked: Any) -> None:
    statement, answer, address = asked
    client, _shown, fields = page(app, address)
    first, second = statement.lines
    contents = listed(statement, "X-1;7.00")
    shown = upload(app, client, address, "mine.csv", contents, note="", name="Ann", **fields)
    assert shown.status_code == 200
    typed = filled(shown)
    assert typed["name"] == "Ann" and typed[f"row.{first.id}"] == ""
    assert typed[f"row.{second.id}"] == "Price or amount differs: we have 40.00 USD"
    assert typed["note"] == "Only on your list: X-1 7.00 USD"
    assert "Agrees 1, Price or amount differs 1, Only on your list 1" in shown.text
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', shown.text, re.DOTALL)[1])
    db.session.refresh(answer)
    assert (answer.state, answer.their_list.filename) == ("asked", "mine.csv"), "nothing is disputed yet"

    done = post(app, client, address, answer="dispute", **{**typed, "seen": seen})
    assert done.status_code == 200
    db.session.expire_all()
    [dispute] = answer.disputes
    assert (answer.state, dispute.statement_line_id) == ("disputed", second.id)
    assert answer.note.replace("\u00a0", " ") == "Only on your list: X-1 7.00 USD"
    assert "Your list, line by line" in answer.link.shown and "SHA-256" in answer.link.shown


def test_finance_sees_the_list_in_the_answer_and_compares_it(
    app: Flask,
    asked: Any,
    company: Any,
    browser_of_boss: Any,
) -> None:
    statement, _answer, address = asked
    client, _shown, fields = page(app, address)
    upload(app, client, address, "mine.csv", listed(statement), **fields)
    form = browser_of_boss(f"/m/billing.statement.form/{statement.id}")
    assert "mine.csv" in form and f"/billing_statements/statements/{statement.id}/check" in form
    compared = browser_of_boss(f"/billing_statements/statements/{statement.id}/check")
    assert "mine.csv" in compared and "-10.00" in compared


@pytest.fixture
def browser_of_boss(app: Flask, company: Any) -> Any:
    ensure_administrator(db.session, "boss@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).one())

    def get(address: str) -> str:
        with app.app_context():
            answer = client.get(address)
        assert answer.status_code == 200
        return str(answer.text)

    return get


def test_what_was_typed_stays_when_a_list_is_refused(
    app: Flask, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kind, size, number: each is said on the page, and nothing is kept."""
    statement, _answer, address = asked
    client, _shown, fields = page(app, address)
    typed = {f"row.{statement.lines[0].id}": "never came", "name": "Ann", "note": "so", **fields}
    monkeypatch.setattr(acts, "LARGEST_FILE", 400_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", b" " * 300_000_000)
    wrong = {
        "empty.csv": b"",
        "program.xlsx": b"MZ\x90\x00" + b"\x00" * 4000,
        "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        "paper.pdf": b"%PDF-1.7 nothing",
        "words.csv": b"dear all\nplease see\n",
        "large.csv": b"Invoice No;Amount\n" + b"X;1\n" * 112_000,
        "long.csv": b"Invoice No;Amount\n" + b"".join(b"X%d;1\n" % n for n in range(answers.MOST_LINES + 1)),
        "bomb.xlsx": bomb.getvalue(),
    }
    for name, contents in wrong.items():
        shown = upload(app, client, address, name, contents, **typed)
        assert shown.status_code == 422, name
        assert 'role="alert"' in shown.text
        again = filled(shown)
        assert all(again[key] == typed[key] for key in typed if key not in fields), name
    kept = select(func.count(m.Attachment.id)).where(m.Attachment.document == "")
    assert db.session.scalar(kept.where(m.Attachment.mimetype != "application/pdf")) == 0


def test_no_list_is_taken_after_the_answer_or_in_any_number(
    app: Flask,
    asked: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    statement, answer, address = asked
    client, _shown, fields = page(app, address)
    monkeypatch.setattr(answers, "MOST_LISTS", 1)
    assert upload(app, client, address, "a.csv", listed(statement), **fields).status_code == 200
    more = upload(app, client, address, "b.csv", listed(statement), **fields)
    assert more.status_code == 422 and "many lists" in more.text
    monkeypatch.setattr(answers, "MOST_LISTS", 20)
    client, _shown, fields = page(app, address)
    assert post(app, client, address, answer="confirm", name="Ann", **fields).status_code == 200
    late = upload(app, client, address, "c.csv", listed(statement), **fields)
    assert late.status_code == 422 and "Answered on" in late.text
    db.session.refresh(answer)
    assert answer.their_list.filename == "a.csv"


def test_lists_of_one_address_are_counted(app: Flask, asked: Any) -> None:
    statement, _answer, address = asked
    client, _shown, fields = page(app, address)
    answers_given = [
        upload(app, client, address, "a.csv", listed(statement), **fields).status_code for _n in range(11)
    ]
    assert answers_given == [200] * 10 + [429]


def test_lines_in_another_order_of_columns_are_compared_part_by_part(
    app: Flask, company: Any, customer_of: Any, run_month: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook with quantity before part, as the customer's program writes it."""
    company.answer_days = 30
    monkeypatch.setattr(app.extensions["settings"], "public_url", "https://erp.example.com")
    acme = customer_of("C1")
    parts = [m.Product(company_id=company.id, code=f"P{n}", mpn=f"MPN-100{n}") for n in (1, 2)]
    db.session.add_all(parts)
    db.session.flush()
    lines = [Line("Parts", Decimal(100), Decimal("0.5"), product_id=part.id) for part in parts]
    invoice = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=acme.id,
        date=date(2026, 1, 10),
        currency="USD",
        exchange_rate=Decimal(1),
        reference="PO-9",
        lines=lines,
    )
    post_invoices(db.session, [invoice])
    run, [statement] = run_month("2026-01")
    m.BillingRun.release(db.session, [run])
    m.BillingRun.send(db.session, [run])
    db.session.commit()
    work(app)
    address = "/l/" + m.Link.address(statement.answer.link).rpartition("/")[2]
    file = io.BytesIO()
    rows = [
        (Decimal(100), "MPN-1001", "PO-9", Decimal("0.5")),
        (Decimal(90), "MPN-1002", "PO-9", Decimal("0.5")),
    ]
    write_xlsx(["Qty", "Part No", "PO No", "Price"], rows, file)
    client, _shown, fields = page(app, address)
    shown = upload(app, client, address, "mine.xlsx", file.getvalue(), **fields)
    [line] = statement.lines
    assert filled(shown)[f"row.{line.id}"].startswith("Quantity differs: MPN-1002 PO no. + part, qty 100")
    assert "Agrees 1, Quantity differs 1" in shown.text
    mapped = db.session.scalars(select(m.MatchingMapping)).all()
    assert len(mapped) == 1, "its columns are remembered"


def test_a_link_that_takes_no_file_refuses_one(app: Flask, asked: Any) -> None:
    statement, _answer, _address = asked
    link = m.Link.make(db.session, "billing.statement.invoices", statement, 10, "en")
    db.session.commit()
    with pytest.raises(acts.LinkError, match="No file is taken"):
        acts.take(db.session, link, "a.csv", b"a;b")
