"""Credit notes by lines: so much of some lines of an invoice, and never more than was invoiced."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from addons.accounting.services.crediting import creditable_lines
from addons.accounting.services.drafts import Line
from addons.accounting.services.invoices import InvoiceError, item_of
from core import m
from core.db import db
from core.security.users import ensure_administrator
from tests.logins import log_in

ON = date(2026, 2, 1)


@pytest.fixture
def invoice(invoice_of, vat):
    """1,000 × 0.25 less 2 %, 500 × 1.10 and a fee; 13 % on the parts."""
    lines = [
        Line("Resistor", Decimal(1000), Decimal("0.25"), tax_id=vat.id, discount=Decimal(2)),
        Line("Amplifier", Decimal(500), Decimal("1.10"), tax_id=vat.id),
        Line("Fee", Decimal(1), Decimal(30)),
    ]
    return invoice_of(0, lines=lines)


def credited(invoice, *quantities):
    lines = [line.id for line in invoice.lines]
    wanted = {line: Decimal(q) for line, q in zip(lines, quantities, strict=False) if q is not None}
    note = m.AccountingInvoice.credit_lines(db.session, invoice, wanted, ON)
    return db.session.get(m.AccountingInvoice, note)


def test_so_much_of_some_lines_is_credited_at_what_they_cost(invoice):
    note = credited(invoice, 40, None, 1)
    assert (note.kind, note.state, note.credits_id, note.date) == ("credit_note", "posted", invoice.id, ON)
    # 40 × 0.25 less 2 % = 9.80, taxed with 1.27, and the fee without tax.
    assert (note.net, note.tax, note.total) == (Decimal("39.80"), Decimal("1.27"), Decimal("41.07"))
    assert [line.description for line in note.lines] == ["Resistor", "Fee"]
    item = item_of(db.session, invoice)
    assert item.residual == invoice.total - note.total
    assert item_of(db.session, note).residual == 0


def test_of_no_line_more_is_credited_than_was_invoiced(invoice):
    credited(invoice, 400, None, 1)
    left = {line.position: line.creditable for line in creditable_lines(db.session, invoice.id)}
    assert left == {1: 600, 2: 500}
    for quantities, why in (((601,), "Of line 1 600 can be"), ((None, None, 1), "left"), ((0,), "at least")):
        with pytest.raises(InvoiceError, match=why), db.session.begin_nested():
            credited(invoice, *quantities)
    with pytest.raises(InvoiceError, match="Only a posted invoice"), db.session.begin_nested():
        credited(db.session.get(m.AccountingInvoice, invoice.credited_by[0].id), 1)
    credited(invoice, 600, 500)
    assert creditable_lines(db.session, invoice.id) == []
    assert item_of(db.session, invoice).residual == 0


def test_the_database_holds_it_too(invoice):
    note = credited(invoice, 1000)
    copy = text("""
        INSERT INTO accounting_invoice_line (invoice_id, position, quantity, unit_price, credits_line_id)
        VALUES (:draft, 1, 1, 0, :line)
    """)
    draft = m.AccountingInvoice(
        company_id=note.company_id,
        partner_id=note.partner_id,
        kind="credit_note",
        date=ON,
        due_date=ON,
        currency_code="USD",
    )
    db.session.add(draft)
    db.session.flush()
    with pytest.raises(IntegrityError, match="more of a line"):
        db.session.execute(copy, {"draft": draft.id, "line": note.lines[0].credits_line_id})
    db.session.rollback()


def test_what_is_credited_in_part_is_not_reversed_in_whole(invoice):
    note = credited(invoice, 1)
    with pytest.raises(InvoiceError, match=note.number):
        m.AccountingInvoice.reverse(db.session, [invoice], ON)


def test_the_page_asks_for_quantities_and_says_what_is_wrong(app, company, invoice):
    url = f"/accounting/credit/{invoice.id}"
    ensure_administrator(db.session, "root@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.query(m.User).filter_by(email="root@example.com").one().fs_uniquifier)
    first, second = (line.id for line in invoice.lines[:2])
    page = client.get(url)
    assert page.status_code == 200
    assert f'name="quantity-{second}"' in page.text
    token = page.text.split('csrf_token" value="')[1].split('"')[0]
    wrong = client.post(url, data={"csrf_token": token, f"quantity-{first}": "1,001"})
    assert wrong.status_code == 422
    assert "1,000 can be credited" in wrong.text
    nothing = client.post(url, data={"csrf_token": token, f"quantity-{first}": "0"})
    assert (nothing.status_code, "at least one line" in nothing.text) == (422, True)
    done = client.post(url, data={"csrf_token": token, f"quantity-{second}": "5"})
    assert done.status_code == 303
    assert "INV" in client.get(done.location).text
