"""A supplier's bill that is a plain list finds what was ordered and received, as an electronic one does."""

import io
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from addons.accounting.services.bills import BillError
from addons.accounting.services.chart import books_of
from addons.accounting.services.listed import Said
from core import m
from core.db import db
from core.errors import UserError
from core.tabular.writers import write_xlsx
from tests.addons.matching.papers import printed, statement

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
DAY = date(2026, 3, 2)
HEADINGS = ["PO no.", "Delivery note", "Part no.", "Qty", "Unit price", "Amount"]


def take(desk, content, name="bill.csv", **said):
    made = m.AccountingBill.take_file(
        db.session, desk.company_id, name, content, desk.supplier, Said(**{"number": "INV-7", **said})
    )
    return [db.session.get(m.AccountingBill, bill_id) for bill_id in made]


def csv(*rows, headings=HEADINGS):
    return "\n".join(";".join(map(str, row)) for row in (["Supplier S1 Ltd"], headings, *rows)).encode()


def workbook(*rows):
    file = io.BytesIO()
    write_xlsx(HEADINGS, rows, file)
    return file.getvalue()


def lines_of(bill):
    return [(line.purchase_line_id, line.quantity, line.unit_price, line.net) for line in bill.lines]


@pytest.fixture
def received(desk):
    """Two orders of one part with 100 and 50 that came, at 0.05 with tax."""
    account = books_of(db.session, desk.company_id).account("tax")
    tax = m.AccountingTax(company_id=desk.company_id, name="13 %", rate=Decimal("0.13"), account_id=account)
    db.session.add(tax)
    db.session.flush()
    orders = [desk.order((desk.parts[0], quantity, "0.05")) for quantity in (100, 50)]
    for order, note in zip(orders, ("LS 1", "LS 2"), strict=True):
        order.lines[0].tax_id = tax.id
        desk.come((order.lines[0], order.lines[0].quantity), reference=note)
    db.session.commit()
    return orders


def pdf(*rows):
    made = [
        ("2026-03-02", order, note, part, "Capacitor", int(qty), f"{price}", Decimal(amount))
        for order, note, part, qty, price, amount in rows
    ]
    return printed(statement(made))


@pytest.mark.parametrize(("name", "form"), [("bill.csv", csv), ("bill.xlsx", workbook), ("bill.pdf", pdf)])
def test_a_list_becomes_a_draft_for_what_was_ordered(desk, received, name, form):
    one, two = (order.lines[0].id for order in received)
    content = form(
        ("", "", "P0", 130, "0.05", "6.50"), (received[1].number, "LS 2", "P0", 20, "0.06", "1.20")
    )
    [bill] = take(desk, content, name)
    assert (bill.reference, bill.kind, bill.state, bill.net) == ("INV-7", "bill", "draft", Decimal("7.70"))
    assert lines_of(bill) == [
        (one, 100, Decimal("0.05"), 5),
        (two, 30, Decimal("0.05"), Decimal("1.50")),
        (two, 20, Decimal("0.06"), Decimal("1.20")),
    ]
    # The list says nothing of taxes: those of the orders are its.
    assert (bill.tax, bill.filed_total) == (Decimal("1.00"), None)
    kept = db.session.scalars(select(m.Attachment.filename).where(m.Attachment.record_id == bill.id)).all()
    assert kept == [name]
    m.AccountingBill.post(db.session, [bill])
    assert received[0].lines[0].billed == 100


def test_each_number_of_the_list_is_a_bill_of_its_own(desk, received):
    headings = ["Invoice no.", "Date", "Part no.", "Qty", "Unit price"]
    content = csv(
        ("INV-8", "2026-03-01", "P0", 60, "0.05"),
        ("", "2026-03-04", "P0", 40, "0.05"),
        ("INV-8", "2026-03-03", "P0", 10, "0.05"),
        headings=headings,
    )
    first, second = take(desk, content)
    assert (first.reference, first.date, len(first.lines)) == ("INV-8", date(2026, 3, 3), 2)
    assert (second.reference, second.date) == ("INV-7", date(2026, 3, 4))
    one, two = (order.lines[0].id for order in received)
    assert [line[:2] for line in lines_of(first)] == [(one, 60), (one, 10)]
    assert [line[:2] for line in lines_of(second)] == [(one, 30), (two, 10)]
    assert take(desk, csv(("", "", "P0", 1, 1, 1)), number="INV-9", date=DAY)[0].date == DAY


def test_what_goes_back_is_a_credit_note(desk, received):
    [bill] = take(desk, csv(("", "", "P0", 100, "0.05", "5.00")))
    m.AccountingBill.post(db.session, [bill])
    [note] = take(desk, csv(("", "", "P0", -40, "0.05", "-2.00")), number="CN-1")
    assert (note.kind, note.net, lines_of(note)[0][:2]) == ("credit_note", 2, (received[0].lines[0].id, 40))


def test_a_list_is_taken_whole_or_refused_with_its_rows(desk, received):
    refused = {
        "row 4: .*12x": csv(("", "", "P0", 1, 1, 1), ("", "", "P0", "12x", 1, 1)),
        "row 3: This row has neither a price": csv(("", "", "P0", 1, "", "")),
        "headings": b"a;b\n1;2\n",
        "is broken": b"%PDF-1.4\n",
    }
    for words, content in refused.items():
        with pytest.raises(UserError, match=words):
            take(desk, content)
    with pytest.raises(BillError, match="does not say the bill's number"):
        take(desk, csv(("", "", "P0", 1, 1, 1)), number="")
    with pytest.raises(BillError, match="say whom it is from"):
        m.AccountingBill.take_file(db.session, desk.company_id, "a.csv", csv(("", "", "P0", 1, 1, 1)))
    assert db.session.scalar(select(func.count()).select_from(m.AccountingBill)) == 0
