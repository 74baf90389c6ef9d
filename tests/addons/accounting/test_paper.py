"""Long names and numbers never leave their box on an invoice, however many pages it has."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pdfplumber
import pytest

from addons.accounting.services.drafts import Line
from core import m
from core.db import db
from core.documents import delivery_of, render_pdf

MILLIMETRE = 72 / 25.4
#: The edges of the invoice's columns, as `invoice.html` has them.
WIDTHS = (9, 36, 39, 20, 26, 17, 28)


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_an_invoice_holds_long_names_and_numbers(
    app: Any, company: Any, customer: Any, invoice_of: Any, locale: str
) -> None:
    customer.name, customer.street = "W" * 120, "M" * 120
    part = m.Product(company_id=company.id, code="P1", mpn="MPN" * 20, description="x" * 120)
    db.session.add(part)
    db.session.flush()
    lines = [Line("", Decimal("9999999999.999"), Decimal("1234.567891"), part.id)]
    lines += [Line("Short", Decimal(1), Decimal(1)) for _number in range(80)]
    invoice = invoice_of(0, lines=lines, reference="9" * 60)
    assert len(f"{invoice.total:.2f}") >= 16
    identity = delivery_of("accounting.invoice").identity(invoice)
    printed = render_pdf("accounting.invoice", invoice, locale=locale, identity=identity)
    with pdfplumber.open(BytesIO(printed)) as pdf:
        assert len(pdf.pages) > 1
        for page in pdf.pages:
            left, right = 20 * MILLIMETRE, page.width - 15 * MILLIMETRE
            outside = [c for c in page.chars if c["x0"] < left - 0.5 or c["x1"] > right + 0.5]
            assert outside == []
            words = page.extract_words()
            # Nothing is printed over something else.
            for one, other in zip(words, words[1:], strict=False):
                over = min(one["x1"], other["x1"]) - max(one["x0"], other["x0"])
                same = abs(one["bottom"] - other["bottom"]) < 1
                assert not (same and over > 1), (one, other)
            edges = [left + sum(WIDTHS[:n]) * MILLIMETRE for n in range(1, len(WIDTHS))]
            rows = [word["top"] for word in words if word["text"] in ("Short",)]
            for word in words:
                if min(rows) - 2 <= word["top"] <= max(rows) + 2:
                    assert not any(word["x0"] < edge - 1 and word["x1"] > edge + 1 for edge in edges), word
        first = pdf.pages[0].extract_words()
        [number] = [w for w in first if w["text"].startswith("MPN")][:1]
        short = min(w["top"] for w in first if w["text"] == "Short")
        for word in first:
            if number["top"] - 1 <= word["top"] < short:
                assert not any(word["x0"] < edge - 1 and word["x1"] > edge + 1 for edge in edges), word
