"""Orders and suppliers' prices come in from files; what can't be told is refused by row."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from core import m
from core.db import db
from core.exchange import importing
from tests.conftest import work

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


@pytest.fixture
def bring_in(app, desk):
    """Import a file as a person would: upload, take the guessed mapping, run; returns the totals."""

    def run(target, contents, **options):
        file = importing.upload(db.session, target, "file.csv", contents.encode())
        importing.set_mapping(db.session, file, file.mapping, {**file.options, **options})
        importing.start_import(db.session, file)
        db.session.commit()
        work(app)
        return importing.totals(db.session, file.id)

    return run


ORDERS = """PO Number,Order Date,Supplier,Item No.,Qty,Unit price,Currency,Due Date
4711,2026-03-02,S1,P0,100,0.25,USD,2026-03-20
4711,2026-03-02,S1,P1,5,3,USD,
4712,2026-03-03,S1,NOPE,5,3,USD,
4713,2026-03-03,S9,P1,5,3,USD,
4714,2026-03-03,S1,P1,0,3,USD,
4715,2026-03-03,S1,P2,10,,USD,
"""


def test_rows_with_one_number_become_one_order(desk, bring_in):
    db.session.commit()
    totals = bring_in("purchasing.order", ORDERS, state="confirmed")
    assert (totals.booked, totals.bad) == (2, 4)
    order = db.session.scalars(select(m.PurchasingOrder)).one()
    assert (order.external_id, order.state, order.net) == ("4711", "confirmed", 40)
    assert desk.planned(order) == [(date(2026, 3, 2), 5), (date(2026, 3, 20), 100)]
    # The same file once more finds its order; with another quantity it is refused.
    assert bring_in("purchasing.order", ORDERS, state="confirmed").unchanged == 2
    changed = bring_in("purchasing.order", ORDERS.replace("P0,100", "P0,101"), state="confirmed")
    assert (changed.booked, changed.unchanged) == (0, 0)
    assert db.session.scalar(text("SELECT count(*) FROM purchasing_order")) == 1


def test_a_price_list_brings_prices_terms_and_numbers(desk, bring_in):
    db.session.commit()
    contents = """Supplier,SKU,Supplier SKU,Currency,Break,Price,Valid from,MOQ,Multiple,Lead Time
S1,P0,X-1,EUR,1,0.0100,,500,100,14
S1,P0,X-1,EUR,1000,0.0080,,,,
S1,P0,X-1,EUR,1000,0.0085,2026-10-01,,,
S1,P0,,EUR,-1,0.1,,,,
S1,P0,,EUR,1,0.1,,,,2000
"""
    totals = bring_in("purchasing.supplier_price", contents)
    assert (totals.booked, totals.bad) == (3, 2)
    terms = db.session.scalars(select(m.PurchasingSupplierPart)).one()
    assert (terms.min_quantity, terms.multiple, terms.lead_days) == (500, 100, 14)
    line = desk.ask((desk.parts[0], 1200, None), currency_code="EUR", on=date(2026, 10, 5)).lines[0]
    assert (line.unit_price, line.partner_number) == (Decimal("0.0085"), "X-1")
    bring_in("purchasing.supplier_price", contents.replace("0.0100", "0.0111"))
    prices = db.session.scalars(
        select(m.PurchasingSupplierPrice.unit_price).order_by(m.PurchasingSupplierPrice.id)
    )
    assert list(prices) == [Decimal("0.0111"), Decimal("0.0080"), Decimal("0.0085")]
