"""The page of what goes back to a supplier: quantities beside each receipt, never more than came."""

from decimal import Decimal

import pytest

from core import m
from core.db import db
from tests.logins import Administrator


@pytest.fixture
def send(app, company):
    """Get a page, or post quantities to it."""
    return Administrator(app, company)


def test_so_much_of_a_receipt_goes_back_and_no_more(desk, send):
    order = desk.order((desk.parts[0], 100, 1))
    (line,) = order.lines
    receipt = desk.come((line, 40))
    db.session.commit()
    url = f"/purchasing/return/{order.id}"
    (move,) = desk.moves(receipt.id)
    assert receipt.number in send(url).text
    refused = send(url, **{f"quantity-{move.id}": "41"})
    assert refused.status_code == 422 and "40 can go back, not 41" in refused.text
    done = send(url, **{f"quantity-{move.id}": "15"})
    assert done.status_code == 303
    transfer = db.session.get(m.StockTransfer, int(done.location.rsplit("/", 1)[1]))
    (back,) = desk.moves(transfer.id)
    assert (transfer.kind, back.returns_id, back.quantity, back.state) == (
        "return",
        move.id,
        Decimal(15),
        "reserved",
    )


def test_a_request_has_nothing_to_return(desk, send):
    request = desk.ask((desk.parts[0], 1, 5))
    db.session.commit()
    assert send(f"/purchasing/return/{request.id}").status_code == 404
