"""A supplier's list that is a PDF: read, kept, and each line shown where it stands (UX-27)."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from core import m
from core.db import db
from core.security.users import ensure_administrator
from core.tabular.errors import FileError
from tests.addons.matching.papers import printed, statement
from tests.addons.supplier_payables.conftest import day
from tests.logins import log_in

pytestmark = pytest.mark.addons("supplier_payables")


@pytest.fixture
def listed(office):
    """A statement of three receipts whose list came as PDF, with a price that differs and a line of words."""
    moves = [office.got(office.parts[n], 100, "0.5", day(3 + n), f"DN-{n}") for n in range(3)]
    (made,) = office.run()
    rows = [
        (day(3 + n), move.purchase_line.order.number, f"DN-{n}", f"P{n}", "Part", 100, price, price * 100)
        for n, (move, price) in enumerate(zip(moves, (0.5, 0.6, 0.5), strict=True))
    ]
    m.PayablesStatement.upload(db.session, made, "October.pdf", printed(statement(rows)))
    return made


def test_ux_27_a_pdf_is_read_and_kept_with_the_place_of_each_line(office, listed):
    kinds = {x.price_change: x.kind for x in office.matches(listed)}
    assert kinds == {0: "matched", 20: "price"}
    lines = db.session.scalars(select(m.PayablesTheirLine).order_by(m.PayablesTheirLine.row)).all()
    assert [(x.part, x.page, bool(x.problem)) for x in lines] == [
        ("P0", 1, False),
        ("P1", 1, False),
        ("P2", 1, False),
        ("", 1, True),
        ("", 1, True),
    ]
    tops = [x.place[1] for x in lines]
    assert tops == sorted(tops) and all(x.place[0] < x.place[2] <= 10_000 for x in lines)
    file = listed.list_file
    assert (file.filename, file.mimetype, file.record_id) == ("October.pdf", "application/pdf", listed.id)


def test_ux_27_the_page_is_shown_with_its_lines_marked(app, company, office, listed):
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    key = listed.id
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())
    here = f"/supplier_payables/statements/{key}"
    assert f'href="{here}/pages/1#line-' in client.get(here).text
    page = client.get(f"{here}/pages/1").text
    marked = re.findall(r'<rect[^>]*data-line="(\d+)"', page)
    assert len(marked) == 5 and marked == re.findall(r'id="line-(\d+)"', page)
    picture = client.get(f"{here}/pages/1.png")
    width, height = Image.open(io.BytesIO(picture.data)).size
    assert (width, height) in ((1200, 1697), (1200, 1698)), "an A4 page, whichever way its edge is rounded"
    for missing in ("pages/2", "pages/2.png", "pages/0.png"):
        assert client.get(f"{here}/{missing}").status_code == 404
    with app.app_context():  # of somebody who is not logged in
        assert app.test_client().get(f"{here}/pages/1.png").status_code in (302, 401, 403)


def test_a_list_that_cannot_be_read_leaves_what_was_there(office, listed):
    before = [x.id for x in office.matches(listed)]
    scan = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(scan, "PDF")
    with pytest.raises(FileError, match="it is a scan"):
        m.PayablesStatement.upload(db.session, listed, "scan.pdf", scan.getvalue())
    assert [x.id for x in office.matches(listed)] == before and listed.list_name == "October.pdf"
