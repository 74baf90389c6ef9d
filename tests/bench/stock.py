"""500 deliveries of 5 lines, reserved and done: one at a time, as people do it, and as one set."""

from datetime import date
from decimal import Decimal

from addons.stock.services.drafts import MoveDraft, TransferDraft
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

PARTS, LOTS, DELIVERIES, LINES, EACH = 100, 20, 500, 5, 40
DAY = date(2026, 3, 2)


def bench() -> list[Result]:
    """The stock is 100 parts of 20 lots each; each case takes half of it."""
    with bench_app(["stock"]):
        (customer,) = work.customers(1)
        parts = work.stock(PARTS, LOTS, DAY)
        return [_one_by_one(customer, parts), _at_once(customer, parts)]


def _deliveries(customer: int, parts: list[int]) -> list[TransferDraft]:
    return [
        TransferDraft(
            work.company_id(),
            "delivery",
            [MoveDraft(parts[(n * LINES + k) % PARTS], Decimal(EACH)) for k in range(LINES)],
            customer,
            DAY,
        )
        for n in range(DELIVERIES)
    ]


def _one_by_one(customer: int, parts: list[int]) -> Result:
    made = m.StockTransfer.create(db.session, _deliveries(customer, parts))
    db.session.commit()
    with measured("one by one", "delivery", engine=db.engine) as result:
        for transfer in made:
            m.StockTransfer.reserve(db.session, [transfer])
            db.session.commit()
            m.StockTransfer.do(db.session, [transfer], DAY)
            db.session.commit()
    return _noted(result)


def _at_once(customer: int, parts: list[int]) -> Result:
    made = m.StockTransfer.create(db.session, _deliveries(customer, parts))
    db.session.commit()
    with measured("as one set", "delivery", engine=db.engine) as result:
        m.StockTransfer.reserve(db.session, made)
        m.StockTransfer.do(db.session, made, DAY)
        db.session.commit()
    return _noted(result)


def _noted(result: Result) -> Result:
    result.units = DELIVERIES
    result.work = {"deliveries": DELIVERIES, "lines": DELIVERIES * LINES}
    return result
