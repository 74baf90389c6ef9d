"""A page of 80 documents with 11 columns out of 50,000: plain, searched, grouped with sums; and as files."""

from contextlib import nullcontext
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from core import m
from core.db import db
from core.jobs.worker import run_job
from core.records.companies import ensure_company
from core.security.users import ensure_administrator
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured
from tests.logins import log_in

DOCUMENTS, REQUESTS, ROWS = 50_000, 100, 500_000
#: A connection has its statements prepared after five requests, and planned once for all after five more.
WARM_UP = 12
ROUNDS = 7
LIST = "/m/accounting.invoice.list"
COLUMNS = "columns=number,kind,date,due_date,partner_id,reference,state,currency_code,net,tax,total"
PAGES = {
    "page of 80": f"{LIST}?{COLUMNS}",
    "page 100": f"{LIST}?{COLUMNS}&page=100",
    "searched": f"{LIST}?{COLUMNS}&q=INV/2026/0123",
    "searched by customer": f"{LIST}?{COLUMNS}&q=customer+77",
    "filtered": f"{LIST}?{COLUMNS}&f.partner_id=17",
    "grouped by month": f"{LIST}?{COLUMNS}&group=date",
}


def bench() -> list[Result]:
    """The list that users open most, whole pages of HTML as a browser gets them."""
    with bench_app(["accounting"]) as app:
        client = _browser(app)
        _documents()
        return [*(_pages(app, client, case, url) for case, url in PAGES.items()), *_files(app, client)]


def _browser(app: Flask) -> FlaskClient:
    """A browser of the administrator, who sees everything."""
    company = ensure_company(db.session, code="BENCH", name="Bench Components Ltd", currency="USD")
    ensure_administrator(db.session, "admin@bench.example", "an administrator's password", company)
    db.session.commit()
    client = app.test_client()
    user: Any = db.session.query(m.User).one()
    log_in(app, client, user.fs_uniquifier)
    return client


def _documents() -> None:
    partners = work.customers(500)
    work.book(work.documents(partners, DOCUMENTS // len(partners), 1, date(2026, 1, 1), 365))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(db.text("VACUUM ANALYZE"))


def _pages(app: Flask, client: FlaskClient, case: str, url: str) -> Result:
    """The median of several rounds: in the second that one takes, the machine has other things to do too."""
    for _ in range(WARM_UP):
        _get(app, client, url)
    rounds = sorted((_round(app, client, case, url) for _ in range(ROUNDS)), key=lambda result: result.cpu_s)
    return rounds[ROUNDS // 2]


def _round(app: Flask, client: FlaskClient, case: str, url: str) -> Result:
    with measured(case, "request", engine=db.engine) as result:
        for _ in range(REQUESTS):
            length = _get(app, client, url)
    result.units, result.work = REQUESTS, {"requests": REQUESTS, "bytes a page": length}
    return result


def _get(app: Flask, client: FlaskClient, url: str) -> int:
    """Open a page, or read a file to its end; its length."""
    with app.app_context(), client.get(url, buffered=False) as answer:
        assert answer.status_code == 200, answer.status
        return sum(len(block) for block in answer.response)


def _files(app: Flask, client: FlaskClient) -> list[Result]:
    db.session.execute(
        db.text(
            "INSERT INTO partner (company_id, code, name, email) SELECT :company, 'X' || n, "
            "'Partner number ' || n, 'p' || n || '@partner.example' FROM generate_series(1, :rows) n"
        ),
        {"company": work.company_id(), "rows": ROWS - 500},
    )
    db.session.commit()
    found = []
    for kind in ("csv", "xlsx"):
        url = f"/m/partner.list/export.{kind}"
        with measured(f"{ROWS:,} partners as {kind}", "row", engine=db.engine) as result:
            length = _get(app, client, url) if kind == "csv" else _workbook(app, client, url)
        result.units, result.work = ROWS, {"rows": ROWS, "bytes": length}
        found.append(result)
    return found


def _workbook(app: Flask, client: FlaskClient, url: str) -> int:
    """A workbook of this length is made by a job; the bytes of its file."""
    with app.app_context(), client.get(url) as answer:
        job_id = int(answer.location.rpartition("/")[2])
    while run_job(job_id, lambda: nullcontext(app)):
        pass
    attachment: Any = db.session.query(m.Attachment).one()
    return int(attachment.size)
