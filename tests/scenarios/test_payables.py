"""October with a supplier that is settled by the month: a story that an accountant can read.

Fenghua delivers capacitors, resistors and a controller on four orders in October, and more in November. Its
list for October comes as a workbook of its own making: one price is too high, one delivery is short, one is
missing, and one line is of November.
"""

from datetime import date
from decimal import Decimal

import pytest

from core import m
from core.db import db
from tests.addons.supplier_payables.conftest import NOVEMBER, Office, workbook

pytestmark = pytest.mark.addons("supplier_payables")


def test_a_month_is_stated_matched_disputed_and_billed(company):
    office = Office(company)
    capacitor, resistor, controller = office.parts
    moves = [
        office.got(capacitor, 20_000, "0.010", date(2025, 10, 3), "FH-701"),
        office.got(resistor, 50_000, "0.002", date(2025, 10, 9), "FH-702"),
        office.got(controller, 500, "1.50", date(2025, 10, 16), "FH-703"),
        office.got(capacitor, 10_000, "0.010", date(2025, 10, 28), "FH-704"),
    ]
    office.got(resistor, 50_000, "0.002", date(2025, 11, 4), "FH-705")
    orders = [move.purchase_line.order.number for move in moves]

    # 5 November: the run states October, 1,150.00, and nothing of November.
    (statement,) = office.run()
    assert statement.total == Decimal("1150.00")

    # Fenghua's list: the controller at 1.62, 40,000 resistors, no second delivery of capacitors, and a line
    # of November.
    rows = [
        ("丰华电子 对账单",),
        ("日期", "订单号", "送货单号", "料号", "数量", "单价"),
        ("2025-10-03", orders[0].replace("/", "-"), "FH-701", "p0", 20_000, 0.01),
        ("2025-10-09", orders[1], "FH-702", "P1", 40_000, 0.002),
        ("2025-10-16", orders[2], "FH-703", "P2", 500, 1.62),
        ("2025-11-04", "PO/2025/99999", "FH-705", "P1", 50_000, 0.002),
        ("合计", "", "", "", 110_500, ""),
    ]
    read = m.PayablesStatement.upload(db.session, statement, "十月.xlsx", workbook(rows))
    assert (len(read.lines), len(read.totals), read.unread) == (4, 1, [])
    found = {match.kind: match for match in office.matches(statement)}
    assert {kind: match.causes for kind, match in found.items()} == {
        "matched": "",
        "quantity": "",
        "price": "",
        "only_ours": "",
        "only_theirs": "next_period",
    }
    assert found["price"].price_change == 8

    # What is exact is accepted at once. The controller was agreed at 1.50: it is disputed.
    assert m.PayablesStatement.accept_exact(db.session, [statement]) == 1
    m.PayablesMatch.dispute(db.session, [found["price"]], "1.50 was agreed")
    m.PayablesMatch.accept(db.session, [found[kind] for kind in ("quantity", "only_ours", "only_theirs")])

    # The bill: 20,000 capacitors and 40,000 resistors, 200.00 + 80.00.
    statement.reference = "FH-2025-10"
    m.PayablesStatement.post(db.session, [statement], date(2025, 11, 6))
    assert (statement.bill.state, statement.bill.net) == ("posted", Decimal("280.00"))
    assert office.account("goods_received") == Decimal("-970.00")
    assert set(m.StockMove.locked_because(db.session, moves)) == {moves[0].id}

    # December's run: the rest of the resistors, the controller and the second capacitors come again.
    (following,) = office.run(NOVEMBER)
    assert [(line.kind, line.amount) for line in office.lines(following)] == [
        ("carried", Decimal("20.00")),
        ("carried", Decimal("750.00")),
        ("carried", Decimal("100.00")),
        ("movement", Decimal("100.00")),
    ]
    assert office.differences() == []
