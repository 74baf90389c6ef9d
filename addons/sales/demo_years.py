"""Two years of trade: reels come every quarter, orders go every month, some come back, most are paid.

All of a month are written, delivered and invoiced at once, as a batch does it; the same at every load.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import select, text

from addons.accounting.services import early
from addons.accounting.services.chart import books_of
from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from addons.stock.services.drafts import LotDraft, MoveDraft, TransferDraft
from core import m
from core.clock import today

YEARS, A_MONTH, LOST = 2, 14, 3
#: Parts of the last makers: what other demo data counts and moves stays as it is.
PASSIVES, DEAR = 60, 30
REEL = Decimal(5000)
_PARTS = text("""
    (SELECT id, list_price, cost, true AS on_reels FROM product
      WHERE company_id = :company AND active AND pack_quantity IS NOT NULL ORDER BY code DESC LIMIT :passives)
    UNION ALL
    (SELECT id, list_price, cost, false FROM product
      WHERE company_id = :company AND active AND pack_quantity IS NULL AND kind = 'goods'
      ORDER BY code DESC LIMIT :dear)
""")
#: Pieces of what comes on reels, and of the rest, small orders more often than large ones.
ON_REELS = (500, 1000, 1000, 2500, 5000, 5000, 10_000, 15_000, 20_000, 30_000)
SINGLY = (25, 50, 100, 100, 250, 500, 1000)


class Years:
    """Who trades what, and when."""

    def __init__(self, session: Any, company_id: int, customers: Sequence[int]) -> None:
        self.session, self.company_id, self.customers = session, company_id, customers
        values = {"company": company_id, "passives": PASSIVES, "dear": DEAR}
        self.parts = session.execute(_PARTS, values).all()
        self.chance = random.Random(17)  # noqa: S311  # the same orders at every load
        self.reels = 0

    def load(self) -> None:
        """Trade month by month, with goods for three months at the beginning of each quarter."""
        months = list(self._months())
        orders = {month: [self._order(month) for _n in range(A_MONTH)] for month in months}
        for first in range(0, len(months), 3):
            quarter = months[first : first + 3]
            self._receive(quarter[0], [draft for month in quarter for draft in orders[month]])
            for month in quarter:
                self._trade(month, orders[month])
        self._now()
        self._pay()

    def _now(self) -> None:
        """Of this month some orders are delivered, some wait, and some are short until more comes."""
        month = today().replace(day=1)
        orders = [self._order(month) for _n in range(A_MONTH)]
        for draft in orders:
            draft.date = min(draft.date or month, today())
            draft.valid_until = today() + timedelta(days=30)
        self._receive(month, orders[: A_MONTH * 3 // 4])
        made = m.SalesOrder.create(self.session, orders)
        m.SalesOrder.confirm(self.session, made[LOST:])
        going = made[LOST : A_MONTH // 2]
        m.SalesOrder.deliver(self.session, going, today())
        order = m.SalesOrder
        by_delivery = select(order.id).where(order.id.in_(going), order.invoicing == "delivery")
        m.SalesOrder.invoice(
            self.session, self.session.scalars(by_delivery.order_by(order.id)).all(), today()
        )

    def _months(self) -> Iterator[date]:
        """The first days of the months before this one; none lies in a closed year."""
        closed = books_of(self.session, self.company_id).closed
        now = today()
        for back in range(12 * YEARS, 0, -1):
            count = now.year * 12 + now.month - 1 - back
            month = date(count // 12, count % 12 + 1, 1)
            if closed is None or month > closed:
                yield month

    def _order(self, month: date) -> OrderDraft:
        chance = self.chance
        on = month + timedelta(days=chance.randint(0, 7))
        wanted = chance.sample(list(self.parts), chance.randint(1, 5))
        return OrderDraft(
            self.company_id,
            chance.choice(self.customers),
            [self._line(part) for part in wanted],
            date=on,
            valid_until=on + timedelta(days=30),
            reference=f"PO-{chance.randint(100_000, 999_999)}",
            promised=month + timedelta(days=chance.choice((12, 14, 20))),
        )

    def _line(self, part: Any) -> OrderLineDraft:
        """Large quantities cost less, and nobody is sold below what goods cost."""
        quantity = Decimal(self.chance.choice(ON_REELS if part.on_reels else SINGLY))
        off = Decimal(self.chance.choice((0, 2, 5, 8, 12))) / 100
        price = (part.list_price * (1 - off)).quantize(Decimal("0.0001"))
        return OrderLineDraft(part.id, quantity, max(price, part.cost), price_origin="")

    def _receive(self, month: date, orders: Sequence[OrderDraft]) -> None:
        """What the quarter needs and a little more, on full reels with a date code."""
        needed: dict[int, Decimal] = {}
        for line in (line for draft in orders for line in draft.lines):
            needed[line.product_id or 0] = needed.get(line.product_id or 0, Decimal(0)) + line.quantity
        moves = [
            move
            for part in self.parts
            if part.id in needed
            for move in self._come(part, needed[part.id], month)
        ]
        made = m.StockTransfer.create(
            self.session, [TransferDraft(self.company_id, "receipt", moves, planned=month)]
        )
        m.StockTransfer.do(self.session, made, month)

    def _come(self, part: Any, needed: Decimal, month: date) -> Iterator[MoveDraft]:
        made = month - timedelta(weeks=self.chance.randint(3, 40))
        code = f"{made.year % 100:02}{made.isocalendar().week:02}"
        each = REEL if part.on_reels else (needed * Decimal("1.1")).to_integral_value(ROUND_CEILING)
        for _reel in range(int((needed * Decimal("1.05") / each).to_integral_value(ROUND_CEILING))):
            self.reels += 1
            yield MoveDraft(
                part.id,
                each,
                lot=LotDraft(f"Y{self.reels:05}", code, f"{code}{self.chance.choice('ABCD')}"),
                unit_cost=part.cost,
            )

    def _trade(self, month: date, drafts: Sequence[OrderDraft]) -> None:
        """Orders are confirmed, delivered and invoiced; what nobody ordered is given up."""
        session = self.session
        ids = m.SalesOrder.create(session, drafts)
        lost, sold = ids[:LOST], ids[LOST:]
        m.SalesOrder.cancel(session, lost)
        m.SalesOrder.confirm(session, sold)
        went = month + timedelta(days=21)
        m.SalesOrder.deliver(session, sold, went)
        order = m.SalesOrder
        kinds = dict(session.execute(select(order.id, order.invoicing).where(order.id.in_(sold))).all())
        m.SalesOrder.invoice(session, [i for i in sold if kinds[i] != "period"], went)
        if month.month % 2:
            self._take_back(next(i for i in sold if kinds[i] != "period"), went + timedelta(days=5))
        m.SalesOrder.invoice_until(session, self.customers, went + timedelta(days=6))

    def _take_back(self, order: int, on: date) -> None:
        """A few pieces of an order were not what the customer wanted."""
        move, went = next(iter(m.SalesOrder.returnable(self.session, order).items()))
        back = min(went, Decimal(self.chance.choice((20, 100, 250))))
        m.StockTransfer.do(self.session, m.SalesOrder.return_goods(self.session, {move: back}, on), on)
        m.SalesOrder.credit(self.session, [order], on)

    def _pay(self) -> None:
        """Most pay about when it is due, some early and less, a few not at all."""
        drafts = sorted((d for item in self._open() for d in self._payment(item)), key=lambda d: d.date)
        m.AccountingPayment.post(self.session, m.AccountingPayment.create(self.session, drafts))

    def _open(self) -> Sequence[Any]:
        query = text("""
            SELECT DISTINCT o.id, o.partner_id, o.date, o.due_date, o.currency_code, o.number,
                   o.amount - o.allocated AS residual, o.discount, o.discount_until
              FROM accounting_open_item o JOIN accounting_invoice i ON i.number = o.number
                   AND i.company_id = o.company_id
              JOIN accounting_invoice_line l ON l.invoice_id = i.id AND l.order_line_id IS NOT NULL
             WHERE o.company_id = :company AND o.document = 'invoice' AND o.amount > o.allocated ORDER BY o.id
        """)
        return self.session.execute(query, {"company": self.company_id}).all()

    def _payment(self, item: Any) -> Iterator[PaymentDraft]:
        quick = item.discount_until is not None and self.chance.random() < 0.7
        late = timedelta(days=self.chance.randint(-4, 20))
        on = item.discount_until - timedelta(days=1) if quick else item.due_date + late
        if on >= today() or self.chance.random() > 0.95:
            return
        off = early.earned(item.residual, item.discount, item.discount_until, on)
        line = PaymentLine(item.id, item.residual - off, off)
        yield PaymentDraft(
            self.company_id,
            item.partner_id,
            max(on, item.date),
            line.amount,
            item.currency_code,
            reference=item.number,
            lines=[line],
        )


def load(session: Any, company_id: int, customers: Sequence[int]) -> None:
    """Trade for two years, where there are parts and customers enough."""
    years = Years(session, company_id, customers)
    if len(years.parts) == PASSIVES + DEAR and len(customers) > 1:
        years.load()
