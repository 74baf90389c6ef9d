"""A thousand PDF/A-3 statements of one page in four shapes and two scripts, through layout replay.

Each is printed as a run prints it: its figures read, its data embedded, its file stored, its row written. The
layouts of the four shapes are part of it.
"""

import gc
from typing import Any

from core import m
from core.db import db
from core.records import attachments
from tests.bench import statements_pdf
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

#: Case, rows, language.
SHAPES = (("Latin", 12, "en"), ("Latin", 30, "en"), ("Chinese", 8, "zh_CN"), ("Chinese", 16, "zh_CN"))
EACH, AT_ONCE = 250, 25


def bench() -> list[Result]:
    """With an engine that has printed something else, as a worker's has."""
    with bench_app(["billing_statements"]):
        made = [
            [s.id for s in statements_pdf._statements(n, case, rows, locale, EACH)]
            for n, (case, rows, locale) in enumerate(SHAPES)
        ]
        db.session.expunge_all()
        warm = statements_pdf._statements(len(SHAPES), "warm", 3, "en", 0)
        m.BillingStatement.render(db.session, warm)
        db.session.commit()
        gc.collect()
        gc.freeze()
        # The customers that warm up another bench are left out.
        return [_print([i for ids in made for i in ids[:EACH]])]


def _print(ids: list[int]) -> Result:
    with measured("1,000 of one page, four shapes, two scripts", "statement", engine=db.engine) as result:
        for first in range(0, len(ids), AT_ONCE):
            m.BillingStatement.render(db.session, ids[first : first + AT_ONCE])
            db.session.commit()
    result.units = len(ids)
    result.work = {"statements": len(ids), "bytes": sum(map(_size, ids))}
    return result


def _size(statement_id: int) -> int:
    statement: Any = db.session.get(m.BillingStatement, statement_id)
    return len(attachments.read(statement.attachment.sha256))
