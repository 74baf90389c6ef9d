"""Requests, orders and change orders are printed and mailed in the supplier's language."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.purchasing.services.drafts import Arrival
from addons.stock.services.orders.changing import Amendment
from core import letters, m
from core.db import db
from core.documents import delivery_for, delivery_of, filename_of, render_html

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


def test_a_request_has_no_prices_and_a_change_order_says_what_is_new(desk):
    part = desk.parts[0]
    db.session.add(
        m.ProductPartNumber(product_id=part, partner_id=desk.supplier, kind="supplier", number="X-9")
    )
    db.session.flush()
    request = desk.ask((part, 1500, None), promised=date(2026, 4, 1))
    html = render_html("purchasing.order", request, locale="en")
    assert "Request for quotation" in html and "Your part: X-9" in html and "1,500" in html
    assert "Unit price" not in html and "Please offer" in html
    request.lines[0].unit_price = Decimal("0.25")
    m.PurchasingOrder.compute(db.session, [request])
    m.PurchasingOrder.confirm(db.session, [request])
    html = render_html("purchasing.order", request, locale="en")
    assert "Purchase order" in html and "375.00" in html and "Changed since" not in html
    assert filename_of(
        "purchasing.order", request, locale="zh_CN"
    ) == f"采购订单 {request.number}.pdf".replace("/", "-")
    m.PurchasingOrder.amend(db.session, [Amendment(request.lines[0].id, quantity=Decimal(2000))])
    html = render_html("purchasing.order", request, locale="zh_CN")
    assert "采购变更单" in html and "下单后的变更" in html and "2,000" in html


def test_a_request_of_which_one_price_is_unknown_shows_no_total(desk):
    request = desk.ask((desk.parts[0], 1500, "0.25"), (desk.parts[1], 10, None))
    html = render_html("purchasing.order", request, locale="en")
    assert "Please offer" in html and "375.00" not in html and "0.00" not in html


def test_the_letter_goes_through_the_outbox(desk):
    partner = db.session.get(m.Partner, desk.supplier)
    partner.email, partner.locale = "sales@supplier.example", "zh_CN"
    order = desk.order((desk.parts[0], 10, 1))
    how = delivery_of("purchasing.order")
    letter = letters.proposed(db.session, how, order)
    assert order.number in letter.subject and "请确认交期" in letter.body
    letters.send(db.session, how, order, letter)
    db.session.flush()
    (message,) = db.session.scalars(select(m.MailMessage))
    assert message.to == ["sales@supplier.example"] and len(message.attachments) == 1


def test_a_return_note_says_what_goes_back_and_the_credit_expected(desk):
    desk.rate("EUR", "1.10")
    partner = db.session.get(m.Partner, desk.supplier)
    partner.email, partner.locale = "sales@supplier.example", "zh_CN"
    order = desk.order((desk.parts[0], 10, "0.25"), currency_code="EUR")
    order.lines[0].partner_number = "X-9"
    receipt = desk.come(Arrival(order.lines[0].id, Decimal(10), "L1", "2607"), reference="LS 77")
    assert delivery_for(receipt).ready(receipt) is False
    desk.send_back(order, 4)
    (back,) = db.session.scalars(select(m.StockTransfer).where(m.StockTransfer.kind == "return"))
    how = delivery_for(back)
    assert how.ready(back) and how.permission == "purchasing.send"
    html = render_html("purchasing.return_note", back, locale="en")
    for words in ("Your part: X-9", "LS 77", "L1", "2607", order.number, "1.00", "Please credit"):
        assert words in html
    letter = letters.proposed(db.session, how, back)
    assert back.number in letter.subject and "退货单" in letter.subject
    letters.send(db.session, how, back, letter)
    db.session.flush()
    (message,) = db.session.scalars(select(m.MailMessage))
    assert message.attachments[0].filename.startswith("退货单")
