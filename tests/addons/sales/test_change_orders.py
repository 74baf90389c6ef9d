"""A confirmed order is changed by the form of its line: totals follow, a trace stays, and holds hold."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from addons.sales.order_forms import ask_to_confirm, facts
from addons.sales.services.drafts import OrderLineDraft
from addons.sales.services.errors import SalesError
from addons.stock.services.orders.changing import Amendment
from core import m
from core.db import db
from core.documents import render_html
from core.security.actor import Actor, acting
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")

#: The sum of what lines cost, each rounded, asked of the database by itself.
AMOUNTS = text("""
    SELECT o.net, sum(round(l.quantity * l.unit_price * (1 - l.discount / 100), 2)), o.total - o.tax
      FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id WHERE o.id = :id GROUP BY o.id
""")
WAITS = "waits for somebody who may let it go"


@pytest.fixture
def send(app, company):
    return Administrator(app, company)


def amend(line, **values):
    """Change a line, and write it."""
    m.SalesOrder.amend(db.session, [Amendment(line.id, **{k: Decimal(v) for k, v in values.items()})])
    db.session.commit()


def test_totals_follow_a_changed_line_and_the_customer_reads_what_it_was(desk, send):
    order = desk.order((desk.parts[0], 2000, "1.139565"), (desk.parts[1], 3, 10))
    line = order.lines[0]
    db.session.commit()
    url = f"/m/sales.order_line.form/{line.id}"
    typed = {"quantity": "2000", "unit_price": "1.50", "discount": "0", "change_reason": "Call of Monday"}
    assert send(url, **typed).status_code == 303
    assert db.session.execute(AMOUNTS, {"id": order.id}).one() == (Decimal("3030.00"),) * 3
    paper = render_html("sales.order", db.session.get(m.SalesOrder, order.id), locale="en")
    assert "Changed order confirmation" in paper and "1.139565" in paper and "3,030.00" in paper
    assert "Call of Monday" in send(f"/m/sales.order.form/{order.id}").text
    assert "Call of Monday" in send(f"{url}/panel").text
    assert "danger quiet" not in send(url).text
    db.session.execute(text("UPDATE sales_order_line SET net = net + 1 WHERE id = :id"), {"id": line.id})
    with pytest.raises(IntegrityError, match="not the sum of its lines"):
        db.session.commit()


def test_more_than_the_credit_limit_waits_again_and_nothing_moves_or_is_invoiced(desk, send):
    desk.receive(desk.parts[0], 100)
    strict = desk.partner("C2", credit_limit=Decimal(100))
    desk.order((desk.parts[0], 30, 1), partner=strict)
    order = desk.order((desk.parts[0], 60, 1), partner=strict)
    line = order.lines[0]
    amend(line, quantity=70)  # 100 of 100
    assert order.hold == ""
    amend(line, quantity=71)
    assert order.state == "confirmed" and "101.00" in order.hold
    drafts = list(
        db.session.scalars(
            text("SELECT id FROM stock_transfer WHERE state = 'draft' ORDER BY id DESC LIMIT 1")
        )
    )
    for act in (
        lambda: m.SalesOrder.deliver(db.session, [order]),
        lambda: m.SalesOrder.reserve(db.session, [order]),
        lambda: m.SalesOrder.invoice(db.session, [order]),
        lambda: m.StockTransfer.do(db.session, drafts),
    ):
        with pytest.raises(SalesError, match=WAITS):
            act()
    url = f"/m/sales.order.form/{order.id}"
    held = send(url).text
    assert 'name="release_reason"' in held and 'name="reference"' not in held and f"{url}/print" not in held
    assert send(url, release_reason="Paid on Monday").status_code == 303
    assert send.press(url, "release_hold").status_code == 303
    db.session.expire_all()
    assert (order.hold, order.release_reason) == ("", "Paid on Monday")
    assert m.SalesOrder.deliver(db.session, [order])


def test_a_lower_price_is_asked_for_its_margin_again(desk):
    db.session.get(m.Company, desk.company_id).margin_floor = Decimal("0.10")
    desk.receive(desk.parts[0], 100, 1)
    order = desk.order((desk.parts[0], 10, "2"))
    line = order.lines[0]
    amend(line, unit_price="1.12")  # bought at 1.00: 10.7 %
    assert order.hold == ""
    amend(line, discount="1")  # 1.1088: 9.8 %
    assert "least margin" in order.hold
    amend(line, discount="0")
    assert order.hold == ""


def test_before_confirming_it_says_what_is_short_and_to_some_what_is_sold_below_cost(desk):
    desk.receive(desk.parts[0], 100, 2)
    order = desk.quote((desk.parts[0], 150, "1.99"), (desk.parts[1], 5, 3))
    rep = Actor(None, "rep", desk.company_id, permissions=frozenset({"sales.read"}))
    assert order.partner.name and all(line.product for line in order.lines)
    chief = Actor(None, "chief", desk.company_id, permissions=frozenset({"sales.read", "sales.margin"}))
    for actor, below in ((rep, False), (chief, True)):
        with acting(db.session, actor):
            words = ask_to_confirm(order)
        assert "55 pieces are short" in words
        assert ("Sold below cost: line 1" in words) is below


def test_what_names_no_part_is_left_out_of_what_an_order_earns_and_said(desk):
    desk.receive(desk.parts[0], 100, 2)
    chief = Actor(None, "chief", desk.company_id, permissions=frozenset({"sales.read", "sales.margin"}))
    freight = OrderLineDraft(None, Decimal(1), Decimal(50), "Freight")
    orders = desk.quote((desk.parts[0], 10, 4)), desk.quote((desk.parts[0], 10, 4), freight)
    assert [len(order.lines) for order in orders] == [1, 2]
    with acting(db.session, chief):
        plain, other = ({str(one.label): one for one in facts(db.session, order)} for order in orders)
    assert (plain["Margin"].amount, plain["Of net"].text, "Besides goods" in plain) == (20, "50 %", False)
    assert (other["Margin"].amount, other["Of the goods' net"].text) == (20, "50 %")
    assert other["Besides goods"].amount == 50 and "Of net" not in other


def test_a_price_of_a_form_keeps_or_gets_its_origin_when_the_form_comes_back(desk, send):
    db.session.get(m.Product, desk.parts[0]).cost = 1
    desk.order((desk.parts[0], 10, "2"))
    db.session.commit()
    head = {"partner_id": str(desk.customer), "date": "2026-03-02", "currency_code": "USD"}
    told = {}
    for price in ("2", "2.5"):
        row = {
            "lines-n1-product_id": str(desk.parts[0]),
            "lines-n1-quantity": "10",
            "lines-n1-unit_price": price,
        }
        token = re.search(r'csrf_token" value="([^"]+)"', send("/m/sales.order.form/new").text)[1]
        sent = {**head, **row, "csrf_token": token}
        answer = send.client.post("/m/sales.order.form/derive", data=sent).json
        told[price] = next(one["text"] for one in answer if one["name"] == "lines-n1-price_origin")
        made = send("/m/sales.order.form/new", **head, **row, **{"lines-n1-discount": "0"})
        kept = m.SalesOrderLine
        line = db.session.scalars(select(kept.price_origin).order_by(kept.id.desc())).first()
        assert made.status_code == 303 and line == told[price]
    assert "SO/2026/00001" in told["2"] and told["2.5"] == "typed"
