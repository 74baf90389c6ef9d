"""Tolerances of a supplier, a second person above them, and disputes that somebody sees to."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from addons.supplier_payables.services.bench import bench
from addons.supplier_payables.services.errors import PayablesError
from addons.supplier_payables.services.posting import shares
from core import m
from core.db import db
from core.documents import render_html
from core.letters import shown_papers
from core.security.actor import Actor
from tests.addons.supplier_payables.conftest import NOVEMBER, day

pytestmark = pytest.mark.addons("supplier_payables")
ROOT = Actor(None, "root", None, is_superuser=True)
MATCH, APPROVE = "supplier_payables.match", "supplier_payables.approve"


def agree(office, **values):
    """What was agreed with the supplier."""
    partner = db.session.get_one(m.Partner, office.vendor)
    for name, value in values.items():
        setattr(partner, name, Decimal(value))
    db.session.flush()


def stated(office, *lines):
    """A statement of receipts of 100 at 1.00, of which the supplier states these quantities and prices."""
    moves = [office.got(office.parts[n], 100, 1, day(3 + n)) for n in range(len(lines))]
    (statement,) = office.run()
    rows = [
        (move.purchase_line.order.number, f"P{n}", quantity, price, day(3 + n))
        for n, (move, (quantity, price)) in enumerate(zip(moves, lines, strict=True))
    ]
    office.upload(statement, *rows)
    return statement, office.matches(statement)


@pytest.mark.parametrize(
    ("line", "agreed", "kind", "beyond"),
    [
        ((100, "1.02"), {}, "price", True),
        ((100, "1.02"), {"price_tolerance": 2}, "matched", False),
        ((100, "1.0201"), {"price_tolerance": 2}, "price", True),
        ((100, "0.50"), {}, "price", False),
        ((101, "1"), {}, "quantity", True),
        ((101, "1"), {"quantity_tolerance": 1}, "matched", False),
        ((102, "1"), {"quantity_tolerance": 1}, "quantity", True),
        ((80, "1"), {}, "quantity", False),
        ((80, "1.5"), {}, "quantity", True),
        ((100, "1.0004"), {}, "matched", False),
        ((100, "1.0006"), {}, "price", True),
        ((100, "1.0006"), {"rounding_tolerance": "0.06"}, "matched", False),
        ((100, "1.0001"), {"rounding_tolerance": 0}, "price", True),
    ],
)
def test_ux_32_tolerances_for_price_quantity_and_rounding(office, line, agreed, kind, beyond):
    agree(office, **agreed)
    _statement, (match,) = stated(office, line)
    assert (match.kind, match.beyond, match.exact) == (kind, beyond, False)


def test_ux_32_beyond_the_tolerance_one_asks_and_another_accepts(office):
    statement, (match,) = stated(office, (100, "1.10"))
    with office.person("clara", MATCH, APPROVE):
        with pytest.raises(PayablesError, match=r"above the supplier's tolerance. Ask a second person"):
            m.PayablesMatch.accept(db.session, [match])
        m.PayablesMatch.ask(db.session, [match])
        assert bench(db.session, statement.id, 1, show="waiting").rows[0].match.asked_by == "Clara"
        with pytest.raises(PayablesError, match="You have asked for it: somebody else"):
            m.PayablesMatch.accept(db.session, [match])
    with (
        office.person("carl", MATCH),
        pytest.raises(PayablesError, match="waits for someone who may approve"),
    ):
        m.PayablesMatch.accept(db.session, [match])
    with office.person("boris", MATCH, APPROVE) as boris:
        m.PayablesMatch.accept(db.session, [match])
    db.session.refresh(match)
    assert (match.state, match.decided_by_id) == ("accepted", boris)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE payables_match SET asked_by_id = decided_by_id"))
    m.PayablesMatch.undo(db.session, [match])
    db.session.refresh(match)
    assert (match.state, match.asked_by_id) == ("open", None)


def test_what_is_within_the_tolerance_is_asked_of_nobody(office):
    _statement, (match,) = stated(office, (80, "1"))
    with (
        office.person("clara", MATCH),
        pytest.raises(PayablesError, match="within the tolerances: accept it"),
    ):
        m.PayablesMatch.ask(db.session, [match])
    with pytest.raises(PayablesError, match="Log in to ask"):
        m.PayablesMatch.ask(db.session, stated_again(office))


def stated_again(office):
    office.got(office.parts[2], 10, 1, day(9))
    (statement,) = office.run(NOVEMBER)
    office.upload(statement, ("", "P2", 10, 2, day(9)))
    return office.matches(statement)


def test_more_than_was_received_within_the_tolerance_is_billed_as_stated(office):
    agree(office, quantity_tolerance=1)
    statement, (match,) = stated(office, (101, "1"))
    m.PayablesMatch.accept(db.session, [match])
    statement.reference = "R-1"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    assert statement.bill.net == 101


@given(
    st.lists(st.integers(-500, 500).filter(bool).map(Decimal), min_size=1, max_size=6),
    st.integers(-2000, 2000).map(Decimal),
)
def test_shares_sum_to_what_is_stated_and_none_exceeds_its_line(quantities, stated):
    taken, surplus = shares(quantities, stated)
    assert sum(taken) + surplus == stated
    for line, part in zip(quantities, taken, strict=True):
        assert part * line >= 0 and abs(part) <= abs(line)
    if sum(quantities) == stated and stated:
        assert taken == quantities and not surplus


def test_a_dispute_has_an_owner_goes_on_the_next_statement_and_is_settled_by_its_bill(office):
    statement, matches = stated(office, (100, "1.10"), (100, "1"))
    price = next(x for x in matches if x.kind == "price")
    with office.person("dora", MATCH) as dora:
        pass
    with office.person("clara", MATCH) as clara:
        m.PayablesMatch.dispute(db.session, [price], "agreed 1.00", dora)
        assert bench(db.session, statement.id, 1, show="mine").rows == []
    with office.person("dora", MATCH):
        assert [x.match.id for x in bench(db.session, statement.id, 1, show="mine").rows] == [price.id]
    m.PayablesStatement.accept_exact(db.session, [statement])
    statement.reference = "R-1"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    # It lives on after posting: its owner and its end may change, nothing else.
    m.PayablesMatch.hand_over(db.session, [price], clara)
    for change in ("note = 'x'", "state = 'open'", "their_amount = 1", "decided_by_id = NULL"):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(text(f"UPDATE payables_match SET {change} WHERE id = :id"), {"id": price.id})
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("DELETE FROM payables_match"))
    (following,) = office.run(NOVEMBER)
    order = office.lines(following)[0].order_number
    office.upload(following, (order, "P0", 100, 1, day(3)))
    (row,) = bench(db.session, following.id, 1).rows
    assert (row.ours[0].disputed_on, row.ours[0].disputed_note) == (statement.number, "agreed 1.00")
    m.PayablesMatch.accept(db.session, office.matches(following))
    following.reference = "R-2"
    m.PayablesStatement.post(db.session, [following], day(5, 12))
    db.session.refresh(price)
    assert (price.owner_id, price.outcome) == (clara, f"billed with {following.number}")
    with pytest.raises(PayablesError, match="settled already"):
        m.PayablesMatch.settle(db.session, [price], "again")


def test_a_dispute_about_what_is_only_theirs_is_settled_in_words(office):
    statement, matches = stated(office, (100, "1"))
    office.upload(statement, ("PO-X", "P9", 5, 7, day(3)))
    ours, theirs = sorted(office.matches(statement), key=lambda x: x.kind)
    with pytest.raises(PayablesError, match="not disputed"):
        m.PayablesMatch.settle(db.session, [theirs], "a credit note came")
    m.PayablesMatch.dispute(db.session, [theirs], "never came")
    with pytest.raises(PayablesError, match="Say how it was settled"):
        m.PayablesMatch.settle(db.session, [theirs], " ")
    m.PayablesMatch.settle(db.session, [theirs], "a credit note came")
    open_ = select(m.PayablesMatch.id).where(
        m.PayablesMatch.state == "disputed", m.PayablesMatch.outcome == ""
    )
    assert db.session.scalars(open_).all() == []
    m.PayablesMatch.undo(db.session, [theirs])
    db.session.refresh(theirs)
    assert (theirs.state, theirs.outcome) == ("open", "")
    assert ours.kind == "only_ours"


def test_what_was_decided_before_is_proposed_and_done_by_one_key(office):
    """Dearer was disputed and less accepted: both are proposed in November, and what is cheaper is not."""
    statement, (dearer, less) = stated(office, (100, 1.1), (80, 1))
    assert not any(row.before for row in bench(db.session, statement.id, 1).rows)
    with pytest.raises(PayablesError, match="Nothing was decided before"):
        m.PayablesMatch.repeat(db.session, [dearer])
    m.PayablesMatch.dispute(db.session, [dearer], "1.00 was agreed")
    m.PayablesMatch.accept(db.session, [less])
    moves = [office.got(office.parts[n], 100, 1, day(3 + n, 11)) for n in range(3)]
    (following,) = office.run(NOVEMBER)
    rows = [
        (move.purchase_line.order.number, f"P{n}", quantity, price, day(3 + n, 11))
        for n, (move, quantity, price) in enumerate(zip(moves, (100, 70, 100), (1.25, 1, 0.9), strict=True))
    ]
    office.upload(following, *rows)
    found = {(row.match.kind, row.match.price_change): row for row in bench(db.session, following.id, 1).rows}
    before = {key: row.before and (row.before.state, row.before.note) for key, row in found.items()}
    assert before == {
        ("price", 25): ("disputed", "1.00 was agreed"),
        ("quantity", 0): ("accepted", ""),
        ("price", -10): None,
    }
    # Nothing was done by itself; one key does both.
    assert {row.match.state for row in found.values()} == {"open"}
    m.PayablesMatch.repeat(db.session, [found["price", 25].match.id, found["quantity", 0].match.id])
    db.session.expire_all()
    states = {(one.kind, one.price_change): (one.state, one.note) for one in office.matches(following)}
    assert states == {
        ("price", 25): ("disputed", "1.00 was agreed"),
        ("quantity", 0): ("accepted", ""),
        ("price", -10): ("open", ""),
    }


def test_disputed_lines_of_a_posted_statement_are_a_claim_on_paper(office):
    statement, (dearer, less) = stated(office, (100, 1.1), (80, 1))
    m.PayablesMatch.dispute(db.session, [dearer], "1.00 was agreed")
    m.PayablesMatch.accept(db.session, [less])
    assert "payables.claim" not in {paper.name for paper in shown_papers(statement, ROOT)}
    statement.reference = "R-1"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    assert "payables.claim" in {paper.name for paper in shown_papers(statement, ROOT)}
    html = render_html("payables.claim", statement, locale="en")
    for said in ("Price differs: 1.00 was agreed", "100.00", "110.00", "P0", statement.number):
        assert said in html, said
    assert "P1" not in html
