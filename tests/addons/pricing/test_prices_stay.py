"""An agreed price never changes as a side effect: not by the API, an import, a job or the passing of days."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.api.tokens import create_token
from core.clock import today
from core.db import db
from core.exchange.importing import start_import, upload
from core.jobs.schedule import start_now
from core.security.users import ensure_administrator
from tests.conftest import work

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)
SIDES = ["sales.order", "purchasing.order"]


@pytest.fixture
def orders(shop):
    """An open order of each side at 1.00 by list, and by now lists with another price and breaks."""
    part, day = shop.parts[0], today() - timedelta(days=9)
    customer = shop.partner("C1", is_customer=True, is_supplier=False)
    other = {
        "sales.order": shop.partner("C2", is_customer=True, is_supplier=False),
        "purchasing.order": shop.partner("S2"),
    }
    for side, partner in (("sale", None), ("purchase", shop.supplier)):
        shop.price_list("Old", (part, "1.00"), partner=partner, side=side, valid_from=day)
    draft = OrderDraft(
        shop.company_id, customer, [OrderLineDraft(part, Decimal(10))], date=day, reference="PO-7"
    )
    (sold,) = m.SalesOrder.create(db.session, [draft])
    bought = shop.ask((part, 10, None), on=day).id
    for side, partner in (("sale", None), ("purchase", shop.supplier)):
        prices = ((part, "1.30"), (part, "0.70", 100))
        shop.price_list("New", *prices, partner=partner, side=side, valid_from=day + timedelta(days=2))
        shop.price_list(
            "Later", (part, "2"), partner=partner, side=side, valid_from=today() + timedelta(days=5)
        )
    for partner in other.values():
        db.session.get(m.Partner, partner).receipt_price = "latest"
    db.session.commit()
    return {"sales.order": sold, "purchasing.order": bought}, other


def prices_of(orders):
    """Price and origin of the first line of each order."""
    db.session.expire_all()
    found = [m.SalesOrder, orders["sales.order"]], [m.PurchasingOrder, orders["purchasing.order"]]
    lines = [db.session.get(cls, key).lines[0] for cls, key in found]
    return [(line.unit_price, line.price_origin.partition(" of ")[0]) for line in lines]


AGREED = [(Decimal("1.00"), "list Old")] * 2


@pytest.fixture
def patch(app, company):
    """`patch("sales.order/1", {…})` is the answer to a program that may do everything."""
    ensure_administrator(db.session, "prog@example.com", "a long enough password", company)
    user = db.session.scalars(select(m.User).where(m.User.email == "prog@example.com")).one()
    token = create_token(db.session, user, "Program", ("*",)).secret
    db.session.commit()

    def called(record, body):
        headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        with app.app_context():
            return app.test_client().patch(f"/api/v1/{record}", json=body, headers=headers)

    return called


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    "change",
    [
        {"note": "Handle with care"},
        {"reference": "PO-8"},
        {"date": "today"},
        {"partner_id": "other"},
        {"promised": "today"},
        {"lines": {"description": "A reel"}},
        {"lines": {"quantity": "500"}},
        {"lines": {"discount": "2", "promised": "today"}},
    ],
    ids=lambda change: "-".join(change) if "lines" not in change else "-".join(change["lines"]),
)
def test_a_program_changes_what_it_names_and_no_price(orders, patch, side, change):
    keys, other = orders
    cls = m.SalesOrder if side == "sales.order" else m.PurchasingOrder
    line = db.session.get(cls, keys[side]).lines[0].id
    words = {"today": today().isoformat(), "other": other[side]}

    def said(values):
        return {name: words.get(value, value) for name, value in values.items()}

    body = {"lines": [{"id": line, **said(change["lines"])}]} if "lines" in change else said(change)
    answer = patch(f"{side}/{keys[side]}", body)
    assert answer.status_code == 200, answer.text
    assert prices_of(keys) == AGREED
    # What it asked for was done.
    given = answer.json["lines"][0] if "lines" in change else answer.json
    asked = body["lines"][0] if "lines" in change else body
    for name, value in asked.items():
        assert given[name] == value or Decimal(given[name]) == Decimal(value)


@pytest.mark.parametrize("side", SIDES)
def test_a_program_that_leaves_the_price_empty_asks_for_it(orders, patch, side):
    keys, _other = orders
    cls = m.SalesOrder if side == "sales.order" else m.PurchasingOrder
    line = db.session.get(cls, keys[side]).lines[0].id
    body = {"date": today().isoformat(), "lines": [{"id": line, "unit_price": None}]}
    answer = patch(f"{side}/{keys[side]}", body)
    assert answer.status_code == 200, answer.text
    assert Decimal(answer.json["lines"][0]["unit_price"]) == Decimal("1.30")


@pytest.mark.parametrize("again", ["Qty\nPO-7,C1,P0,10\n", "Qty,Price\nPO-7,C1,P0,10,0.95\n"])
def test_an_import_of_an_order_that_is_there_leaves_its_prices(app, shop, orders, again):
    keys, _other = orders
    made = upload(
        db.session, "sales.order", "orders.csv", f"PO,Customer,Part,{again}PO-7,C1,P0,200\n".encode()
    )
    start_import(db.session, made)
    db.session.commit()
    work(app)
    assert prices_of(keys) == AGREED
    added = db.session.get(m.SalesOrder, keys["sales.order"]).lines
    assert [(line.quantity, line.unit_price) for line in added[1:]] == [(200, Decimal("1.00"))]


def test_no_job_and_no_day_changes_a_price(app, shop, orders):
    keys, _other = orders
    db.session.get(m.Partner, shop.supplier).receipt_price = "latest"
    m.SalesOrder.confirm(db.session, [keys["sales.order"]])
    m.PurchasingOrder.confirm(db.session, [keys["purchasing.order"]])
    db.session.commit()
    agreed = prices_of(keys)
    assert agreed == AGREED
    with time_machine.travel(today() + timedelta(days=8)):
        for action in db.session.scalars(select(m.ScheduledAction).order_by(m.ScheduledAction.id)).all():
            start_now(db.session, action)
        db.session.commit()
        work(app)
        assert prices_of(keys) == AGREED
        # The goods cost the price of their day, and the order says what was ordered.
        bought = db.session.get(m.PurchasingOrder, keys["purchasing.order"])
        receipt = shop.come((bought.lines[0], 10), on=today())
        assert [move.document_price for move in receipt.moves] == [Decimal(2)]
        assert prices_of(keys) == AGREED
