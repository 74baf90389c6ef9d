"""How long stock has lain: the ages add up to its value, to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.stock.services.ageing import AGES, ageing
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")
TODAY = date(2026, 6, 1)


def test_goods_are_as_old_as_their_lot_or_their_stay(stock):
    a, b, _c = stock.parts
    stock.receive(a, 100, "0.50", lot="L1", code="2501", on=TODAY - timedelta(days=400))
    stock.receive(a, 100, "0.50", lot="L2", code="2618", on=TODAY - timedelta(days=30))
    stock.receive(b, 10, "3.00", on=TODAY - timedelta(days=31))
    found = ageing(db.session, stock.company_id, "USD", TODAY)
    assert [str(x) for x in found.amounts] == ["50.00", "30.00", "0", "0", "0", "0", "50.00"]
    assert found.unknown == 0
    coded = ageing(db.session, stock.company_id, "USD", TODAY, by_code=True)
    assert (coded.amounts[1], coded.amounts[6], coded.unknown) == (50, 50, 30)  # 2618 began on 27 April


def test_the_ages_add_up_to_the_value(stock):
    receipts = st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 7), st.integers(1, 999), st.integers(0, 500)), max_size=6
    )

    @settings(max_examples=15, deadline=None)
    @given(receipts)
    def check(rows):
        for n, (part, quantity, cents, days) in enumerate(sorted(rows, key=lambda row: -row[3])):
            cost = Decimal(cents) / 1000
            stock.receive(
                stock.parts[part], quantity, cost, lot=f"{days}-{n}-{part}", on=TODAY - timedelta(days=days)
            )
        worth = db.session.query(db.func.coalesce(db.func.sum(m.StockWorth.amount), 0)).scalar()
        for by_code in (False, True):
            found = ageing(db.session, stock.company_id, "USD", TODAY, by_code=by_code)
            assert len(found.amounts) == len(AGES) and sum(found.amounts) + found.unknown == worth

    check()
