"""Real orders and deliveries, ordered, received and inspected: every figure is recomputed by another path.

AdventureWorks: dollars in books that are kept in euros, part deliveries, rejected goods. SCMS: eight years of
deliveries of 73 vendors, several to an order.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from addons.accounting.services.rates import RateError
from addons.purchasing.services.drafts import Arrival, DeliveryDraft, OrderDraft, OrderLineDraft
from core import m
from core.db import db
from tests.real.recompute_purchases import adventureworks, euro, scms

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")
HERE = Path(__file__).parent
SMALL = HERE / "purchases"
#: So many lines of each file are ordered; all of them take three minutes.
LINES = 3000
#: Beside the product, or beside the folder that it lies in.
BESIDE = [folder / "shared/data/wholesale" for folder in HERE.parents[2:]]
SHARED = next((folder for folder in BESIDE if folder.exists()), BESIDE[0])


def files(name, small):
    """Our small file, and the real one where the shared data is there."""
    real = SHARED / name
    gone = pytest.mark.skipif(not real.exists(), reason=f"{real} is not there: the small file has run")
    return [pytest.param(small, id="small"), pytest.param(real, id="real", marks=[pytest.mark.slow, gone])]


def make(model, rows, key):
    """Write records, and give their ids by a column."""
    model._bulk(db.session, rows)
    return dict(db.session.execute(text(f"SELECT {key}, id FROM {model.__table__.name}")).all())  # ours


def suppliers(company, names, **values):
    """Suppliers by their names."""
    rows = [
        {"company_id": company.id, "code": f"V{n}", "name": name, "is_supplier": True, **values}
        for n, name in enumerate(names)
    ]
    return make(m.Partner, rows, "name")


def parts(company, names):
    """Parts by their descriptions."""
    rows = [{"company_id": company.id, "code": f"P{n}", "description": name} for n, name in enumerate(names)]
    return make(m.Product, rows, "description")


def ledger(purpose):
    """What stands on an account by partner and month, debit above zero."""
    query = """
        SELECT p.name, to_char(e.date, 'YYYY-MM'), sum(l.debit - l.credit) FROM accounting_entry e
          JOIN accounting_entry_line l ON l.entry_id = e.id
          JOIN accounting_account a ON a.id = l.account_id AND a.purpose = :purpose
          LEFT JOIN partner p ON p.id = l.partner_id GROUP BY 1, 2
    """
    rows = db.session.execute(text(query), {"purpose": purpose})
    return {(name, month): amount for name, month, amount in rows if amount}


def on_hand():
    """What is there of each part."""
    query = """
        SELECT p.description, sum(b.on_hand) FROM stock_balance b
          JOIN product p ON p.id = b.product_id GROUP BY 1
    """
    return {name: quantity for name, quantity in db.session.execute(text(query)) if quantity}


def sums(rows, keys, column):
    """The sums of a column of texts or Decimals by keys, without those that are nothing."""
    found = defaultdict(Decimal)
    for *key, value in rows[[*keys, column]].itertuples(index=False):
        found[tuple(key) if len(key) > 1 else key[0]] += Decimal(value)
    return {key: value for key, value in found.items() if value}


def ordered_in_dollars(company, folder):
    """AdventureWorks' rows, confirmed as orders in dollars; returns them with their lines by number."""
    company.currency_code = "EUR"
    rows = adventureworks(folder).head(LINES).copy()
    rows["vendor"] = "Vendor " + rows["vendor"]
    rows["part"] = "Part " + rows["part"]
    of = suppliers(company, sorted(set(rows["vendor"])), inspected=True)
    known = parts(company, sorted(set(rows["part"])))
    rates = [
        {
            "company_id": company.id,
            "currency_code": "USD",
            "date": day,
            "rate": Decimal(rate),
            "source": "file",
        }
        for day, rate in euro(folder).items()
    ]
    m.AccountingCurrencyRate._bulk(db.session, rates)
    company.rate_age = 0
    drafts = [order(company, of, known, group) for _key, group in rows.groupby("order", sort=False)]
    m.PurchasingOrder.confirm(db.session, m.PurchasingOrder.create(db.session, drafts))
    return rows, dict(zip(rows["line"], (line for draft in drafts for line in draft.lines), strict=True))


