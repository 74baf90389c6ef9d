"""Another addon adds candidates, leaves some out and orders them: `tests/specimens/bin_sharer`."""

import pytest

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "substitutes", "bin_sharer"
)


def test_an_addon_adds_leaves_out_and_orders_candidates(desk):
    desk.pair(desk.a, desk.b)
    desk.pair(desk.a, desk.part("T", description="too thick"))
    desk.part("HOUSE-1", description="shares bin 7")
    order = desk.quote((desk.a, 10, 1))
    assert desk.codes(order) == ["HOUSE-1", "B"]
    assert desk.offered(order)[0].notes == ["lies in the same bin"]
    desk.give(order, desk.offered(order)[0].product_id)
    assert order.lines[0].product.code == "HOUSE-1"
