"""The review of a run: what it shows, in which groups, what is decided there, and what it would do."""

import random
import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from addons.accounting.periods import period_with
from addons.pricing.services import reviewing
from addons.pricing.services.consequences import consequences
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.sales.services.progress import margin_of
from core import m
from core.db import db
from core.security.users import ensure_administrator, ensure_user
from tests.addons.pricing.conftest import DAY
from tests.conftest import queries_of
from tests.logins import log_in

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


def sold(shop, part, quantity, price):
    """A customer's order, delivered and invoiced."""
    customer = shop.partner("C1", is_customer=True, is_supplier=False)
    lines = [OrderLineDraft(part, Decimal(quantity), Decimal(price))]
    orders = m.SalesOrder.create(db.session, [OrderDraft(shop.company_id, customer, lines, date=DAY)])
    m.SalesOrder.confirm(db.session, orders)
    m.SalesOrder.deliver(db.session, orders, DAY)
    m.SalesOrder.invoice(db.session, orders, DAY)
    return int(orders[0])


@pytest.fixture
def differing(shop):
    """Three parts received at 1.00, of which lists say 1.08, 1.50 and 0.99."""
    maker = m.Maker(name="Murata")
    db.session.add(maker)
    db.session.flush()
    parts = shop.parts[:3]
    db.session.get(m.Product, parts[1]).maker_id = maker.id
    for part, quantity in zip(parts, (100, 10, 100), strict=True):
        m.PurchasingOrder.receive(db.session, [shop.order((part, quantity, 1))], DAY)
    shop.price_list("Q2", (parts[0], "1.08"), (parts[1], "1.50"), (parts[2], "0.99"), valid_from=DAY)
    run = shop.run(tolerance=Decimal(10))
    db.session.commit()
    return run


def codes(run, **asked):
    """The codes of the parts as they are shown."""
    return [row.code for row in reviewing.review(db.session, run, 1, **asked).rows]


def test_the_worst_stands_first_and_groups_by_what_they_come_to(shop, differing):
    names = [db.session.get(m.Product, part).code for part in shop.parts[:3]]
    # 8.00, 5.00 and 1.00.
    assert codes(differing) == names
    assert codes(differing, by="part") == codes(differing, by="supplier") == names
    rows = reviewing.review(db.session, differing, 1, by="maker").rows
    # Those without a maker come to 9.00 together, in whichever direction.
    assert [(r.heading, r.together, r.group_value) for r in rows] == [
        (None, 2, 7),
        (None, 2, 7),
        ("Murata", 1, 5),
    ]
    m.PricingRunLine.accept(db.session, [differing.lines[1].id])
    assert codes(differing, show="accepted") == [names[1]]
    assert codes(differing, show="undecided") == [names[0], names[2]]
    counts = reviewing.counts_of(db.session, differing)
    assert (counts.all, counts.undecided, counts.accepted, counts.refused) == (3, 2, 1, 0)
    assert (counts.to_bill, counts.claims, counts.to_decide) == (5, 0, 7)
    assert len(reviewing.free_lines(db.session, differing, within=True)) == 2


