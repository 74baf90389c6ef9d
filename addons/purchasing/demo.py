"""Two years of a buyer: terms of twelve suppliers in two currencies, orders that came, are late, or wait."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text, update

from addons.accounting.services.allocation import items_of
from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.purchasing.demo_landing import freight
from addons.purchasing.services.drafts import (
    Arrival,
    DeliveryDraft,
    OrderDraft,
    OrderLineDraft,
    ScheduleDraft,
)
from addons.purchasing.services.pricing import UNIT
from core import m
from core.clock import today
from core.db import round_to
from core.security.actor import Actor, acting
from core.security.users import LogIn

SUPPLIERS, PARTS, ORDERS = 12, 120, 220
#: Every third supplier invoices in euros, of which the books need a rate on each day of a receipt.
EURO, DOLLARS = "EUR", Decimal("1.08")
LIMIT = Decimal(5000)
_PARTS = text("""
    SELECT id, code, mpn, cost FROM product
     WHERE company_id = :company AND kind = 'goods' AND active AND cost > 0.14 ORDER BY code LIMIT :most
""")
#: A few should never run low; of what deliveries wait for somebody is known to sell it.
_MINIMUM = text("UPDATE product SET min_stock = 2500 WHERE id = ANY(:ids)")
_SOUGHT = text("""
    INSERT INTO purchasing_supplier_part
           (company_id, partner_id, product_id, lead_days, min_quantity, multiple)
    SELECT DISTINCT v.company_id, CAST(:supplier AS bigint), v.product_id, 21, 10000, 5000
      FROM stock_move v JOIN stock_location g ON g.id = v.to_id AND g.kind = 'customer'
     WHERE v.company_id = :company AND v.state = 'planned'
