"""A substitute goes on a line whole or in part, comes off it again, and every paper says so."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.sales.services.errors import SalesError
from addons.substitutes.services.errors import SubstituteError
from addons.substitutes.services.substituting import Refusal
from core import m
from core.db import db
from core.documents import render_html
from core.security.actor import Actor, acting
from core.security.acts import NotAllowedError

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "substitutes")


def lines_of(order):
    return [(x.product.code, x.quantity, x.unit_price, x.original_product_id) for x in order.lines]


def test_the_whole_of_a_line_takes_the_part_in_place(desk):
    desk.pair(desk.a, desk.b)
    order = desk.quote((desk.a, 100, "0.8"), (desk.d, 1, 2))
    line = desk.give(order, desk.b)
    assert line is order.lines[0]
    assert lines_of(order) == [("B", 100, Decimal("1.1"), desk.a), ("D", 1, 2, None)]
    assert order.net == 112
    m.SalesOrder.take_substitute_back(db.session, [line])
    assert lines_of(order)[0] == ("A", 100, Decimal("0.8"), None)
    assert order.net == 82


def test_a_line_says_what_is_free_of_the_part_that_is_on_it(desk):
    desk.receive(desk.b, 500, "0.7")
    desk.pair(desk.a, desk.b)

    def said(order):
        return [line.availability for line in order.lines]

    order = desk.quote((desk.a, 100, "0.8"))
    given = desk.give(order, desk.b, 30)
    assert said(order) == ["short of 70", "500 free"]
    m.SalesOrder.take_substitute_back(db.session, [given])
    assert said(order) == ["short of 70", "short of 30"]
    desk.give(order, desk.b)
    assert said(order) == ["500 free", "short of 30"]
    ordered = desk.order((desk.a, 600, "0.8"))
    desk.give(ordered, desk.b)
    assert said(ordered) == ["short of 100"]


def test_a_part_of_a_line_becomes_a_line_behind_it(desk):
    desk.pair(desk.a, desk.b)
    order = desk.quote((desk.a, 100, "0.8"), (desk.d, 1, 2))
    desk.give(order, desk.b, 30)
    assert lines_of(order) == [
        ("A", 70, Decimal("0.8"), None),
        ("B", 30, Decimal("1.1"), desk.a),
        ("D", 1, 2, None),
    ]
    assert [line.position for line in order.lines] == [1, 2, 3]
    with pytest.raises(SalesError, match="70 are open"):
        desk.give(order, desk.b, 71)


def test_a_confirmed_order_is_planned_anew_and_keeps_its_trace(desk):
    desk.receive(desk.a, 60)
    desk.receive(desk.b, 500, "0.7")
    desk.pair(desk.a, desk.b)
    order = desk.order((desk.a, 100, 1))
    desk.deliver(order)
    assert m.SalesOrder.short_lines(db.session, [order]) == {order.lines[0].id: 40}
    given = desk.give(order, desk.b)
    assert lines_of(order) == [("A", 60, 1, None), ("B", 40, Decimal("1.1"), desk.a)]
    assert m.SalesOrder.short_lines(db.session, [order]) == {}
    assert desk.balance(desk.b) == (500, 40)
    assert given.unit_cost == Decimal("0.7")
    trace = db.session.execute(text("SELECT what, before, after FROM sales_change ORDER BY id")).all()
    assert [tuple(row) for row in trace] == [("quantity", "100", "60"), ("product_id", "A", "B")]
    desk.deliver(order)
    with pytest.raises(SubstituteError, match="is delivered"):
        m.SalesOrder.take_substitute_back(db.session, [given])
    assert desk.differences() == [] and desk.lines_differ() == []


def test_what_was_reserved_for_a_substitute_is_free_when_it_is_taken_back(desk):
    desk.receive(desk.b, 500)
    desk.pair(desk.a, desk.b)
    order = desk.order((desk.a, 100, 1))
    given = desk.give(order, desk.b)
    assert desk.balance(desk.b) == (500, 100)
    m.SalesOrder.take_substitute_back(db.session, [given])
    assert desk.balance(desk.b) == (500, 0)
    assert m.SalesOrder.short_lines(db.session, [order]) == {order.lines[0].id: 100}
    with pytest.raises(SubstituteError, match="has the part that was ordered"):
        m.SalesOrder.take_substitute_back(db.session, [order.lines[0]])


def test_a_substitute_of_a_substitute_stands_in_for_what_was_ordered(desk):
    desk.pair(desk.a, desk.b)
    desk.pair(desk.a, desk.c)
    order = desk.quote((desk.a, 10, "0.8"))
    desk.give(order, desk.b)
    assert "B" in desk.codes(order)
    desk.give(order, desk.c)
    assert lines_of(order) == [("C", 10, Decimal("0.9"), desk.a)]
    m.SalesOrder.take_substitute_back(db.session, [order.lines[0]])
    assert lines_of(order) == [("A", 10, Decimal("0.8"), None)]


def test_a_part_that_is_typed_over_stands_in_for_nothing(desk):
    desk.pair(desk.a, desk.b)
    order = desk.quote((desk.a, 10, 1))
    desk.give(order, desk.b)
    order.lines[0].product_id = desk.c
    db.session.flush()
    assert order.lines[0].original_product_id is None


def test_every_paper_says_what_was_ordered(desk):
    desk.receive(desk.b, 100)
    desk.pair(desk.a, desk.b)
    order = desk.quote((desk.a, 100, 1))
    desk.give(order, desk.b)
    m.SalesOrder.confirm(db.session, [order])
    assert "Substituted for A" in render_html("sales.order", order, locale="en")
    desk.deliver(order)
    (invoice,) = m.SalesOrder.invoice(db.session, [order])
    delivery = db.session.query(m.StockTransfer).filter_by(kind="delivery").one()
    assert "Substituted for A" in render_html("stock.transfer", delivery, locale="en")
    posted = db.session.get(m.AccountingInvoice, invoice)
    assert "Substituted for A" in render_html("accounting.invoice", posted, locale="en")
    assert "替代" in render_html("sales.order", order, locale="zh_CN")


def test_only_who_may_write_orders_puts_substitutes_on_them(desk):
    desk.pair(desk.a, desk.b)
    order = desk.quote((desk.a, 10, 1))
    reader = Actor(None, "reader", desk.company_id, frozenset({"sales.read", "partners.read_all"}))
    with acting(db.session, reader), pytest.raises(NotAllowedError):
        desk.give(order, desk.b)


def test_what_waits_for_the_customer_is_not_confirmed(desk):
    desk.pair(desk.a, desk.b, approve=False)
    order = desk.quote((desk.a, 10, 1))
    desk.give(order, desk.b)
    with pytest.raises(
        SubstituteError, match="B on line 1 waits for the customer, since nobody has approved"
    ):
        m.SalesOrder.confirm(db.session, [order])
    agreed = desk.order((desk.a, 10, 1))
    with pytest.raises(SubstituteError, match="waits for the customer"):
        desk.give(agreed, desk.b)


def test_what_is_approved_or_refused_since_is_asked_when_it_is_confirmed(desk):
    pair = desk.pair(desk.a, desk.b, approve=False)
    order = desk.quote((desk.a, 10, 1))
    desk.give(order, desk.b)
    m.Substitute.refuse(db.session, [pair], "Cracks")
    with pytest.raises(SubstituteError, match="B on line 1 is refused by now"):
        m.SalesOrder.confirm(db.session, [order])
    m.Substitute.approve(db.session, [pair], "The new revision does not")
    assert m.SalesOrder.confirm(db.session, [order]) == {}


def test_a_customer_declines_only_what_is_offered(desk):
    desk.pair(desk.a, desk.b)
    order = desk.quote((desk.a, 100, "0.8"), (None, 1, 2))
    line, words = order.lines
    db.session.commit()
    for other in (desk.d, 10**9):
        with pytest.raises(SubstituteError, match="is not offered for the line"):
            m.SalesOrder.decline_substitutes(db.session, [Refusal(line.id, "Taller", other)])
    with pytest.raises(SubstituteError, match="a line without a part"):
        m.SalesOrder.decline_substitutes(db.session, [Refusal(words.id, "Taller")])
    with pytest.raises(SubstituteError, match="a line without a part"):
        m.SalesOrder.take_substitute_back(db.session, [words])
    m.SalesOrder.decline_substitutes(db.session, [Refusal(line.id, "Taller", desk.b), Refusal(line.id, "No")])
    chosen = db.session.scalars(select(m.SubstituteChoice.substitute_id).order_by(m.SubstituteChoice.id))
    assert list(chosen) == [desk.b, None]
