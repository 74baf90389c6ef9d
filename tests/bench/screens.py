"""What people do hourly, with all addons, at 200,000 parts, 44,000 invoices and 50,000 orders: find, choose,
search, leaf, open documents, look at boards. An administrator, who is offered everything, and a sales rep."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import m
from core.db import db
from core.loader.discovery import CORE, discover
from core.records.companies import ensure_company
from core.security.users import ensure_administrator
from tests.bench.app import bench_app
from tests.bench.measure import Result, measured
from tests.bench.screens_data import Size, fill, latest
from tests.logins import log_in

REQUESTS, ROUNDS = 20, 5
#: A connection has its statements prepared after five requests, and planned once for all after five more.
WARM_UP = 12
CHOICES = "/m/accounting.invoice.form/choices/lines.product_id"
CASES = {
    "palette, a number": "/palette?q=P012345",
    "palette, broad": "/palette?q=P00",
    "palette, a piece": "/palette?q=RC0",
    "palette, two letters": "/palette?q=cu",
    "palette, an order": "/palette?q=SO/2026/0123",
    "palette, no match": "/palette?q=zzqqxx",
    "choice of a part, broad": f"{CHOICES}?q=P00",
    "choice of a part, a number": f"{CHOICES}?q=P012345",
    "choice of a part, a piece": f"{CHOICES}?q=0603",
    "choice of a part, no match": f"{CHOICES}?q=zzqqxx",
    "parts": "/m/product.list",
    "parts of a maker": "/m/product.list?f.maker_id=7",
    "parts by two letters": "/m/product.list?q=rc",
    "parts by two letters, no match": "/m/product.list?q=zz",
    "parts by three letters": "/m/product.list?q=cap",
    "parts by three letters, few": "/m/product.list?q=777",
    "parts, page 2,500": "/m/product.list?page=2500",
    "invoices": "/m/accounting.invoice.list",
    "invoices of a customer": "/m/accounting.invoice.list?f.partner_id=17",
    "invoices by two letters": "/m/accounting.invoice.list?q=cu",
    "invoices by three letters": "/m/accounting.invoice.list?q=inv",
    "invoices, page 500": "/m/accounting.invoice.list?page=500",
    "orders": "/m/sales.order.list",
    "orders of a customer": "/m/sales.order.list?f.partner_id=17",
    "orders that are late": "/m/sales.order.list?f.late=yes",
    "orders by two letters": "/m/sales.order.list?q=cu",
    "orders by three letters": "/m/sales.order.list?q=cus",
    "orders, page 500": "/m/sales.order.list?page=500",
}
#: What a rep asks, whose every statement has record rules in it.
OF_A_REP = {
    "palette, a number, by a rep": "/palette?q=P012345",
    "palette, broad, by a rep": "/palette?q=P00",
    "palette, no match, by a rep": "/palette?q=zzqqxx",
    "orders, by a rep": "/m/sales.order.list",
}


def bench(size: Size | None = None) -> list[Result]:
    """All cases, and first the worst of them."""
    with bench_app([name for name in discover().found if name != CORE]) as app:
        administrator, rep = browsers(app)
        fill(size or Size())
        asked = [(administrator, name, url) for name, url in {**CASES, **forms(), **boards(app)}.items()]
        asked += [(rep, name, url) for name, url in OF_A_REP.items()]
        found = [case(app, client, name, url) for client, name, url in asked]
    worst = max(found, key=lambda result: result.cpu_ms_per_unit)
    return [Result(**{**vars(worst), "case": f"worst: {worst.case}"}), *found]


def browsers(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """One of the administrator of a new company, and one of a rep."""
    company = ensure_company(db.session, code="BENCH", name="Bench Components Ltd", currency="USD")
    ensure_administrator(db.session, "admin@bench.example", "an administrator's password", company)
    administrator: Any = db.session.query(m.User).one()
    rep = m.User(
        email="rep@bench.example",
        name="Rep",
        fs_uniquifier="rep",
        company_id=company.id,
        companies=[company],
        roles=list(
            db.session.scalars(select(m.Role).where(m.Role.name.in_(("accounting.sales_rep", "sales.rep"))))
        ),
    )
    db.session.add(rep)
    db.session.commit()
    return browser(app, administrator), browser(app, rep)


def browser(app: Flask, user: Any) -> FlaskClient:
    """A browser in which the user has logged in."""
    client = app.test_client()
    log_in(app, client, user.fs_uniquifier)
    return client


def boards(app: Flask) -> dict[str, str]:
    """Each board that there is: the administrator has those of all roles."""
    return {f"board {board.name}": f"/?board={board.name}" for board in app.extensions["dashboards"]}


def forms() -> dict[str, str]:
    """Documents of each kind, posted and done, open, and new."""
    invoice, order, purchase = m.AccountingInvoice, m.SalesOrder, m.PurchasingOrder
    opened = {
        "accounting.invoice": latest(invoice, invoice.state == "posted"),
        "sales.order": latest(order, order.state == "confirmed"),
        "purchasing.order": latest(purchase, purchase.state == "confirmed"),
        "stock.transfer": latest(m.StockTransfer, m.StockTransfer.state == "done"),
        "product": latest(m.Product),
        "partner": latest(m.Partner, m.Partner.is_customer),
    }
    new = {f"form of a new {name}": f"/m/{name}.form/new" for name in ("accounting.invoice", "sales.order")}
    return {**{f"form of {name}": f"/m/{name}.form/{key}" for name, key in opened.items()}, **new}


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
        assert answer.status_code == 200, (url, answer.status)
        return len(answer.data)
