"""Parts that a form offers stand beside what this customer paid last: nobody else's price is told."""

import pytest

from core.db import db
from tests.addons.stock.conftest import browser

__all__ = ["browser"]
pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")


@pytest.fixture
def stock(desk):
    return desk


def offered(visit, **values):
    query = "&".join(f"{name}={value}" for name, value in {"q": "P", **values}.items())
    found = visit.get(f"/m/sales.order.form/choices/lines.product_id?{query}").json
    return {one["label"]: one["columns"][-1] for one in found}


def test_this_customer_s_last_price_stands_beside_each_part(desk, browser):
    other = desk.partner("C2")
    desk.order((desk.parts[0], 5, "0.045"))
    desk.order((desk.parts[0], 5, "0.5"), partner=other)
    db.session.commit()
    visit = browser("a@example.com")
    assert offered(visit, partner_id=desk.customer, currency_code="USD") == {
        "P0": "last 0.045",
        "P1": "",
        "P2": "",
    }
    assert offered(visit, partner_id=desk.customer, currency_code="EUR")["P0"] == ""
    assert offered(visit)["P0"] == ""
