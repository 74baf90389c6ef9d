"""Long names and numbers never leave their box on paper."""

from io import BytesIO
from typing import Any

import pdfplumber

from core.records import attachments

MILLIMETRE = 72 / 25.4
#: The edges of the statement's columns, as `statement.html` has them.
WIDTHS = (19, 19, 28, 24, 21, 21, 21, 22)


def test_a_statement_holds_long_names_and_numbers(customer_of: Any, bill: Any, run_month: Any) -> None:
    long = "Ω" * 90
    customer = customer_of("C1", name=f"{long} GmbH", street="W" * 120)
    bill(customer, "999999999999.99", "2026-01-10", reference="PO-2026-000000123456789-ABCDEFGHIJKL")
    bill(customer, "1.00", "2026-01-11", reference="PO-20084")
    _run, [statement] = run_month("2026-01")
    with pdfplumber.open(BytesIO(attachments.read(statement.attachment.sha256))) as pdf:
        page = pdf.pages[0]
        left, right = 20 * MILLIMETRE, page.width - 15 * MILLIMETRE
        assert max(char["x1"] for char in page.chars) <= right + 0.5
        edges = [left + sum(WIDTHS[:n]) * MILLIMETRE for n in range(1, len(WIDTHS))]
        words = page.extract_words()
        # An ordinary line stands in one, and no word runs over the edge of its column.
        [row] = [word["top"] for word in words if word["text"] == "PO-20084"]
        assert sum(abs(word["top"] - row) < 2 for word in words) >= 8
        [first] = [word["top"] for word in words if word["text"] == "PO-2026-"][:1] or [row]
        for word in words:
            if first - 2 <= word["top"] <= row + 2:
                assert not any(word["x0"] < edge - 1 and word["x1"] > edge + 1 for edge in edges), word