@pytest.fixture
def visitor(app, shop, company):
    """A browser of an administrator, and how it posts to a page with the token of another."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    db.session.commit()
    client = app.test_client()
    log_in(app, client, db.session.scalars(select(m.User.fs_uniquifier)).first())

    def send(page, address="", **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[1]
        return client.post(address or page, data={"csrf_token": token, **values})

    return client, send


def test_a_run_is_decided_and_applied_on_its_page(app, visitor, differing):
    client, send = visitor
    here = f"/pricing/runs/{differing.id}/review"
    first, second, third = [line.id for line in differing.lines]
    with app.app_context():
        assert 'data-key="p"' not in client.get(here).text
        assert send(here, act="accept").status_code == 422
        answer = send(here, act="accept", line=first, at=second, by="part")
        assert answer.location == f"{here}?at={second}&by=part"
        assert send(here, act="leave", line=first).status_code == 303
        assert send(here, act="accept_within").status_code == 303
    db.session.expire_all()
    assert [line.accepted for line in differing.lines] == [True, False, True]
    with app.app_context():
        assert send(here, act="accept_all").status_code == 303
        # 50 % are beyond the tolerance.
        assert 'data-key="p"' not in client.get(here).text
        assert send(here, f"/pricing/runs/{differing.id}/approve").status_code == 303
        assert 'data-key="p"' in client.get(here).text
        # Who has agreed has agreed to what was accepted then.
        assert send(here, act="leave", line=second).status_code == 303
        assert send(here, act="apply").status_code == 303
        assert 'value="accept"' not in client.get(here).text
        assert client.get(here.replace("review", "effects")).status_code == 404
        assert client.get(f"{here}?show=nonsense&by=nonsense&page=0").status_code == 200
    db.session.expire_all()
    assert differing.state == "applied"
    assert [line.applied for line in differing.lines] == [True, False, True]


def test_lines_of_another_run_are_left_alone(app, shop, visitor, differing):
    _client, send = visitor
    other = shop.run()
    db.session.commit()
    with app.app_context():
        send(f"/pricing/runs/{other.id}/review", act="accept", line=differing.lines[0].id)
    db.session.expire_all()
    assert not differing.lines[0].accepted


def test_a_page_asks_no_more_for_more_lines(app, shop, visitor, differing):
    client, _send = visitor
    only = shop.run(until=DAY)
    m.PricingRunLine.accept(db.session, [differing.lines[0].id, *[line.id for line in only.lines]])
    db.session.commit()
    asked = []
    with app.app_context():
        for run, show in ((differing, "accepted"), (only, "all")):
            address = f"/pricing/runs/{run.id}/review?show={show}"
            client.get(address)
            asked.append(queries_of(lambda address=address: client.get(address)))
    assert asked[0] == asked[1]


def test_what_it_would_do_to_invoices_and_to_prices_for_customers(app, shop, company, visitor, differing):
    part, company.margin_floor = shop.parts[0], Decimal("0.05")
    order = sold(shop, part, 50, "1.20")
    shop.price_list("Retail", (part, "1.10"), partner=None, side="sale")
    shop.price_list("Dear", (part, "2.00"), partner=None, side="sale", currency_code="USD")
    m.PricingRunLine.accept(db.session, [differing.lines[0]])
    found = consequences(db.session, differing)
    ((number, invoice),) = [(one.number, one) for one in found.invoices]
    assert number and (invoice.net, invoice.before, invoice.after) == (60, 10, 6)
    assert invoice.change == -found.preview.sold == -4
    (below,) = found.below
    assert (below.name, below.price, below.cost, below.before) == (
        "Retail",
        Decimal("1.10"),
        Decimal("1.08"),
        1,
    )
    db.session.commit()
    client, _send = visitor
    with app.app_context():
        page = client.get(f"/pricing/runs/{differing.id}/effects").text
    assert number in page and "Retail" in page and "Dear" not in page
    # It comes as it was said, and the order says the same; taken back, it is as before.
    assert margin_of(db.session, order) == (60, 50)
    m.PricingRun.apply(db.session, [differing])
    assert margin_of(db.session, order) == (60, 54)
    shop.undo(differing)
    assert margin_of(db.session, order) == (60, 50)


@pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "pricing", "billing_statements"
)
def test_it_says_which_customers_statement_has_the_invoice_and_that_it_stays(app, shop, visitor, differing):
    sold(shop, shop.parts[0], 50, "1.20")
    m.PricingRunLine.accept(db.session, [differing.lines[0]])
    assert [one.statement for one in consequences(db.session, differing).invoices] == [""]
    _run, (made,) = m.BillingRun.start(db.session, shop.company_id, "monthly", period_with("monthly", DAY))
    statement = db.session.get(m.BillingStatement, made)
    stated = statement.number, statement.closing
    assert [one.statement for one in consequences(db.session, differing).invoices] == [statement.number]
    db.session.commit()
    client, _send = visitor
    with app.app_context():
        page = client.get(f"/pricing/runs/{differing.id}/effects").text
    assert stated[0] in page and "statements and balances stay as they are" in page
    m.PricingRun.apply(db.session, [differing])
    db.session.expire_all()
    statement = db.session.get(m.BillingStatement, made)
    assert (statement.number, statement.closing) == stated


def test_who_sees_no_margins_sees_no_invoices_of_a_run(app, company, shop, visitor, differing):
    ensure_user(
        db.session, "b@example.com", "a long enough password", company, name="B", roles=("pricing.manager",)
    )
    role = db.session.scalars(select(m.Role).filter_by(name="pricing.manager")).one()
    role.permissions = [one for one in role.permissions if one != "sales.margin"]
    m.PricingRunLine.accept(db.session, [differing.lines[0]])
    db.session.commit()
    client = app.test_client()
    user = db.session.scalars(select(m.User).filter_by(email="b@example.com")).one()
    log_in(app, client, user.fs_uniquifier)
    with app.app_context():
        page = client.get(f"/pricing/runs/{differing.id}/effects")
    assert page.status_code == 200 and "earn more or less" not in page.text


def test_the_effect_of_a_line_is_the_same_in_both_columns_to_the_cent(shop):
    """Bills are rounded, and not the difference between them: 150 at 0.0333 are 5.00, at 0.0433 6.50."""
    chance = random.Random(7)
    for part in shop.parts[:3]:
        for _n in range(5):
            price = Decimal(chance.randint(1, 60_000)) / 10_000
            m.PurchasingOrder.receive(db.session, [shop.order((part, chance.randint(1, 300), price))], DAY)
        shop.price_list(f"Q{part}", (part, Decimal(chance.randint(1, 60_000)) / 10_000), valid_from=DAY)
    run = shop.accepted()
    rows = reviewing.review(db.session, run, 1).rows
    assert rows and all(row[0].amount == row.worth == row[0].value for row in rows)
    counts = reviewing.counts_of(db.session, run)
    (preview,) = m.PricingRun.preview(db.session, [run]).values()
    assert counts.to_bill == preview.to_bill == sum(row.worth for row in rows)
    assert preview.stock + preview.shipped + preview.sold + preview.other == preview.to_bill


def test_what_went_back_is_not_to_be_billed(shop):
    order = shop.order((shop.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.send_back(order, 30)
    shop.price_list("Q2", (shop.parts[0], "2"), valid_from=DAY)
    run = shop.accepted()
    (row,) = reviewing.review(db.session, run, 1).rows
    (preview,) = m.PricingRun.preview(db.session, [run]).values()
    assert (row.worth, preview.to_bill, preview.stock) == (70, 70, 70)
    assert reviewing.counts_of(db.session, run).to_bill == 70


def test_a_claim_and_what_is_to_bill_are_told_apart(shop):
    order = shop.order((shop.parts[0], 100, 1))
    m.PurchasingOrder.receive(db.session, [order], DAY)
    shop.billed(order, "R-1", 40)
    shop.price_list("Q2", (shop.parts[0], "1.08"), valid_from=DAY)
    run = shop.accepted(with_claims=True)
    (preview,) = m.PricingRun.preview(db.session, [run]).values()
    assert (preview.to_bill, preview.claims, preview.stock) == (Decimal("4.80"), Decimal("3.20"), 8)
