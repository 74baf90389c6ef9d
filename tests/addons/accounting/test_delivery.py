"""The invoice on paper and by mail: from its form, once, and the same bytes ever after."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import Line
from core import m
from core.administration.letterhead import set_logo
from core.db import db
from core.documents import read_identity
from core.security.users import ensure_administrator
from tests.documents import create_invoice, post_invoices, reverse_invoice
from tests.logins import log_in


@pytest.fixture
def browser(app, company):
    """An administrator's browser; every request has a context of its own."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    user = db.session.scalars(select(m.User.fs_uniquifier)).one()
    client = app.test_client()
    log_in(app, client, user)

    class Browser:
        def get(self, url):
            with app.app_context():
                return client.get(url)

        def post(self, url, data):
            token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/").text)[1]
            with app.app_context():
                return client.post(url, data={"csrf_token": token, **data})

    return Browser()


def page(invoice):
    return f"/m/accounting.invoice.form/{invoice.id}"


def text_of(pdf):
    return "\n".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages)


def test_a_draft_is_neither_printed_nor_sent(browser, company, customer):
    draft = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=date(2026, 1, 10),
        currency="USD",
        lines=[Line("x", Decimal(1), Decimal(1))],
    )
    db.session.commit()
    assert "/print" not in browser.get(page(draft)).text
    assert browser.get(f"{page(draft)}/print").status_code == 404
    assert browser.get(f"{page(draft)}/send").status_code == 404


def test_a_posted_invoice_is_printed_once(browser, invoice_of, customer):
    invoice = invoice_of("1234.50")
    first = browser.get(f"{page(invoice)}/print")
    assert first.mimetype == "application/pdf"
    assert first.headers["Content-Disposition"].startswith("inline")
    assert read_identity(first.data).number == invoice.number
    printed = text_of(first.data)
    assert invoice.number in printed and "1,234.50\u00a0USD" in printed and "Acme Devices" in printed
    # What the customer got stays what we print.
    customer.name, customer.code = "Acme Holdings", "C9"
    db.session.commit()
    assert browser.get(f"{page(invoice)}/print").data == first.data
    assert len(db.session.scalars(select(m.Attachment)).all()) == 1


def test_taxes_and_terms_stand_on_it_in_the_customers_language(browser, company, customer):
    customer.locale, customer.name = "zh_CN", "深圳市华强智能电子科技有限公司"
    account = db.session.get(
        m.AccountingAccount, next(iter(books_of(db.session, company.id).accounts.values()))
    )
    tax = m.AccountingTax(company_id=company.id, name="增值税", rate=Decimal("0.13"), account_id=account.id)
    db.session.add(tax)
    db.session.flush()
    invoice = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=date(2026, 1, 10),
        due_date=date(2026, 2, 9),
        currency="USD",
        lines=[Line("电阻", Decimal(1000), Decimal("0.0125"), tax_id=tax.id)],
    )
    post_invoices(db.session, [invoice])
    db.session.commit()
    printed = text_of(browser.get(f"{page(invoice)}/print").data)
    for words in ("发票", "客户编号", "增值税", "13\u00a0%", "电阻", "0.0125", "1,000", "14.13", "30 天内"):
        assert words in printed, print(printed)


def test_a_credit_note_names_its_invoice(browser, invoice_of):
    invoice = invoice_of("10")
    note = reverse_invoice(db.session, invoice, date(2026, 1, 11))
    db.session.commit()
    printed = text_of(browser.get(f"{page(note)}/print").data)
    assert "Credit note" in printed and invoice.number in printed and "We credit 10.00" in printed


def test_the_dialog_sends_once_and_the_panel_says_so(browser, invoice_of, customer):
    invoice = invoice_of("99")
    dialog = browser.get(f"{page(invoice)}/send").text
    assert 'value="ap@acme.example"' in dialog and invoice.number in dialog
    letter = {
        "to": "ap@acme.example, cfo@acme.example",
        "subject": "Our invoice",
        "body": "As agreed.",
        "token": re.search(r'name="token" value="(\w+)"', dialog)[1],
    }
    for _click in range(2):
        assert browser.post(f"{page(invoice)}/send", letter).status_code == 303
    [mail] = db.session.scalars(select(m.MailMessage))
    assert (mail.to, mail.subject) == (["ap@acme.example", "cfo@acme.example"], "Our invoice")
    [file] = mail.attachments
    assert file.filename.startswith("Invoice INV-") and file.document == "accounting.invoice/1"
    panel = browser.get(f"{page(invoice)}/panel").text
    assert panel.count("Sent by mail") == 1 and "cfo@acme.example" in panel
    assert f"/m/accounting.invoice.form/{invoice.id}/files/{file.id}" in panel
    # What the program keeps, nobody removes.
    assert "data-remove-file" not in panel


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"to": "nobody"}, "is not a mail address"),
        ({"subject": " "}, "Write a subject"),
        ({"to": ""}, "no mail"),
    ],
)
def test_what_cannot_be_sent_comes_back_as_it_was_written(browser, invoice_of, wrong, says):
    invoice = invoice_of("99")
    letter = {"to": "a@b.example", "subject": "S", "body": "Kept text", "token": "0" * 32, **wrong}
    answer = browser.post(f"{page(invoice)}/send", letter)
    assert answer.status_code == 422 and says in answer.text and "Kept text" in answer.text
    assert db.session.scalars(select(m.MailMessage)).all() == []


def test_it_has_the_companys_language_account_and_picture(browser, company, invoice_of):
    company.locale, company.payment_details = "zh_CN", "Harbour Bank\nAccount 003-912345-6"
    picture = io.BytesIO()
    Image.new("RGB", (60, 20), "navy").save(picture, "PNG")
    set_logo(db.session, company.id, picture.getvalue())
    db.session.commit()
    pdf = browser.get(f"{page(invoice_of(100))}/print").data
    text = text_of(pdf)
    assert all(words in text for words in ("发票", "Harbour Bank", "Account 003-912345-6"))
    assert [image.image.size for image in PdfReader(io.BytesIO(pdf)).pages[0].images] == [(60, 20)]
