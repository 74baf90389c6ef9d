"""Papers say where a price comes from, as far as their reader may know it."""

from datetime import date
from decimal import Decimal

import pytest

from addons.pricing.services.lists import PriceDraft
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.db import db
from core.documents import render_html
from core.sayings import say
from tests.addons.pricing.conftest import DAY

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "pricing"
)


@pytest.fixture
def customer(shop):
    made = m.Partner(company_id=shop.company_id, code="C1", name="Customer")
    db.session.add(made)
    db.session.flush()
    return made.id


def sold(shop, customer, *lines, confirm=False):
    """A quotation over (part, quantity, price or None), or an order."""
    made = [OrderLineDraft(part, Decimal(n), price and Decimal(price)) for part, n, price in lines]
    draft = OrderDraft(shop.company_id, customer, made, date=DAY)
    (key,) = m.SalesOrder.create(db.session, [draft])
    if confirm:
        m.SalesOrder.confirm(db.session, [key])
    db.session.expire_all()
    return db.session.get(m.SalesOrder, key)


def test_a_customer_reads_lists_breaks_and_contracts_in_its_language(shop, customer):
    a, b, c = shop.parts[:3]
    for_customers = {"side": "sale", "valid_from": date(2026, 1, 1)}
    shop.price_list("Own Q1", (a, "2"), (a, "1.80", 1000), partner=customer, **for_customers)
    contract = PriceDraft(b, Decimal(3), contract_quantity=Decimal(4321))
    shop.price_list("Frame 7", contract, partner=customer, **for_customers)
    part = db.session.get(m.Product, c)
    part.list_price, part.list_currency_code = Decimal(9), "USD"
    order = sold(shop, customer, (a, 1500, None), (b, 100, None), (c, 1, None))
    english = render_html("sales.order", order, locale="en")
    assert "Price: list Own Q1 of Jan 1, 2026, break 1,000+" in english
    assert "Price: contract list Frame 7 of Jan 1, 2026<" in english and "4,321" not in english
    assert "Price: list price<" in english
    chinese = render_html("sales.order", order, locale="zh_CN")
    assert "价格：价格表 Own Q1（2026年1月1日），1,000 起阶梯价" in chinese
    m.SalesOrder.confirm(db.session, [order])
    assert "list Own Q1 of Jan 1, 2026" in render_html("sales.order", order, locale="en")


def test_a_customer_reads_nothing_of_costs_last_prices_and_what_was_typed(shop, customer):
    a, b, c = shop.parts[:3]
    margin = PriceDraft(a, None, margin=Decimal(20))
    shop.price_list("Secret rule", margin, partner=None, side="sale")
    db.session.get(m.Product, a).cost = Decimal(8)
    before = sold(shop, customer, (b, 10, "5"), confirm=True)
    order = sold(shop, customer, (a, 10, None), (b, 10, None), (c, 10, "7"))
    order.lines[2].price_origin = say("typed")
    assert [line.price_origin.partition(" of ")[0] for line in order.lines] == [
        "list Secret rule, by cost",
        f"as on {before.number}",
        "typed",
    ]
    paper = render_html("sales.order", order, locale="en")
    assert "10.00" in paper
    for word in ("Price:", "Secret", "cost", before.number, "typed"):
        assert word not in paper


def test_a_supplier_reads_its_list_and_its_quotation(shop):
    a, b = shop.parts[:2]
    shop.price_list("Q1", (a, "1.00"), (a, "0.90", 100), valid_from=date(2026, 3, 1))
    asked = shop.ask((b, 50, "4"))
    supplier = db.session.get(m.Partner, shop.supplier)
    supplier.price_source = "quotation"
    db.session.flush()
    order = shop.order((a, 100, None), (b, 50, None))
    paper = render_html("purchasing.order", order, locale="en")
    assert "Price: list Q1 of Mar 1, 2026, break 100+" in paper
    assert f"Price: your quotation for {asked.number} of " in paper
    assert f"{asked.number}" in render_html("purchasing.order", order, locale="zh_CN")


def test_a_supplier_reads_nothing_of_last_prices_and_what_was_typed(shop):
    a, b = shop.parts[:2]
    before = shop.order((a, 10, "1.25"))
    order = shop.order((a, 10, None), (b, 10, "7"))
    order.lines[1].price_origin = say("typed")
    assert before.number in order.lines[0].price_origin
    paper = render_html("purchasing.order", order, locale="en")
    assert "1.25" in paper and "Price:" not in paper
    assert before.number not in paper and "typed" not in paper
