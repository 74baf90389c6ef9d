"""Public links of any addon: signed, expiring, revocable, counted, and answered once by a button."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import m
from core.administration.letterhead import set_logo
from core.db import db
from core.links.acts import LinkError

pytestmark = pytest.mark.addons("shelf")


@pytest.fixture
def order(company):
    maker = m.ShelfMaker(name="Aurum")
    db.session.add(maker)
    db.session.flush()
    made = m.ShelfOrder(company_id=company.id, number="O-1", date=date(2026, 3, 2), maker_id=maker.id)
    db.session.add(made)
    db.session.commit()
    return made


class Browser:
    """Somebody without a log-in, with the page as it was opened last."""

    def __init__(self, app, path):
        self.app, self.client, self.path, self.fields = app, app.test_client(), path, {}

    def get(self, method="get"):
        with self.app.app_context():
            page = getattr(self.client, method)(self.path)
        for name in ("csrf_token", "seen"):
            if found := re.search(rf'name="{name}" value="([^"]*)"', page.text, re.DOTALL):
                self.fields[name] = found[1]
        return page

    def post(self, **data):
        with self.app.app_context():
            return self.client.post(self.path, data={**self.fields, **data})


@pytest.fixture
def asked(app, order):
    link = m.Link.make(db.session, "shelf.order", order, days=7)
    db.session.commit()
    with app.test_request_context():
        return link, Browser(app, "/l/" + m.Link.address(link).rpartition("/l/")[2])


def test_opening_counts_and_does_nothing_else(asked, order):
    link, browser = asked
    assert browser.get("head").status_code == 200
    for _ in range(2):
        page = browser.get()
    assert "Do you confirm it?" in page.text and page.headers["Cache-Control"] == "no-store"
    db.session.expire_all()
    assert (link.opened, link.answered_at, order.state) == (2, None, "draft")


def test_the_page_is_headed_by_whoever_asks(asked, company):
    _link, browser = asked
    page = browser.get().text
    assert "Order O-1 · Test Components Ltd</title>" in page and "Bincard" not in page
    assert "link-logo" not in page
    picture = io.BytesIO()
    Image.new("RGB", (60, 20), "navy").save(picture, "PNG")
    set_logo(db.session, company.id, picture.getvalue())
    db.session.commit()
    assert 'class="link-logo" src="data:image/png;base64,' in browser.get().text


def test_a_button_answers_once(asked, order):
    link, browser = asked
    browser.get()
    assert browser.post(answer="maybe", name="Li").status_code == 422
    assert browser.post(answer="yes", name="\u202e\u200b").status_code == 422  # nobody sees these
    assert browser.post(answer="yes", name="Li", note="on Friday").status_code == 200
    db.session.expire_all()
    assert (order.state, link.answer, link.answered_by, link.note) == ("confirmed", "yes", "Li", "on Friday")
    assert link.shown.splitlines() == [
        "Test Components Ltd",
        "Order O-1",
        "State: draft",
        "Do you confirm it?",
        "[Yes / No]",
    ]
    assert browser.post(answer="no", name="Li").status_code == 422
    db.session.expire_all()
    assert order.state == "confirmed"
    with pytest.raises(DBAPIError, match="never changes"):
        db.session.execute(text("UPDATE link SET shown = ''"))
    db.session.rollback()


def test_a_new_link_withdraws_the_one_before(asked, order):
    link, browser = asked
    browser.get()
    m.Link.make(db.session, "shelf.order", order)
    db.session.commit()
    assert link.revoked_at is not None
    refused = browser.post(answer="yes", name="Li")
    assert refused.status_code == 422 and "was withdrawn" in refused.text


def test_what_nobody_signed_leads_nowhere(app, asked):
    link, browser = asked
    token = browser.path.rpartition("/")[2]
    forged = [token[:-2] + "__", "A" * len(token), "x", "AAAA", token + "A"]
    assert [Browser(app, f"/l/{one}").get().status_code for one in forged] == [404] * len(forged)
    db.session.execute(text("UPDATE link SET secret = 'another'"))
    db.session.commit()
    assert browser.get().status_code == 404


def test_an_expired_link_and_one_without_its_record_say_so(asked, order):
    link, browser = asked
    browser.get()
    link.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    db.session.commit()
    over = browser.get().text
    assert "has expired" in over and "link-facts" not in over  # whoever finds it later learns nothing
    assert browser.post(answer="yes", name="Li").status_code == 422
    link.expires_at = datetime.now(UTC) + timedelta(days=1)
    db.session.delete(order)
    db.session.commit()
    assert (
        "no longer there" in browser.get().text and browser.post(answer="yes", name="Li").status_code == 422
    )


def test_a_link_is_good_for_some_days(order):
    for days in (0, 91):
        with pytest.raises(LinkError, match="1 to 90 days"):
            m.Link.make(db.session, "shelf.order", order, days=days)
