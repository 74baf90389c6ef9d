"""From what is short to the payment: a story that an accountant can check line by line.

Harbour Devices keeps its books in dollars. 1,200 capacitors are promised to a customer and none are there.
Rhein Components sells them at 0.0500 EUR from 1,000 on, in steps of 500, with 2 % more than ordered at most.
The euro is 1.10 dollars when they come, 1.12 when they are billed, 1.15 when they are paid.
"""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting.services.allocation import Pair, items_of
from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.purchasing.services.drafts import Arrival, DeliveryDraft
from addons.stock.services.drafts import MoveDraft, TransferDraft
from addons.stock.services.orders.changing import Amendment
from core import m
from core.clock import today
from core.db import db

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "purchasing")


def test_short_asked_ordered_received_in_parts_returned_billed_credited_paid(company):
    supplier = m.Partner(
        company_id=company.id,
        code="S1",
        name="Rhein Components",
        is_supplier=True,
        is_customer=False,
        currency_code="EUR",
        receipt_tolerance=Decimal(2),
    )
    part = m.Product(company_id=company.id, code="CAP", description="Capacitor 100 nF", cost=Decimal("0.05"))
    db.session.add_all([supplier, part])
    db.session.flush()
    terms = m.PurchasingSupplierPart(
        company_id=company.id,
        partner_id=supplier.id,
        product_id=part.id,
        min_quantity=Decimal(1000),
        multiple=Decimal(500),
        lead_days=14,
    )
    terms.prices = [
        m.PurchasingSupplierPrice(currency_code="EUR", min_quantity=least, unit_price=Decimal(price))
        for least, price in ((1, "0.0600"), (1000, "0.0500"))
    ]
    db.session.add(terms)
    for day, rate in ((today(), "1.09"), (date(2026, 3, 2), "1.10"), (date(2026, 3, 20), "1.12")):
        add_rate(company, day, rate)
    add_rate(company, date(2026, 4, 19), "1.15")

    # A customer is promised 1,200; nothing is there: 1,500 are suggested, since they come in steps of 500.
    promised = TransferDraft(
        company.id, "delivery", [MoveDraft(part.id, Decimal(1200))], planned=date(2026, 3, 9)
    )
    m.StockTransfer.create(db.session, [promised])
    (key,) = m.PurchasingOrder.order_short(db.session, {part.id: None})
    order = db.session.get(m.PurchasingOrder, key)
    (line,) = order.lines
    assert (line.quantity, line.unit_price, order.net, order.currency_code) == (
        1500,
        Decimal("0.05"),
        75,
        "EUR",
    )
    assert "in steps of 500" in line.note and "break 1,000+" in line.price_origin

    # The supplier confirms, and asks for 0.0520.
    assert m.PurchasingOrder.confirm(db.session, [order]) == {}
    m.PurchasingOrder.amend(db.session, [Amendment(line.id, unit_price=Decimal("0.052"), reason="Mail")])
    assert order.net == 78

    # 2 March: 1,000 come in two lots. One is worth 0.052 × 1.10 = 0.0572 dollars; 57.20 in all.
    came = [Arrival(line.id, Decimal(500), f"R{n}", "2607") for n in (1, 2)]
    receive(came, "LS 77", date(2026, 3, 2))
    assert (line.received, balance("inventory"), balance("goods_received")) == (
        1000,
        Decimal("57.20"),
        Decimal("-57.20"),
    )

    # The rest comes on the same day, and 20 more than were ordered: 520 × 0.0572 = 29.74.
    receive([Arrival(line.id, Decimal(520), "R3", "2607")], "LS 78", date(2026, 3, 2))
    assert (line.received, balance("goods_received")) == (1520, Decimal("-86.94"))

    # 100 of the first lot are sent back: 5.72.
    first = db.session.scalars(
        select(m.StockMove.id)
        .where(m.StockMove.purchase_line_id == line.id, m.StockMove.state == "done")
        .order_by(m.StockMove.id)
    ).first()
    back = m.PurchasingOrder.return_goods(db.session, {first: Decimal(100)}, date(2026, 3, 3))
    m.StockTransfer.do(db.session, back, date(2026, 3, 3))
    assert (balance("inventory"), balance("goods_received")) == (Decimal("81.22"), Decimal("-81.22"))

    # 20 March: the bill is for all 1,520 at 0.0525, 79.80 EUR; the return is credited by a note of its own.
    # Goods: 1,520 × 0.052 = 79.04 EUR, received for 86.94. Price: 0.76 EUR × 1.12 = 0.85.
    # At the bill's rate the goods are 88.52, which is 1.58 more. Owed are 86.94 + 0.85 + 1.58 = 89.37.
    (draft,) = m.PurchasingOrder.bill(db.session, [order], "R-2026-118", date(2026, 3, 20))
    bill = db.session.get(m.AccountingBill, draft)
    bill.lines[0].quantity, bill.lines[0].unit_price = Decimal(1520), Decimal("0.0525")
    m.AccountingBill.compute(db.session, [bill])
    m.AccountingBill.post(db.session, [bill])
    db.session.expire_all()
    assert (balance("payable"), balance("price_difference"), balance("exchange_difference")) == (
        Decimal("-89.37"),
        Decimal("0.85"),
        Decimal("1.58"),
    )
    assert balance("goods_received") == Decimal("5.72") and order.state == "confirmed"
    (note,) = m.PurchasingOrder.bill(db.session, [order], "G-2026-9", date(2026, 3, 20))
    m.AccountingBill.post(db.session, [note])
    db.session.expire_all()
    # 100 × 0.052 = 5.20 EUR at 1.12 = 5.82: 5.72 of goods, 0.10 by the rates.
    assert (balance("goods_received"), balance("payable"), order.state) == (0, Decimal("-83.55"), "done")
    assert balance("exchange_difference") == Decimal("1.48")

    # 19 April: the rest of the bill is paid at 1.15, 74.60 EUR for 85.79 dollars.
    owed = items_of(db.session, "accounting_bill", [bill.id])[bill.id]
    credited = items_of(db.session, "accounting_bill", [note])[note]
    m.AccountingAllocation.settle(db.session, [pair(credited, owed, "5.20")], date(2026, 3, 20))
    payment = PaymentDraft(
        company.id,
        supplier.id,
        date(2026, 4, 19),
        Decimal("74.60"),
        "EUR",
        "out",
        "payable",
        lines=[PaymentLine(owed.id, Decimal("74.60"))],
    )
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [payment]))
    assert (balance("payable"), balance("bank")) == (0, Decimal("-85.79"))
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []
    assert db.session.scalar(text("SELECT sum(debit) - sum(credit) FROM accounting_entry_line")) == 0


def add_rate(company, day, rate):
    """What a euro is worth on a day."""
    db.session.add(
        m.AccountingCurrencyRate(company_id=company.id, currency_code="EUR", date=day, rate=Decimal(rate))
    )
    db.session.flush()


def receive(arrivals, reference, on):
    """Goods come with a delivery note."""
    m.PurchasingOrder.receive_deliveries(db.session, [DeliveryDraft(arrivals, reference)], on)
    db.session.expire_all()


def pair(credit, debit, amount):
    """So much of a credit note settles a bill."""
    return Pair(credit.id, debit.id, Decimal(amount))


def balance(purpose):
    """What stands on an account, debit above zero."""
    query = text("""
        SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
          JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = :purpose
    """)
    return db.session.scalar(query, {"purpose": purpose})
