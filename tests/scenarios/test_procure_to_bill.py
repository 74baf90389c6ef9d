"""From a short order to the payment, with freight and electronic bills: line by line, and computed anew.

Harbour Devices keeps its books in dollars, and values its stock first in, first out. A customer orders 1,200
capacitors and none are there. Rhein Components sells them in euros, Northline carries them. At the end stock
value and goods received not billed are computed once more from what was ordered, moved and billed, piece by
piece.
"""

from collections import deque
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import select, text

from addons.accounting.services.allocation import Pair, items_of
from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.purchasing.services.demand import needs_of
from addons.purchasing.services.drafts import Arrival, DeliveryDraft, ScheduleDraft
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.stock.services.orders.changing import Amendment
from core import m
from core.clock import today
from core.db import db
from tests.einvoices import Paper, PaperLine, cii, hybrid, ubl

pytestmark = pytest.mark.addons("partners", "products", "accounting", "stock", "sales", "purchasing")


def day(number, month=3):
    """A day of 2026."""
    return date(2026, month, number)


def test_short_line_to_payment_with_freight_and_a_bill_from_a_file(company):
    story = Story(company)
    story.is_asked_and_ordered()
    story.comes_and_goes()
    story.costs_freight()
    story.is_billed_by_a_file()
    story.goes_back()
    story.is_paid()
    # Nothing of what was booked is believed.
    anew = computed_anew(story.line, story.cost.total)
    assert balances("inventory", "goods_received") == [str(anew["stock"]), "0"] == ["32.32", "0"]
    assert worth(story.part) == (300, anew["stock"]) and anew["goods_received"] == 0
    assert anew["went_out"] == Decimal("128.95") and anew["lost"] == Decimal("5.00")
    assert db.session.execute(text("SELECT * FROM stock_differences()")).all() == []
    assert db.session.scalar(text("SELECT sum(debit) - sum(credit) FROM accounting_entry_line")) == 0