""")


def load(session: Any, company: Any) -> list[LogIn]:
    """Buy once; whoever logs in as purchasing becomes a buyer."""
    order = m.PurchasingOrder
    if session.scalar(select(order.id).where(order.company_id == company.id).limit(1)):
        return []
    user = session.scalars(select(m.User).where(m.User.email == "purchasing@demo.example")).one_or_none()
    role = session.scalars(select(m.Role).where(m.Role.name == "purchasing.manager")).one()
    if user is not None:
        user.roles.append(role)
    with acting(session, Actor(user and user.id, "demo", company.id, is_superuser=True)):
        _buy(session, company, random.Random(23))  # noqa: S311  # the same orders at every load
    return []


def _buy(session: Any, company: Any, chance: random.Random) -> None:
    parts = session.execute(_PARTS, {"company": company.id, "most": PARTS}).all()
    partner = m.Partner
    query = select(partner).where(partner.company_id == company.id, partner.is_supplier)
    suppliers = session.scalars(query.order_by(partner.code).limit(SUPPLIERS)).all()
    if len(parts) < PARTS or len(suppliers) < SUPPLIERS:
        return
    session.add_all(_rates(company.id))
    _agree(session, company.id, suppliers, parts)
    desk = Desk(session, company.id, chance, [s.id for s in suppliers], parts)
    desk.past()
    desk.present()
    company.approval_limit = LIMIT
    session.flush()
    desk.undecided()
    freight(session, company.id)
    session.execute(_MINIMUM, {"ids": [part.id for part in parts[::15]]})
    session.execute(_SOUGHT, {"company": company.id, "supplier": suppliers[3].id})


def _rates(company_id: int) -> Iterator[Any]:
    """A rate of the euro for each week before the last month, as it went up and down."""
    for week in range(5, 110):
        day = today() - timedelta(days=7 * week)
        rate = DOLLARS + Decimal(week % 13 - 6) / 200
        yield m.AccountingCurrencyRate(
            company_id=company_id, currency_code=EURO, date=day, source="ECB", rate=rate
        )


def _agree(session: Any, company_id: int, suppliers: Sequence[Any], parts: Sequence[Any]) -> None:
    """Who sells what, as what, at which prices since when; each part has a second source."""
    for number, supplier in enumerate(suppliers):
        supplier.currency_code = EURO if number % 3 == 2 else "USD"
        supplier.receipt_tolerance = Decimal(5 if number % 4 == 1 else 0)
        supplier.inspected = number == SUPPLIERS - 1
    terms = [
        {
            "company_id": company_id,
            "partner_id": suppliers[(n + 5 * rank) % SUPPLIERS].id,
            "product_id": part.id,
            "rank": rank + 1,
            "lead_days": 7 + 7 * (n % 5),
            "min_quantity": Decimal(50),
            "multiple": Decimal(10),
            "approved": (n, rank) != (0, 1),
        }
        for n, part in enumerate(parts)
        for rank in range(2)
    ]
    m.PurchasingSupplierPart._bulk(session, terms)
    made = m.PurchasingSupplierPart
    rows = session.execute(
        select(made.id, made.partner_id, made.product_id, made.rank).order_by(made.id)
    ).all()
    of, costs = {s.id: s.currency_code for s in suppliers}, {part.id: part.cost for part in parts}
    m.PurchasingSupplierPrice._bulk(
        session, (price for row in rows for price in _prices(company_id, row, of[row.partner_id], costs))
    )
    numbers = {part.id: part.mpn or part.code for part in parts}
    m.ProductPartNumber._bulk(
        session,
        (
            {
                "product_id": row.product_id,
                "partner_id": row.partner_id,
                "kind": "supplier",
                "number": f"{row.partner_id % 90 + 10}/{numbers[row.product_id]}",
            }
            for row in rows
        ),
    )


def _prices(company_id: int, row: Any, currency: str, costs: Any) -> Iterator[dict[str, Any]]:
    """A list without an end, and one of this year; from 200 on it is cheaper."""
    base = costs[row.product_id] * Decimal("0.9") * (1 + Decimal(row.rank) / 50)
    base = base / DOLLARS if currency == EURO else base
    for since, change in ((None, Decimal(1)), (date(today().year, 1, 1), Decimal("1.03"))):
        for least, part in ((Decimal(1), Decimal(1)), (Decimal(200), Decimal("0.92"))):
            yield {
                "company_id": company_id,
                "supplier_part_id": row.id,
                "partner_id": row.partner_id,
                "product_id": row.product_id,
                "currency_code": currency,
                "min_quantity": least,
                "unit_price": round_to(base * change * part, UNIT),
                "valid_from": since,
            }


def _payment(company_id: int, bill: Any, item_id: int) -> PaymentDraft:
    return PaymentDraft(
        company_id,
        bill.partner_id,
        bill.due_date,
        bill.total,
        bill.currency_code,
        "out",
        "payable",
        lines=[PaymentLine(item_id, bill.total)],
    )


class Desk:
    """What the buyer of the demo does, in the order of the days."""

    def __init__(
        self,
        session: Any,
        company_id: int,
        chance: random.Random,
        suppliers: Sequence[int],
        parts: Sequence[Any],
    ) -> None:
        self.session, self.company_id, self.chance = session, company_id, chance
        self.suppliers, self.parts = suppliers, parts

    def draft(self, on: date, supplier: int | None = None, lines: int = 0, days: int = 14) -> OrderDraft:
        """An order of a day to a supplier, for parts that it sells."""
        place = self.chance.randrange(SUPPLIERS - 1) if supplier is None else supplier
        sold = [part for n, part in enumerate(self.parts) if n % SUPPLIERS == place]
        chosen = self.chance.sample(sold, lines or self.chance.randint(2, 5))
        return OrderDraft(
            self.company_id,
            self.suppliers[place],
            [OrderLineDraft(p.id, Decimal(self.chance.choice((50, 100, 120, 200)))) for p in chosen],
            date=on,
            reference=f"AB-{self.chance.randint(10_000, 99_999)}",
            promised=on + timedelta(days=days),
        )

    def past(self) -> None:
        """What came long ago, every half month what was ordered in the one before."""
        first = max(today() - timedelta(days=725), date(today().year - 1, 1, 1))
        days = (today() - timedelta(days=45) - first).days
        drafts = [self.draft(first + timedelta(days=n * days // ORDERS)) for n in range(ORDERS)]
        made = m.PurchasingOrder.create(self.session, drafts)
        m.PurchasingOrder.confirm(self.session, made)
        batches: dict[int, list[int]] = {}
        for key, draft in zip(made, drafts, strict=True):
            assert draft.date is not None  # `draft` gives each a day
            batches.setdefault((draft.date - first).days // 15, []).append(key)
        bills: list[int] = []
        for batch, orders in sorted(batches.items()):
            on = first + timedelta(days=15 * batch + 29)
            m.PurchasingOrder.receive(self.session, orders, on)
            if batch < max(batches) - 1:
                bills += m.PurchasingOrder.bill(self.session, orders, on=on + timedelta(days=6))
        self._settle(bills)
        self._give_back(made[-1])

    def _settle(self, bills: Sequence[int]) -> None:
        """Suppliers number their bills; what is due is paid, a price was higher than ordered now and then."""
        table = m.AccountingBill.__table__
        numbered = update(table).where(table.c.id.in_(bills)).values(reference=func.concat("W", table.c.id))
        self.session.execute(numbered)
        self.session.expire_all()
        drafts = [self.session.get_one(m.AccountingBill, key) for key in bills[::15]]
        for draft in drafts:
            draft.lines[0].unit_price = round_to(draft.lines[0].unit_price * Decimal("1.02"), UNIT)
        m.AccountingBill.compute(self.session, drafts)
        self.session.flush()
        m.AccountingBill.post(self.session, bills)
        items = items_of(self.session, "accounting_bill", bills)
        bill = m.AccountingBill
        due = select(bill.id, bill.partner_id, bill.due_date, bill.total, bill.currency_code)
        rows = self.session.execute(
            due.where(bill.id.in_(bills), bill.due_date < today()).order_by(bill.due_date)
        )
        payments = [_payment(self.company_id, row, items[row.id].id) for row in rows]
        m.AccountingPayment.post(self.session, m.AccountingPayment.create(self.session, payments))

    def _give_back(self, order: int) -> None:
        """Ten of a part were not what was ordered."""
        move = next(iter(m.PurchasingOrder.returnable(self.session, order)))
        back = m.PurchasingOrder.return_goods(self.session, {move: Decimal(10)}, today() - timedelta(days=2))
        m.StockTransfer.do(self.session, back, today() - timedelta(days=2))

    def present(self) -> None:
        """What is on its way: in time, late, come in part, come and not inspected yet, given up in part."""
        days_ago = (3, 4, 5, 6, 7, 9, 10, 21, 24, 28, 16, 17, 18, 12)
        drafts = [self.draft(today() - timedelta(days=days)) for days in days_ago]
        drafts.append(self.draft(today() - timedelta(days=8), SUPPLIERS - 1, 2))
        made = m.PurchasingOrder.create(self.session, drafts)
        m.PurchasingOrder.confirm(self.session, made)
        for order in made[10:13]:
            self._part(order)
        self._call_off(made[0])
        m.PurchasingOrder.receive(self.session, made[-1:], today())
        m.PurchasingOrder.cancel_rest(self.session, made[12:13])

    def _call_off(self, order: int) -> None:
        """The supplier of one order confirms a line in two parts."""
        line = m.PurchasingOrderLine
        first = self.session.scalars(
            select(line).where(line.order_id == order).order_by(line.position)
        ).first()
        assert first is not None  # `draft` gives each order lines
        half = first.quantity / 2
        calls = [ScheduleDraft(today() + timedelta(days=days), half) for days in (11, 32)]
        m.PurchasingOrder.call_off(self.session, {first.id: calls})

    def _part(self, order: int) -> None:
        line = m.PurchasingOrderLine
        query = select(line.id, line.quantity).where(line.order_id == order).order_by(line.position)
        first = self.session.execute(query.limit(1)).one()
        on = today() - timedelta(days=1)
        arrival = Arrival(first.id, first.quantity / 2, "", f"{on.year % 100:02}{on.isocalendar().week:02}")
        delivery = DeliveryDraft([arrival], f"LS-{self.chance.randint(1000, 9999)}")
        m.PurchasingOrder.receive_deliveries(self.session, [delivery], on)

    def undecided(self) -> None:
        """Requests, an order that is too large for the buyer alone, and three answers to one inquiry."""
        drafts = [self.draft(today() - timedelta(days=days), days=21) for days in (1, 1, 2, 3, 5)]
        large = self.draft(today(), 0, 1)
        large.lines[0].quantity, large.lines[0].unit_price = Decimal(2000), Decimal("4.20")
        made = m.PurchasingOrder.create(self.session, [*drafts, large])
        m.PurchasingOrder.confirm(self.session, made[-1:])
        inquiry = m.PurchasingInquiry(
            company_id=self.company_id, answers_until=today() + timedelta(days=5), note="Yearly need"
        )
        inquiry.lines = [
            m.PurchasingInquiryLine(position=n, product_id=part.id, quantity=Decimal(500 * n))
            for n, part in enumerate(self.parts[:3], start=1)
        ]
        inquiry.suppliers = [
            m.PurchasingInquirySupplier(partner_id=supplier)
            for supplier in (*self.suppliers[:2], self.suppliers[3])
        ]
        m.PurchasingInquiry.create(self.session, [inquiry])
        asked = m.PurchasingInquiry.ask(self.session, [inquiry])
        self._answer(asked)

    def _answer(self, asked: Sequence[int]) -> None:
        """The first two have answered."""
        orders = [self.session.get_one(m.PurchasingOrder, key) for key in asked[:2]]
        for order in orders:
            for line, part in zip(order.lines, self.parts, strict=False):
                line.unit_price = round_to(part.cost * Decimal(self.chance.randint(80, 95)) / 100, UNIT)
                line.price_origin = "Mail"
        m.PurchasingOrder.compute(self.session, orders)
        self.session.flush()
