"""The lines of an order that is only read: no column in which nothing stands, nothing untrue by now."""

import re

import pytest

from core import m
from core.db import db
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")


def test_a_confirmed_order_shows_what_stands_in_its_lines(app, company, desk):
    desk.receive(desk.parts[0], 100, "0.5")
    order = desk.quote((desk.parts[0], 20, 2))
    db.session.commit()
    page, form = Administrator(app, company), f"/m/sales.order.form/{order.id}"

    def heads():
        table = re.search(r'<table class="lines">.*?</thead>', page(form).text, re.DOTALL)[0]
        return re.findall(r'<th scope="col" class="[^"]*">([^<]+)</th>', table)

    # Whoever writes a line may fill in each of them.
    assert {"Their part no.", "Promised", "Stock"} <= set(heads())
    m.SalesOrder.confirm(db.session, [order])
    db.session.commit()
    # What was free when it was quoted is reserved by now.
    shown = heads()
    assert {"Product", "Quantity", "Unit price", "Net"} <= set(shown)
    assert not {"Their part no.", "Promised", "Stock"} & set(shown)
    order.lines[0].partner_number = "10-4711"
    db.session.commit()
    assert "Their part no." in heads()
