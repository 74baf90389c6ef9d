"""The requests of an inquiry are mailed by one button, each exactly once."""

from datetime import date

import pytest
from sqlalchemy import select, text

from addons.purchasing.services.errors import PurchasingError
from core import m
from core.db import db
from tests.conftest import work
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


def inquiry_of(desk, *suppliers):
    """One that asks suppliers for ten of a part."""
    made = m.PurchasingInquiry(company_id=desk.company_id)
    made.lines = [m.PurchasingInquiryLine(position=1, product_id=desk.parts[0], quantity=10)]
    made.suppliers = [m.PurchasingInquirySupplier(partner_id=one) for one in suppliers]
    m.PurchasingInquiry.create(db.session, [made])
    return made


def outcomes():
    rows = db.session.execute(select(m.JobItem.state, m.JobItem.reason).order_by(m.JobItem.id))
    return [(state, reason) for state, reason in rows]


def mails():
    """To whom requests were mailed."""
    return sorted(to for (to,) in db.session.execute(text('SELECT unnest("to") FROM mail_message')))


def test_each_supplier_is_mailed_its_request_once(app, company, desk):
    suppliers = [desk.partner(code, email=f"{code}@x.example") for code in ("S2", "S3")]
    silent = desk.partner("S4")
    inquiry = inquiry_of(desk, *suppliers, silent)
    db.session.commit()
    page, form = Administrator(app, company), f"/m/purchasing.inquiry.form/{inquiry.id}"
    with pytest.raises(PurchasingError, match="ask its suppliers first"):
        m.PurchasingInquiry.mail_requests(db.session, [inquiry])
    db.session.rollback()
    assert page.press(form, "ask").status_code == 303
    assert "Mail the requests" in page(form).text
    url = f"/purchasing/inquiries/{inquiry.id}/mail"

    def mail():
        token = page(form).text.split('name="csrf_token" value="')[1].split('"')[0]
        assert page.client.post(url, data={"csrf_token": token}).status_code == 303
        work(app)
        db.session.expire_all()

    mail()
    assert mails() == ["S2@x.example", "S3@x.example"]
    assert outcomes()[2] == ("failed", "No mail address is known of Supplier S4: enter one, and retry.")
    # Who has an address by now is asked; nobody is asked twice, and nobody who was told that it is over.
    db.session.get(m.Partner, silent).email = "s4@x.example"
    db.session.commit()
    mail()
    assert mails() == ["S2@x.example", "S3@x.example", "s4@x.example"]
    assert outcomes()[3:] == [("skipped", "sent already"), ("skipped", "sent already"), ("done", "")]
    papers = db.session.scalars(select(m.MailMessage).order_by(m.MailMessage.id)).all()
    assert [len(one.attachments) for one in papers] == [1, 1, 1]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_that_nobody_means_numbers_no_inquiry(desk, day):
    with pytest.raises(PurchasingError, match="books begin|a year ahead"):
        m.PurchasingInquiry.create(db.session, [m.PurchasingInquiry(company_id=desk.company_id, date=day)])
