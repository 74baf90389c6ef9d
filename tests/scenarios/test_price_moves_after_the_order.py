"""A supplier's price moves between the order and the bill: a story that an accountant can check line by line.

100 pieces are ordered at 1.00; the supplier's list goes to 1.08; they come, and half of them are sold.
"""

from datetime import date
from decimal import Decimal

import pytest

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.db import db
from tests.addons.pricing.conftest import Shop

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


def test_ordered_listed_received_sold_repriced_undone_repriced_billed(company):
    shop = Shop(company)
    part = shop.parts[0]
    order = shop.order((part, 100, "1.00"), on=date(2026, 3, 2))
    shop.price_list("Q2", (part, "1.08"), valid_from=date(2026, 3, 3))
    m.PurchasingOrder.receive(db.session, [order], date(2026, 3, 5))
    customer = shop.partner("C1", is_customer=True, is_supplier=False)
    draft = OrderDraft(
        company.id, customer, [OrderLineDraft(part, Decimal(50), Decimal("2.00"))], date=date(2026, 3, 6)
    )
    sold = m.SalesOrder.create(db.session, [draft])
    m.SalesOrder.confirm(db.session, sold)
    m.SalesOrder.deliver(db.session, sold, date(2026, 3, 6))
    m.SalesOrder.invoice(db.session, sold, date(2026, 3, 6))
    before = shop.ledger(), shop.worth_of()
    assert [shop.account(a) for a in ("inventory", "cost_of_goods_sold", "goods_received")] == [50, 50, -100]

    # Looked through: 8.00 more to the supplier, half of it on what is there, half on what was sold.
    run = shop.accepted()
    found = m.PricingRun.preview(db.session, [run])[run.id]
    assert (found.stock, found.shipped, found.sold, found.to_bill) == (4, 0, 4, 8)
    m.PricingRun.apply(db.session, [run])
    assert [shop.account(a) for a in ("inventory", "cost_of_goods_sold", "goods_received")] == [54, 54, -108]
    shop.undo(run)
    assert (shop.ledger(), shop.worth_of()) == before

    # Applied again, and billed at 1.08: nothing is left to clear, and 46.00 were earned.
    shop.applied()
    bill = shop.billed(order, "R-1", on=date(2026, 3, 31))
    assert (bill.net, order.state) == (108, "done")
    assert [shop.account(a) for a in ("goods_received", "price_difference", "payable")] == [0, 0, -108]
    assert -shop.account("sales") - shop.account("cost_of_goods_sold") == 46
    assert shop.differences() == []
