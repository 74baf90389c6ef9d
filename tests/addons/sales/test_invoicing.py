"""What is delivered is invoiced once, at its cost, whichever way the customer is invoiced."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from addons.accounting.services.chart import books_of
from addons.accounting.services.invoices import InvoiceError
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.sales.services.errors import SalesError
from addons.stock.services.orders.changing import Amendment
from addons.stock.services.revaluing import CostChange
from core import m
from core.db import db
from core.errors import UserError

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")
DAY = date(2026, 3, 2)


def cost_entries():
    """The cost of goods sold, from the links between moves and invoices."""
    return db.session.scalar(text("SELECT coalesce(sum(cost), 0) FROM sales_invoiced_move"))


def costs_by_move():
    """What was sold and what was only shipped: of each move its share, by what is invoiced of it."""
    query = """
        SELECT v.quantity, -s.amount AS cost, coalesce(x.quantity, 0) AS invoiced FROM stock_move v
          JOIN LATERAL (SELECT sum(amount) AS amount FROM stock_value WHERE move_id = v.id) s ON true
          LEFT JOIN LATERAL (SELECT sum(quantity) AS quantity FROM sales_invoiced_move
                              WHERE move_id = v.id AND cost IS NOT NULL) x ON true
         WHERE v.order_line_id IS NOT NULL AND v.state = 'done'
    """
    rows = db.session.execute(text(query)).all()
    cent = Decimal("0.01")
    sold = sum((x.cost * x.invoiced / x.quantity).quantize(cent, rounding=ROUND_HALF_UP) for x in rows)
    return sold, sum(x.cost for x in rows) - sold


def test_an_order_that_is_invoiced_at_once_has_its_cost_when_the_goods_go(desk):
    part = desk.parts[0]
    desk.receive(part, 10, "0.30")
    order = desk.order((part, 10, 1), invoicing="order")
    m.SalesOrder.invoice(db.session, [order], DAY)
    assert (desk.account("sales"), desk.account("cost_of_goods_sold")) == (-10, 0)
    m.SalesOrder.deliver(db.session, [order], DAY)
    assert (desk.account("cost_of_goods_sold"), desk.account("goods_shipped")) == (3, 0)
    assert order.state == "done"
    with pytest.raises(SalesError, match="Nothing of"):
        m.SalesOrder.invoice(db.session, [order], DAY)


def test_one_invoice_a_period_takes_all_orders_up_to_its_day(desk):
    part = desk.parts[0]
    desk.receive(part, 100)
    orders = [desk.order((part, 10, price), invoicing="period") for price in (1, 2, 3)]
    for order, day in zip(orders, (3, 4, 20), strict=True):
        m.SalesOrder.deliver(db.session, [order], date(2026, 3, day))
    desk.give_back(orders[0], 4, date(2026, 3, 5))
    (made,) = m.SalesOrder.invoice_until(db.session, [desk.customer], date(2026, 3, 15))
    invoice = db.session.get(m.AccountingInvoice, made)
    assert (invoice.net, invoice.date) == (6 * 1 + 10 * 2, date(2026, 3, 15))
    assert (desk.account("cost_of_goods_sold"), desk.account("goods_shipped")) == (16, 10)
    (rest,) = m.SalesOrder.invoice_until(db.session, [desk.customer], date(2026, 3, 31))
    assert db.session.get(m.AccountingInvoice, rest).net == 30
    assert desk.account("goods_shipped") == 0 and desk.lines_differ() == []


def test_a_reversal_lets_the_delivery_be_invoiced_again(desk):
    part = desk.parts[0]
    desk.receive(part, 3, "0.10")
    order = desk.order((part, 3, 1))
    m.SalesOrder.deliver(db.session, [order], DAY)
    (made,) = m.SalesOrder.invoice(db.session, [order], DAY)
    m.AccountingInvoice.reverse(db.session, [made], DAY)
    db.session.expire_all()
    assert (order.state, order.lines[0].invoiced, order.lines[0].credited) == ("confirmed", 3, 3)
    assert (desk.account("cost_of_goods_sold"), desk.account("goods_shipped")) == (0, Decimal("0.30"))
    m.SalesOrder.invoice(db.session, [order], DAY)
    assert (desk.account("cost_of_goods_sold"), desk.account("goods_shipped")) == (Decimal("0.30"), 0)
    assert desk.lines_differ() == []


def test_a_delivery_is_not_invoiced_twice_by_the_database_either(desk):
    desk.receive(desk.parts[0], 3)
    order = desk.order((desk.parts[0], 3, 1))
    m.SalesOrder.deliver(db.session, [order], DAY)
    m.SalesOrder.invoice(db.session, [order], DAY)
    with pytest.raises(Exception, match="invoiced_once"):
        db.session.execute(
            text("""INSERT INTO sales_invoiced_move (company_id, move_id, invoice_line_id, quantity)
                    SELECT company_id, move_id, invoice_line_id, 1 FROM sales_invoiced_move""")
        )


def test_a_batch_of_orders_gives_the_rows_of_one_at_a_time(desk):
    part = desk.parts[0]
    desk.receive(part, 1000, "0.37")
    drafts = [
        OrderDraft(
            desk.company_id, desk.customer, [OrderLineDraft(part, Decimal(7), Decimal("1.01"))], date=DAY
        )
        for _ in range(6)
    ]
    made = m.SalesOrder.create(db.session, drafts)
    m.SalesOrder.confirm(db.session, made[:3])
    m.SalesOrder.deliver(db.session, made[:3], DAY)
    m.SalesOrder.invoice(db.session, made[:3], DAY)
    for one in made[3:]:
        m.SalesOrder.confirm(db.session, [one])
        m.SalesOrder.deliver(db.session, [one], DAY)
        m.SalesOrder.invoice(db.session, [one], DAY)
    query = """
        SELECT o.state, l.delivered, l.invoiced, x.cost, i.net, i.total FROM sales_order o
          JOIN sales_order_line l ON l.order_id = o.id JOIN stock_move v ON v.order_line_id = l.id
          JOIN sales_invoiced_move x ON x.move_id = v.id
          JOIN accounting_invoice_line y ON y.id = x.invoice_line_id
          JOIN accounting_invoice i ON i.id = y.invoice_id ORDER BY o.id
    """
    rows = [tuple(row) for row in db.session.execute(text(query))]
    assert len(rows) == 6 and len(set(rows)) == 1
    assert desk.account("goods_shipped") == 0 and desk.differences() == []


@pytest.mark.parametrize("parts", [[20], [10, 10]])
def test_an_invoice_whose_returns_are_credited_is_not_taken_back_whole(desk, parts):
    part = desk.parts[0]
    order = desk.order((part, 20, 2))
    for quantity in parts:
        desk.receive(part, quantity, "0.5")
        m.SalesOrder.reserve(db.session, [order])
        m.SalesOrder.deliver(db.session, [order], DAY)
        m.SalesOrder.invoice(db.session, [order], DAY)
    # What comes back of two deliveries is on no single line of an invoice.
    back = {move: went - 1 for move, went in desk.delivered_moves(order).items()}
    m.StockTransfer.do(db.session, m.SalesOrder.return_goods(db.session, back, DAY), DAY)
    m.SalesOrder.credit(db.session, [order], DAY)
    for number in range(len(parts)):
        with pytest.raises(UserError, match=r"is credited in part by CN/2026/00001: credit the rest"):
            _reverse(number)


#: What may happen to an order of 20; `revalue`: the goods cost more than they did.
KINDS = ["receive", "deliver", "invoice", "return", "credit", "reverse", "revalue"]
ACTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 9)), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, cost=st.decimals("0.01", "9.99", places=2))
def test_whatever_happens_goods_shipped_is_what_no_invoice_has(desk, acts, cost):
    part = desk.part(f"H{db.session.scalar(text('SELECT count(*) FROM product'))}")
    order = desk.order((part, 20, 2))
    for act, number in acts:
        if act == "receive":
            desk.receive(part, number, cost)
            if order.state == "confirmed":
                m.SalesOrder.reserve(db.session, [order])
            continue
        try:
            with db.session.begin_nested():
                _act(desk, order, act, number)
        except UserError:
            pass
        db.session.expire_all()
    sold, shipped = costs_by_move()
    assert (desk.account("cost_of_goods_sold"), desk.account("goods_shipped")) == (sold, shipped)
    assert desk.lines_differ() == [] and desk.differences() == []


def _act(desk, order, act, number):
    if act == "deliver":
        m.SalesOrder.deliver(db.session, [order], DAY)
    elif act == "invoice":
        m.SalesOrder.invoice(db.session, [order], DAY)
    elif act == "credit":
        m.SalesOrder.credit(db.session, [order], DAY)
    elif act == "reverse":
        _reverse(number)
    elif act == "revalue":
        _revalue(desk, number)
    elif moves := desk.delivered_moves(order):
        move, went = next(iter(moves.items()))
        back = db.session.scalar(
            text("SELECT coalesce(sum(quantity), 0) FROM stock_move WHERE returns_id = :id"), {"id": move}
        )
        if quantity := min(Decimal(number), went - back):
            made = m.SalesOrder.return_goods(db.session, {move: quantity}, DAY)
            m.StockTransfer.do(db.session, made, DAY)


def _reverse(number):
    """An invoice that none has taken back yet."""
    query = """
        SELECT i.id FROM accounting_invoice i WHERE i.kind = 'invoice' AND i.state = 'posted'
           AND NOT EXISTS (SELECT 1 FROM accounting_invoice n WHERE n.reverses_id = i.id) ORDER BY i.id
    """
    found = list(db.session.scalars(text(query)))
    if found:
        m.AccountingInvoice.reverse(db.session, [found[number % len(found)]], DAY)


def _revalue(desk, number):
    """The last receipt costs a few cents more."""
    last = db.session.scalar(
        text("SELECT max(move_id) FROM stock_value WHERE kind = 'receipt' AND quantity > 0")
    )
    moves = db.session.get(m.StockMove, last) if last else None
    if moves is not None and moves.returns_id is None:
        account = books_of(db.session, desk.company_id).account("goods_received")
        change = CostChange(last, Decimal(number) / 100, account)
        m.StockMove.revalue(db.session, [change], "repricing", DAY)


def included(desk, rate="0.13"):
    tax = m.AccountingTax(
        company_id=desk.company_id,
        name="VAT incl.",
        rate=Decimal(rate),
        included=True,
        account_id=books_of(db.session, desk.company_id).account("tax"),
    )
    db.session.add(tax)
    db.session.flush()
    return tax.id


def test_an_order_with_taxes_in_its_prices_is_invoiced_to_the_cent(desk):
    part, tax = desk.parts[0], included(desk)
    desk.receive(part, 9, "0.30")
    order = desk.order(OrderLineDraft(part, Decimal(9), Decimal("9.99"), tax_id=tax))
    assert (order.net, order.tax, order.total) == (Decimal("79.57"), Decimal("10.34"), Decimal("89.91"))
    m.SalesOrder.deliver(db.session, [order], DAY)
    (made,) = m.SalesOrder.invoice(db.session, [order], DAY)
    invoice = db.session.get(m.AccountingInvoice, made)
    assert (invoice.net, invoice.tax, invoice.total) == (order.net, order.tax, order.total)
    line = order.lines[0]
    assert (line.net, line.tax_within) == (Decimal("79.57"), Decimal("10.34"))


def test_a_changed_quantity_splits_its_price_anew(desk):
    part, tax = desk.parts[0], included(desk)
    order = desk.order(OrderLineDraft(part, Decimal(9), Decimal("9.99"), tax_id=tax))
    m.SalesOrder.amend(db.session, [Amendment(order.lines[0].id, quantity=Decimal(3))])
    assert (order.net, order.tax, order.total) == (Decimal("26.52"), Decimal("3.45"), Decimal("29.97"))


def test_what_is_credited_by_lines_is_not_credited_for_its_return_again(desk):
    part = desk.parts[0]
    desk.receive(part, 100)
    order = desk.order((part, 100, 2))
    m.SalesOrder.deliver(db.session, [order], DAY)
    (key,) = m.SalesOrder.invoice(db.session, [order], DAY)
    invoice = db.session.get(m.AccountingInvoice, key)
    (line,) = invoice.lines
    m.AccountingInvoice.credit_lines(db.session, invoice, {line.id: Decimal(70)}, DAY)
    desk.give_back(order, 50)
    with pytest.raises(SalesError, match="only 30 of 50 are left to credit"), db.session.begin_nested():
        m.SalesOrder.credit(db.session, [order], DAY)


def test_what_came_back_is_not_credited_by_lines_again_and_settles_its_invoice(desk):
    part = desk.parts[0]
    desk.receive(part, 100)
    order = desk.order((part, 100, 2))
    m.SalesOrder.deliver(db.session, [order], DAY)
    (key,) = m.SalesOrder.invoice(db.session, [order], DAY)
    desk.give_back(order, 40)
    (note,) = m.SalesOrder.credit(db.session, [order], DAY)
    items = dict(
        db.session.execute(text("SELECT number, amount - allocated FROM accounting_open_item")).all()
    )
    invoice, credit = (db.session.get(m.AccountingInvoice, k) for k in (key, note))
    assert (items[invoice.number], items[credit.number]) == (120, 0)
    (line,) = invoice.lines
    with pytest.raises(InvoiceError, match="60 can be credited, not 61"), db.session.begin_nested():
        m.AccountingInvoice.credit_lines(db.session, invoice, {line.id: Decimal(61)}, DAY)
