"""The real file of 541,909 rows through the product's import, to posted documents.

Where the shared data is not there, a made file of the same shape and a tenth of its rows.
"""

from contextlib import nullcontext
from pathlib import Path

from core.db import db
from core.exchange import importing
from core.jobs.worker import run_job
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured

FILE = Path(__file__).parents[3] / "shared/data/wholesale/uci_online_retail.csv.gz"


def bench() -> list[Result]:
    """Upload, stage, convert, book and post, with the state of each row kept."""
    name, contents = (FILE.name, FILE.read_bytes()) if FILE.exists() else ("made.csv", _made())
    with bench_app(["accounting"]) as app, measured("import", "row", engine=db.engine) as result:
        data_import = importing.upload(db.session, "accounting.invoice", name, contents)
        job = importing.start_import(db.session, data_import)
        job_id, import_id = job.id, data_import.id
        db.session.commit()
        while run_job(job_id, lambda: nullcontext(app)):
            pass
        totals = importing.totals(db.session, import_id)
        result.units = totals.rows
        result.work = {"rows": totals.rows, "rows booked": totals.booked, "rows reported": totals.bad}
    return [result]


def _made() -> bytes:
    rows = ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"]
    rows += [
        f"{10000 + n // 20},P{n % 3000},Part {n % 3000},{n % 50 + 1},2026-01-{n // 20 % 28 + 1:02} 10:00:00,"
        f"{n % 900 / 100:.2f},{n // 20 % 400}.0,Germany"
        for n in range(54_000)
    ]
    return "\n".join(rows).encode()