@pytest.mark.parametrize("folder", files("adventureworks", SMALL))
def test_dollars_in_books_of_euros_with_what_was_rejected(company, folder):
    rows, lines = ordered_in_dollars(company, folder)
    refused = 0
    for day, group in rows.groupby("shipped", sort=True):
        refused += receive(date.fromisoformat(day), group, lines)
    assert refused == sum(rows["rate"] == "") > 0

    came = rows[rows["rate"] != ""].copy()
    came["month"] = came["shipped"].str[:7]
    assert on_hand() == sums(came, ["part"], "stocked")
    expected = sums(came, ["vendor", "month"], "value")
    assert {key: -amount for key, amount in ledger("goods_received").items()} == expected
    assert sum(ledger("inventory").values()) == sum(expected.values())
    kept = "SELECT sum(received), sum(rejected), sum(billed) FROM purchasing_order_line"
    assert tuple(db.session.execute(text(kept)).one()) == (
        sum(map(Decimal, came["stocked"])),
        sum(map(Decimal, came["rejected"])),
        0,
    )
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []


def order(company, of, known, group):
    """An order of the lines of a group."""
    first = group.iloc[0]
    lines = [
        OrderLineDraft(known[row.part], Decimal(row.quantity), Decimal(row.price))
        for row in group.itertuples()
    ]
    ordered = date.fromisoformat(first.ordered)
    return OrderDraft(company.id, of[first.vendor], lines, date=ordered, currency_code="USD")


def receive(day, group, lines):
    """What came on a day waits, and then passes as the file says; returns how many lines have no rate."""
    deliveries = [
        DeliveryDraft([Arrival(lines[row.line].id, Decimal(row.received)) for row in one.itertuples()])
        for _key, one in group.groupby("order", sort=False)
    ]
    made = m.PurchasingOrder.receive_deliveries(db.session, deliveries, day)
    passed = {lines[row.line].id: Decimal(row.stocked) for row in group.itertuples()}
    moves = db.session.execute(
        text("SELECT id, purchase_line_id FROM stock_move WHERE transfer_id = ANY(:ids)"), {"ids": made}
    )
    seen = {move: passed[line] for move, line in moves}
    if (group["rate"] == "").all():
        with pytest.raises(RateError, match="There is no rate of USD"), db.session.begin_nested():
            m.StockTransfer.inspect(db.session, seen, day)
        return len(group)
    m.StockTransfer.inspect(db.session, seen, day)
    return 0


def delivered(company, path):
    """SCMS' rows, ordered and received; returns them with the ids of their lines."""
    rows = scms(path).head(LINES).copy()
    of = suppliers(company, sorted(set(rows["vendor"])))
    known = parts(company, sorted(set(rows["part"])))
    drafts, lines = [], {}
    for (vendor, _order), group in rows.groupby(["vendor", "order"], sort=False):
        made = [
            OrderLineDraft(known[r.part], Decimal(r.quantity), Decimal(r.price)) for r in group.itertuples()
        ]
        on = date.fromisoformat(group["day"].min())
        drafts.append(OrderDraft(company.id, of[vendor], made, date=on, currency_code="USD"))
        lines.update(zip(group.index, made, strict=True))
    m.PurchasingOrder.confirm(db.session, m.PurchasingOrder.create(db.session, drafts))
    for day, group in rows.groupby("day", sort=True):
        deliveries = [
            DeliveryDraft([Arrival(lines[i].id, lines[i].quantity) for i in one.index], number)
            for (_vendor, number), one in group.groupby(["vendor", "delivery"], sort=False)
        ]
        m.PurchasingOrder.receive_deliveries(db.session, deliveries, date.fromisoformat(day))
    return rows, {i: line.id for i, line in lines.items()}


@pytest.mark.parametrize("path", files("scms_delivery_history.csv", SMALL / "scms_delivery_history.csv"))
def test_deliveries_of_many_vendors(company, path):
    rows, _lines = delivered(company, path)
    rows["month"] = rows["day"].str[:7]
    assert on_hand() == sums(rows, ["part"], "quantity")
    expected = sums(rows, ["vendor", "month"], "value")
    assert {key: -amount for key, amount in ledger("goods_received").items()} == expected
    assert sum(ledger("inventory").values()) == sum(expected.values())
    left = "SELECT count(*) FROM purchasing_order_line WHERE received <> quantity"
    assert db.session.scalar(text(left)) == 0
    planned = "SELECT count(*) FROM stock_move WHERE state = 'planned'"
    assert db.session.scalar(text(planned)) == 0
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []
