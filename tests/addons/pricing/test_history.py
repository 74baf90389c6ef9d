"""What a part has cost, from all that says so, and where it jumped."""

from datetime import date
from decimal import Decimal

import pytest

from addons.pricing.services.history import HEIGHT, WIDTH, history_of
from core import m
from core.db import db
from core.security.actor import Actor, acting
from tests.addons.pricing.conftest import DAY

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


@pytest.fixture
def part(shop):
    """Listed at 0.10, 0.13 and 0.19; ordered and received at 0.12, repriced to 0.19, billed; sold at 0.30."""
    made = shop.parts[0]
    for n, price in enumerate(("0.10", "0.13", "0.19"), start=1):
        shop.price_list(f"Q{n}", (made, price), (made, "0.01", 5000), valid_from=date(2026, 3, n))
    order = shop.order((made, 100, "0.12"))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.applied(date=date(2026, 3, 3))
    shop.billed(order, "R-1", on=date(2026, 3, 9))
    return made


def test_each_document_gives_a_point_and_a_jump_is_told(shop, part):
    found = history_of(db.session, part)
    assert [(point.kind, point.day.day, point.price) for point in found.points] == [
        ("list", 1, Decimal("0.10")),
        ("receipt", 2, Decimal("0.19")),
        ("order", 2, Decimal("0.12")),
        ("list", 2, Decimal("0.13")),
        ("list", 3, Decimal("0.19")),
        ("bill", 9, Decimal("0.19")),
    ]
    assert (found.currency, found.highest) == ("USD", Decimal("0.19"))
    assert [(jump.point.number, jump.before, jump.percent) for jump in found.jumps] == [
        ("Q3", Decimal("0.13"), Decimal("46.2")),
        ("Q2", Decimal("0.10"), Decimal("30.0")),
    ]
    shop.company.reprice_tolerance = 40
    db.session.flush()
    assert [jump.point.number for jump in history_of(db.session, part).jumps] == ["Q3"]
    places = [place for _kind, places in found.lines() for place in places]
    assert len(places) == 6 and all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in places)


def test_who_may_not_see_purchases_sees_no_point_of_them(shop, part):
    with acting(db.session, Actor(1, "rep", shop.company_id, permissions=frozenset({"products.read"}))):
        found = history_of(db.session, part)
    assert (found.points, found.jumps, found.currency) == ([], [], "")
