"""A supplier's other price becomes a repricing in one act, and drafts follow repricing by themselves."""

from decimal import Decimal

import pytest

from addons.pricing.services.errors import PricingError
from addons.pricing.services.lists import ListDraft, PriceDraft
from addons.pricing.services.screening import Agreed
from addons.supplier_payables.services.errors import PayablesError
from core import m
from core.db import db
from core.security.acts import NotAllowedError
from tests.addons.supplier_payables.conftest import Office, day

pytestmark = pytest.mark.addons("supplier_payables", "pricing", "payables_repricing")
MATCH, APPROVE = "supplier_payables.match", "supplier_payables.approve"
REPRICE = ("pricing.reprice", "pricing.read_runs", "stock.revalue")


@pytest.fixture
def office(app, company):
    return Office(company)


@pytest.fixture
def stated(office):
    """100 of two parts at 1.50, of which the supplier states one at 1.62 and one as it was received."""
    moves = [office.got(office.parts[n], 100, "1.50", day(3 + n)) for n in range(2)]
    (statement,) = office.run()
    numbers = [move.purchase_line.order.number for move in moves]
    office.upload(statement, (numbers[0], "P0", 100, 1.62, day(3)), (numbers[1], "P1", 100, 1.5, day(4)))
    return moves, statement


def price_of(office, statement):
    return next(x for x in office.matches(statement) if x.kind == "price")


def reprice(office, match):
    with office.person("clara", MATCH):
        m.PayablesMatch.ask(db.session, [match])
    with office.person("boris", MATCH, APPROVE, *REPRICE):
        return m.PayablesMatch.reprice(db.session, [match])


def test_a_price_difference_becomes_a_repricing_in_one_act(office, stated):
    (move, _other), statement = stated
    match = price_of(office, statement)
    run = db.session.get_one(m.PricingRun, reprice(office, match))
    assert (run.state, run.reason) == ("applied", f"as stated with {statement.number}")
    db.session.expire_all()
    assert (match.state, match.kind, match.our_amount, match.exact) == ("accepted", "matched", 162, True)
    assert statement.total == statement.their_total == 312
    assert m.StockMove.agreed_prices(db.session, [move.id]) == {move.id: Decimal("1.62")}
    m.PayablesStatement.accept_exact(db.session, [statement])
    statement.reference = "R-1"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    # Nothing is left in price differences, and the stock is worth what was paid.
    assert statement.bill.net == 312
    assert office.account("goods_received") == 0 and office.account("price_difference") == 0
    assert office.account("inventory") == 312 and office.differences() == []


def test_beyond_the_tolerance_of_payables_it_takes_two_and_the_right_to_reprice(office, stated):
    _moves, statement = stated
    match = price_of(office, statement)
    with office.person("boris", MATCH, APPROVE, *REPRICE), pytest.raises(PayablesError, match="Ask a second"):
        m.PayablesMatch.reprice(db.session, [match])
    with office.person("clara", MATCH):
        m.PayablesMatch.ask(db.session, [match])
    with office.person("bob", MATCH, APPROVE), pytest.raises(NotAllowedError):
        m.PayablesMatch.reprice(db.session, [match])
    exact = next(x for x in office.matches(statement) if x.exact)
    with (
        office.person("boris", MATCH, *REPRICE),
        pytest.raises(PayablesError, match="Only a price that differs"),
    ):
        m.PayablesMatch.reprice(db.session, [exact])


def test_beyond_the_tolerance_of_repricing_the_run_waits_and_the_match_with_it(office, stated):
    _moves, statement = stated
    db.session.get_one(m.Company, office.company_id).reprice_tolerance = Decimal(5)
    match = price_of(office, statement)
    run = db.session.get_one(m.PricingRun, reprice(office, match))
    assert (run.state, match.state, statement.total) == ("open", "open", 300)
    # Pressed again, it says which run waits, and begins no other.
    with (
        office.person("boris", MATCH, APPROVE, *REPRICE),
        pytest.raises(PayablesError, match=f"{run.number} does that already"),
    ):
        m.PayablesMatch.reprice(db.session, [match])
    with office.person("greta", "pricing.approve", *REPRICE):
        m.PricingRun.approve(db.session, [run])
        m.PricingRun.apply(db.session, [run])
    db.session.expire_all()
    assert (statement.total, match.kind, match.exact, match.state) == (312, "matched", True, "open")


