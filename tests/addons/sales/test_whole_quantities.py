"""What is counted is sold in whole pieces, on every way in: verb, form, API, import, change and call-off."""

from datetime import date
from decimal import Decimal

import pytest

from addons.sales.services.drafts import OrderLineDraft
from addons.sales.services.errors import SalesError
from addons.stock.services.errors import StockError
from addons.stock.services.orders.changing import Amendment
from addons.stock.services.orders.drafts import ScheduleDraft
from core import m
from core.db import db
from core.exchange.importing import start_import, totals, upload
from core.security.users import ensure_administrator
from tests.conftest import work
from tests.logins import log_in

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")

DAY = date(2026, 3, 2)
HALF = Decimal("0.5")
WHY = "P0 comes in whole pcs: give a whole number instead of 0.5"


def test_the_verbs_refuse_a_part_of_a_piece(desk):
    part = desk.parts[0]
    with pytest.raises(SalesError, match=WHY):
        desk.quote((part, "0.5", 1))
    called = OrderLineDraft(part, Decimal(2), Decimal(1), schedules=[ScheduleDraft(DAY, HALF)])
    with pytest.raises(SalesError, match=WHY):
        desk.quote(called)
    order = desk.order((part, 10, 1))
    line = order.lines[0]
    with pytest.raises(SalesError, match=WHY):
        m.SalesOrder.amend(db.session, [Amendment(line.id, quantity=HALF)])
    with pytest.raises(SalesError, match=WHY):
        m.SalesOrder.call_off(db.session, {line.id: [ScheduleDraft(DAY, HALF)]})
    with pytest.raises(SalesError, match=WHY):
        m.SalesOrder.add_lines(db.session, order, [m.SalesOrderLine(product_id=part, quantity=HALF)])


def test_no_part_of_a_piece_comes_back(desk):
    desk.receive(desk.parts[0], 10)
    order = desk.order((desk.parts[0], 10, 1))
    m.SalesOrder.deliver(db.session, [order], DAY)
    with pytest.raises(StockError, match=WHY):
        desk.give_back(order, "0.5")


def test_form_and_import_refuse_it_in_words(app, desk, company):
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    user = db.session.scalars(db.select(m.User.fs_uniquifier).where(m.User.email == "a@example.com")).one()
    log_in(app, client, user)
    token = client.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]
    line = {"lines-n0-product_id": desk.parts[0], "lines-n0-quantity": "0.5", "lines-n0-unit_price": "1"}
    head = {
        "partner_id": desk.customer,
        "date": "2026-03-02",
        "currency_code": "USD",
        "invoicing": "delivery",
    }
    typed = {"csrf_token": token, **head, **line}
    refused = client.post("/m/sales.order.form/new", data=typed)
    assert refused.status_code == 422 and WHY in refused.text
    file = "PO Number,Customer No.,MPN,Qty,Price\nA1,C1,P0,0.5,1\n"
    made = upload(db.session, "sales.order", "orders.csv", file.encode())
    start_import(db.session, made)
    db.session.commit()
    import_id = made.id
    work(app)
    db.session.expire_all()
    row = m.DataImportRow
    assert WHY in db.session.scalars(db.select(row.reason).where(row.import_id == import_id)).one()
    assert totals(db.session, import_id).bad == 1


def test_of_a_service_half_an_hour_is_sold(desk):
    hour = desk.part("HOUR", kind="service", unit="h")
    assert desk.order((hour, "0.5", 80)).lines[0].quantity == HALF
