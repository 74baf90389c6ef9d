"""An addon extends stock by columns and `super()`: `tests/specimens/tally`."""

from decimal import Decimal

import pytest

from addons.stock.services.drafts import MoveDraft
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "tally")


def test_what_another_addon_puts_on_a_move_stays_on_each_part_of_it(stock, monkeypatch):
    part = stock.parts[0]
    lots = [stock.receive(part, 10, lot=f"L{n}", code=f"260{n}").lot_id for n in (1, 2, 3)]
    monkeypatch.setattr(m.StockTransfer, "BARRED", frozenset(lots[:1]))
    line = MoveDraft(part, Decimal(25))
    line.tally_line = 77
    made = stock.create("delivery", line)
    assert sum(m.StockTransfer.reserve(db.session, [made]).values()) == 5
    rests = m.StockTransfer.do(db.session, [made])
    done, left = stock.moves(made), stock.moves(rests[made])
    assert sorted(v.lot_id for v in done) == lots[1:]
    assert [(v.tally_line, v.tally_delivered) for v in done] == [(77, True)] * 2
    assert [(int(v.quantity), v.tally_line, v.tally_delivered) for v in left] == [(5, 77, False)]
    assert stock.differences() == []
