"""The page of what comes back: quantities beside each delivery, never more than went and is not back."""

from decimal import Decimal

import pytest

from core import m
from core.db import db
from tests.logins import Administrator

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")


@pytest.fixture
def delivered(desk):
    """Two lots of one line, both gone."""
    part = desk.parts[0]
    desk.receive(part, 6, 1, "L1", "2501")
    desk.receive(part, 4, 1, "L2", "2510")
    order = desk.order((part, 10, 5))
    m.SalesOrder.deliver(db.session, [order])
    db.session.commit()
    return order


@pytest.fixture
def send(app, company):
    """Get a page, or post quantities to it."""
    return Administrator(app, company)


def test_a_return_takes_so_much_of_each_lot(desk, delivered, send):
    url = f"/sales/return/{delivered.id}"
    first, second = desk.delivered_moves(delivered)
    page = send(url)
    assert ("L1" in page.text, "2510" in page.text) == (True, True)
    done = send(url, **{f"quantity-{second}": "3", f"quantity-{first}": ""})
    assert done.status_code == 303
    transfer = db.session.get(m.StockTransfer, int(done.location.rsplit("/", 1)[1]))
    moves = [(move.returns_id, move.quantity) for move in desk.moves(transfer.id)]
    assert (transfer.kind, transfer.state, moves) == ("return", "draft", [(second, Decimal(3))])


@pytest.mark.parametrize(
    ("quantity", "why"),
    [
        ("5", "4 can come back, not 5"),
        ("-1", "above zero"),
        ("0", "at least one line"),
        ("x", "“x” is not a number"),
    ],
)
def test_no_more_comes_back_than_went_and_is_not_on_its_way(desk, delivered, send, quantity, why):
    _first, second = desk.delivered_moves(delivered)
    refused = send(f"/sales/return/{delivered.id}", **{f"quantity-{second}": quantity})
    assert (refused.status_code, why in refused.text) == (422, True)
    assert db.session.query(m.StockTransfer).filter_by(kind="return").count() == 0


def test_what_is_on_its_way_back_is_not_offered_again(desk, delivered, send):
    url = f"/sales/return/{delivered.id}"
    first, second = desk.delivered_moves(delivered)
    send(url, **{f"quantity-{second}": "4"})
    assert f"quantity-{second}" not in send(url).text
    assert send(url, **{f"quantity-{second}": "1", f"quantity-{first}": "1"}).status_code == 303


def test_a_quotation_has_nothing_to_return(desk, send):
    order = desk.quote((desk.parts[0], 1, 5))
    db.session.commit()
    assert send(f"/sales/return/{order.id}").status_code == 404
