"""What can't be is refused in words on every way in: weeks that no goods come from, parts of a piece."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from addons.stock.services.drafts import MoveDraft
from addons.stock.services.errors import StockError
from core import m
from core.api.tokens import create_token
from core.clock import today
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")

DAY = date(2026, 3, 2)
HALF = "P0 comes in whole pcs: give a whole number instead of 0.5"


def code_of(day):
    return f"{day:%G%V}"[2:]


@pytest.mark.parametrize("ahead", [-52, 0, 4])
def test_weeks_that_goods_come_from_are_taken(stock, ahead):
    code = code_of(today() + timedelta(weeks=ahead))
    assert stock.receive(stock.parts[0], 1, lot="L1", code=code).lot.date_code == code


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("2699", "“2699” is no date code: write year and week in four digits, like 2614."),
        ("2600", "“2600” is no date code"),
        ("9901", "The date code 9901 lies ahead: now is [0-9]{4}. Correct it, or leave it empty."),
        (code_of(date.today() + timedelta(weeks=8)), "lies ahead"),  # noqa: DTZ011  # a week more or less is far enough
    ],
)
def test_no_lot_comes_from_a_week_that_has_not_been(app, stock, browser, code, why):
    with pytest.raises(StockError, match=why):
        stock.receive(stock.parts[0], 1, lot="L1", code=code)
    db.session.rollback()
    lot = {"number": "L1", "product_id": stock.parts[0], "date_code": code, "full_quantity": "0"}
    refused = browser("a@example.com").post("/m/stock.lot.form/new", **lot)
    assert refused.status_code == 422 and re.search(why, refused.text)
    owner = db.session.scalars(db.select(m.User).where(m.User.email == "a@example.com")).one()
    secret = create_token(db.session, owner, "Lots", ("*",)).secret
    db.session.commit()
    head = {"Authorization": f"Bearer {secret}"}
    answer = app.test_client().post("/api/v1/stock.lot", json=lot, headers=head)
    assert answer.status_code == 422 and re.search(why, answer.get_data(as_text=True))


def test_what_an_old_lot_says_does_not_keep_it_from_being_changed(stock):
    lot = stock.receive(stock.parts[0], 1, lot="L1", code="2614").lot
    db.session.execute(text("UPDATE stock_lot SET date_code = '2699'"))
    db.session.commit()
    lot.maker_lot = "M1"
    db.session.flush()
    lot.date_code = "2698"
    with pytest.raises(StockError, match="is no date code"):
        db.session.flush()


@pytest.mark.parametrize("kind", ["receipt", "delivery", "scrap", "count"])
def test_no_part_of_a_piece_is_moved(stock, browser, kind):
    part = stock.parts[0]
    for quantity in ("0.5", "0.0001"):
        with pytest.raises(StockError, match="P0 comes in whole pcs"):
            stock.create(kind, MoveDraft(part, Decimal(quantity)))
    line = {"moves-n0-product_id": part, "moves-n0-quantity": "0.5"}
    form = browser("a@example.com").post(
        "/m/stock.transfer.form/new", kind=kind, planned="2026-03-02", **line
    )
    assert form.status_code == 422 and HALF in form.text


def test_no_part_of_a_piece_is_picked(stock):
    stock.receive(stock.parts[0], 10)
    made = stock.create("delivery", MoveDraft(stock.parts[0], Decimal(5)))
    m.StockTransfer.reserve(db.session, [made])
    stock.moves(made)[0].picked = Decimal("0.5")
    with pytest.raises(StockError, match=HALF):
        m.StockTransfer.do(db.session, [made], DAY)


def test_no_part_of_a_piece_is_counted(stock):
    part = stock.parts[0]
    with pytest.raises(StockError, match=HALF):
        stock.count((part, None, "0.5"))
    db.session.rollback()
    count = m.StockCount(company_id=stock.company_id, location_id=stock.places["internal"], date=DAY)
    m.StockCount.create(db.session, [count])
    with pytest.raises(StockError, match=HALF):
        m.StockCount.scan(db.session, count, "P0*0.5")


def test_no_part_of_a_piece_comes_back(stock):
    stock.receive(stock.parts[0], 10)
    gone = stock.deliver(stock.parts[0], 4)
    with pytest.raises(StockError, match=HALF):
        stock.create("return", MoveDraft(None, Decimal("0.5"), returns_id=gone.id))


def test_what_is_cut_comes_in_any_length(stock):
    wire = stock.part("W1", unit="m", countable=False)
    stock.receive(wire, "12.5")
    gone = stock.deliver(wire, "0.75")
    stock.create("return", MoveDraft(None, Decimal("0.25"), returns_id=gone.id))
    stock.count((wire, None, "11.7"))
    assert stock.balance(wire) == (Decimal("11.7"), 0)
    assert stock.differences() == []


def test_a_part_of_a_piece_that_is_there_since_before_is_counted_away_and_may_come_back(stock):
    part = stock.part("OLD", countable=False)
    stock.receive(part, "12.5")
    gone = stock.deliver(part, "1.5")
    db.session.execute(text("UPDATE product SET countable = true WHERE id = :id"), {"id": part})
    db.session.commit()
    back = stock.create("return", MoveDraft(None, Decimal("1.5"), returns_id=gone.id))
    m.StockTransfer.do(db.session, [back], DAY)
    stock.count((part, None, 12))
    assert stock.balance(part) == (12, 0)
    assert stock.differences() == []
