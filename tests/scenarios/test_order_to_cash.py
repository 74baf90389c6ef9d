"""From the quotation to the money: a story that an accountant can check line by line.

Harbour Devices wants 1,000 capacitors at 0.50 and 200 drivers at 2.00, 13 % tax. 600 capacitors are there,
bought at 0.30; the other 400 come later, at 0.35. The drivers were bought at 1.20. Fifty capacitors come
back.
"""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import PaymentDraft
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.stock.services.drafts import LotDraft, MoveDraft, TransferDraft
from core import m
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales")


def test_quote_order_part_delivery_back_order_invoice_return_credit_paid(company):
    customer = m.Partner(company_id=company.id, code="C1", name="Harbour Devices", currency_code="USD")
    capacitor, driver = (
        m.Product(company_id=company.id, code=code, description=text_)
        for code, text_ in (("CAP", "Capacitor 100 nF"), ("DRV", "Gate driver"))
    )
    vat = m.AccountingTax(
        company_id=company.id, name="VAT", rate=Decimal("0.13"), account_id=tax_account(company)
    )
    db.session.add_all([customer, capacitor, driver, vat])
    db.session.flush()

    # 2 March: 600 capacitors and 200 drivers are in stock.
    receive(company, date(2026, 3, 2), (capacitor, 600, "0.30"), (driver, 200, "1.20"))
    assert balance("inventory") == 600 * Decimal("0.30") + 200 * Decimal("1.20") == 420

    # 3 March: the quotation; its number will be the order's.
    (order_id,) = m.SalesOrder.create(
        db.session,
        [
            OrderDraft(
                company.id,
                customer.id,
                [
                    OrderLineDraft(capacitor.id, Decimal(1000), Decimal("0.50")),
                    OrderLineDraft(driver.id, Decimal(200), Decimal("2.00")),
                ],
                date=date(2026, 3, 3),
                reference="PO 4711",
            )
        ],
    )
    order = db.session.get(m.SalesOrder, order_id)
    assert (order.number, order.state) == ("SO/2026/00001", "quotation")
    assert (order.net, order.tax, order.total) == (900, 117, 1017)
    assert balance("receivable") == 0

    # The customer says yes: what is there is reserved, 400 capacitors are short.
    assert m.SalesOrder.confirm(db.session, [order]) == {}
    capacitors, drivers = order.lines
    assert order.state == "confirmed"
    assert m.SalesOrder.short_lines(db.session, [order]) == {capacitors.id: 400}

    # 4 March: what is reserved goes out, at what it cost; nothing is sold yet in the books.
    m.SalesOrder.deliver(db.session, [order], date(2026, 3, 4))
    assert (capacitors.delivered, drivers.delivered) == (600, 200)
    assert (balance("inventory"), balance("goods_shipped"), balance("cost_of_goods_sold")) == (0, 420, 0)

    # It is invoiced: 600 × 0.50 + 200 × 2.00 = 700.00, with tax 791.00.
    (first,) = m.SalesOrder.invoice(db.session, [order], date(2026, 3, 4))
    assert (net_of(first), balance("receivable"), balance("sales")) == (700, 791, -700)
    assert (balance("goods_shipped"), balance("cost_of_goods_sold")) == (0, 420)

    # 9 March: the missing 400 come in at 0.35, and the back order goes out on the 10th.
    receive(company, date(2026, 3, 9), (capacitor, 400, "0.35"))
    m.SalesOrder.reserve(db.session, [order])
    assert m.SalesOrder.short_lines(db.session, [order]) == {}
    m.SalesOrder.deliver(db.session, [order], date(2026, 3, 10))
    assert (balance("inventory"), balance("goods_shipped")) == (0, 140)
    (second,) = m.SalesOrder.invoice(db.session, [order], date(2026, 3, 10))
    assert (net_of(second), order.state) == (200, "done")
    assert (balance("receivable"), balance("cost_of_goods_sold"), balance("goods_shipped")) == (1017, 560, 0)

    # 12 March: fifty capacitors of the first delivery come back, and go on the shelf at what they cost.
    (went,) = db.session.scalars(
        select(m.StockMove.id).where(m.StockMove.order_line_id == capacitors.id, m.StockMove.quantity == 600)
    )
    returned = m.SalesOrder.return_goods(db.session, {went: Decimal(50)}, date(2026, 3, 12))
    m.StockTransfer.do(db.session, returned, date(2026, 3, 12))
    db.session.expire_all()
    assert (capacitors.returned, order.state) == (50, "confirmed")
    assert (balance("inventory"), balance("goods_shipped")) == (15, -15)
    (note,) = m.SalesOrder.credit(db.session, [order], date(2026, 3, 12))
    assert (net_of(note), order.state) == (25, "done")
    assert (balance("goods_shipped"), balance("cost_of_goods_sold")) == (0, 545)
    assert balance("receivable") == 1017 - Decimal("28.25")

    # 30 March: the customer pays what is left, 988.75.
    payment = PaymentDraft(company.id, customer.id, date(2026, 3, 30), Decimal("988.75"), "USD")
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [payment]))
    assert (balance("receivable"), balance("bank")) == (0, Decimal("988.75"))

    # Earned: 875.00 sold less 545.00 of cost; ledger and stock agree to the cent.
    assert (balance("sales"), balance("cost_of_goods_sold"), balance("inventory")) == (-875, 545, 15)
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []
    assert (
        db.session.execute(text("SELECT sum(debit) - sum(credit) FROM accounting_entry_line")).scalar() == 0
    )


