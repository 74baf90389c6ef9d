"""What can't be done is said in words, and nothing of it is done."""

from datetime import date
from decimal import Decimal

import pytest
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from addons.accounting.services.drafts import BillDraft
from addons.accounting.services.rates import RateError
from addons.purchasing.services.billing import ReceivedLine
from addons.purchasing.services.errors import PurchasingError
from core import m
from core.db import db
from core.screens.refusals import explain
from tests.addons.purchasing.test_billing import bill

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
DAY, LATER = date(2026, 3, 2), date(2026, 3, 20)


def written(desk, order, quantity, kind="bill", currency="USD", reference="R-9"):
    """A bill as a program writes it, for the first line of an order."""
    line = ReceivedLine(desk.parts[0], "goods", Decimal(quantity), Decimal(1))
    line.purchase_line_id = order.lines[0].id
    draft = BillDraft(desk.company_id, desk.supplier, LATER, currency, reference, [line], kind)
    (made,) = m.AccountingBill.create(db.session, [draft])
    return db.session.get(m.AccountingBill, made)


def test_a_bill_that_a_credit_note_gives_back_is_not_taken_back_whole(desk):
    order = desk.order((desk.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    first = bill(desk, order, "R-1", quantity=60)
    second = bill(desk, order, "R-2")
    desk.send_back(order, 50)
    note = bill(desk, order, "G-1")
    with pytest.raises(PurchasingError, match=f"The credit note {note.number} gives back"):
        m.AccountingBill.reverse(db.session, [first, second], LATER)
    # What is left of both is credited instead.
    rest = written(desk, order, 50, "credit_note")
    m.AccountingBill.post(db.session, [rest])
    db.session.expire_all()
    assert (order.lines[0].billed, desk.account("payable"), desk.account("goods_received")) == (0, 0, -50)


def test_no_more_is_billed_than_was_ordered_nor_credited_than_is_billed(desk):
    order = desk.order((desk.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    with pytest.raises(PurchasingError, match="100 are ordered and 0 billed: 101 more can't be billed"):
        written(desk, order, 101)
    bill(desk, order, "R-1", quantity=40)
    with pytest.raises(PurchasingError, match="40 are billed: 41 can't be credited"):
        written(desk, order, 41, "credit_note")
    draft = written(desk, order, 60)
    draft.lines[0].quantity = Decimal(61)
    with pytest.raises(IntegrityError) as refused, db.session.begin_nested():
        db.session.flush()
    composition = current_app.extensions["composition"]
    assert "More would be billed than was ordered" in explain(refused.value, composition)[0]


def test_a_bill_in_another_currency_takes_off_what_was_received(desk):
    desk.rate("EUR", "1.10", LATER)
    order = desk.order((desk.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    with pytest.raises(RateError, match="no rate of CHF"):
        written(desk, order, 100, currency="CHF")
    made = written(desk, order, 100, currency="EUR")
    m.AccountingBill.post(db.session, [made])
    # 100.00 dollars were received, 90.91 euros; the bill asks 100.00: 9.09 more, 10.00 dollars.
    assert (desk.account("goods_received"), desk.account("payable")) == (0, -110)
    assert desk.account("price_difference") + desk.account("exchange_difference") == 10
    assert db.session.scalar(text("SELECT sum(debit) - sum(credit) FROM accounting_entry_line")) == 0