class Story:
    """A company that buys in euros and sells in dollars, and what happens to it chapter by chapter."""

    def __init__(self, company):
        company.cost_method, company.tax_number = "fifo", "US-77"
        self.company = company
        self.rhein = partner(company, "S1", "Rhein Components", currency_code="EUR", tax_number="DE123")
        self.others = [partner(company, "S2", "Elbe Parts"), partner(company, "S3", "Oder Electronic")]
        self.northline = partner(company, "S9", "Northline Freight")
        self.part = m.Product(
            company_id=company.id, code="CAP", weight=Decimal("0.4"), description="Capacitor 100 nF"
        )
        customer = m.Partner(company_id=company.id, code="C1", name="Quay Robotics", currency_code="USD")
        db.session.add_all([customer, self.part])
        db.session.flush()
        self._agree()
        # 1 March: 1,200 are sold at 0.20, and none are there.
        wanted = [OrderLineDraft(self.part.id, Decimal(1200), Decimal("0.20"))]
        sold = OrderDraft(company.id, customer.id, wanted, day(1))
        (self.sold,) = m.SalesOrder.create(db.session, [sold])
        m.SalesOrder.confirm(db.session, [self.sold])

    def _agree(self):
        """Rhein sells at least 1,000 in steps of 500; what a euro is worth on the days that matter."""
        of = {"product_id": self.part.id, "partner_id": self.rhein.id}
        terms = m.PurchasingSupplierPart(
            company_id=self.company.id, min_quantity=Decimal(1000), multiple=Decimal(500), **of
        )
        db.session.add_all([terms, m.ProductPartNumber(kind="supplier", number="10-4711", **of)])
        rates = {today(): "1.09", day(2): "1.10", day(9): "1.11", day(20): "1.12", day(19, 4): "1.15"}
        rate, keeps = m.AccountingCurrencyRate, {"company_id": self.company.id, "currency_code": "EUR"}
        db.session.add_all(rate(date=on, rate=Decimal(euro), **keeps) for on, euro in rates.items())
        db.session.flush()

    def is_asked_and_ordered(self):
        """1,500 are suggested, three suppliers asked; Rhein is the cheapest and confirms 1,600 in parts."""
        (need,) = needs_of(db.session, self.company.id)
        assert (need.part.id, need.wanted, need.quantity) == (self.part.id, 1200, 1500)
        inquiry = m.PurchasingInquiry(company_id=self.company.id, date=day(1))
        asked_for = m.PurchasingInquiryLine(position=1, product_id=self.part.id, quantity=need.quantity)
        inquiry.lines = [asked_for]
        suppliers = [self.rhein, *self.others]
        inquiry.suppliers = [m.PurchasingInquirySupplier(partner_id=one.id) for one in suppliers]
        m.PurchasingInquiry.create(db.session, [inquiry])
        made = m.PurchasingInquiry.ask(db.session, [inquiry])
        asked = [db.session.get(m.PurchasingOrder, key) for key in made]
        for request, price in zip(asked, ("0.0520", "0.0610", "0.0590"), strict=True):
            request.lines[0].unit_price = Decimal(price)
        m.PurchasingOrder.compute(db.session, asked)
        db.session.flush()
        assert m.PurchasingInquiry.accept(db.session, asked[:1]) == {}
        db.session.expire_all()
        assert [one.state for one in asked] == ["confirmed", "cancelled", "cancelled"]
        self.order = asked[0]
        (self.line,) = self.order.lines
        more = Amendment(self.line.id, quantity=Decimal(1600), reason="Price break")
        m.PurchasingOrder.amend(db.session, [more])
        calls = [ScheduleDraft(day(2), Decimal(600)), ScheduleDraft(day(9), Decimal(1000))]
        m.PurchasingOrder.call_off(db.session, {self.line.id: calls})
        assert [change.what for change in self.order.changes] == ["quantity", "schedules"]
        assert self.order.net == Decimal("83.20")

    def comes_and_goes(self):
        """2 March: 600 × 0.052 × 1.10 = 34.32, sold and invoiced; 9 March: 57.72 at 1.11, 600 sold."""
        receive(self.line, 600, "LS 77", day(2))
        sell(self.sold, day(3))
        m.SalesOrder.invoice(db.session, [self.sold], day(3))
        assert balances("inventory", "goods_received", "cost_of_goods_sold") == ["0", "-34.32", "34.32"]
        receive(self.line, 1000, "LS 82", day(9))
        sell(self.sold, day(10))
        assert balances("inventory", "goods_received", "goods_shipped") == ["23.09", "-92.04", "34.63"]

    def costs_freight(self):
        """80.00 by weight, 30.00 and 50.00. The first 600 are sold, 600 of the others on their way.

        So 30.00 go to cost of goods sold, 30.00 to goods shipped, 20.00 to inventory. Northline bills by a
        file over 82.00, 2.00 more than was accrued.
        """
        self.cost = m.PurchasingLandedCost(
            company_id=self.company.id, partner_id=self.northline.id, date=day(12), reference="HBL 5"
        )
        self.cost.lines = [m.PurchasingLandedLine(position=1, amount=Decimal(80), spread="weight")]
        came_on = receipts(self.line)
        self.cost.receipts = [m.PurchasingLandedReceipt(transfer_id=key) for key in came_on]
        m.PurchasingLandedCost.create(db.session, [self.cost])
        m.PurchasingLandedCost.post(db.session, [self.cost])
        assert balances("accrued_landed_cost", "cost_of_goods_sold") == ["-80.00", "64.32"]
        assert balances("goods_shipped", "inventory") == ["64.63", "43.09"]
        asked = PaperLine("1", "82.00", name="Freight")
        content = ubl(self._paper("F-9", "Northline Freight", "", "USD", asked, delivery="HBL 5"))
        self.freight = self._bill_from(content)
        m.AccountingBill.post(db.session, [self.freight])
        assert balances("accrued_landed_cost", "price_difference") == ["0", "2.00"]
        assert computed_anew(self.line, self.cost.total)["goods_received"] == Decimal("-92.04")

    def is_billed_by_a_file(self):
        """A Factur-X file over 1,600 at 0.0530, 84.80 EUR; ordered were 83.20 EUR, received for 92.04.

        Price: 1.60 EUR × 1.12 = 1.79. At 1.12 the goods are 93.18, 1.14 more. Owed are 94.97.
        """
        goods = PaperLine("1600", "0.0530", seller="10-4711", order=self.order.number)
        paper = self._paper("R-118", "Rhein Components", "DE123", "EUR", goods, delivery="LS 77")
        self.bill = self._bill_from(hybrid(cii(paper)), "R-118.pdf")
        assert [(x.purchase_line_id, x.quantity) for x in self.bill.lines] == [(self.line.id, 1600)]
        assert self.bill.total == self.bill.filed_total == Decimal("84.80")
        m.AccountingBill.post(db.session, [self.bill])
        assert balances("goods_received", "price_difference", "exchange_difference") == ["0", "3.79", "1.14"]
        assert owed(self.rhein) == Decimal("-94.97")

    def goes_back(self):
        """100 of the second receipt: Rhein owes 5.77; with freight they have cost 10.77, and 5.00 are lost.

        Its credit note is a file over 100 at 0.0530. 5.20 EUR of goods at 1.12 are 5.82, received for 5.77;
        0.10 EUR of price are 0.11: 5.93 come off what is owed.
        """
        back = {moves(self.line)[-1]: Decimal(100)}
        made = m.PurchasingOrder.return_goods(db.session, back, day(21))
        m.StockTransfer.do(db.session, made, day(21))
        assert balances("goods_received", "inventory", "inventory_difference") == ["5.77", "32.32", "5.00"]
        assert computed_anew(self.line, self.cost.total)["goods_received"] == Decimal("5.77")
        returned = PaperLine("100", "0.0530", seller="104711")
        credit = self._paper("G-12", "Rhein Components", "DE123", "EUR", returned, code="381")
        self.note = self._bill_from(cii(credit))
        m.AccountingBill.post(db.session, [self.note])
        assert balances("goods_received", "price_difference", "exchange_difference") == ["0", "3.68", "1.09"]
        assert owed(self.rhein) == Decimal("-89.04")

    def is_paid(self):
        """The second delivery is invoiced; 79.50 EUR are paid on 19 April at 1.15, and Northline 82.00."""
        m.SalesOrder.invoice(db.session, [self.sold], day(31))
        settle(self.note, self.bill, "5.30", day(25))
        self._pay(self.rhein, self.bill, "79.50", "EUR")
        self._pay(self.northline, self.freight, "82.00", "USD")
        assert balances("goods_shipped", "cost_of_goods_sold") == ["0", "128.95"]
        assert balances("payable", "bank") == ["0", "-173.43"]

    def _paper(self, number, seller, tax, currency, line, **values):
        """An electronic invoice of 20 March to the company."""
        to = {"buyer": self.company.name, "buyer_tax": "US77"}
        of = {"number": number, "seller": seller, "seller_tax": tax, "currency": currency}
        return Paper([line], **of, **to, **values)

    def _bill_from(self, content, name="bill.xml"):
        """The draft of a file."""
        (made,) = m.AccountingBill.take_file(db.session, self.company.id, name, content)
        return db.session.get(m.AccountingBill, made)

    def _pay(self, whom, bill, amount, currency):
        """What is left of a bill is paid on 19 April."""
        item, paid = items_of(db.session, "accounting_bill", [bill.id])[bill.id], Decimal(amount)
        lines = [PaymentLine(item.id, paid)]
        of = (self.company.id, whom.id, day(19, 4), paid, currency, "out", "payable")
        draft = PaymentDraft(*of, lines=lines)
        m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, [draft]))


