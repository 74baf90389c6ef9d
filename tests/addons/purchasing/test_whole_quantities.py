"""What is counted is ordered, received and sent back in whole pieces."""

from datetime import date
from decimal import Decimal

import pytest

from addons.purchasing.services.errors import PurchasingError
from addons.stock.services.errors import StockError
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")

WHY = "P0 comes in whole pcs: give a whole number instead of 0.0001"


def test_requests_receipts_and_returns_refuse_a_part_of_a_piece(desk):
    part = desk.parts[0]
    with pytest.raises(PurchasingError, match=WHY):
        desk.ask((part, "0.0001", 1))
    order = desk.order((part, 10, 1))
    db.session.commit()
    line = order.lines[0]
    with pytest.raises(StockError, match=WHY):
        desk.come((line, "0.0001"))
    db.session.rollback()
    desk.come((line, 4))
    with pytest.raises(StockError, match=WHY):
        desk.send_back(order, "0.0001")


def test_the_form_of_a_receipt_refuses_it(desk):
    order = desk.order((desk.parts[0], 10, 1))
    (receipt,) = db.session.scalars(db.select(m.StockTransfer.id)).all()
    desk.moves(receipt)[0].picked = Decimal("0.0001")
    with pytest.raises(StockError, match=WHY):
        m.PurchasingOrder.receive(db.session, [order], date(2026, 3, 2))
