"""A customer is asked by a link: opening it does nothing, a button answers once, the answer is evidence."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.substitutes.order_panel import panel_of
from addons.substitutes.services.asking_customers import Ask
from addons.substitutes.services.errors import SubstituteError
from core import m
from core.db import db
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")


@pytest.fixture
def asked(desk):
    """A quotation with a part that nobody has approved, and the question about it."""
    desk.pair(desk.a, desk.b, approve=False)
    order = desk.quote((desk.a, 10, 1), reference="PO-77")
    (consent,) = m.SubstituteConsent.ask(db.session, [Ask(order.lines[0].id, desk.b)])
    db.session.commit()
    return consent


class Browser:
    """The customer's, with the page as it was opened last."""

    def __init__(self, app, path):
        self.app, self.client, self.path = app, app.test_client(), path
        self.fields = {}

    def get(self):
        with self.app.app_context():  # a session of its own
            page = self.client.get(self.path)
        for name in ("csrf_token", "seen"):
            found = re.search(rf'name="{name}" value="([^"]*)"', page.text, re.DOTALL)
            if found:
                self.fields[name] = found[1]
        return page

    def post(self, **data):
        with self.app.app_context():
            return self.client.post(self.path, data={**self.fields, **data})

    def __call__(self, **data):
        self.get()
        return self.post(**data)


@pytest.fixture
def visit(app, asked):
    with app.test_request_context():
        return Browser(app, "/l/" + m.Link.address(asked.link).rpartition("/l/")[2])


def test_a_robot_that_follows_the_link_answers_nothing(asked, visit, desk):
    for _ in range(3):
        page = visit.get()
        assert page.status_code == 200 and "PO-77" in page.text and "noindex" in page.headers["X-Robots-Tag"]
    db.session.expire_all()
    assert (asked.state, asked.link.opened, asked.link.answered_at) == ("asked", 3, None)


def test_the_page_compares_prices_and_says_whose_number_it_is(asked, visit):
    page = visit.get().text
    assert "Unit price of the ordered part" in page and "Your order" in page and "Our order" not in page
    asked.order.reference = ""
    db.session.commit()
    page = visit.get().text
    assert "Our order" in page and "Your order" not in page and asked.order.number in page


def test_a_button_answers_once_and_all_of_it_is_kept(asked, visit, desk):
    order = asked.order
    desk.give(order, desk.b)
    with pytest.raises(SubstituteError, match="waits for the customer"):
        m.SalesOrder.confirm(db.session, [order])
    db.session.commit()
    assert "Write your name" in visit(answer="agree", name=" ").text
    assert visit(answer="agree", name="Wang Li", note="for this lot").status_code == 200
    db.session.expire_all()
    link = asked.link
    assert (asked.state, asked.answered_by, asked.note) == ("agreed", "Wang Li", "for this lot")
    assert (link.answer, link.answered_from) == ("agree", "127.0.0.1")
    assert "Ordered part: A" in link.shown and "Substitute: B" in link.shown and "I agree" in link.shown
    assert visit(answer="refuse", name="Somebody else").status_code == 422
    db.session.expire_all()
    assert asked.state == "agreed"
    assert m.SalesOrder.confirm(db.session, [order]) == {}
    with pytest.raises(DBAPIError, match="never changes"):
        db.session.execute(text("UPDATE link SET answer = 'refuse'"))
    db.session.rollback()


def test_what_was_agreed_holds_for_the_next_order_of_this_customer_alone(asked, visit, desk):
    visit(answer="agree", name="Wang Li")
    db.session.expire_all()
    assert desk.offered(desk.quote((desk.a, 5, 1)))[0].found.consent == ""
    assert desk.offered(desk.quote((desk.a, 5, 1), partner=desk.partner("C2")))[0].found.consent
    m.SubstituteConsent.withdraw(db.session, [asked])
    assert desk.offered(desk.quote((desk.a, 5, 1)))[0].found.consent


