"""Forms that offer parts say beside each how much of it is free."""

from datetime import date
from decimal import Decimal

import pytest

from addons.stock.services.drafts import MoveDraft
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")


def test_what_is_free_stands_beside_each_part(stock, browser):
    stock.receive(stock.parts[0], 1200)
    stock.create("receipt", MoveDraft(stock.parts[1], Decimal(500)), on=date(2026, 4, 7))
    db.session.add(m.Product(company_id=stock.company_id, code="P9", kind="service"))
    db.session.commit()
    offered = browser("a@example.com").get("/m/accounting.invoice.form/choices/lines.product_id?q=P").json
    assert {one["label"]: one["columns"][-1] for one in offered} == {
        "P0": "1,200 free",
        "P1": "0 free, more on Apr 7, 2026",
        "P2": "0 free",
        "P9": "",
    }