def partner(company, code, name, **values):
    """A supplier."""
    made = m.Partner(
        company_id=company.id, code=code, name=name, is_supplier=True, is_customer=False, **values
    )
    db.session.add(made)
    db.session.flush()
    return made


def receive(line, quantity, reference, on):
    """Goods come with a delivery note."""
    delivery = DeliveryDraft([Arrival(line.id, Decimal(quantity))], reference)
    m.PurchasingOrder.receive_deliveries(db.session, [delivery], on)
    db.session.expire_all()


def sell(order, on):
    """What is there by now goes to the customer."""
    m.SalesOrder.reserve(db.session, [order])
    m.SalesOrder.deliver(db.session, [order], on)


def moves(line):
    """What came for an order line."""
    move = m.StockMove
    query = select(move.id).where(
        move.purchase_line_id == line.id, move.state == "done", move.returns_id.is_(None)
    )
    return list(db.session.scalars(query.order_by(move.id)))


def receipts(line):
    """On which receipts that was."""
    return list(db.session.scalars(select(m.StockMove.transfer_id).where(m.StockMove.id.in_(moves(line)))))


def settle(note, bill, amount, on):
    """A credit note settles so much of a bill."""
    items = items_of(db.session, "accounting_bill", [note.id, bill.id])
    pair = Pair(items[note.id].id, items[bill.id].id, Decimal(amount))
    m.AccountingAllocation.settle(db.session, [pair], on)


