"""A real file as orders: an invoice of it is an order, which is reserved, delivered and invoiced in batches.

The stock is made by a rule: of each part a tenth more than is ordered came in before, in two receipts at two
costs. What customers owe is what the same file owes as invoices; what stock is worth, and what was sold has
cost, is computed again from the raw rows.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import select, text

from addons.stock.services.drafts import MoveDraft, TransferDraft
from core import m
from core.db import db
from core.exchange import importing
from tests.conftest import work
from tests.real.recompute import bookable, read
from tests.real.test_month_ends import SMALL, UCI

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")
#: So many days of the file are ordered.
DAYS = 3
OWED = """
    SELECT p.code, sum(o.amount - o.allocated)
      FROM accounting_open_item o JOIN partner p ON p.id = o.partner_id
     WHERE o.side = 'receivable' GROUP BY 1
"""
CENT = Decimal("0.01")


def sales_of(path):
    """The first days of the file without cancellations and what was given away."""
    rows = bookable(read(path))
    rows = rows[rows["cents"] > 0]
    days = sorted(rows["day"].unique())[:DAYS]
    return rows[rows["day"].isin(days)]


def bring_in(app, target, rows, **options):
    """Import rows, with nothing left out."""
    contents = rows.drop(columns=["cents", "day", "customer"]).to_csv(index=False).encode()
    made = importing.upload(db.session, target, "rows.csv", contents)
    importing.set_mapping(db.session, made, made.mapping, {**made.options, **options})
    importing.start_import(db.session, made)
    db.session.commit()
    import_id = made.id
    work(app)
    totals = importing.totals(db.session, import_id)
    assert (totals.booked, totals.bad) == (len(rows), 0)


def receive(company_id, ordered, first):
    """Two receipts of all goods: code → their quantities and costs."""
    layers = defaultdict(list)
    parts = dict(
        db.session.execute(select(m.Product.code, m.Product.id).where(m.Product.kind == "goods")).all()
    )
    for number, (share, percent) in enumerate(((Decimal("0.6"), 40), (Decimal("0.5"), 50)), start=1):
        moves = []
        for code, (quantity, price) in ordered.items():
            if code in parts:
                came, cost = (
                    (quantity * share).to_integral_value() + 1,
                    (price * percent / 100).quantize(CENT),
                )
                layers[code].append((came, came * cost))
                moves.append(MoveDraft(parts[code], came, unit_cost=cost))
        draft = TransferDraft(company_id, "receipt", moves, planned=first - timedelta(days=3 - number))
        m.StockTransfer.do(db.session, m.StockTransfer.create(db.session, [draft]), draft.planned)
    return layers


def cost_of(layers, sold):
    """What the first so many pieces of the layers cost, each layer's share rounded."""
    cost = Decimal(0)
    for quantity, amount in layers:
        taken = min(sold, quantity)
        cost += (amount * taken / quantity).quantize(CENT, rounding=ROUND_HALF_UP)
        sold -= taken
    assert sold == 0
    return cost


def account(purpose):
    query = """
        SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
          JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = :purpose
    """
    return db.session.scalar(text(query), {"purpose": purpose})


def test_a_real_file_is_ordered_delivered_and_invoiced(app, company):
    rows = sales_of(UCI if UCI.exists() else SMALL)
    bring_in(app, "accounting.invoice", rows, repeated="book")
    owed = dict(db.session.execute(text(OWED)).all())
    assert owed == {c: Decimal(int(v)) / 100 for c, v in rows.groupby("customer")["cents"].sum().items()}

    quantity = rows["Quantity"].map(Decimal)
    prices = rows.assign(price=rows["UnitPrice"].map(Decimal)).groupby("StockCode")["price"].max()
    ordered = {
        code: (Decimal(total), prices[code])
        for code, total in quantity.groupby(rows["StockCode"]).sum().items()
    }
    layers = receive(company.id, ordered, date.fromisoformat(rows["day"].min()))
    bring_in(app, "sales.order", rows, confirm="yes")

    by_day = defaultdict(list)
    for order_id, day in db.session.execute(select(m.SalesOrder.id, m.SalesOrder.date)):
        by_day[day].append(order_id)
    assert sum(map(len, by_day.values())) == rows["InvoiceNo"].nunique()
    for day, orders in sorted(by_day.items()):
        m.SalesOrder.deliver(db.session, orders, day)
        m.SalesOrder.invoice(db.session, orders, day)
    db.session.commit()

    assert set(db.session.scalars(select(m.SalesOrder.state))) == {"done"}
    assert dict(db.session.execute(text(OWED)).all()) == {code: 2 * amount for code, amount in owed.items()}
    costs = {code: cost_of(came, ordered[code][0]) for code, came in layers.items()}
    assert account("cost_of_goods_sold") == sum(costs.values()) and account("goods_shipped") == 0
    worth = sum(amount for came in layers.values() for _quantity, amount in came) - sum(costs.values())
    assert account("inventory") == worth
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []
