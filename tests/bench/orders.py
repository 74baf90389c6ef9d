"""500 orders of 5 lines, created and confirmed with reservation: one at a time, and as a set."""

from decimal import Decimal

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.clock import today
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

PARTS, LOTS, CUSTOMERS, ORDERS, LINES, EACH = 100, 20, 50, 500, 5, 40


def bench() -> list[Result]:
    """The stock is 100 parts of 20 lots each; each case takes half of it."""
    with bench_app(["sales"]):
        customers = work.customers(CUSTOMERS)
        parts = work.stock(PARTS, LOTS, today())
        return [_one_by_one(customers, parts), _at_once(customers, parts)]


def drafts(customers: list[int], parts: list[int]) -> list[OrderDraft]:
    """The orders: prices come from the list, or from the customer's last order."""
    return [
        OrderDraft(
            work.company_id(),
            customers[n % CUSTOMERS],
            [OrderLineDraft(parts[(n * LINES + k) % PARTS], Decimal(EACH)) for k in range(LINES)],
            currency_code="USD",
        )
        for n in range(ORDERS)
    ]


def _one_by_one(customers: list[int], parts: list[int]) -> Result:
    made = drafts(customers, parts)
    with measured("one by one", "order", engine=db.engine) as result:
        for draft in made:
            order = m.SalesOrder.create(db.session, [draft])
            db.session.commit()
            m.SalesOrder.confirm(db.session, order)
            db.session.commit()
            db.session.expunge_all()
    return noted(result)


def _at_once(customers: list[int], parts: list[int]) -> Result:
    made = drafts(customers, parts)
    with measured("as one set", "order", engine=db.engine) as result:
        m.SalesOrder.confirm(db.session, m.SalesOrder.create(db.session, made))
        db.session.commit()
    return noted(result)


def noted(result: Result) -> Result:
    """The result with what was done."""
    result.units = ORDERS
    result.work = {"orders": ORDERS, "lines": ORDERS * LINES}
    return result