def test_the_same_customer_is_invoiced_by_period(company):
    """Harbour Devices agrees to one invoice a month: what went, less what came back before its end.

    March: 600 capacitors go on the 4th, 400 on the 10th, 50 come back on the 12th → 950 × 0.50 = 475.00 on
    the 31st. April: 20 more come back → a credit note over 10.00 at its end, and nothing to invoice.
    """
    customer = m.Partner(company_id=company.id, code="C1", name="Harbour Devices", invoicing="period")
    capacitor = m.Product(company_id=company.id, code="CAP", description="Capacitor 100 nF")
    db.session.add_all([customer, capacitor])
    db.session.flush()
    receive(company, date(2026, 3, 2), (capacitor, 600, "0.30"))
    line = OrderLineDraft(capacitor.id, Decimal(1000), Decimal("0.50"))
    draft = OrderDraft(company.id, customer.id, [line], date=date(2026, 3, 3))
    (order_id,) = m.SalesOrder.create(db.session, [draft])
    order = db.session.get(m.SalesOrder, order_id)
    m.SalesOrder.confirm(db.session, [order])
    assert order.invoicing == "period"
    m.SalesOrder.deliver(db.session, [order], date(2026, 3, 4))
    receive(company, date(2026, 3, 9), (capacitor, 400, "0.35"))
    m.SalesOrder.reserve(db.session, [order])
    m.SalesOrder.deliver(db.session, [order], date(2026, 3, 10))
    come_back(order, 50, date(2026, 3, 12))
    assert (balance("receivable"), balance("goods_shipped")) == (0, 305)

    # 31 March: one invoice over what is kept; 550 pieces at 0.30 and 400 at 0.35 are sold.
    (invoice,) = m.SalesOrder.invoice_until(db.session, [customer.id], date(2026, 3, 31))
    assert (net_of(invoice), balance("receivable")) == (475, 475)
    assert (balance("goods_shipped"), balance("cost_of_goods_sold")) == (0, 305)

    # 8 April: twenty more come back; the period's end credits them.
    come_back(order, 20, date(2026, 4, 8))
    (note,) = m.SalesOrder.invoice_until(db.session, [customer.id], date(2026, 4, 30))
    assert db.session.get(m.AccountingInvoice, note).kind == "credit_note"
    assert (net_of(note), balance("receivable")) == (10, 465)
    assert m.SalesOrder.invoice_until(db.session, [customer.id], date(2026, 5, 31)) == []

    # The customer pays what is left; ledger, stock and open items agree.
    payment = PaymentDraft(company.id, customer.id, date(2026, 5, 4), Decimal(465), "USD")
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [payment]))
    assert (balance("receivable"), balance("bank"), balance("goods_shipped")) == (0, 465, 0)
    assert (balance("cost_of_goods_sold"), balance("inventory")) == (299, 21)
    assert db.session.scalar(text("SELECT sum(amount - allocated) FROM accounting_open_item")) == 0
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []


def come_back(order, quantity, on):
    """So many pieces of the first delivery of an order come back."""
    went = min(m.SalesOrder.returnable(db.session, order.id))
    m.StockTransfer.do(db.session, m.SalesOrder.return_goods(db.session, {went: Decimal(quantity)}, on), on)
    db.session.expire_all()


def tax_account(company):
    """The account for output tax, of a chart that is made by the first who needs it."""
    return books_of(db.session, company.id).account("tax")


def receive(company, on, *goods):
    """Goods come in, each (part, quantity, cost of one)."""
    moves = [
        MoveDraft(
            part.id, Decimal(quantity), lot=LotDraft(f"{part.code}-{on}", "2605"), unit_cost=Decimal(cost)
        )
        for part, quantity, cost in goods
    ]
    made = m.StockTransfer.create(db.session, [TransferDraft(company.id, "receipt", moves, planned=on)])
    m.StockTransfer.do(db.session, made, on)


def balance(purpose):
    """What stands on an account, debit above zero."""
    query = text("""
        SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
          JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = :purpose
    """)
    return db.session.scalar(query, {"purpose": purpose})


def net_of(invoice):
    """The net of an invoice, added up from its lines."""
    query = text(
        "SELECT sum(round(quantity * unit_price, 2)) FROM accounting_invoice_line WHERE invoice_id = :id"
    )
    return db.session.scalar(query, {"id": invoice})
