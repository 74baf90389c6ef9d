"""The price of an order's line, and of 200 pasted ones, with 1,000,000 rows on price lists."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from addons.stock.services.orders.prices import Asked
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

PARTS, BREAKS, LINES, ROUNDS = 100_000, (1, 10, 100, 1000, 10_000), 200, 500
DAY = date(2026, 3, 2)
COPY = text("""
    INSERT INTO pricing_price (company_id, price_list_id, product_id, min_quantity, unit_price)
    SELECT l.company_id, l.id, p.id, b.least, 1 - b.n * 0.05
      FROM pricing_price_list l CROSS JOIN product p
      CROSS JOIN unnest(CAST(:breaks AS numeric[])) WITH ORDINALITY AS b (least, n)
""")


def bench() -> list[Result]:
    """One line of a sales order first, then of a purchase order, then 200 of each in one request."""
    with bench_app(["pricing"]):
        (customer,) = work.customers(1)
        supplier = m.Partner(company_id=work.company_id(), code="S1", name="Supplier", is_supplier=True)
        db.session.add(supplier)
        db.session.flush()
        m.Product._bulk(db.session, _parts())
        _lists(int(supplier.id))
        parts = db.session.scalars(select(m.Product.id).order_by(m.Product.id).limit(LINES)).all()
        return [
            _asked(name, model, partner, parts[:count])
            for count in (1, LINES)
            for name, model, partner in (
                ("sales order", m.SalesOrder, customer),
                ("purchase order", m.PurchasingOrder, int(supplier.id)),
            )
        ]


def _parts() -> Iterator[dict[str, Any]]:
    for number in range(PARTS):
        yield {"company_id": work.company_id(), "code": f"P{number:06}", "cost": Decimal("0.50")}


def _lists(supplier: int) -> None:
    """A list for all customers and one of the supplier, half of the rows each."""
    for side, partner in (("sale", None), ("purchase", supplier)):
        values = {
            "company_id": work.company_id(),
            "side": side,
            "partner_id": partner,
            "currency_code": "USD",
        }
        db.session.add(m.PricingPriceList(name=side, valid_from=date(2026, 1, 1), **values))
    db.session.flush()
    db.session.execute(COPY, {"breaks": list(BREAKS)})
    db.session.commit()
    # As autovacuum leaves it.
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _asked(name: str, model: Any, partner: int, parts: Sequence[int]) -> Result:
    asked = [Asked(partner, part, Decimal(250), "USD", DAY) for part in parts]
    model.price_lines(db.session, asked)  # the first question prepares the statement
    with measured(f"{name}, {len(asked)} lines", "request", engine=db.engine) as result:
        for _round in range(ROUNDS):
            found = model.price_lines(db.session, asked)
    if any(price is None or price.unit_price != Decimal("0.85") for price in found):
        raise ValueError("the list's break of 100 has to answer")
    result.units, result.work = ROUNDS, {"lines": len(asked), "list rows": PARTS * len(BREAKS) * 2}
    return result
