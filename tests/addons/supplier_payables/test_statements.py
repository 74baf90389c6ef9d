"""Every received and returned line stands on one statement, is matched, decided and billed."""

import random
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.db import db, round_money
from core.security.actor import Actor, acting
from tests.addons.supplier_payables.conftest import NOVEMBER, day

pytestmark = pytest.mark.addons("supplier_payables")

CLERK = frozenset({"supplier_payables.match", "supplier_payables.run"})


def number(office, move):
    return move.purchase_line.order.number


def test_a_run_states_each_line_once_and_late_ones_on_the_next(office):
    """ZH-13: what came and went back in the period, once; what was booked late comes next time."""
    first = office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    assert (statement.total, statement.period_start) == (100, day(1))
    assert office.run() == []
    office.got(office.parts[1], 10, 2, day(30))  # booked after October was stated
    office.got(office.parts[1], 5, 2, day(4, 11))
    (following,) = office.run(NOVEMBER)
    assert [(x.kind, x.amount) for x in office.lines(following)] == [("late", 20), ("movement", 10)]
    with pytest.raises(IntegrityError):
        db.session.execute(
            text(
                "INSERT INTO payables_line (company_id, statement_id, move_id, position, kind, date,"
                " order_number, receipt, product_id, quantity, unit_price, amount)"
                " SELECT company_id, :other, move_id, 9, kind, date, order_number, receipt, product_id,"
                " quantity, unit_price, amount FROM payables_line WHERE move_id = :move"
            ),
            {"other": following.id, "move": first.id},
        )


def test_suppliers_with_nothing_are_skipped_with_a_reason_and_missed_days_are_caught_up(office):
    idle = office.partner("V2", settlement="period")
    office.partner("V3")  # by receipt: not of this run
    office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run(NOVEMBER)  # October was never run
    assert [x.kind for x in office.lines(statement)] == ["late"]
    skips = statement.run.skips
    assert [(s.partner_id, s.reason) for s in skips] == [
        (idle, "nothing received or returned that is not billed or stated")
    ]


def test_one_supplier_is_done_again(office):
    other = office.partner("V2", settlement="period")
    office.got(office.parts[0], 100, 1, day(3))
    office.got(office.parts[0], 7, 1, day(3), partner=other)
    mine, theirs = sorted(office.run(), key=lambda x: x.partner_id)
    office.got(office.parts[0], 50, 1, day(5))
    (again,) = m.PayablesStatement.redo(db.session, [mine])
    assert db.session.get(m.PayablesStatement, again).total == 150
    assert db.session.get(m.PayablesStatement, theirs.id).total == 7


def test_a_statement_without_a_list_is_billed_as_received_and_locks_its_receipts(office):
    move = office.got(office.parts[0], 100, 1, day(3))
    back = office.give_back(move, 30, day(9))
    (statement,) = office.run()
    assert [x.amount for x in office.lines(statement)] == [100, -30]
    assert m.StockMove.locked_because(db.session, [move]) == {}
    with pytest.raises(PayablesError, match="number of the supplier's invoice"):
        m.PayablesStatement.post(db.session, [statement], day(5, 11))
    statement.reference = "R-1"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    assert (statement.state, statement.bill.net, statement.credit_note.net) == ("posted", 100, 30)
    assert m.StockMove.locked_because(db.session, [move, back]) == {
        move.id: f"on confirmed statement {statement.number}",
        back.id: f"on confirmed statement {statement.number}",
    }
    with pytest.raises(PayablesError, match="is posted"):
        m.PayablesStatement.redo(db.session, [statement])
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE payables_line SET amount = 1"))


def test_exact_ones_are_accepted_at_once_and_the_rest_one_by_one(office):
    """UX-28, UX-32, UX-34: with reasons; all exact ones by one act; undone until it is posted."""
    moves = [office.got(office.parts[n % 3], 100 + n, 1, day(3 + n)) for n in range(6)]
    (statement,) = office.run()
    rows = [(number(office, x), f"P{n % 3}", 100 + n, 1, day(3 + n)) for n, x in enumerate(moves)]
    rows[0] = (*rows[0][:3], 1.05, rows[0][4])
    rows[1] = (*rows[1][:2], 81, *rows[1][3:])
    del rows[5]
    rows.append(("PO-ELSEWHERE", "P0", 40, 1, day(2, 11)))
    office.upload(statement, *rows)
    found = {x.kind: x for x in office.matches(statement)}
    assert set(found) == {"matched", "price", "quantity", "only_ours", "only_theirs"}
    assert found["price"].reason == "PO no. + part, qty 100 = 100, price +5.0 %"
    assert found["only_theirs"].causes == "next_period"
    assert m.PayablesStatement.accept_exact(db.session, [statement]) == 3
    with acting(db.session, Actor(None, "clerk", office.company_id, CLERK)):
        with pytest.raises(PayablesError, match="above the supplier's tolerance"):
            m.PayablesMatch.accept(db.session, [found["price"]])
        m.PayablesMatch.accept(db.session, [found[k] for k in ("quantity", "only_ours", "only_theirs")])
    with pytest.raises(PayablesError, match="Say why"):
        m.PayablesMatch.dispute(db.session, [found["price"]], " ")
    m.PayablesMatch.dispute(db.session, [found["price"]], "agreed 1.00")
    m.PayablesMatch.undo(db.session, [found["price"]])
    statement.reference = "R-2"
    with pytest.raises(PayablesError, match="1 match of .* is undecided"):
        m.PayablesStatement.post(db.session, [statement])
    m.PayablesMatch.dispute(db.session, [found["price"]], "agreed 1.00")
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    assert statement.bill.net == 81 + 102 + 103 + 104
    (following,) = office.run(NOVEMBER)
    assert [(x.kind, x.quantity) for x in office.lines(following)] == [
        ("carried", 100),
        ("carried", 20),
        ("carried", 105),
    ]