def test_a_part_of_what_was_agreed_costs_what_was_agreed(asked, visit, desk):
    """A smaller quantity may have another price in the list, and so has another order."""
    asked.unit_price = Decimal("0.75")
    db.session.commit()
    visit(answer="agree", name="Wang Li")
    db.session.expire_all()
    (shown,) = panel_of(db.session, asked.order.lines[0], Decimal(4)).offered
    assert (shown.unit_price, shown.difference) == (Decimal("0.75"), Decimal("-0.25"))
    line = desk.give(asked.order, desk.b, quantity=4)
    assert (line.quantity, line.unit_price) == (4, Decimal("0.75"))
    assert line.price_origin == "agreed with the customer"
    assert desk.give(desk.quote((desk.a, 5, 1)), desk.b).unit_price != Decimal("0.75")


def test_a_no_is_remembered_with_its_words(asked, visit, desk):
    visit(answer="refuse", name="Wang Li", note="Only with a PPAP")
    db.session.expire_all()
    assert asked.state == "refused"
    assert any("Only with a PPAP" in note for note in desk.offered(asked.order)[0].notes)


def test_an_expired_a_withdrawn_and_a_forged_link_answer_nothing(app, asked, visit, desk):
    visit.get()
    forged = visit.path[:-2] + ("AA" if visit.path[-2:] != "AA" else "BB")
    assert [Browser(app, path).get().status_code for path in (forged, "/l/nothing")] == [404, 404]
    asked.link.expires_at = datetime.now(UTC) - timedelta(minutes=1)
    db.session.commit()
    assert "has expired" in visit.get().text and visit(answer="agree", name="W").status_code == 422
    m.SubstituteConsent.withdraw(db.session, [asked])
    db.session.commit()
    assert "was withdrawn" in visit.get().text
    with pytest.raises(SubstituteError, match="was withdrawn"):
        m.SubstituteConsent.answer(db.session, [asked], True, "Wang Li")


def test_what_changed_since_it_was_opened_is_not_agreed_to(asked, visit):
    visit.get()
    asked.order.reference = "PO-78"
    db.session.commit()
    answer = visit.post(answer="agree", name="Wang Li")
    assert answer.status_code == 422 and "has changed since you opened it" in answer.text


def test_an_answer_by_phone_is_kept_with_who_gave_it(asked, desk):
    with pytest.raises(SubstituteError, match="Say who answered"):
        m.SubstituteConsent.answer(db.session, [asked], True, " ")
    m.SubstituteConsent.answer(db.session, [asked], True, "Wang Li", "by phone")
    assert (asked.state, asked.link.revoked_at is None) == ("agreed", False)
    with pytest.raises(SubstituteError, match="Wang Li has answered already"):
        m.SubstituteConsent.answer(db.session, [asked], False, "Wang Li")


def test_the_question_is_mailed_once_to_who_is_written_to_about_orders(app, asked):
    """In the customer's language, with the link; without an address, or after the answer, it says so."""
    partner = asked.partner
    partner.locale, partner.email = "zh_CN", ""
    with pytest.raises(SubstituteError, match="has no e-mail address"):
        m.SubstituteConsent.mail(db.session, [asked])
    partner.contacts.append(m.PartnerContact(role="order", email="buyer@customer.example"))
    db.session.commit()
    with app.test_request_context():
        first, again = (m.SubstituteConsent.mail(db.session, [asked])[0] for _time in range(2))
        assert m.Link.address(asked.link) in first.body
    assert first.id == again.id and first.to == ["buyer@customer.example"]
    assert "PO-77" in first.body and "缺货" in first.body
    m.SubstituteConsent.answer(db.session, [asked], True, "Ms Li")
    with pytest.raises(SubstituteError, match="Nothing is asked any more"):
        m.SubstituteConsent.mail(db.session, [asked])


def test_a_question_is_called_by_what_it_is_and_not_by_a_number_alone(app, company, asked):
    page = Administrator(app, company)(f"/m/substitute.consent.form/{asked.id}").text
    assert f"Consent {asked.id}</h1>" in re.sub(r"\s+(?=<)", "", page)
