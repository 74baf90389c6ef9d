"""200 suppliers with 30,000 received lines stated in one run; and one statement of 20,000 lines in work."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from sqlalchemy import text

from addons.accounting.periods import Period
from addons.purchasing.services.drafts import OrderDraft, OrderLineDraft
from addons.supplier_payables.services.bench import bench as page_of
from core import m
from core.db import db
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

SUPPLIERS, LINES, LONG, PARTS = 200, 150, 20_000, 500
OCTOBER = Period(date(2025, 10, 1), date(2025, 10, 31))
DAY = date(2025, 10, 9)


def bench() -> list[Result]:
    """The run first; its figure is what comparisons read."""
    with bench_app(["supplier_payables"]):
        parts = _parts()
        suppliers = [_supplier(n) for n in range(SUPPLIERS)]
        _receive([(supplier, LINES) for supplier in suppliers], parts)
        with measured("one run", "line", engine=db.engine) as run:
            _run, made = m.PayablesRun.start(db.session, work.company_id(), "monthly", OCTOBER)
            db.session.commit()
        run.units = SUPPLIERS * LINES
        run.work = {"statements": len(made), "lines": SUPPLIERS * LINES}
        return [run, *_long(parts)]


def _parts() -> list[int]:
    company = work.company_id()
    parts = [m.Product(company_id=company, code=f"P{n:04}", cost=Decimal("0.05")) for n in range(PARTS)]
    db.session.add_all(parts)
    db.session.flush()
    return [part.id for part in parts]


def _supplier(number: int) -> int:
    values = {"is_supplier": True, "is_customer": False, "settlement": "period"}
    partner = m.Partner(company_id=work.company_id(), code=f"S{number}", name=f"Supplier {number}", **values)
    db.session.add(partner)
    db.session.flush()
    return int(partner.id)


def _receive(wanted: list[tuple[int, int]], parts: list[int]) -> None:
    drafts = [
        OrderDraft(
            work.company_id(),
            supplier,
            [
                OrderLineDraft(parts[(first + k) % PARTS], Decimal(100 + k), Decimal(20 + k % 7) / 1000)
                for k in range(min(50, count - first))
            ],
            date=DAY,
        )
        for supplier, count in wanted
        for first in range(0, count, 50)
    ]
    made = m.PurchasingOrder.create(db.session, drafts)
    m.PurchasingOrder.confirm(db.session, made)
    m.PurchasingOrder.receive(db.session, made, DAY)
    db.session.commit()


def _long(parts: list[int]) -> list[Result]:
    supplier = _supplier(SUPPLIERS)
    _receive([(supplier, LONG)], parts)
    _run, (key,) = m.PayablesRun.start(db.session, work.company_id(), "monthly", OCTOBER, [supplier])
    db.session.commit()
    contents = _list(key)
    results = []
    acts: list[tuple[str, Any]] = [
        ("list read and matched", lambda: m.PayablesStatement.upload(db.session, key, "list.xlsx", contents)),
        ("opened", lambda: page_of(db.session, key, 1)),
        ("filtered", lambda: page_of(db.session, key, 1, "PO/2025/00700|P0001")),
        ("one line saved", lambda: m.PayablesMatch.accept(db.session, [_open(key)])),
    ]
    for name, act in acts:
        with measured(f"20,000 lines, {name}", "line", engine=db.engine) as result:
            act()
            db.session.commit()
        result.units = LONG
        results.append(result)
    return results


def _open(key: int) -> int:
    query = text("SELECT min(id) FROM payables_match WHERE statement_id = :id AND state = 'open'")
    return int(db.session.scalar(query, {"id": key}))


def _list(key: int) -> bytes:
    file = io.BytesIO()
    query = text("""
        SELECT l.order_number, p.code, l.quantity, l.unit_price FROM payables_line l
          JOIN product p ON p.id = l.product_id WHERE l.statement_id = :id
    """)
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("PO no.", "Part no.", "Qty", "Unit price"))
        for n, (order, part, quantity, price) in enumerate(db.session.execute(query, {"id": key}), start=1):
            sheet.write_row(n, 0, (order, part, float(quantity), float(price)))
    return file.getvalue()
