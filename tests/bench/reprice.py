"""50,000 received lines: screened, repriced in one act with value and ledger following, and taken back."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from addons.pricing.services.lists import ListDraft, PriceDraft
from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

PARTS, ORDERS, LINES, DEAR = 2_000, 500, 100, 500
DAY = date(2026, 3, 2)
_RECEIVED = ORDERS * LINES
_ACCEPT = text("SELECT id FROM pricing_run_line WHERE run_id = :run")


def bench() -> list[Result]:
    """A run over all lines; first one in which a few hundred differ, then one in which all do."""
    with bench_app(["pricing"]):
        supplier, parts = _supplier(), _parts()
        _receive(supplier, parts)
        _list(supplier, "Same", parts, lambda n: "0.50", date(2026, 3, 3))
        _list(supplier, "Few", parts[: PARTS // 100], lambda n: "0.51", date(2026, 3, 4))
        few, _run = _screen("screen, 500 differ", date(2026, 3, 4))
        _list(supplier, "All", parts, lambda n: f"0.5{1 + n % 9}", date(2026, 3, 5))
        every, run = _screen("screen, all differ", date(2026, 3, 5))
        m.PricingRunLine.accept(db.session, db.session.scalars(_ACCEPT, {"run": run}).all())
        db.session.commit()
        return [_act("apply", run), _act("undo", run), few, every]


def _supplier() -> int:
    partner = m.Partner(
        company_id=work.company_id(), code="S1", name="Supplier", is_supplier=True, is_customer=False
    )
    db.session.add(partner)
    db.session.flush()
    return int(partner.id)


def _parts() -> list[int]:
    company = work.company_id()
    parts = [m.Product(company_id=company, code=f"P{n:05}", cost=Decimal("0.50")) for n in range(PARTS)]
    db.session.add_all(parts)
    db.session.flush()
    return [part.id for part in parts]


def _receive(supplier: int, parts: list[int]) -> None:
    drafts = [
        OrderDraft(
            work.company_id(),
            supplier,
            [
                OrderLineDraft(parts[(n * LINES + k) % PARTS], Decimal(100), Decimal("0.50"))
                for k in range(LINES)
            ],
            date=DAY,
        )
        for n in range(ORDERS)
    ]
    made = m.PurchasingOrder.create(db.session, drafts)
    m.PurchasingOrder.confirm(db.session, made)
    m.PurchasingOrder.receive(db.session, made, DAY)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _list(supplier, name, parts, price, since) -> None:
    prices = [PriceDraft(part, Decimal(price(n))) for n, part in enumerate(parts)]
    draft = ListDraft(work.company_id(), "purchase", "USD", name, prices, supplier, since)
    m.PricingPriceList.create(db.session, [draft])
    db.session.commit()


def _screen(name: str, on: date) -> tuple[Result, int]:
    run = m.PricingRun(company_id=work.company_id(), date=on, since=DAY, until=DAY, reason="Bench")
    with measured(name, "line", engine=db.engine) as result:
        (key,) = m.PricingRun.create(db.session, [run])
        db.session.commit()
    result.units, result.work = _RECEIVED, {"lines": _RECEIVED}
    return result, key


def _act(name: str, run: int) -> Result:
    with measured(name, "line", engine=db.engine) as result:
        getattr(m.PricingRun, name)(db.session, [run])
        db.session.commit()
    result.units, result.work = _RECEIVED, {"lines": _RECEIVED}
    return result
