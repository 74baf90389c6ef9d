"""What people do hourly, at 200,000 parts and 40,000 invoices: find, choose, search, leaf, look at boards."""

from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from core import m
from core.db import db
from core.records.companies import ensure_company
from core.security.users import ensure_administrator
from tests.bench import work
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured
from tests.logins import log_in

PARTS, CUSTOMERS, INVOICES = 200_000, 2_000, 40_000
REQUESTS, ROUNDS = 20, 5
#: A connection has its statements prepared after five requests, and planned once for all after five more.
WARM_UP = 12
CHOICES = "/m/accounting.invoice.form/choices/lines.product_id"
CASES = {
    "palette, a number": "/palette?q=P012345",
    "palette, broad": "/palette?q=P00",
    "palette, a piece": "/palette?q=RC0",
    "palette, no match": "/palette?q=zzqqxx",
    "choice of a part, broad": f"{CHOICES}?q=P00",
    "choice of a part, a number": f"{CHOICES}?q=P012345",
    "choice of a part, a piece": f"{CHOICES}?q=0603",
    "choice of a part, no match": f"{CHOICES}?q=zzqqxx",
    "parts by two letters": "/m/product.list?q=rc",
    "parts by two letters, no match": "/m/product.list?q=zz",
    "parts by three letters": "/m/product.list?q=cap",
    "parts by three letters, few": "/m/product.list?q=777",
    "invoices by two letters": "/m/accounting.invoice.list?q=cu",
    "invoices by three letters": "/m/accounting.invoice.list?q=inv",
    "parts, page 2,500": "/m/product.list?page=2500",
    "invoices, page 500": "/m/accounting.invoice.list?page=500",
    "board of finance": "/?board=finance",
    "board of sales": "/?board=sales",
    "board of purchasing": "/?board=purchasing",
}


def bench() -> list[Result]:
    """All cases, and first the worst of them."""
    with bench_app(["accounting", "billing_statements"]) as app:
        client = browser(app)
        fill()
        found = [case(app, client, name, url) for name, url in CASES.items()]
    worst = max(found, key=lambda result: result.cpu_ms_per_unit)
    return [Result(**{**vars(worst), "case": f"worst: {worst.case}"}), *found]


def browser(app: Flask) -> FlaskClient:
    """A browser of the administrator of a new company."""
    company = ensure_company(db.session, code="BENCH", name="Bench Components Ltd", currency="USD")
    ensure_administrator(db.session, "admin@bench.example", "an administrator's password", company)
    db.session.commit()
    client = app.test_client()
    user: Any = db.session.query(m.User).one()
    log_in(app, client, user.fs_uniquifier)
    return client


def fill(parts: int = PARTS, customers: int = CUSTOMERS, invoices: int = INVOICES) -> None:
    """The data, written by the database where that is quicker; the statistics are those of now."""
    db.session.execute(db.text(_MAKERS))
    add_parts(1, parts)
    partners = work.customers(customers)
    work.book(work.documents(partners, invoices // customers, 1, date(2026, 1, 1), 365))
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(db.text("VACUUM ANALYZE"))


def add_parts(first: int, count: int) -> None:
    """Parts with the numbers from `first` on."""
    numbers = {"company": work.company_id(), "first": first, "last": first + count - 1}
    db.session.execute(db.text(_PARTS), numbers)
    db.session.commit()


_MAKERS = "INSERT INTO maker (name) SELECT 'Maker ' || n FROM generate_series(1, 50) n"
_PARTS = """
INSERT INTO product (company_id, code, mpn, maker_id, description)
SELECT :company, 'P' || lpad(n::text, 6, '0'),
       (ARRAY['RC0603FR-07', 'GRM188R71', 'STM32F', 'LM358-'])[1 + n % 4] || n || 'KL', 1 + n % 50,
       (ARRAY['Resistor 1% 0603', 'Capacitor X7R 10%', 'Microcontroller', 'Amplifier'])[1 + n % 4]
         || ' no. ' || n
  FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n"""


def case(app: Flask, client: FlaskClient, name: str, url: str) -> Result:
    """The median of several rounds: in the second that one takes, the machine has other things to do too."""
    for _ in range(WARM_UP):
        _get(app, client, url)
    rounds = sorted((_round(app, client, name, url) for _ in range(ROUNDS)), key=lambda result: result.cpu_s)
    return rounds[ROUNDS // 2]


def _round(app: Flask, client: FlaskClient, case: str, url: str) -> Result:
    with measured(case, "request", engine=db.engine) as result:
        for _ in range(REQUESTS):
            length = _get(app, client, url)
    result.units, result.work = REQUESTS, {"requests": REQUESTS, "bytes a page": length}
    return result


def _get(app: Flask, client: FlaskClient, url: str) -> int:
    with app.app_context(), client.get(url) as answer:
        assert answer.status_code == 200, answer.status
        return len(answer.data)
