"""Suppliers are asked to confirm a statement, and answer by a link: all of it, line by line, or by a list."""

import re
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import select

from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.db import db
from core.records import attachments
from core.tabular.workbook import lines as rows_of
from tests.addons.supplier_payables.conftest import day, workbook
from tests.papers import texts_of

pytestmark = pytest.mark.addons("supplier_payables")


@pytest.fixture
def asked(app, office, monkeypatch):
    """A statement over 100 at 1.00, 50 at 2.00 and 30 at 3.00, mailed to the supplier."""
    monkeypatch.setattr(app.extensions["settings"], "public_url", "https://erp.example.com")
    db.session.get_one(m.Partner, office.vendor).email = "sales@maker.example"
    for n, (quantity, price) in enumerate(((100, 1), (50, 2), (30, 3))):
        office.got(office.parts[n], quantity, price, day(3 + n), f"DN-{n}")
    (statement,) = office.run()
    m.PayablesStatement.send(db.session, [statement])
    db.session.commit()
    return statement


def mails():
    return db.session.scalars(select(m.MailMessage).order_by(m.MailMessage.id)).all()


def answer(app, **said):
    """What the supplier reads behind the mail's link, and what becomes of its answer."""
    (message,) = mails()
    address = re.search(r"https://erp.example.com(/l/\S+)", message.body)[1]
    client = app.test_client()
    with app.app_context():
        shown = client.get(address).text
        fields = {
            name: unescape(re.search(rf'name="{name}" value="([^"]*)"', shown, re.DOTALL)[1])
            for name in ("csrf_token", "seen")
        }
        done = client.post(address, data={**fields, "name": "Mei", **said})
    db.session.rollback()
    db.session.expire_all()
    assert done.status_code in (200, 303), done.text
    return shown


def test_a_supplier_gets_both_files_and_a_link_once(asked):
    (message,) = mails()
    assert message.to == ["sales@maker.example"] and asked.number in message.subject
    pdf, book = sorted(message.attachments, key=lambda file: file.mimetype)
    text = "\n".join(line for page in texts_of(attachments.read(pdf.sha256)) for line in page)
    assert "DN-1" in text and "290.00" in text
    rows = [cells for _number, cells in rows_of(attachments.read(book.sha256))]
    assert [row[6] for row in rows[1:]] == ["100", "50", "30"]
    with pytest.raises(PayablesError, match="was sent already"):
        m.PayablesStatement.send(db.session, [asked])


def test_papers_are_made_anew_when_prices_have_changed(asked, office):
    move, before = office.lines(asked)[0].move_id, asked.revision
    m.PayablesStatement.follow_prices(db.session, [move])
    assert asked.revision == before
    db.session.execute(m.PayablesLine.__table__.update().values(unit_price=9))
    m.PayablesStatement.follow_prices(db.session, [move])
    db.session.expire_all()
    assert asked.revision == before + 1
    (second,) = m.PayablesStatement.send(db.session, [asked])
    assert not {file.id for file in second.attachments} & {file.id for file in mails()[0].attachments}


def test_who_confirms_has_stated_the_same(app, asked, office):
    shown = answer(app, answer="confirm")
    assert "DN-2" in shown and "290.00" in shown and "Right quantity" in shown
    assert asked.list_name == "answer of Mei" and asked.their_total == asked.total == 290
    assert all(one.exact for one in office.matches(asked))
    assert m.PayablesStatement.accept_exact(db.session, [asked]) == 3


def test_what_differs_is_said_line_by_line(app, asked, office):
    """80 instead of 100; the second line is not theirs; the third never was."""
    lines = [line.id for line in office.lines(asked)]
    said = {
        f"figure.quantity.{lines[0]}": "80",
        f"row.{lines[1]}": "not ours",
        f"figure.quantity.{lines[2]}": "0",
    }
    answer(app, answer="dispute", **said)
    found = {line.id: db.session.get(m.PayablesMatch, line.match_id) for line in office.lines(asked)}
    first, second, third = (found[line] for line in lines)
    assert (first.kind, first.their_quantity, first.state) == ("quantity", 80, "open")
    assert (second.kind, second.state, second.note) == ("matched", "disputed", "not ours")
    assert (third.kind, third.their_quantity) == ("only_ours", None)
    assert asked.their_total == 180
    with pytest.raises(PayablesError, match="list is here already"):
        m.PayablesStatement.take_answer(db.session, asked, True, "Mei")


def test_an_answer_that_contradicts_itself_is_refused(asked, office):
    line = office.lines(asked)[0].id
    for agreed, note, remarks, figures, why in (
        (True, "", {line: "wrong"}, {}, "not both"),
        (False, " ", {}, {}, "Say what is wrong"),
        (False, "", {}, {line: {"quantity": Decimal(-1)}}, "above zero"),
        (False, "", {-5: "wrong"}, {}, "nothing can be said"),
    ):
        with pytest.raises(PayablesError, match=why):
            m.PayablesStatement.take_answer(db.session, asked, agreed, "Mei", note, remarks, figures)
    assert not asked.list_name


def test_a_list_that_is_brought_by_the_link_is_matched(asked, office):
    number = office.lines(asked)[0].order_number
    rows = [("PO no.", "Part no.", "Qty", "Unit price"), (number, "P0", 100, 1.1)]
    with pytest.raises(PayablesError, match="Bring a table"):
        m.PayablesStatement.take_list(db.session, asked, "list.pdf", b"%PDF-1.7", 10)
    with pytest.raises(PayablesError, match="more than 0 lines"):
        m.PayablesStatement.take_list(db.session, asked, "list.xlsx", workbook(rows), 0)
    m.PayablesStatement.take_list(db.session, asked, "list.xlsx", workbook(rows), 10)
    db.session.expire_all()
    assert asked.list_name == "list.xlsx" and asked.their_total == 110
    assert {one.kind for one in office.matches(asked)} == {"price", "only_ours"}


def test_what_is_here_posted_or_without_an_address_is_not_asked(asked, office):
    other = office.partner("V9", settlement="period")
    office.got(office.parts[0], 10, 1, day(9), partner=other)
    (silent,) = office.run(partners=[other])
    with pytest.raises(PayablesError, match="No mail address is known of Supplier V9"):
        m.PayablesStatement.send(db.session, [silent])
    silent.reference = "R-9"
    m.PayablesStatement.post(db.session, [silent], day(5, 11))
    with pytest.raises(PayablesError, match="is posted"):
        m.PayablesStatement.send(db.session, [silent])
    m.PayablesStatement.take_answer(db.session, asked, True, "Mei")
    with pytest.raises(PayablesError, match="is here already: match it"):
        m.PayablesStatement.send(db.session, [asked])
