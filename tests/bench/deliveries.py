"""500 orders of 5 lines, delivered and invoiced: as a set, as the day's deliveries are, and one at a time."""

from collections.abc import Sequence

from core import m
from core.clock import today
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured
from tests.bench.orders import CUSTOMERS, LOTS, PARTS, drafts, noted


def bench() -> list[Result]:
    """Each case delivers orders that are confirmed and reserved before, and invoices what went."""
    with bench_app(["sales"]):
        customers = work.customers(CUSTOMERS)
        parts = work.stock(PARTS, LOTS, today())
        return [_at_once(_confirmed(customers, parts)), _one_by_one(_confirmed(customers, parts))]


def _confirmed(customers: list[int], parts: list[int]) -> Sequence[int]:
    made = m.SalesOrder.create(db.session, drafts(customers, parts))
    assert m.SalesOrder.confirm(db.session, made) == {}
    db.session.commit()
    return made


def _one_by_one(orders: Sequence[int]) -> Result:
    with measured("one by one", "order", engine=db.engine) as result:
        for order in orders:
            m.SalesOrder.deliver(db.session, [order])
            db.session.commit()
            m.SalesOrder.invoice(db.session, [order])
            db.session.commit()
            db.session.expunge_all()
    return noted(result)


def _at_once(orders: Sequence[int]) -> Result:
    with measured("as one set", "order", engine=db.engine) as result:
        m.SalesOrder.deliver(db.session, orders)
        m.SalesOrder.invoice(db.session, orders)
        db.session.commit()
    return noted(result)
