"""What a line of a request is told while it is typed: the least that the supplier sells, and its steps."""

from decimal import Decimal

import pytest

from addons.purchasing.order_forms import derive
from core import m
from core.db import db
from core.screens import Mark, Typed

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


def test_a_quantity_that_is_typed_is_told_what_the_supplier_sells(app, desk):
    part = desk.parts[0]
    db.session.add(
        m.PurchasingSupplierPart(
            company_id=desk.company_id,
            partner_id=desk.supplier,
            product_id=part,
            min_quantity=Decimal(1000),
            multiple=Decimal(500),
        )
    )
    db.session.flush()
    values, row = Typed(partner_id=desk.supplier, date=None), Typed(product_id=part, quantity=Decimal(1200))
    (marks,) = derive(db.session, values, {"lines": [row]}).marks["lines"]
    assert marks["quantity"] == Mark("in steps of 500: 1,500", "warn", Decimal(1500))
