"""Long names and numbers never leave their box on paper."""

from datetime import date
from io import BytesIO
from typing import Any

import pdfplumber
import pytest
from sqlalchemy import select

from addons.billing_statements.errors import StatementError
from addons.billing_statements.services import runs
from addons.billing_statements.services.due import due_of
from core import m
from core.db import db
from core.records import attachments
from core.security.users import ensure_user
from tests.conftest import work
from tests.logins import log_in

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


def test_what_no_font_has_is_found_before_release(
    app: Any, company: Any, customer_of: Any, bill: Any, run_month: Any
) -> None:
    bill(customer_of("C1"), 100, "2026-01-10")
    strange = customer_of("C2", name="Box \U0010fffd Ltd")
    bill(strange, 100, "2026-01-10")
    period = runs.check_period("monthly", date(2026, 1, 31), date(2026, 2, 1))
    due = due_of(db.session, company.id, "monthly", period)
    [concern] = [c for c in m.BillingRun.concerns(db.session, company.id, [due]) if c.kind == "unprintable"]
    found, reason = concern.partner_id, concern.reason
    assert found == strange.id
    assert "\U0010fffd (U+10FFFD)" in reason

    run, statements = run_month("2026-01")
    assert {s.partner.code: s.state for s in statements} == {"C1": "rendered", "C2": "created"}
    [boxed] = [s for s in statements if s.state == "created"]
    why = f"{boxed.number} of C2 cannot be printed: {reason}"
    assert db.session.scalars(select(m.JobItem.reason).where(m.JobItem.state == "failed")).all() == [why]
    for model, record in ((m.BillingRun, run), (m.BillingStatement, boxed)):
        with pytest.raises(StatementError) as refused:
            model.release(db.session, [record])
        assert str(refused.value) == why

    pages = app.test_client()
    roles = ("core.administrator",)
    ensure_user(db.session, "boss@example.com", "a long enough password", company, name="Boss", roles=roles)
    db.session.commit()
    log_in(app, pages, db.session.scalars(select(m.User.fs_uniquifier)).one())
    page = pages.get(f"/billing_statements/runs/{run.id}").text
    assert "Not printed" in page
    assert reason in page

    strange.name = "Box Ltd"
    db.session.commit()
    runs.start_rendering(db.session, run)
    db.session.commit()
    work(app)
    assert m.BillingRun.release(db.session, [run]) == 2
