"""Real receipts repriced by lists that a seeded rule makes, and every figure recomputed by pandas alone.

A list of each vendor has two thirds of what it delivered, at 90 to 110 % of the last price. What each line is
worth more, in the currency of the vendor and in the books, what is owed and what stock is worth afterwards
come from the raw files; taken back, everything is as it was.
"""

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import text

from addons.pricing.services.lists import ListDraft, PriceDraft
from core import m
from core.db import db
from tests.real.recompute_purchases import CENT, MICRO
from tests.real.test_purchases import SMALL, delivered, files, ledger, ordered_in_dollars, receive, sums

pytestmark = pytest.mark.addons(
    "partners", "products", "accounting", "stock", "sales", "purchasing", "matching", "pricing"
)
LINES = """
    SELECT v.purchase_line_id, l.latest_price, l.amount, l.value FROM pricing_run_line l
      JOIN stock_move v ON v.id = l.move_id WHERE l.run_id = :run
"""
WORTH = "SELECT p.description, w.amount FROM stock_worth w JOIN product p ON p.id = w.product_id"


def listed(rows):
    """The seeded rule: (vendor, part) → the price of its list."""
    dice = random.Random(14)
    last = rows.sort_values("day", kind="stable").groupby(["vendor", "part"], sort=True)["price"].last()
    return {
        key: (Decimal(price) * dice.randint(900, 1100) / 1000).quantize(MICRO, ROUND_HALF_UP)
        for key, price in last.items()
        if dice.random() < 2 / 3 and Decimal(price)
    }


def expected(rows, prices):
    """By line: the new price, the difference in dollars, and in the books at the rate of the receipt."""
    found = {}
    columns = ["line", "vendor", "part", "price", "kept", "rate", "value"]
    for line, vendor, part, price, quantity, rate, value in rows[columns].itertuples(index=False):
        new = prices.get((vendor, part))
        if new is not None and new != Decimal(price) and Decimal(quantity):
            one = (new * Decimal(rate)).quantize(MICRO, ROUND_HALF_UP)
            worth = (one * Decimal(quantity)).quantize(CENT, ROUND_HALF_UP)
            # Each bill is rounded, and not what lies between them.
            after, before = (
                (one * Decimal(quantity)).quantize(CENT, ROUND_HALF_UP) for one in (new, Decimal(price))
            )
            amount = after - before
            found[line] = (new, amount, worth - Decimal(value))
    return found


def balances():
    """What is owed to each vendor for goods, and what the inventory account has."""
    owed = {}
    for (vendor, _month), amount in ledger("goods_received").items():
        owed[vendor] = owed.get(vendor, Decimal(0)) - amount
    return owed, sum(ledger("inventory").values())


def reprice(company, prices, since, until):
    """Lists of each vendor, and a run over everything that came, all of it accepted."""
    vendors = dict(db.session.execute(text("SELECT name, id FROM partner")).all())
    parts = dict(db.session.execute(text("SELECT description, id FROM product")).all())
    by_vendor = {}
    for (vendor, part), price in prices.items():
        by_vendor.setdefault(vendor, []).append(PriceDraft(parts[part], price))
    drafts = [
        ListDraft(company.id, "purchase", "USD", "Seeded", own, vendors[vendor], until)
        for vendor, own in by_vendor.items()
    ]
    m.PricingPriceList.create(db.session, drafts)
    run = m.PricingRun(company_id=company.id, date=until, since=since, until=until, reason="Seeded")
    (key,) = m.PricingRun.create(db.session, [run])
    lines = db.session.scalars(text("SELECT id FROM pricing_run_line WHERE run_id = :run"), {"run": key})
    m.PricingRunLine.accept(db.session, lines.all())
    return key


def check(company, rows, line_of):
    """Apply and take back; `line_of` gives the order line of a row."""
    prices = listed(rows)
    wanted = expected(rows, prices)
    before = balances()
    days = [date.fromisoformat(day) for day in rows["day"]]
    run = reprice(company, prices, min(days), max(days))
    found = {line: tuple(values) for line, *values in db.session.execute(text(LINES), {"run": run})}
    # Parts without a list have the price of their last order as the latest one.
    own = {line_of[line]: values for line, values in wanted.items()}
    assert {line: values for line, values in found.items() if line in own} == own
    others = [line for line in line_of.values() if line in found and line not in own]
    m.PricingRunLine.leave(db.session, run_lines(run, others))

    m.PricingRun.apply(db.session, [run])
    more = [wanted[line][2] if line in wanted else Decimal(0) for line in rows["line"]]
    value = [Decimal(value) + extra for value, extra in zip(rows["value"], more, strict=True)]
    after = rows.assign(value=value)
    assert balances() == (sums(after, ["vendor"], "value"), sum(value))
    worth = {part: amount for part, amount in db.session.execute(text(WORTH)) if amount}
    assert worth == sums(after, ["part"], "value")
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []

    m.PricingRun.undo(db.session, [run])
    assert balances() == before
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []


def run_lines(run, lines):
    """The lines of a run for these order lines."""
    query = """
        SELECT l.id FROM pricing_run_line l JOIN stock_move v ON v.id = l.move_id
         WHERE l.run_id = :run AND v.purchase_line_id = ANY(:lines)
    """
    return db.session.scalars(text(query), {"run": run, "lines": lines}).all()


@pytest.mark.parametrize("folder", files("adventureworks", SMALL))
def test_dollars_in_books_of_euros(company, folder):
    rows, lines = ordered_in_dollars(company, folder)
    for day, group in rows.groupby("shipped", sort=True):
        receive(date.fromisoformat(day), group, lines)
    came = rows[rows["rate"] != ""].rename(columns={"shipped": "day", "stocked": "kept"})
    check(company, came, {number: line.id for number, line in lines.items()})


@pytest.mark.parametrize("path", files("scms_delivery_history.csv", SMALL / "scms_delivery_history.csv"))
def test_deliveries_of_many_vendors(company, path):
    rows, lines = delivered(company, path)
    rows = rows.assign(rate="1", kept=rows["quantity"], line=rows.index)
    check(company, rows, lines)
