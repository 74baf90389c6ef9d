"""200 purchase orders of 20 lines: confirmed, and received in full with their value."""

from datetime import date
from decimal import Decimal

from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

PARTS, ORDERS, LINES = 400, 200, 20
DAY = date(2026, 3, 2)


def bench() -> list[Result]:
    """One order at a time, as people do it, and all as one set."""
    with bench_app(["purchasing"]):
        supplier, parts = _supplier(), _parts()
        return [
            *_case("one by one", supplier, parts, 1),
            *_case("as one set", supplier, parts, ORDERS),
        ]


def _supplier() -> int:
    partner = m.Partner(
        company_id=work.company_id(), code="S1", name="Supplier", is_supplier=True, is_customer=False
    )
    db.session.add(partner)
    db.session.flush()
    return int(partner.id)


def _parts() -> list[int]:
    company = work.company_id()
    parts = [m.Product(company_id=company, code=f"P{n:04}", cost=Decimal("0.05")) for n in range(PARTS)]
    db.session.add_all(parts)
    db.session.flush()
    return [part.id for part in parts]


def _case(name: str, supplier: int, parts: list[int], size: int) -> list[Result]:
    drafts = [_draft(supplier, parts, n) for n in range(ORDERS)]
    made = m.PurchasingOrder.create(db.session, drafts)
    db.session.commit()
    sets = [made[n : n + size] for n in range(0, ORDERS, size)]
    with measured(f"confirm, {name}", "line", engine=db.engine) as confirmed:
        for orders in sets:
            m.PurchasingOrder.confirm(db.session, orders)
            db.session.commit()
    with measured(f"receive, {name}", "line", engine=db.engine) as received:
        for orders in sets:
            m.PurchasingOrder.receive(db.session, orders, DAY)
            db.session.commit()
    for result in (confirmed, received):
        result.units = ORDERS * LINES
        result.work = {"orders": ORDERS, "lines": ORDERS * LINES}
    return [confirmed, received]


def _draft(supplier: int, parts: list[int], number: int) -> OrderDraft:
    lines = [
        OrderLineDraft(parts[(number * LINES + k) % PARTS], Decimal(500), Decimal(20 + k) / 1000)
        for k in range(LINES)
    ]
    return OrderDraft(work.company_id(), supplier, lines, date=DAY)
