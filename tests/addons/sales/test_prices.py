"""What an order line costs: the list with its breaks, else the last order; its invoice comes to the same."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.sales.services.drafts import OrderLineDraft
from addons.sales.services.errors import SalesError
from core import m
from core.db import db
from core.security.users import ensure_administrator
from tests.addons.sales.test_orders import DAY
from tests.logins import log_in

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


@pytest.fixture
def save(app, company, desk):
    """`save(*lines, order)` saves the form of an order, or a new one; a line is (part, quantity, price)."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User)).one().fs_uniquifier)

    def save(*lines, order=None):
        url = f"/m/sales.order.form/{order.id if order else 'new'}"
        page = client.get(url).text
        data = dict(re.findall(r'name="(csrf_token|_base)" value="([^"]*)"', page))
        data |= {"partner_id": desk.customer, "date": DAY.isoformat(), "currency_code": "USD"}
        keys = [str(line.id) for line in order.lines] if order else [f"n{n}" for n in range(len(lines))]
        for key, line in zip(keys, lines, strict=True):
            named = zip(("product_id", "quantity", "unit_price"), line, strict=True)
            data |= {f"lines-{key}-{name}": str(value) for name, value in (*named, ("discount", 0))}
        answer = client.post(url, data=data)
        assert answer.status_code == 303, answer.text
        db.session.expire_all()
        return db.session.get(m.SalesOrder, int(answer.location.rsplit("/", 1)[1]))

    return save


def test_what_a_form_fills_in_keeps_where_it_comes_from(desk, save):
    part = listed(desk)
    order = save((part, 5000, "0.0065"), (part, 5000, "0.0070"))
    origins = [line.price_origin for line in order.lines]
    assert origins == ["list price, break 5,000+", "typed"]
    # The list moves on: what stays as it was agreed still comes from where it came from.
    for one in db.session.get(m.Product, part).price_breaks:
        one.unit_price = Decimal("0.0070")
    db.session.commit()
    order = save((part, 5000, "0.0065"), (part, 5000, "0.0071"), order=order)
    assert [line.price_origin for line in order.lines] == origins
    order = save((part, 5000, "0.0064"), (part, 5000, "0.0070"), order=order)
    assert [line.price_origin for line in order.lines] == ["typed", "list price, break 5,000+"]


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
