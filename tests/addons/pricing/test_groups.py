"""Lists for a group of customers: after the customer's own, before everybody's."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from addons.pricing.services.lists import ListDraft, PriceDraft
from addons.stock.services.orders.prices import Asked
from core import m
from core.db import db
from core.errors import UserError
from core.records.companies import ensure_company
from tests.addons.pricing.conftest import DAY

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)


def group(shop, name):
    made = m.PartnerGroup(company_id=shop.company_id, name=name)
    db.session.add(made)
    db.session.flush()
    return made.id


def customer(shop, code, partner_group_id=None):
    return shop.partner(code, is_customer=True, is_supplier=False, partner_group_id=partner_group_id)


def price(partner, part, quantity=1):
    (found,) = m.SalesOrder.price_lines(db.session, [Asked(partner, part, Decimal(quantity), "USD", DAY)])
    return found


def test_the_customers_own_list_goes_before_its_groups_and_that_before_everybodys(shop):
    part, dealers = shop.parts[0], group(shop, "Dealers")
    dealer, other = customer(shop, "C1", dealers), customer(shop, "C2")
    # What began later or reaches a greater break does not go before what is nearer.
    shop.price_list("All", (part, "1.00"), (part, "0.10", 5), partner=None, side="sale", valid_from=DAY)
    shop.price_list("Dealers", (part, "0.90"), partner=None, partner_group_id=dealers, side="sale")
    assert [price(who, part, 9).unit_price for who in (dealer, other)] == [Decimal("0.90"), Decimal("0.10")]
    assert price(dealer, part).origin == "list Dealers"
    shop.price_list("Own", (part, "0.95"), partner=dealer, side="sale")
    assert price(dealer, part, 9).unit_price == Decimal("0.95")
    frame = PriceDraft(part, Decimal("0.80"), contract_quantity=Decimal(100))
    shop.price_list("Frame", frame, partner=dealer, side="sale")
    assert price(dealer, part, 9).unit_price == Decimal("0.80")
    assert price(dealer, part, 101).unit_price == Decimal("0.95")


def test_another_group_of_a_customer_changes_no_price_that_is_agreed(shop):
    part, dealers = shop.parts[0], group(shop, "Dealers")
    buyer = customer(shop, "C1")
    shop.price_list("Dealers", (part, "0.90"), partner=None, partner_group_id=dealers, side="sale")
    shop.price_list("All", (part, "1.00"), partner=None, side="sale")
    from addons.sales.services.drafts import OrderDraft, OrderLineDraft

    draft = OrderDraft(shop.company_id, buyer, [OrderLineDraft(part, Decimal(5))], date=DAY)
    (key,) = m.SalesOrder.create(db.session, [draft])
    db.session.get(m.Partner, buyer).partner_group_id = dealers
    db.session.flush()
    order = db.session.get(m.SalesOrder, key)
    m.SalesOrder.compute(db.session, [order])
    m.SalesOrder.confirm(db.session, [order])
    assert (order.lines[0].unit_price, order.lines[0].price_origin) == (Decimal("1.00"), "list All")
    assert price(buyer, part).unit_price == Decimal("0.90")


@dataclass
class Listed:
    """A price of a list as a plain program knows it."""

    id: int
    partner: int | None
    group: int | None
    since: date | None
    until: date | None
    active: bool
    product: int
    least: int
    price: Decimal
    contract: int | None

    def holds(self, partner, of_group, part, quantity):
        return (
            self.active
            and self.product == part
            and self.least <= quantity
            and self.partner in (None, partner)
            and (self.group is None or self.group == of_group)
            and (self.since or DAY) <= DAY <= (self.until or DAY)
            and (self.contract is None or self.contract >= quantity)
        )

    def rank(self):
        since = self.since.toordinal() if self.since else 0
        return (
            self.contract is None,
            self.partner is None,
            self.group is None,
            -since,
            -self.least,
            -self.id,
        )


def test_any_lists_answer_as_a_plain_program_does(shop, count_queries):
    chance = random.Random(14)  # the same lists at every run
    groups = [group(shop, name) for name in ("Dealers", "Makers")]
    customers = {customer(shop, f"C{n}", of): of for n, of in enumerate((*groups, None))}
    known = [one for n in range(60) for one in _any_list(shop, chance, n, list(customers), groups)]
    asked, expected = [], []
    for _n in range(300):
        partner, part, quantity = (
            chance.choice(list(customers)),
            chance.choice(shop.parts),
            chance.randint(1, 30),
        )
        found = [one for one in known if one.holds(partner, customers[partner], part, quantity)]
        asked.append(Asked(partner, part, Decimal(quantity), "USD", DAY))
        expected.append(min(found, key=Listed.rank).price if found else None)
    prices = m.SalesOrder.price_lines(db.session, asked)
    assert [one.unit_price for one in prices] == expected
    assert len(set(expected)) > 20
    few = count_queries(lambda: m.SalesOrder.price_lines(db.session, asked[:20]))
    assert count_queries(lambda: m.SalesOrder.price_lines(db.session, asked)) <= few


def _any_list(shop, chance, n, customers, groups):
    partner = chance.choice([*customers, None, None])
    values = {
        "partner": partner,
        "partner_group_id": chance.choice([*groups, None]) if partner is None else None,
        "valid_from": chance.choice([None, date(2026, 1, 1), date(2026, 2, 1), date(2026, 6, 1)]),
        "valid_until": chance.choice([None, None, date(2026, 8, 1), date(2026, 6, 30)]),
    }
    drafts = [
        PriceDraft(
            part,
            Decimal(chance.randint(1, 9999)) / 100,
            Decimal(chance.choice((1, 5, 10))),
            contract_quantity=chance.choice([None, None, None, Decimal(12)]),
        )
        for part in chance.sample(shop.parts, 2)
    ]
    key = shop.price_list(f"L{n}", *drafts, side="sale", **values)
    made = db.session.get(m.PricingPriceList, key)
    made.active = chance.random() > 0.1
    db.session.flush()
    for one in made.prices:
        contract = None if one.contract_quantity is None else int(one.contract_quantity)
        yield Listed(
            one.id,
            partner,
            values["partner_group_id"],
            values["valid_from"],
            values["valid_until"],
            made.active,
            one.product_id,
            int(one.min_quantity),
            one.unit_price,
            contract,
        )


def test_a_list_for_a_group_is_for_customers_of_this_company(shop):
    elsewhere = ensure_company(db.session, code="ELSE", name="Elsewhere", currency="USD")
    strange = m.PartnerGroup(company_id=elsewhere.id, name="Theirs")
    db.session.add(strange)
    db.session.flush()
    draft = ListDraft(shop.company_id, "sale", "USD", "X", [], partner_group_id=strange.id)
    with pytest.raises(UserError, match="no such group"):
        m.PricingPriceList.create(db.session, [draft])
    with pytest.raises(IntegrityError, match="group_of_customers"):
        shop.price_list("Y", partner_group_id=group(shop, "Ours"), partner=None, side="purchase")
