"""One part among many who are short: nobody gets too much, nothing is left, each share has its reason."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addons.substitutes.services.allotment import RULES, Claim, share
from addons.substitutes.services.sharing import sharing_of
from core import m
from core.db import db
from tests.addons.sales.conftest import DAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")


def claim(key, quantity, ordered=0, promised=0, priority=5):
    return Claim(key, Decimal(quantity), DAY + timedelta(ordered), DAY + timedelta(promised), priority)


def shared(free, claims, rule):
    return [(one.key, one.quantity) for one in share(Decimal(free), claims, rule)]


def test_each_rule_says_who_gets_what(app):
    claims = [claim("a", 600, 2, 9, 5), claim("b", 500, 1, 8, 9), claim("c", 400, 3, 7, 1)]
    assert shared(1000, claims, "date") == [("b", 500), ("a", 500), ("c", 0)]
    assert shared(1000, claims, "promise") == [("c", 400), ("b", 500), ("a", 100)]
    assert shared(1000, claims, "priority") == [("c", 400), ("a", 600), ("b", 0)]
    assert shared(1000, claims, "pro_rata") == [("b", 333), ("a", 400), ("c", 267)]


def test_the_reason_says_the_turn_and_what_it_goes_by(desk):
    reasons = [one.because for one in share(Decimal(5), [claim("a", 5), claim("b", 5, 1)], "date")]
    assert reasons == [
        "1. in turn, ordered on Mar 2, 2026",
        "2. in turn, ordered on Mar 3, 2026: nothing is left",
    ]


CLAIMS = st.lists(
    st.builds(
        Claim,
        st.uuids(),
        st.integers(1, 5000).map(Decimal),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.integers(1, 9),
    ),
    max_size=12,
)


@given(st.integers(0, 20_000).map(Decimal), CLAIMS, st.sampled_from(RULES))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_gets_too_much_and_nothing_is_left(desk, free, claims, rule):
    found = {one.key: one.quantity for one in share(free, claims, rule)}
    assert set(found) == {one.key for one in claims}
    wanted = sum(one.quantity for one in claims)
    assert sum(found.values()) == min(free, wanted)
    for one in claims:
        assert 0 <= found[one.key] <= one.quantity and found[one.key] == int(found[one.key])
    if rule == "pro_rata" and wanted:
        rate = min(free / wanted, 1)
        assert all(abs(found[one.key] - one.quantity * rate) <= 1 for one in claims)


def test_a_part_is_shared_among_the_orders_that_may_take_it(desk):
    desk.receive(desk.b, 100)
    desk.pair(desk.a, desk.b)
    strict = desk.partner("C2", substitution="never")
    first, second = desk.order((desk.a, 80, 1)), desk.order((desk.a, 60, 1))
    desk.order((desk.a, 50, 1), partner=strict)
    part = db.session.get(m.Product, desk.b)
    found = sharing_of(db.session, part, "pro_rata")
    assert [(line.order_id, one.quantity) for line, one in found.rows] == [(first.id, 57), (second.id, 43)]
    assert m.Substitute.share_out(db.session, part, "date") == 2
    assert [(x.product.code, x.quantity) for x in first.lines] == [("B", 80)]
    assert [(x.product.code, x.quantity) for x in second.lines] == [("A", 40), ("B", 20)]
    assert desk.balance(desk.b) == (100, 100) and desk.differences() == []


def test_orders_of_the_part_itself_go_first(desk):
    desk.pair(desk.a, desk.b)
    own, other = desk.order((desk.b, 70, 1)), desk.order((desk.a, 60, 1))
    desk.receive(desk.b, 100)
    found = sharing_of(db.session, db.session.get(m.Product, desk.b), "date")
    assert (found.free, found.own) == (100, 70)
    assert [(line.order_id, one.quantity) for line, one in found.rows] == [(other.id, 30)]
    assert own.lines[0].product_id == desk.b
