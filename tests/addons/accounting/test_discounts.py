"""Discounts on lines: the net is computed once, by every way in which a line comes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from math import floor
from typing import Any

import pdfplumber
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from addons.accounting.amounts import line_amount
from addons.accounting.imports.lines import AmountError, amounts_of
from addons.accounting.services.drafts import Line
from core import m
from core.db import db
from core.documents import delivery_of, render_pdf
from core.exchange.importing import start_import, totals, upload
from tests.conftest import work
from tests.documents import create_invoice, post_invoices, reverse_invoice

CENT, ON = Decimal("0.01"), date(2026, 1, 10)


def half_up(value: Fraction) -> Fraction:
    """To cents, half away from zero, by integers alone."""
    return Fraction(floor(abs(value) * 100 + Fraction(1, 2)), 100) * (1 if value >= 0 else -1)


LINES = st.lists(
    st.tuples(
        st.decimals(min_value="-500", max_value="50000", places=4),
        st.decimals(min_value="0", max_value="999", places=6),
        st.decimals(min_value="0", max_value="100", places=4),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_nets_are_those_of_exact_fractions(app: Any, company: Any, customer: Any, lines: Any) -> None:
    rows = [Line("Part", quantity, price, discount=discount) for quantity, price, discount in lines]
    invoice = create_invoice(
        db.session, company_id=company.id, partner_id=customer.id, date=ON, currency="USD", lines=rows
    )
    post_invoices(db.session, [invoice])
    db.session.commit()
    nets = [half_up(Fraction(q) * Fraction(p) * (100 - Fraction(d)) / 100) for q, p, d in lines]
    assert [Fraction(line.net) for line in invoice.lines] == nets
    assert invoice.total == sum(nets)


def test_a_discount_is_not_rounded_by_itself() -> None:
    assert line_amount(Decimal(7), Decimal("0.99"), CENT, Decimal("2.5")) == Decimal("6.76")
    assert line_amount(Decimal(1), Decimal(5), CENT, Decimal(100)) == 0


def test_a_reversal_takes_the_discount_back(invoice_of: Callable[..., Any]) -> None:
    invoice = invoice_of(0, lines=[Line("Part", Decimal(10), Decimal("1.25"), discount=Decimal("12.5"))])
    assert invoice.total == Decimal("10.94")
    note = reverse_invoice(db.session, invoice, ON)
    assert (note.total, note.lines[0].discount) == (Decimal("10.94"), Decimal("12.5"))


@pytest.mark.parametrize("discount", ["-0.0001", "100.0001"])
def test_the_database_refuses_what_is_no_percentage(
    company: Any, customer: Any, invoice_of: Callable[..., Any], discount: str
) -> None:
    line = Line("Part", Decimal(1), Decimal(1), discount=Decimal(discount))
    with pytest.raises(IntegrityError, match="discount_is_percent"):
        create_invoice(
            db.session, company_id=company.id, partner_id=customer.id, date=ON, currency="USD", lines=[line]
        )
    db.session.rollback()


def test_the_database_refuses_a_net_without_its_discount(
    company: Any, customer: Any, invoice_of: Callable[..., Any]
) -> None:
    draft = create_invoice(
        db.session,
        company_id=company.id,
        partner_id=customer.id,
        date=ON,
        currency="USD",
        lines=[Line("Part", Decimal(1), Decimal("10.05"))],
    )
    with pytest.raises(IntegrityError, match="net_is_product"):
        db.session.execute(
            text("UPDATE accounting_invoice_line SET discount = 5 WHERE invoice_id = :id"), {"id": draft.id}
        )
    db.session.rollback()


def test_a_column_of_discounts_is_printed_only_where_there_is_one(invoice_of: Callable[..., Any]) -> None:
    plain = invoice_of(5)
    reduced = invoice_of(0, lines=[Line("Part", Decimal(1), Decimal(5), discount=Decimal("2.5"))])
    assert "Discount" not in printed(plain)
    words = printed(reduced)
    assert "Discount" in words
    assert "2.5\u00a0%" in words or "2.5 %" in words


def printed(invoice: Any) -> str:
    identity = delivery_of("accounting.invoice").identity(invoice)
    made = render_pdf("accounting.invoice", invoice, locale="en", identity=identity)
    with pdfplumber.open(BytesIO(made)) as pdf:
        return "".join(page.extract_text() for page in pdf.pages)


HEADER = "Invoice Number,Invoice Date,Customer Code,Item Name,Quantity,Item Price,Discount,Amount\n"


def test_a_file_may_have_a_column_of_discounts(app: Any, company: Any) -> None:
    rows = (
        "D1,2026-03-01,C1,Bolt,7,0.99,2.5,6.76\nD2,2026-03-01,C1,Bolt,4,,10,9\n"
        "D3,2026-03-01,C1,Bolt,1,1,101,\nD4,2026-03-01,C1,Bolt,7,0.99,2.5,6.93\nD5,2026-03-01,C1,Bolt,1,3,,\n"
    )
    data_import = upload(db.session, "accounting.invoice", "a.csv", f"{HEADER}{rows}".encode())
    start_import(db.session, data_import)
    db.session.commit()
    import_id = data_import.id
    work(app)
    counted = totals(db.session, import_id)
    assert (counted.booked, counted.bad) == (3, 2)
    line = m.AccountingInvoiceLine
    found = db.session.execute(select(line.unit_price, line.discount, line.net).order_by(line.id)).all()
    assert [tuple(row) for row in found] == [
        (Decimal("0.99"), Decimal("2.5"), Decimal("6.76")),
        (Decimal("2.5"), Decimal(10), Decimal(9)),
        (Decimal(3), Decimal(0), Decimal(3)),
    ]
    reasons = db.session.scalars(select(m.DataImportRow.reason).where(m.DataImportRow.state == "bad"))
    assert sorted(reasons) == [
        "7 × 0.99 less 2.5 % is 6.76, not 6.93: correct one of them.",
        "A discount is a percentage from 0 to 100.",
    ]


def test_what_is_given_away_has_no_price_to_be_found(app: Any) -> None:
    with pytest.raises(AmountError):
        amounts_of(Decimal(1), None, Decimal(5), CENT, Decimal(100))