def test_an_accepted_price_goes_to_price_differences_and_freight_is_billed(office):
    move = office.got(office.parts[0], 100, 1, day(3))
    (statement,) = office.run()
    office.upload(statement, (number(office, move), "P0", 100, 1.1, day(3)), ("", "FREIGHT", 1, 12.5, day(3)))
    price, freight = sorted(office.matches(statement), key=lambda x: x.kind != "price")
    m.PayablesMatch.accept(db.session, [freight])
    office.approved([price])
    statement.reference = "R-3"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    assert statement.bill.net == Decimal("122.50")
    db.session.refresh(move)
    assert move.billed == 100


def test_lines_are_put_together_and_taken_apart(office):
    """UX-30, UX-31: one line for two receipts, taken apart and put together again."""
    office.got(office.parts[0], 60, 1, day(3))
    office.got(office.parts[0], 40, 1, day(20))
    (statement,) = office.run()
    office.upload(statement, ("", "P0", 100, 1, day(21)))
    (found,) = office.matches(statement)
    assert (found.kind, found.agreements) == ("matched", "part sum")
    assert len(m.PayablesMatch.split(db.session, [found])) == 3
    assert [x.kind for x in office.matches(statement)] == ["only_ours", "only_ours", "only_theirs"]
    joined = m.PayablesMatch.join(db.session, office.matches(statement))
    assert db.session.get(m.PayablesMatch, joined).kind == "matched"
    m.PayablesMatch.accept(db.session, [joined])
    statement.reference = "R-4"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    assert statement.bill.net == 100


@pytest.mark.parametrize("seed", range(3))
def test_lines_matches_and_totals_say_the_same_to_the_cent(office, seed):
    """Each line is rounded and nothing after it, on both sides, however matches are put together."""
    chance = random.Random(seed)
    prices = [Decimal(chance.randint(1, 999_999)) / 1_000_000 for _ in range(12)]
    quantities = [chance.randint(1, 999) for _ in prices]
    moves = [
        office.got(office.parts[n % 3], quantity, price, day(1 + n))
        for n, (quantity, price) in enumerate(zip(quantities, prices, strict=True))
    ]
    (statement,) = office.run()
    rows = [
        (number(office, move), f"P{n % 3}", quantities[n], float(prices[n]), day(1 + n))
        for n, move in enumerate(moves)
    ]
    office.upload(statement, *rows[:-1], ("", "FREIGHT", 1, 12.5, day(3)))

    def agree():
        db.session.expire_all()
        matches = office.matches(statement)
        assert statement.total == sum(line.amount for line in office.lines(statement))
        assert statement.total == sum(one.our_amount or 0 for one in matches)
        assert statement.their_total == sum(one.their_amount or 0 for one in matches)
        return matches

    stated = [
        round_money(Decimal(str(price * quantity)), "USD")
        for price, quantity in zip(prices, quantities, strict=True)
    ]
    assert statement.their_total == sum(stated[:-1]) + Decimal("12.50")
    first, second = [one for one in agree() if one.kind == "matched"][:2]
    m.PayablesMatch.split(db.session, [m.PayablesMatch.join(db.session, [first, second])])
    agree()


def test_the_list_of_another_supplier_agrees_with_nothing(office):
    """The same parts, quantities and prices under orders and delivery notes that are not ours."""
    ours = [office.got(office.parts[n], 100, 1, day(3 + n), f"A-{n}") for n in range(3)]
    other = office.partner("V2", settlement="period")
    theirs = [office.got(office.parts[n], 100, 1, day(3 + n), f"B-{n}", partner=other) for n in range(3)]
    (statement,) = office.run(partners=[office.vendor])
    office.upload(
        statement, *((number(office, move), f"P{n}", 100, 1, day(3 + n)) for n, move in enumerate(theirs))
    )
    assert m.PayablesStatement.accept_exact(db.session, [statement]) == 0
    office.upload(
        statement, *((number(office, move), f"P{n}", 100, 1, day(3 + n)) for n, move in enumerate(ours))
    )
    assert m.PayablesStatement.accept_exact(db.session, [statement]) == 3


def test_columns_that_are_swapped_agree_with_nothing(office):
    """Quantities below the heading of prices come to the same amount, and are looked at."""
    move = office.got(office.parts[0], 150, 2, day(3))
    (statement,) = office.run()
    office.upload(statement, (number(office, move), "P0", 2, 150, day(3)))
    assert statement.their_total == statement.total
    assert m.PayablesStatement.accept_exact(db.session, [statement]) == 0
    (match,) = office.matches(statement)
    assert match.kind == "matched" and match.causes == "pack" and not match.exact
