"""PDF/A-3 statements with their data embedded: one page in Latin and in Chinese, 300 and 5,000 rows."""

import gc
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from addons.accounting.periods import period_with
from addons.billing_statements.services.creation import create_statements
from core import m
from core.db import db
from core.records import attachments
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

#: Case, rows, language, documents.
CASES = (
    ("S Latin", 30, "en", 30),
    ("S Chinese", 30, "zh_CN", 30),
    ("M Latin", 300, "en", 4),
    ("L Latin", 5000, "en", 1),
)


def bench() -> list[Result]:
    """Each case with an engine that has printed once, as a worker's has; the file is stored as in a run.

    Each page is laid out: what is alike is another bench's.
    """
    with bench_app(["billing_statements"]) as app:
        document = app.extensions["documents"]["billing.statement"]
        document.definition = replace(document.definition, replayed=False)
        statements = [_statements(n, *case) for n, case in enumerate(CASES)]
        for made in statements[:2]:
            m.BillingStatement.render(db.session, [made.pop()])
        gc.collect()
        gc.freeze()
        return [_case(case, rows, made) for (case, rows, *_), made in zip(CASES, statements, strict=True)]


def _statements(number: int, _case: str, rows: int, locale: str, documents: int) -> list[Any]:
    """Statements of customers with so many invoices each, and one to warm up with."""
    name = "深圳市华芯电子有限公司" if locale == "zh_CN" else "Customer Ltd"
    partners = [
        m.Partner(company_id=work.company_id(), code=f"B{number}{n:04}", name=name, locale=locale)
        for n in range(documents + 1)
    ]
    db.session.add_all(partners)
    db.session.flush()
    period = period_with("monthly", date(2026, number + 1, 1))
    work.book(work.documents([p.id for p in partners], rows, 1, period.start, 28))
    run = m.BillingRun(
        company_id=work.company_id(), cycle="monthly", period_start=period.start, period_end=period.end
    )
    db.session.add(run)
    db.session.flush()
    ids = create_statements(db.session, run, [p.id for p in partners])
    db.session.commit()
    return list(db.session.scalars(select(m.BillingStatement).where(m.BillingStatement.id.in_(ids))))


def _case(case: str, rows: int, statements: list[Any]) -> Result:
    with measured(case, "document", engine=db.engine, size=rows) as result:
        for statement in statements:
            m.BillingStatement.render(db.session, [statement])
            db.session.commit()
    result.units = len(statements)
    size = sum(len(attachments.read(s.attachment.sha256)) for s in statements)
    result.work = {"documents": len(statements), "rows": rows * len(statements), "bytes": size}
    return result
