"""Other addons extend the acts of payables, payments and repricing, and are called once for each set.

The stories are told again with the addon `tests/specimens/payables_notary`, which notes each call.
"""

import re

import pytest
from sqlalchemy import select

from core import m
from core.db import db
from core.security.users import ensure_administrator
from tests.addons.supplier_payables.conftest import Office, day, workbook
from tests.logins import log_in
from tests.scenarios.test_a_month_is_paid import test_a_month_from_receipts_to_the_bank as a_month
from tests.scenarios.test_price_moves_after_the_order import (
    test_ordered_listed_received_sold_repriced_undone_repriced_billed as a_price_moves,
)

pytestmark = pytest.mark.addons("payables_notary")


def noted():
    """What was called, in its order, with how many records."""
    rows = db.session.execute(select(m.NotaryCall.verb, m.NotaryCall.records).order_by(m.NotaryCall.id))
    return [tuple(row) for row in rows]


def test_the_acts_of_a_month(company):
    a_month(company)
    verbs = [verb for verb, _records in noted()]
    assert {
        "payables.run.start",
        "payables.statement.upload",
        "payables.statement.redo",
        "payables.match.accept",
        "payables.match.dispute",
        "payables.statement.post",
        "payables.statement.follow_prices",
        "payment.bank_account.confirm",
        "payment.run.create",
        "payment.run.propose",
        "payment.run.approve",
        "payment.run.pay",
    } <= set(verbs)


def test_the_acts_of_a_repricing(company):
    a_price_moves(company)
    verbs = [verb for verb, _records in noted() if verb.startswith("pricing.")]
    once = ["pricing.run.create", "pricing.run.screen", "pricing.run_line.accept", "pricing.run.apply"]
    assert [verb for verb in verbs if verb != "pricing.claim.open_for"] == [
        "pricing.price_list.create",
        *once,
        "pricing.run.undo",
        "pricing.claim.withdraw_of",
        *once,
    ]


def test_the_workbench_calls_once_for_all_that_is_ticked(app, company):
    office = Office(company)
    moves = [office.got(office.parts[n], 100, 1, day(3 + n)) for n in range(3)]
    numbers = [move.purchase_line.order.number for move in moves]
    (statement,) = office.run()
    head = ("PO no.", "Part no.", "Qty", "Price")
    rows = [(number, f"P{n}", 100, 1.5) for n, number in enumerate(numbers)]
    m.PayablesStatement.upload(db.session, statement, "list.xlsx", workbook([head, *rows]))
    ids = [match.id for match in office.matches(statement)]
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())
    here = f"/supplier_payables/statements/{statement.id}"
    with app.app_context():
        for act, note in (("dispute", "1.00 was agreed"), ("undo", "")):
            token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(here).text)[1]
            asked = {"csrf_token": token, "act": act, "match": ids, "note": note}
            assert client.post(here, data=asked).status_code == 303
    wanted = [f"payables.match.{act}" for act in ("dispute", "undo")]
    assert [call for call in noted() if call[0] in wanted] == [(verb, 3) for verb in wanted]