def balances(*purposes):
    """What stands on accounts, debit above zero; whole numbers without decimals where nothing stands."""
    query = text("""
        SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
          JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = :purpose
    """)
    db.session.expire_all()
    found = [db.session.scalar(query, {"purpose": purpose}) for purpose in purposes]
    return [str(amount) if amount else "0" for amount in found]


def owed(whom):
    """What stands on a supplier's account."""
    query = text("""
        SELECT sum(l.debit - l.credit) FROM accounting_entry_line l
          JOIN accounting_account a ON a.id = l.account_id
         WHERE a.purpose = 'payable' AND l.partner_id = :partner
    """)
    return db.session.scalar(query, {"partner": whom.id})


def worth(part):
    """How much of a part is there, and what it is worth."""
    query = text("SELECT quantity, amount FROM stock_worth WHERE product_id = :id")
    return tuple(db.session.execute(query, {"id": part.id}).one())


def cents(amount):
    """Rounded as in the trade."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def pieces(amount, quantity):
    """The cost of each piece, so that the first n of them together cost n shares, rounded."""
    sums = [cents(amount * n / quantity) for n in range(quantity + 1)]
    return [after - before for before, after in zip(sums, sums[1:], strict=False)]


def computed_anew(line, freight):
    """Stock value, goods received not billed, what went out, what was lost: from papers and moves alone."""
    rate = m.AccountingCurrencyRate
    rates = dict(db.session.execute(select(rate.date, rate.rate)).all())
    came = {}
    for move in db.session.scalars(select(m.StockMove).where(m.StockMove.id.in_(moves(line)))):
        asked = cents(move.quantity * line.unit_price * rates[move.date])
        cost, quantity = asked + freight * move.quantity / line.received, int(move.quantity)
        came[move.id] = deque(pieces(asked, quantity)), deque(pieces(cost, quantity))
    whole = sum(sum(asked) for asked, _cost in came.values())
    out = lost = owed_back = Decimal(0)
    gone = select(m.StockMove).where(m.StockMove.state == "done", m.StockMove.id.not_in(came))
    for move in db.session.scalars(gone.order_by(m.StockMove.id)):
        for _ in range(int(move.quantity)):
            if move.returns_id is not None:
                asked, cost = came[move.returns_id]
                owed_back += asked[0]
                lost += cost.popleft() - asked.popleft()
            else:
                out += next(cost for _asked, cost in came.values() if cost).popleft()
    # Nothing is billed, or all that came, or all that was kept.
    kept = line.received - line.returned
    billed = {Decimal(0): Decimal(0), line.received: whole, kept: whole - owed_back}[line.billed]
    return {
        "stock": sum(sum(cost) for _asked, cost in came.values()),
        "goods_received": billed - (whole - owed_back),
        "went_out": out,
        "lost": lost,
    }
