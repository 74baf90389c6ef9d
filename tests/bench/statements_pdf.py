"""PDF/A-3 statements with their data embedded: one page in Latin and in Chinese, 300 and 5,000 rows."""

import csv
import gc
from io import StringIO
from typing import Any

from core.app import create_app
from core.documents import DataFile, render_pdf
from core.loader.discovery import discover
from core.loader.graph import resolve
from tests.bench.measure import Result, measured
from tests.conftest import TEST_ADDONS

#: Case, rows, Chinese, documents.
CASES = (
    ("S Latin", 30, False, 30),
    ("S Chinese", 30, True, 30),
    ("M Latin", 300, False, 4),
    ("L Latin", 5000, False, 1),
)


def bench() -> list[Result]:
    """Each case with an engine that has rendered once, as a worker's has."""
    app = create_app(resolve(["specimen_statement"], discover(str(TEST_ADDONS))))
    from addons.specimen_statement.statements import statement

    with app.app_context():
        for chinese in (False, True):
            _render(statement(30, chinese=chinese), chinese)
        gc.collect()
        gc.freeze()
        return [_case(statement, *case) for case in CASES]


def _case(statement: Any, case: str, rows: int, chinese: bool, documents: int) -> Result:
    records = [statement(rows, chinese=chinese, serial=serial) for serial in range(1, documents + 1)]
    with measured(case, "document", size=rows) as result:
        size = sum(len(_render(record, chinese)) for record in records)
    result.units = documents
    result.work = {"documents": documents, "rows": rows * documents, "bytes": size}
    return result


def _render(record: Any, chinese: bool) -> bytes:
    locale = "zh_CN" if chinese else "en"
    files = [DataFile("lines.csv", _data(record))]
    return render_pdf("specimen.statement", record, locale=locale, identity=record.identity, data_files=files)


def _data(record: Any) -> bytes:
    table = StringIO()
    writer = csv.writer(table)
    writer.writerows([line.on, line.number, line.debit, line.credit, line.balance] for line in record.lines)
    return table.getvalue().encode()
