"""Orders are confirmed, held, changed, delivered and cancelled; what can't be done says why."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from addons.sales.services.drafts import OrderLineDraft, ScheduleDraft
from addons.sales.services.errors import SalesError
from addons.stock.services.errors import StockError
from addons.stock.services.orders.changing import Amendment
from core import m
from core.clock import today
from core.db import db
from core.errors import UserError
from core.screens.fields import field_info
from core.security.actor import Actor, acting
from core.security.acts import NotAllowedError

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")
DAY = date(2026, 3, 2)


def test_the_second_quotation_takes_the_price_of_the_last_order(desk):
    part = desk.parts[0]
    first = desk.order((part, 10, "0.125"))
    second = desk.quote((part, 500, None))
    assert second.lines[0].unit_price == Decimal("0.125")
    assert first.number in second.lines[0].price_origin


@pytest.mark.parametrize("quantity", [0, -5])
def test_no_line_is_of_nothing_or_less(desk, quantity):
    with pytest.raises(SalesError, match="above zero"):
        desk.quote((desk.parts[0], quantity, 1))


def test_a_line_without_a_price_and_an_archived_part_are_not_confirmed(desk):
    part = desk.parts[0]
    with pytest.raises(SalesError, match="has no price"):
        m.SalesOrder.confirm(db.session, [desk.quote((part, 5, None))])
    quotation = desk.quote((part, 5, 1))
    db.session.get(m.Product, part).active = False
    with pytest.raises(SalesError, match="archived"):
        m.SalesOrder.confirm(db.session, [quotation])


def test_a_part_that_is_archived_on_an_open_order_is_still_delivered(desk):
    part = desk.parts[0]
    desk.receive(part, 10)
    order = desk.order((part, 10, 1))
    db.session.get(m.Product, part).active = False
    db.session.flush()
    m.SalesOrder.deliver(db.session, [order], DAY)
    assert order.lines[0].delivered == 10


def test_more_than_ordered_never_goes(desk):
    part = desk.parts[0]
    desk.receive(part, 100)
    order = desk.order((part, 40, 1))
    draft = db.session.scalars(
        text("SELECT transfer_id FROM stock_move WHERE order_line_id = :id").bindparams(id=order.lines[0].id)
    ).one()
    m.StockTransfer.release(db.session, [draft])
    desk.moves(draft)[0].quantity = Decimal(50)
    m.StockTransfer.reserve(db.session, [draft])
    with pytest.raises(UserError, match="40 are ordered"):
        m.StockTransfer.do(db.session, [draft], DAY)


def test_what_was_never_delivered_does_not_come_back(desk):
    part = desk.parts[0]
    received = desk.receive(part, 100)
    order = desk.order((part, 40, 1))
    with pytest.raises(SalesError, match="never delivered"):
        m.SalesOrder.return_goods(db.session, {received.id: Decimal(1)}, DAY)
    m.SalesOrder.deliver(db.session, [order], DAY)
    (move,) = desk.delivered_moves(order)
    with pytest.raises(StockError, match="more can't be returned"):
        m.SalesOrder.return_goods(db.session, {move: Decimal(41)}, DAY)


def test_the_credit_limit_holds_an_order_until_a_second_role_releases_it_for_a_reason(desk):
    desk.receive(desk.parts[0], 100)
    strict = desk.partner("C2", credit_limit=Decimal(100))
    small = desk.order((desk.parts[0], 60, 1), partner=strict)
    large = desk.quote((desk.parts[0], 50, 1), partner=strict)
    held = m.SalesOrder.confirm(db.session, [large])
    assert "credit limit" in held[large.id] and (large.state, large.hold) == ("quotation", held[large.id])
    assert m.SalesOrder.short_lines(db.session, [large]) == {}
    with pytest.raises(SalesError, match="Say why"):
        m.SalesOrder.release_hold(db.session, [large], "  ")
    rep = Actor(None, "rep", desk.company_id, permissions=frozenset({"sales.confirm", "stock.write"}))
    with acting(db.session, rep), pytest.raises(NotAllowedError):
        m.SalesOrder.release_hold(db.session, [large], "Paid yesterday")
    m.SalesOrder.release_hold(db.session, [large], "Paid yesterday")
    assert (large.state, large.hold, large.release_reason) == ("confirmed", "", "Paid yesterday")
    assert small.state == "confirmed"


def test_what_is_overdue_and_what_earns_too_little_holds(desk):
    company = db.session.get(m.Company, desk.company_id)
    company.hold_overdue_days, company.margin_floor = 10, Decimal("0.10")
    desk.receive(desk.parts[0], 100, 1)
    # Bought at 1.00: at 1.11 it earns 9.9 %, at 1.12 it earns 10.7 %.
    thin, fat = desk.quote((desk.parts[0], 10, "1.11")), desk.quote((desk.parts[0], 10, "1.12"))
    held = m.SalesOrder.confirm(db.session, [thin, fat])
    assert list(held) == [thin.id] and "least margin" in held[thin.id]
    old = today() - timedelta(days=11)
    m.SalesOrder.deliver(db.session, [fat], old)
    m.SalesOrder.invoice(db.session, [fat], old)
    later = desk.quote((desk.parts[0], 10, 2))
    assert "overdue for 11 days" in m.SalesOrder.confirm(db.session, [later])[later.id]


def test_a_changed_order_keeps_its_trace_and_plans_anew(desk):
    part = desk.parts[0]
    desk.receive(part, 100)
    order = desk.order((part, 40, 2))
    line = order.lines[0]
    m.SalesOrder.amend(
        db.session, [Amendment(line.id, quantity=Decimal(70), unit_price=Decimal("1.9"), reason="Mail")]
    )
    assert (line.quantity, order.net) == (70, 133)
    assert desk.balance(part) == (100, 70)
    trace = db.session.execute(text("SELECT what, before, after, reason FROM sales_change ORDER BY id")).all()
    assert [tuple(row) for row in trace] == [
        ("quantity", "40", "70", "Mail"),
        ("unit_price", "2", "1.9", "Mail"),
    ]
    m.SalesOrder.deliver(db.session, [order], DAY)
    with pytest.raises(SalesError, match="can't go below"):
        m.SalesOrder.amend(db.session, [Amendment(line.id, quantity=Decimal(69))])
    m.SalesOrder.add_lines(db.session, order, [m.SalesOrderLine(product_id=part, quantity=5, unit_price=1)])
    assert [x.position for x in order.lines] == [1, 2] and desk.balance(part) == (30, 5)
    assert desk.differences() == []


def test_the_rest_is_cancelled_and_what_was_reserved_is_free(desk):
    part = desk.parts[0]
    desk.receive(part, 30)
    order = desk.order((part, 50, 1))
    with pytest.raises(SalesError, match="cancel the rest"):
        m.SalesOrder.deliver(db.session, [order], DAY)
        m.SalesOrder.cancel(db.session, [order])
    m.SalesOrder.cancel_rest(db.session, [order])
    assert (order.lines[0].delivered, order.lines[0].cancelled) == (30, 20)
    m.SalesOrder.invoice(db.session, [order], DAY)
    assert order.state == "done"
    desk.receive(part, 50)
    other = desk.order((part, 50, 1))
    m.SalesOrder.cancel(db.session, [other])
    assert (other.state, desk.balance(part)) == ("cancelled", (50, 0))
    m.SalesOrder.reopen(db.session, [other])
    assert m.SalesOrder.confirm(db.session, [other]) == {} and desk.balance(part) == (50, 50)


def test_a_blanket_order_goes_by_its_call_offs(desk):
    part = desk.parts[0]
    desk.receive(part, 100)
    calls = [ScheduleDraft(date(2026, month, 1), Decimal(30)) for month in (4, 5, 6)]
    order = desk.order(OrderLineDraft(part, Decimal(90), Decimal(1), schedules=calls))
    planned = db.session.execute(
        text("SELECT planned FROM stock_transfer WHERE kind = 'delivery' ORDER BY 1")
    )
    assert [row.planned.month for row in planned] == [4, 5, 6]
    m.SalesOrder.deliver(db.session, [order], date(2026, 4, 1))
    assert order.lines[0].delivered == 30
    m.SalesOrder.amend(db.session, [Amendment(order.lines[0].id, quantity=Decimal(80))])
    left = db.session.execute(
        text("""SELECT date, quantity FROM stock_move
                 WHERE order_line_id = :id AND state = 'reserved' ORDER BY 1"""),
        {"id": order.lines[0].id},
    ).all()
    assert [(row.date.month, row.quantity) for row in left] == [(5, 20), (6, 30)]


def test_reservation_keeps_to_what_the_customer_takes(desk):
    part = desk.parts[0]
    code = f"{today().year % 100:02}01"
    for lot, quantity, made in (("OLD", 9000, "2001"), ("A", 5000, code), ("B", 8000, code)):
        desk.receive(part, quantity, lot=lot, code=made)
    db.session.add(
        m.SalesRequirement(company_id=desk.company_id, partner_id=desk.customer, max_age=24, one_lot=True)
    )
    order = desk.order((part, 7000, 1))
    taken = db.session.execute(
        text("""SELECT l.number, v.quantity FROM stock_move v JOIN stock_lot l ON l.id = v.lot_id
                 WHERE v.order_line_id = :id AND v.state = 'reserved'"""),
        {"id": order.lines[0].id},
    ).all()
    assert [tuple(row) for row in taken] == [("B", 7000)]
    db.session.execute(text("UPDATE sales_requirement SET one_lot = false, whole_reels = true"))
    whole = desk.order((part, 6000, 1))
    assert m.SalesOrder.short_lines(db.session, [whole]) == {whole.lines[0].id: 1000}


def test_a_maker_that_the_customer_refuses_is_not_confirmed(desk):
    maker = m.Maker(name="Doubtful Semi")
    db.session.add(maker)
    db.session.flush()
    part = desk.part("X1", maker_id=maker.id)
    db.session.add(m.SalesMakerRule(company_id=desk.company_id, partner_id=desk.customer, maker_id=maker.id))
    with pytest.raises(SalesError, match="takes nothing of Doubtful Semi"):
        m.SalesOrder.confirm(db.session, [desk.quote((part, 1, 1))])


def test_what_became_of_a_line_is_not_written_by_hand(desk):
    order = desk.order((desk.parts[0], 5, 1))
    db.session.commit()
    for statement in (
        "UPDATE sales_order_line SET invoiced = 1",
        "UPDATE sales_order_line SET delivered = 6",
        "DELETE FROM sales_order",
    ):
        with pytest.raises(DBAPIError):
            db.session.execute(text(statement))
        db.session.rollback()
    assert order.state == "confirmed"


def test_the_states_of_an_order_are_those_that_its_check_allows(desk):
    """Other CHECKs speak of a state too: "quotation or cancelled, or else numbered" allows none by itself."""
    assert field_info(current_app.extensions["composition"], "sales.order", "state").values == (
        "quotation",
        "confirmed",
        "done",
        "cancelled",
    )


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"on": date(1900, 1, 1)}, "on which the books begin"),
        ({"on": date(2226, 1, 1)}, "more than a year ahead"),
        ({"promised": date(9999, 12, 31)}, "correct the date"),
    ],
)
def test_a_day_that_nobody_means_is_refused(desk, values, why):
    with pytest.raises(SalesError, match=why):
        desk.quote((desk.parts[0], 1, 1), **values)


def test_a_line_is_not_promised_for_a_day_that_nobody_means(desk):
    order = desk.order((desk.parts[0], 1, 1))
    with pytest.raises(SalesError, match="correct the date"):
        m.SalesOrder.amend(db.session, [Amendment(order.lines[0].id, promised=date(9999, 12, 31))])
