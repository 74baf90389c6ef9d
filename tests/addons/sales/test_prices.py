"""What an order line costs: the list with its breaks, else the last order; its invoice comes to the same."""

from decimal import Decimal

import pytest

from addons.sales.services.drafts import OrderLineDraft
from addons.sales.services.errors import SalesError
from core import m
from core.db import db
from tests.addons.sales.test_orders import DAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")


def listed(desk, code="L1"):
    part = desk.part(code, list_price=Decimal("0.0100"), list_currency_code="USD")
    for least, price in ((1000, "0.0080"), (5000, "0.0065")):
        values = {"min_quantity": Decimal(least), "unit_price": Decimal(price), "currency_code": "USD"}
        db.session.add(m.ProductPriceBreak(product_id=part, **values))
    db.session.flush()
    return part


def test_the_list_goes_before_the_last_order_by_its_breaks(desk):
    part, other = listed(desk), desk.parts[0]
    desk.order((part, 10, "0.5"), (other, 10, "0.125"))
    made = desk.quote((part, 999, None), (part, 5000, None), (other, 7, None))
    assert [line.unit_price for line in made.lines] == [Decimal("0.01"), Decimal("0.0065"), Decimal("0.125")]
    assert [line.price_origin for line in made.lines][:2] == ["list price", "list price, break 5,000+"]


def test_a_price_that_was_agreed_stays(desk):
    made = desk.quote((listed(desk), 5000, "0.0070"))
    assert (made.lines[0].unit_price, made.lines[0].price_origin) == (Decimal("0.007"), "")


@pytest.mark.parametrize("discount", ["2.5", "33.3333", "0.0001", "100"])
def test_an_invoice_comes_to_what_its_order_does(desk, discount):
    part = desk.parts[0]
    desk.receive(part, 7000)
    line = OrderLineDraft(part, Decimal(7000), Decimal("0.012345"), discount=Decimal(discount))
    order = desk.order(line)
    m.SalesOrder.deliver(db.session, [order], DAY)
    (key,) = m.SalesOrder.invoice(db.session, [order], DAY)
    invoice = db.session.get(m.AccountingInvoice, key)
    exact = Decimal(7000) * Decimal("0.012345") * (100 - Decimal(discount)) / 100
    assert invoice.net == order.net == exact.quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert invoice.lines[0].discount == Decimal(discount)


def test_a_limit_is_not_checked_at_a_rate_that_nobody_knows(desk):
    customer = desk.partner("C9", credit_limit=Decimal(10))
    quotation = desk.quote((desk.parts[0], 5, 1), partner=customer, currency_code="CNY")
    with pytest.raises(SalesError, match="^There is no exchange rate of CNY for today"):
        m.SalesOrder.confirm(db.session, [quotation])


def test_the_limit_counts_what_is_ordered(desk):
    customer = desk.partner("C8", credit_limit=Decimal(10))
    quotation = desk.quote((desk.parts[0], 5, 1), partner=customer)
    assert m.SalesOrder.confirm(db.session, [quotation]) == {}
    held = m.SalesOrder.confirm(db.session, [desk.quote((desk.parts[0], 6, 1), partner=customer)])
    (why,) = held.values()
    assert "11.00\xa0USD are owed or ordered, and the credit limit is 10.00\xa0USD" in why
