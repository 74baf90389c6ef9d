"""A confirmed order is changed by the form of its line: totals follow, a trace stays, and limits hold."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.orders.changing import Amendment
from core import m
from core.db import db
from core.documents import render_html
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")

#: The sum of what lines cost, each rounded, asked of the database by itself.
AMOUNTS = text("""
    SELECT o.net, sum(round(l.quantity * l.unit_price * (1 - l.discount / 100), 2)), o.total - o.tax
      FROM purchasing_order o JOIN purchasing_order_line l ON l.order_id = o.id WHERE o.id = :id GROUP BY o.id
""")


@pytest.fixture
def send(app, company):
    return Administrator(app, company)


def fields_of(line, **changed):
    """What the form of a line sends."""
    kept = {
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "promised": "",
    }
    return {name: str(value) for name, value in {**kept, **changed}.items()}


def test_totals_follow_a_changed_line_and_the_trace_says_what_it_was_and_why(desk, send):
    order = desk.order((desk.parts[0], 2000, "1.139565"), (desk.parts[1], 3, 10))
    line = order.lines[0]
    db.session.commit()
    url = f"/m/purchasing.order_line.form/{line.id}"
    changed = {"unit_price": "1.50", "promised": "2026-04-01", "change_reason": "Mail of Monday"}
    assert send(url, **fields_of(line, **changed)).status_code == 303
    assert send(url, **fields_of(line, discount="2.5")).status_code == 303
    assert db.session.execute(AMOUNTS, {"id": order.id}).one() == (Decimal("2955.00"),) * 3
    rows = db.session.execute(text("SELECT what, before, after, reason FROM purchasing_change ORDER BY id"))
    assert [tuple(row) for row in rows] == [
        ("unit_price", "1.139565", "1.5", "Mail of Monday"),
        ("promised", "", "2026-04-01", "Mail of Monday"),
        ("discount", "0", "2.5", ""),
    ]
    paper = render_html("purchasing.order", db.session.get(m.PurchasingOrder, order.id), locale="en")
    assert "Change order" in paper and "2,955.00" in paper
    assert "1.139565" in paper and "Apr 1, 2026" in paper
    shown = send(f"/m/purchasing.order.form/{order.id}").text
    assert "Mail of Monday" in shown and "Apr 1, 2026" in shown
    told = send(f"/m/purchasing.order_line.form/{line.id}/panel").text
    assert "Mail of Monday" in told and "1.50" in told
    assert "danger quiet" not in send(url).text  # a line of an order is not deleted


def test_call_offs_are_told_as_dates_and_only_where_they_changed(desk, send):
    order = desk.order((desk.parts[0], 1000, 1))
    line = order.lines[0]
    db.session.commit()
    url = f"/m/purchasing.order_line.form/{line.id}"
    send(url, **fields_of(line, quantity="1200"))
    calls = {"schedules-0-date": "2026-04-01", "schedules-0-quantity": "1200"}
    send(url, **fields_of(line, quantity="1200"), **calls)
    shown = send(f"/m/purchasing.order.form/{order.id}").text
    assert shown.count("<td>Call-offs</td>") == 1 and "1,200 on Apr 1, 2026" in shown


def test_what_is_billed_keeps_its_price_by_the_form_too(desk, send):
    order = desk.order((desk.parts[0], 10, 2))
    desk.come((order.lines[0], 10))
    m.PurchasingOrder.bill(db.session, [order])
    db.session.commit()
    line = order.lines[0]
    refused = send(f"/m/purchasing.order_line.form/{line.id}", **fields_of(line, unit_price="3"))
    assert refused.status_code == 422 and "is billed: its price stays" in refused.text
    db.session.rollback()
    assert db.session.get(m.PurchasingOrderLine, line.id).unit_price == 2


def test_the_net_of_an_order_is_that_of_its_lines_or_nothing_is_kept(desk):
    order = desk.order((desk.parts[0], 10, 2))
    db.session.commit()
    db.session.execute(
        text("UPDATE purchasing_order_line SET net = 21 WHERE order_id = :id"), {"id": order.id}
    )
    with pytest.raises(IntegrityError, match="not the sum of its lines"):
        db.session.commit()


def test_a_change_over_the_limit_waits_for_approval_again(desk, send):
    db.session.get(m.Company, desk.company_id).approval_limit = Decimal(5000)
    order = desk.order((desk.parts[0], 2000, "1.10"))
    line = order.lines[0]
    m.PurchasingOrder.amend(db.session, [Amendment(line.id, promised=date(2026, 4, 1))])
    assert order.hold == ""
    m.PurchasingOrder.amend(db.session, [Amendment(line.id, unit_price=Decimal(10))])
    assert order.state == "confirmed" and "20,000.00" in order.hold
    for act in (
        lambda: m.PurchasingOrder.receive(db.session, [order]),
        lambda: desk.come((line, 10)),
        lambda: m.StockTransfer.do(db.session, planned_receipts(order)),
    ):
        with pytest.raises(PurchasingError, match="waits for somebody who may let it go"):
            act()
    db.session.commit()
    url = f"/m/purchasing.order.form/{order.id}"
    held = send(url).text
    assert "Receive all" not in held and f"{url}/print" not in held
    assert 'name="approval_reason"' in held and 'name="reference"' not in held
    assert f"/{order.id}" in send("/m/purchasing.approval.list").text
    assert send(url, approval_reason="Agreed by the board").status_code == 303
    assert send.press(url, "approve").status_code == 303
    db.session.expire_all()
    assert (order.hold, order.approval_reason) == ("", "Agreed by the board")
    # What it was let go at is no reason to ask again; what is more, is.
    m.PurchasingOrder.amend(db.session, [Amendment(line.id, quantity=Decimal(1900))])
    assert order.hold == ""
    m.PurchasingOrder.amend(db.session, [Amendment(line.id, quantity=Decimal(2001))])
    assert "20,010.00" in order.hold
    m.PurchasingOrder.amend(db.session, [Amendment(line.id, quantity=Decimal(400))])
    assert order.hold == ""


def planned_receipts(order):
    """The drafts of its receipts."""
    query = text("""
        SELECT DISTINCT v.transfer_id
          FROM stock_move v JOIN purchasing_order_line l ON l.id = v.purchase_line_id
         WHERE l.order_id = :id AND v.state = 'planned'
    """)
    return list(db.session.scalars(query, {"id": order.id}))


def test_the_paper_of_a_request_is_made_anew_after_any_change(desk, send):
    order = desk.ask((desk.parts[0], 10, 2))
    db.session.commit()
    before, url = order.revision, f"/m/purchasing.order.form/{order.id}"
    head = {"partner_id": str(desk.supplier), "date": "2026-03-02", "currency_code": "USD"}
    row = {
        f"lines-{order.lines[0].id}-{name}": value
        for name, value in (
            ("product_id", str(desk.parts[0])),
            ("quantity", "10"),
            ("unit_price", "2"),
            ("discount", "0"),
            ("description", "Other words"),
        )
    }
    assert send(url, **head, **row).status_code == 303
    db.session.expire_all()
    assert order.revision == before + 1