def test_a_draft_follows_a_run_and_its_undoing_and_decisions_about_other_figures_are_open_again(
    office, stated
):
    (first, second), statement = stated
    m.PayablesStatement.accept_exact(db.session, [statement])
    price = price_of(office, statement)
    m.PayablesMatch.dispute(db.session, [price], "1.50 was agreed")
    agreed = [Agreed(x.id, Decimal("1.62"), "list", "stock.move", x.id) for x in (first, second)]
    run = m.PricingRun.begin_with(db.session, office.company_id, agreed, "new list")
    m.PricingRun.apply(db.session, [run])
    db.session.expire_all()
    assert statement.total == 324
    found = {x.our_amount and x.kind: (x.state, x.exact, x.note) for x in office.matches(statement)}
    # What was disputed agrees now; what was accepted does not any more.
    assert found == {"matched": ("open", True, ""), "price": ("open", False, "")}
    m.PricingRun.undo(db.session, [run])
    db.session.expire_all()
    assert statement.total == 300
    kinds = sorted((x.kind, x.exact) for x in office.matches(statement))
    assert kinds == [("matched", True), ("price", False)]
    assert [x.amount for x in office.lines(statement)] == [150, 150]


def test_what_is_posted_follows_no_more(office, stated):
    (move, _other), statement = stated
    m.PayablesStatement.accept_exact(db.session, [statement])
    office.approved([price_of(office, statement)])
    statement.reference = "R-1"
    m.PayablesStatement.post(db.session, [statement], day(5, 11))
    agreed = [Agreed(move.id, Decimal("1.62"), "list", "stock.move", move.id)]
    with pytest.raises(PricingError, match=f"on confirmed statement {statement.number}"):
        m.PricingRun.begin_with(db.session, office.company_id, agreed, "late")


@pytest.mark.parametrize(("price", "said"), [("2.25", ""), ("1.695", "looks like the price with tax")])
def test_a_price_that_rose_by_half_is_repriced_and_one_with_tax_says_what_to_do(office, price, said):
    move = office.got(office.parts[0], 100, "1.50", day(3))
    (statement,) = office.run()
    office.upload(statement, (move.purchase_line.order.number, "P0", 100, float(price), day(3)))
    (match,) = office.matches(statement)
    if said:
        with pytest.raises(PayablesError, match=said):
            reprice(office, match)
        return
    with office.person("clara", MATCH, APPROVE, *REPRICE):
        with pytest.raises(PayablesError, match="50 % higher.* Ask a second person"):
            m.PayablesMatch.reprice(db.session, [match])
        m.PayablesMatch.ask(db.session, [match])
        with pytest.raises(PayablesError, match="You have asked for it"):
            m.PayablesMatch.reprice(db.session, [match])
    with office.person("boris", MATCH, APPROVE, *REPRICE):
        run = db.session.get_one(m.PricingRun, m.PayablesMatch.reprice(db.session, [match]))
    db.session.expire_all()
    assert (run.state, match.state, statement.total) == ("applied", "accepted", 225)


def test_a_statement_takes_the_latest_price_where_the_supplier_is_set_so(office):
    """ZH-09: what came at 1.50 is stated at 1.62, the latest price; of others it stays as received."""
    other = office.partner("V2", settlement="period")
    db.session.get_one(m.Partner, office.vendor).receipt_price = "latest"
    move = office.got(office.parts[0], 100, "1.50", day(3))
    office.got(office.parts[1], 100, "1.50", day(3), partner=other)
    for partner in (office.vendor, other):
        prices = [PriceDraft(part, Decimal("1.62")) for part in office.parts[:2]]
        draft = ListDraft(office.company_id, "purchase", "USD", f"Q4 {partner}", prices, partner)
        m.PricingPriceList.create(db.session, [draft])
    first, second = office.run()
    db.session.expire_all()
    assert (first.total, second.total) == (162, 150)
    assert m.StockMove.agreed_prices(db.session, [move.id]) == {move.id: Decimal("1.62")}
    assert office.account("inventory") == 312 and office.differences() == []
