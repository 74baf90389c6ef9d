"""Statements in both layouts and both languages, printed by their shape, as they are when laid out."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from addons.billing_statements.services import guarding
from addons.billing_statements.services.data import data_files
from addons.billing_statements.services.delivery import DOCUMENT, identity_of
from core.documents import engine, render_html
from core.records import attachments
from tests.papers import differing, texts_of

WISHES = [
    {"locale": "en", "statement_layout": "international"},
    {"locale": "zh_CN", "statement_layout": "international"},
    {"locale": "en", "statement_layout": "chinese"},
    {"locale": "zh_CN", "statement_layout": "chinese"},
    {"locale": "en", "statement_form": "open_items"},
    {"locale": "en", "statement_lines": True},
]


@pytest.fixture
def printed(company: Any, customer_of: Any, bill: Any, pay: Any, run_month: Any) -> list[Any]:
    """A statement of each wish, in euros with a code to pay by, of two who differ in all that may differ."""
    company.iban, company.bic = "DE89370400440532013000", "COBADEFFXXX"
    for number, wish in enumerate(WISHES):
        for twin, name in enumerate(("Øresund Software A/S", "Tavşan AV & Söhne GmbH")):
            chinese = "深圳市华强电子" if wish["locale"] == "zh_CN" else name
            customer = customer_of(f"C{number}{twin}", name=chinese, city="Kyiv" if twin else "Łódź", **wish)
            for day, amount in ((5, "1409.50"), (17, f"{20 + twin}.07")):
                on = f"2026-01-{day + twin:02}"
                bill(customer, amount, on, currency="EUR", reference=f"PO-{number}{twin}{day}")
    _run, statements = run_month("2026-01")
    assert len(statements) == 2 * len(WISHES)
    return statements


def test_each_prints_what_a_layout_prints(printed: list[Any]) -> None:
    for statement in printed:
        locale = statement.partner.language
        page = render_html(DOCUMENT, statement, locale=locale)
        title = "对账单" if locale == "zh_CN" else "Statement of account"
        plain = engine.to_pdf(page, identity_of(statement), title, data_files(statement))
        kept = attachments.read(statement.attachment.sha256)
        assert texts_of(kept) == texts_of(plain), statement.partner.code
        assert differing(kept, plain) <= 0.001, statement.partner.code
        guarding.check_file(kept, identity_of(statement))
        assert PdfReader(BytesIO(kept)).attachments == PdfReader(BytesIO(plain)).attachments


def test_of_two_of_one_shape_the_second_is_not_laid_out(printed: list[Any], monkeypatch: Any) -> None:
    """And printed once more it has the same bytes."""
    layouts: list[str] = []
    monkeypatch.setattr(engine, "_laid_out", lambda _engine, page: layouts.append(page))
    for statement in printed:
        assert statement.closing > Decimal(1400)
        page = render_html(DOCUMENT, statement, locale=statement.partner.language)
        title = "对账单" if statement.partner.language == "zh_CN" else "Statement of account"
        again = engine.to_pdf(page, identity_of(statement), title, data_files(statement), replayed=True)
        assert again == attachments.read(statement.attachment.sha256)
    assert layouts == []
