"""Goods whose price has the tax in it are worth the price without it, and their bill leaves no difference."""

from decimal import Decimal

import pytest

from addons.accounting.services.chart import books_of
from addons.purchasing.services.drafts import OrderLineDraft
from core import m
from core.db import db
from tests.addons.purchasing.conftest import DAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


def test_a_receipt_is_worth_the_price_without_its_tax(desk):
    tax = m.AccountingTax(
        company_id=desk.company_id,
        name="VAT incl.",
        rate=Decimal("0.13"),
        included=True,
        account_id=books_of(db.session, desk.company_id).account("tax"),
    )
    db.session.add(tax)
    db.session.flush()
    line = OrderLineDraft(desk.parts[0], Decimal(100), Decimal("1.13"), tax_id=tax.id)
    order = desk.order(line)
    desk.come((order.lines[0], 100))
    assert desk.account("inventory") == 100
    (made,) = m.PurchasingOrder.bill(db.session, [order], "R-1", DAY)
    m.AccountingBill.post(db.session, [made])
    accounts = {name: desk.account(name) for name in ("goods_received", "price_difference", "payable")}
    assert accounts == {"goods_received": 0, "price_difference": 0, "payable": -113}
