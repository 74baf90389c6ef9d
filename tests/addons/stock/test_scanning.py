"""Counts that are scanned: each scan is saved, the last one can be taken back, what is unknown is said."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.stock.services.errors import StockError
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock")


@pytest.fixture
def count(stock):
    """A draft of the first place, in which there are a reel of 5,000 and 30 loose pieces."""
    stock.receive(stock.parts[0], 5000, lot="REEL-17", code="2614")
    stock.receive(stock.parts[1], 30)
    named = "UPDATE product SET mpn = 'RC0603', barcode = '4006381333931' WHERE code = 'P1'"
    db.session.execute(db.text(named))
    made = m.StockCount(
        company_id=stock.company_id, location_id=stock.places["internal"], date=date(2026, 3, 2)
    )
    m.StockCount.create(db.session, [made])
    db.session.commit()
    return made


def lines(count):
    db.session.expire_all()
    return [(x.product.code, x.lot.number if x.lot else "", int(x.counted)) for x in count.lines]


def test_scans_add_up_by_part_and_lot(stock, count):
    for typed in ("reel-17", "P1", " P1 * 12 ", "rc0603", "4006381333931", "REEL-17*100", "P0*3"):
        m.StockCount.scan(db.session, count, typed)
    db.session.commit()
    assert lines(count) == [("P0", "REEL-17", 5100), ("P1", "", 15), ("P0", "", 3)]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("  ", "^Scan or type a number.$"),
        ("X-9", "^No lot and no part is called “X-9”: it was not counted.$"),
        ("P1*many", "^“many” is no quantity: write it like R1\\*120.$"),
        ("P1*-3", "^“-3” is no quantity"),
        ("P1*0", "^“0” is no quantity"),
        ("P1*99999999999999999999", "^“99,999,999,999,999,999,999” is too large: give at most 12 digits"),
        ("P1*1.23456", "^“1.23456” is no quantity"),
        ("*5", "^Scan or type a number.$|called"),
        ("SAME", "^Several are called “SAME”: scan our own code of the part.$"),
    ],
)
def test_what_is_not_understood_is_said_and_counts_nothing(stock, count, typed, message):
    db.session.execute(db.text("UPDATE product SET mpn = 'Same' WHERE code IN ('P0', 'P2')"))
    with pytest.raises(StockError, match=message):
        m.StockCount.scan(db.session, count, typed)
    db.session.rollback()
    assert lines(count) == []


def test_the_last_scan_is_taken_back_once(stock, count):
    first = m.StockCount.scan(db.session, count, "P1*5")
    m.StockCount.scan(db.session, count, "P1*2")
    m.StockCount.take_back(db.session, count, first.line.id, Decimal(2))
    assert lines(count) == [("P1", "", 5)]
    m.StockCount.take_back(db.session, count, first.line.id, Decimal(5))
    assert lines(count) == []
    with pytest.raises(StockError, match="^This was taken back already.$"):
        m.StockCount.take_back(db.session, count, first.line.id, Decimal(5))


def test_a_count_is_scanned_on_its_page_and_booked(stock, count, browser):
    visit = browser("w@example.com")
    url = f"/stock/counts/{count.id}/scan"
    assert "Nothing was scanned yet" in visit.get(url).text
    for typed in ("REEL-17", "P1*28"):
        assert visit.post(url, code=typed).status_code == 303
    page = visit.get(url).text
    assert "Take back the last scan" in page and page.index("P1") < page.index("REEL-17")
    refused = visit.post(url, code="nothing")
    assert refused.status_code == 422 and 'value="nothing"' in refused.text
    line = db.session.scalar(select(m.StockCountLine.id).where(m.StockCountLine.position == 2))
    assert visit.post(f"{url}/take-back", line=line, quantity="28").status_code == 303
    assert visit.post(f"{url}/take-back", line="x" * 30, quantity="28").status_code == 422
    assert visit.post(url, code="P1*29").status_code == 303
    assert visit.post(f"/m/stock.count.form/{count.id}/do/do").status_code == 303
    db.session.rollback()
    assert stock.balance(stock.parts[1]) == (29, 0) and stock.balance(stock.parts[0]) == (5000, 0)
    assert 'id="scan"' not in visit.get(url).text
    assert visit.post(url, code="P1").status_code == 422
