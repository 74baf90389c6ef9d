"""What a short line may take: chains, what is never offered, the order, and nothing of other customers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from addons.substitutes.services.asking import Wanted
from addons.substitutes.services.errors import SubstituteError
from addons.substitutes.services.substituting import Refusal
from core import m
from core.db import db
from core.security.actor import Actor, acting
from tests.addons.sales.conftest import DAY

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")


def test_chains_are_offered_as_such_and_circles_end(desk):
    desk.pair(desk.a, desk.b)
    desk.pair(desk.b, desk.c, approve=False, fit="same_footprint", condition="up to 85 °C")
    desk.pair(desk.c, desk.a)
    found = {x.code: x for x in desk.offered(desk.quote((desk.a, 10, 1)))}
    assert set(found) == {"B", "C"}
    assert (found["B"].found.state, found["C"].found.state) == ("approved", "proposed")
    assert (found["C"].found.fit, found["C"].found.by_way) == ("same_footprint", (desk.b,))
    assert {"by way of B", "up to 85 °C"} <= set(found["C"].notes)


def test_a_pair_holds_one_way_unless_it_says_both(desk):
    desk.pair(desk.a, desk.b)
    assert desk.codes(desk.quote((desk.b, 10, 1))) == []
    desk.pair(desk.c, desk.b, both_ways=True)
    assert desk.codes(desk.quote((desk.b, 10, 1))) == ["C"]


def test_what_is_refused_comes_in_by_no_way(desk):
    desk.pair(desk.a, desk.b)
    desk.pair(desk.b, desk.c)
    refused = desk.pair(desk.a, desk.c, approve=False)
    with pytest.raises(SubstituteError, match="Say why"):
        m.Substitute.refuse(db.session, [refused])
    m.Substitute.refuse(db.session, [refused], "Cracks when it is bent")
    assert desk.codes(desk.quote((desk.a, 10, 1))) == ["B"]


def test_archived_obsolete_foreign_and_outdated_parts_are_not_offered(desk):
    parts = {name: desk.part(name) for name in ("OLD", "GONE", "LATE", "SOON", "NOW")}
    for name, part in parts.items():
        days = {
            "LATE": {"valid_until": DAY - timedelta(days=1)},
            "SOON": {"valid_from": DAY + timedelta(days=1)},
        }
        desk.pair(desk.a, part, **days.get(name, {"valid_from": DAY, "valid_until": DAY}))
    db.session.get(m.Product, parts["OLD"]).active = False
    db.session.get(m.Product, parts["GONE"]).lifecycle = "obsolete"
    db.session.flush()
    assert desk.codes(desk.quote((desk.a, 10, 1))) == ["NOW"]


def test_a_part_is_no_substitute_of_itself_nor_of_what_is_counted_otherwise(desk):
    with pytest.raises(SubstituteError, match="can't stand in for itself"):
        desk.pair(desk.a, desk.a)
    wire = desk.part("W", unit="m")
    with pytest.raises(SubstituteError, match="counted in pcs, W in m"):
        desk.pair(desk.a, wire)


def test_a_pair_that_changes_is_judged_again(desk):
    pair = desk.pair(desk.a, desk.b)
    pair.rank = 3
    db.session.flush()
    assert pair.state == "approved"
    pair.condition = "not in cars"
    db.session.flush()
    assert (pair.state, pair.decided_at) == ("proposed", None)


def test_the_order_is_last_taken_then_approved_then_stock_then_price(desk):
    e = desk.part("E", list_price=Decimal(3), list_currency_code="USD")
    for part, quantity in ((desk.b, 600), (desk.c, 5000), (desk.d, 9000), (e, 9000)):
        desk.receive(part, quantity)
    for other in (desk.b, desk.c, e):
        desk.pair(desk.a, other)
    desk.pair(desk.a, desk.d, approve=False)
    first = desk.quote((desk.a, 1000, 1))
    assert desk.codes(first) == ["C", "E", "B", "D"]
    desk.give(first, e)
    m.SalesOrder.confirm(db.session, [first])
    assert desk.codes(desk.quote((desk.a, 1000, 1))) == ["E", "C", "B", "D"]


def test_what_a_customer_took_is_remembered_for_that_customer_alone(desk):
    desk.pair(desk.a, desk.b)
    first = desk.quote((desk.a, 100, 1))
    desk.give(first, desk.b)
    second = desk.quote((desk.a, 50, 1))
    assert not desk.offered(second)[0].memory.is_last, "a quotation is no order"
    m.SalesOrder.confirm(db.session, [first])
    memory = desk.offered(second)[0].memory
    assert memory.is_last
    assert (memory.number, memory.date, memory.quantity) == (first.number, DAY, 100)
    assert memory.unit_price == Decimal("1.1")
    other = desk.quote((desk.a, 50, 1), partner=desk.partner("C2"))
    (seen,) = desk.offered(other)
    assert seen.memory.number == "" and first.number not in " ".join(seen.notes)


def test_what_a_customer_was_not_content_with_sinks_and_says_why(desk):
    for other in (desk.b, desk.c):
        desk.receive(other, 1000)
        desk.pair(desk.a, other)
    order = desk.quote((desk.a, 100, 1))
    assert desk.codes(order) == ["C", "B"]
    m.SalesOrder.decline_substitutes(db.session, [Refusal(order.lines[0].id, "Too thick", desk.c)])
    assert desk.codes(order) == ["B", "C"]
    assert any("Too thick" in note for note in desk.offered(order)[1].notes)
    assert order.lines[0].product_id == desk.a
    with pytest.raises(SubstituteError, match="Say why"):
        m.SalesOrder.decline_substitutes(db.session, [Refusal(order.lines[0].id, " ", desk.b)])
    desk.give(order, desk.b)
    m.SalesOrder.confirm(db.session, [order])
    desk.deliver(order)
    desk.give_back(order, 30)
    again = desk.quote((desk.a, 100, 1))
    assert "30 of it came back" in desk.offered(again)[desk.codes(again).index("B")].notes
    (choice,) = [x for x in db.session.query(m.SubstituteChoice).all() if x.outcome == "accepted"]
    m.SubstituteChoice.complain(db.session, [choice], "Blisters on the reel")
    assert any("Blisters" in note for note in desk.offered(again)[desk.codes(again).index("B")].notes)


def test_what_a_customer_forbids_is_never_offered(desk):
    for other in (desk.b, desk.c, desk.d):
        desk.pair(desk.a, other)
    rule = {"company_id": desk.company_id, "partner_id": desk.customer}
    quotation = desk.quote((desk.a, 10, 1))
    db.session.add(m.SubstituteRule(**rule, substitute_id=desk.b, kind="never"))
    db.session.flush()
    assert set(desk.codes(quotation)) == {"C", "D"}
    db.session.add(m.SubstituteRule(**rule, product_id=desk.a, substitute_id=desk.d, kind="allowed"))
    db.session.flush()
    assert desk.codes(quotation) == ["D"]
    with pytest.raises(SubstituteError, match="not offered"):
        desk.give(quotation, desk.b)
    maker = m.Maker(name="Doubtful Semi")
    db.session.add(maker)
    db.session.flush()
    db.session.get(m.Product, desk.d).maker_id = maker.id
    db.session.add(m.SalesMakerRule(**rule, maker_id=maker.id))
    db.session.flush()
    assert desk.codes(quotation) == []
    other = desk.quote((desk.a, 10, 1), partner=desk.partner("C2"))
    assert set(desk.codes(other)) == {"B", "C", "D"}


def test_a_customer_who_takes_no_substitutes_is_offered_none(desk):
    desk.pair(desk.a, desk.b)
    strict = desk.partner("C2", substitution="never")
    assert desk.codes(desk.quote((desk.a, 10, 1), partner=strict)) == []


def test_the_margin_is_for_those_who_may_see_it(desk):
    desk.pair(desk.a, desk.b)
    desk.receive(desk.b, 100, "0.55")
    line = Wanted(1, desk.customer, desk.a, Decimal(10), "USD", DAY, Decimal(1))
    (seen,) = m.Substitute.candidates(db.session, [line])[1]
    assert (seen.margin, seen.difference, seen.free) == (Decimal("0.5"), Decimal("0.1"), 100)
    rep = Actor(None, "rep", desk.company_id, frozenset({"sales.read", "sales.write"}))
    with acting(db.session, rep):
        assert m.Substitute.candidates(db.session, [line])[1][0].margin is None


def test_a_hundred_lines_ask_as_many_questions_as_one(desk, count_queries):
    for other in (desk.b, desk.c, desk.d):
        desk.pair(desk.a, other, both_ways=True)

    def lines(number):
        return [Wanted(n, desk.customer, desk.a, Decimal(n + 1), "USD", DAY) for n in range(number)]

    one = count_queries(lambda: m.Substitute.candidates(db.session, lines(1)))
    assert count_queries(lambda: m.Substitute.candidates(db.session, lines(100))) == one
