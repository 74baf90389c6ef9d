"""Stock through its screens: the same verbs, in as many questions to the database for any number of lines."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.stock.services.drafts import MoveDraft
from core import m
from core.db import db
from tests.conftest import queries_of

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")


def test_a_delivery_is_written_reserved_and_done_by_its_form(stock, browser):
    part = stock.parts[0]
    stock.receive(part, 10)
    visit, form = browser("a@example.com"), "/m/stock.transfer.form"
    line = {"moves-n0-product_id": part, "moves-n0-quantity": "12"}
    made = visit.post(f"{form}/new", kind="delivery", planned="2026-03-02", **line)
    assert made.status_code == 303, made.text
    key = int(re.search(r"/(\d+)", made.location)[1])
    for act in ("reserve", "do"):
        assert visit.post(f"{form}/{key}/do/{act}").status_code == 303
    db.session.rollback()
    transfer = db.session.get(m.StockTransfer, key)
    assert (transfer.number, transfer.state) == ("DEL/2026/00001", "done")
    assert [(int(v.quantity), v.state) for v in stock.moves(key)] == [(10, "done")]
    rest = db.session.scalars(select(m.StockTransfer).where(m.StockTransfer.rest_of_id == key)).one()
    refused = visit.post(f"{form}/new", kind="move", planned="2026-03-02", **line)
    assert (refused.status_code, "needs its target" in refused.text) == (422, True)
    page = visit.get(f"/m/product.form/{part}").text
    assert rest.number in page and "short" in page


def test_a_count_is_written_and_booked_by_its_form(stock, browser):
    part = stock.parts[0]
    stock.receive(part, 10, 2)
    visit, form = browser("a@example.com"), "/m/stock.count.form"
    line = {"lines-n0-product_id": part, "lines-n0-counted": "7"}
    made = visit.post(f"{form}/new", date="2026-03-02", location_id=stock.places["internal"], **line)
    assert made.status_code == 303, made.text
    key = re.search(r"/(\d+)", made.location)[1]
    assert visit.post(f"{form}/{key}/do/do").status_code == 303
    db.session.rollback()
    assert stock.balance(part) == (7, 0)
    assert stock.differences() == []


def test_a_form_asks_the_same_number_of_questions_for_any_number_of_lines(stock, browser):
    for part in stock.parts:
        stock.receive(part, 100)
    few, many = (
        stock.create("delivery", *(MoveDraft(stock.parts[k % 3], Decimal(1)) for k in range(n)))
        for n in (2, 40)
    )
    m.StockTransfer.reserve(db.session, [few, many])
    db.session.commit()
    visit = browser("a@example.com")
    form = "/m/stock.transfer.form"
    visit.get(f"{form}/{few}")  # what is remembered is remembered now
    assert queries_of(lambda: visit.get(f"{form}/{many}")) <= queries_of(lambda: visit.get(f"{form}/{few}"))


def test_who_may_not_see_costs_gets_none(stock, browser):
    made = stock.create("receipt", MoveDraft(stock.parts[0], Decimal(3), unit_cost=Decimal("77.125")))
    m.StockTransfer.do(db.session, [made])
    db.session.commit()
    keeper, boss = browser("w@example.com"), browser("a@example.com")
    urls = (f"/m/stock.transfer.form/{made}", f"/m/stock.move.form/{stock.moves(made)[0].id}")
    for url in urls:
        assert keeper.get(url).status_code == 200
        assert ("77.125" in keeper.get(url).text, "77.125" in boss.get(url).text) == (False, True), url
    assert "77.125" not in keeper.get("/m/stock.move.list?columns=date,unit_cost").text
    for url in ("/m/stock.value.list", "/m/stock.worth.list", "/m/stock.layer_take.list"):
        assert keeper.get(url).status_code == 403
