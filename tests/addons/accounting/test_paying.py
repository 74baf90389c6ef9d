"""What a phone reads from an invoice is what stands on it, and only where the country has a code for it."""

import html
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import render_template_string
from stdnum import iso11649
from stdnum.ch import esr

from addons.accounting.services.banks import BankError
from addons.accounting.services.drafts import Line
from addons.accounting.services.paying import paying_of
from core import m
from core.db import db
from core.documents import copy_of
from core.records import attachments
from tests.documents import create_invoice, post_invoices

GERMAN, SWISS, QR_IBAN = "DE89370400440532013000", "CH9300762011623852957", "CH4431999123000889012"


def company_at(iban: str, **values: Any) -> Any:
    given = {"name": "Meridian AG", "street": "Seestr. 1", "city": "8001 Zürich", "country": "CH", "bic": ""}
    return SimpleNamespace(iban=iban, **{**given, **values})


CUSTOMER = SimpleNamespace(name="Acme SA", street="Rue 2", postcode="1003", city="Lausanne", country="CH")
CHINESE = SimpleNamespace(name="深圳华强", street="", postcode="518000", city="深圳", country="中国")


def codes_on(contents: bytes) -> list[str]:
    """What a camera finds on the pages."""
    pdf = pypdfium2.PdfDocument(contents)
    pages = [page.render(scale=300 / 72).to_pil() for page in pdf]
    return [found.text for page in pages for found in zxingcpp.read_barcodes(page)]


def text_on(contents: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(contents))


@pytest.fixture
def printed(company: Any) -> Any:
    """An invoice to this customer as a file."""

    def make(currency: str, partner: Any, **values: Any) -> tuple[Any, bytes]:
        for name, value in values.items():
            setattr(company, name, value)
        invoice = create_invoice(
            db.session,
            company_id=company.id,
            partner_id=partner.id,
            date=date(2026, 1, 10),
            currency=currency,
            exchange_rate=Decimal(1),
            lines=[Line("Parts", Decimal(3), Decimal("411.52"))],
        )
        post_invoices(db.session, [invoice])
        db.session.commit()
        return invoice, attachments.read(copy_of(db.session, invoice).sha256)

    return make


@pytest.fixture
def swiss_customer(company: Any) -> Any:
    partner = m.Partner(company_id=company.id, code="C1", **vars(CUSTOMER))
    db.session.add(partner)
    db.session.commit()
    return partner


def test_an_invoice_in_euros_is_paid_by_the_epc_code_on_it(printed: Any, swiss_customer: Any) -> None:
    invoice, contents = printed("EUR", swiss_customer, iban="de89 3704 0044 0532 0130 00", bic="COBADEFFXXX")
    [read] = codes_on(contents)
    assert read.splitlines() == [
        *("BCD", "002", "1", "SCT", "COBADEFFXXX", invoice.company.name, GERMAN, "EUR1234.56", "", ""),
        invoice.number,
    ]
    assert "DE89 3704 0044 0532 0130 00" in text_on(contents)


def test_an_invoice_in_francs_has_the_swiss_payment_part_on_its_last_page(
    printed: Any, swiss_customer: Any
) -> None:
    """The cross in its middle leaves the code readable."""
    address = {"street": "Seestr. 1", "city": "8001 Zürich", "country": "Schweiz"}
    _invoice, without = printed("CHF", swiss_customer, iban=SWISS, **address)
    assert codes_on(without) == [] and "Payment part" not in text_on(without)
    invoice, contents = printed("CHF", swiss_customer, country="Switzerland")
    [read] = codes_on(contents)
    lines = read.split("\n")
    creditor = ["S", invoice.company.name, "Seestr. 1", "", "8001", "Zürich", "CH"]
    assert lines[:11] == ["SPC", "0200", "1", SWISS, *creditor]
    assert lines[11:18] == [""] * 7 and lines[18:20] == ["1234.56", "CHF"]
    assert lines[20:27] == ["S", "Acme SA", "Rue 2", "", "1003", "Lausanne", "CH"]
    assert (lines[27], lines[29:]) == ("SCOR", [invoice.number, "EPD"])
    assert iso11649.is_valid(lines[28]) and lines[28].endswith(invoice.number.replace("/", ""))
    words = " ".join(text_on(contents).split())
    assert "Payment part" in words and "1 234.56" in words and "CH93 0076 2011 6238 5295 7" in words


def test_a_qr_iban_has_a_reference_of_27_digits() -> None:
    paying = paying_of(company_at(QR_IBAN), CUSTOMER, Decimal("10"), "CHF", "INV/2026/00017")
    assert paying is not None
    kind, reference = paying.payload.decode().split("\n")[27:29]
    # I = 18, N = 23, V = 31, as in an IBAN.
    assert (kind, reference[:-1]) == ("QRR", "18233120260001".rjust(25, "0") + "7")
    assert esr.is_valid(reference) and paying.reference.replace(" ", "") == reference


def test_what_the_code_cannot_hold_is_left_to_the_bank() -> None:
    paying = paying_of(company_at(SWISS), CHINESE, Decimal("10"), "EUR", "ST/1")
    assert paying is not None and paying.debtor is None
    assert paying.payload.decode().split("\n")[20:27] == [""] * 7


@pytest.mark.parametrize(
    ("company", "amount", "currency"),
    [
        (company_at(""), "10", "EUR"),
        (company_at(GERMAN), "10", "USD"),
        (company_at(GERMAN), "10", "CHF"),
        (company_at(GERMAN), "0", "EUR"),
        (company_at(GERMAN), "-5", "EUR"),
        (company_at(GERMAN), "1000000000", "EUR"),
        (company_at("TR330006100519786457841326"), "10", "EUR"),
        (company_at(SWISS, city="Zürich"), "10", "CHF"),
    ],
)
def test_where_there_is_no_code_there_is_none(company: Any, amount: str, currency: str) -> None:
    assert paying_of(company, CUSTOMER, Decimal(amount), currency, "INV/1") is None


def test_a_mistyped_account_is_refused(company: Any) -> None:
    with pytest.raises(BankError, match="is no IBAN"):
        company.iban = "DE89370400440532013001"
    with pytest.raises(BankError, match="is no BIC"):
        company.bic = "COBA"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            ("Empfangsschein", "Zahlteil", "Konto / Zahlbar an", "Zahlbar durch (Name/Adresse)", "Währung"),
        ),
        (
            "fr",
            ("Récépissé", "Section paiement", "Compte / Payable à", "Payable par (nom/adresse)", "Monnaie"),
        ),
        (
            "it",
            ("Ricevuta", "Sezione pagamento", "Conto / Pagabile a", "Pagabile da (nome/indirizzo)", "Valuta"),
        ),
        (
            "zh-CN",
            ("Receipt", "Payment part", "Account / Payable to", "Payable by (name/address)", "Currency"),
        ),
    ],
)
def test_the_swiss_part_speaks_the_languages_of_its_standard(app: Any, language: str, words: Any) -> None:
    """As annex D of the guidelines words them, and English for all others."""
    nobody = SimpleNamespace(name="Li", street="", postcode="", city="", country="")
    paying = paying_of(company_at(SWISS), nobody, Decimal("10"), "CHF", "INV/2026/00017")
    source = '{% import "accounting/paying.html" as codes with context %}{{ codes.payment_part(paying) }}'
    with app.test_request_context():
        shown = html.unescape(render_template_string(source, paying=paying, lang=language))
    assert [word for word in words if word not in shown] == []
