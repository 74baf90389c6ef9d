"""Bills and payments to suppliers from files."""

from decimal import Decimal

from sqlalchemy import select

from core import m
from core.db import db
from core.exchange.importing import start_import, target_of, totals, upload
from core.exchange.mapping import guess_mapping
from tests.conftest import work

BILLS = (
    "Document no.,Vendor Code,Vendor Name,Date,Item Description,Qty,Rate\n"
    "B-1,S1,Chips,2026-01-10,Reels,2,50\n"
    "B-1,S1,Chips,2026-01-10,Trays,1,0.335\n"
    "B-2,S9,New one,2026-01-12,Credit,-1,7\n"
)
PAID = "Payment no.,Vendor,Date,Amount,For document\nP-1,S1,2026-01-20,60,B-1\nP-1,S1,2026-01-20,40.34,B-1\n"


def booked(app, target, name, content):
    data_import = upload(db.session, target, name, content.encode())
    start_import(db.session, data_import)
    db.session.commit()
    work(app)
    return totals(db.session, data_import.id)


def test_bills_come_from_a_file_a_row_a_line(app, supplier):
    assert booked(app, "accounting.bill", "bills.csv", BILLS).booked == 3
    first, second = db.session.scalars(select(m.AccountingBill).order_by(m.AccountingBill.id))
    assert (first.partner_id, first.reference, first.total) == (supplier.id, "B-1", Decimal("100.34"))
    assert (second.kind, second.total, second.state) == ("credit_note", Decimal(7), "posted")
    made = db.session.get(m.Partner, second.partner_id)
    assert (made.name, made.is_supplier, made.is_customer) == ("New one", True, False)


def test_a_file_that_comes_again_changes_nothing(app, supplier):
    booked(app, "accounting.bill", "bills.csv", BILLS)
    again = booked(app, "accounting.bill", "again.csv", BILLS)
    assert (again.booked, again.unchanged) == (0, 3)


def test_a_number_that_was_typed_is_refused_in_the_file(app, bill_of):
    bill_of(reference="b1")
    again = booked(app, "accounting.bill", "bills.csv", BILLS)
    assert (again.booked, again.bad) == (1, 2)
    assert len(db.session.scalars(select(m.AccountingBill)).all()) == 2


def test_payments_name_the_bills_by_the_suppliers_numbers(app, bill_of, company):
    bill = bill_of("100.34", reference="B-1")
    other = m.Partner(company_id=company.id, code="S2", name="Other", is_supplier=True)
    db.session.add(other)
    db.session.commit()
    bill_of(5, reference="B-1", partner=other)
    assert booked(app, "accounting.supplier_payment", "paid.csv", PAID).booked == 2
    payment = db.session.scalars(select(m.AccountingPayment)).one()
    assert (payment.side, payment.direction, payment.amount) == ("payable", "out", Decimal("100.34"))
    open_now = {item.reference: item.residual for item in db.session.scalars(select(m.AccountingOpenItem))}
    items = db.session.scalars(
        select(m.AccountingOpenItem).where(m.AccountingOpenItem.partner_id == bill.partner_id)
    )
    assert {item.residual for item in items} == {Decimal(0)}
    assert Decimal(-5) in open_now.values()


def test_headings_of_other_programs_are_known(app):
    headings = {"document": "发票号码", "supplier": "供应商编码", "quantity": "数量", "unit_price": "单价"}
    assert guess_mapping(target_of("accounting.bill"), list(headings.values())) == headings
