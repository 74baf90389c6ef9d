"""Several papers of one order: the confirmation, and a proforma that says that it is no invoice."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from core import m
from core.api.tokens import create_token
from core.db import db
from core.documents import papers_of, read_identity
from core.security.users import ensure_administrator
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")


@pytest.fixture
def order(desk, company):
    """A quotation of a customer who has an address, of a company that has a bank."""
    company.payment_details = "Bank of Trade\nIBAN DE02 1203 0000 0000 2020 51"
    db.session.get(m.Partner, desk.customer).email = "buyer@customer.example"
    made = desk.quote((desk.parts[0], 1000, "0.25"), reference="PO-7")
    db.session.commit()
    return made


@pytest.fixture
def page(app, company, order):
    """An administrator's client, and the form of the order."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User)).one().fs_uniquifier)
    return client, f"/m/sales.order.form/{order.id}"


def words_of(pdf):
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def test_an_order_has_two_papers_and_the_first_needs_no_name(order, page):
    assert [paper.name for paper in papers_of("sales.order")] == ["sales.order", "sales.proforma"]
    client, url = page
    form = client.get(url).text
    assert f"{url}/print?document=sales.proforma" in form
    assert "Proforma</a>" in form
    quotation, proforma = (client.get(f"{url}/print{q}") for q in ("", "?document=sales.proforma"))
    assert read_identity(quotation.data).document == "sales.order"
    assert read_identity(proforma.data).document == "sales.proforma"
    assert read_identity(proforma.data).number == order.number
    words = words_of(proforma.data)
    assert "Proforma – not an invoice" in words
    assert order.number in words
    assert "250.00 USD" in words
    assert "IBAN DE02 1203 0000 0000 2020 51" in words
    assert "IBAN" not in words_of(quotation.data)
    assert client.get(f"{url}/print?document=no.such").status_code == 404
    # What was printed first is printed ever after, each for itself.
    assert client.get(f"{url}/print?document=sales.proforma").data == proforma.data


def test_the_dialog_mails_the_paper_that_was_chosen(order, page):
    client, url = page
    first = client.get(f"{url}/send").text
    assert '<option value="sales.order" selected' in first
    dialog = client.get(f"{url}/send?document=sales.proforma").text
    assert '<option value="sales.proforma" selected' in dialog
    subject = f"proforma {order.number}"
    assert subject in dialog
    hidden = {
        name: dialog.split(f'name="{name}" value="')[1].split('"')[0] for name in ("token", "csrf_token")
    }
    letter = {"to": "buyer@customer.example", "cc": "", "subject": subject, "body": "Please pay."}
    sent = client.post(f"{url}/send", data={**hidden, "document": "sales.proforma", **letter})
    assert sent.status_code == 303
    message = db.session.scalars(select(m.MailMessage)).one()
    (attached,) = message.attachments
    assert (attached.document, attached.filename[:9]) == ("sales.proforma/1", "Proforma ")


def test_programs_get_each_paper_by_its_name(app, order, page):
    user = db.session.scalars(select(m.User).where(m.User.email == "a@example.com")).one()
    secret = create_token(db.session, user, "Program", ("*",)).secret
    db.session.commit()
    url, client = f"/api/v1/sales.order/{order.id}/document", app.test_client()
    headers = {"Authorization": f"Bearer {secret}"}
    with app.app_context():
        found = client.get(f"{url}?document=sales.proforma", headers=headers)
        unknown = client.get(f"{url}?document=no.such", headers=headers)
    assert read_identity(found.data).document == "sales.proforma"
    assert unknown.status_code == 404
