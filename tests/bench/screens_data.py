"""What the screens show: 200,000 parts, 50,000 sales orders and 44,000 invoices, 6,000 purchase orders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.accounting.services.drafts import PaymentDraft, PaymentLine
from addons.purchasing.services.drafts import OrderDraft as PurchaseDraft
from addons.purchasing.services.drafts import OrderLineDraft as PurchaseLine
from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.clock import today
from core.db import db
from tests.bench import work


@dataclass(frozen=True)
class Size:
    """How much there is."""

    parts: int = 200_000
    customers: int = 2_000
    #: Orders of two lines over the year: the newest are quotations, of ten others nine are invoiced.
    orders: int = 50_000
    quotations: int = 1_000
    #: Orders of ten lines over the year: the newest are requests, of eleven others ten are billed.
    purchases: int = 6_000
    requests: int = 200
    suppliers: int = 100
    #: The parts that are traded: so many of those that there are.
    stocked: int = 2_000


#: Documents of one day, which are made, confirmed and moved at once.
SET = 1_000


def fill(size: Size) -> None:
    """The data, written by the database or in sets where that is quicker; the statistics are those of now."""
    fill_parts(size.parts)
    partners = work.customers(size.customers)
    traded = list(db.session.scalars(select(m.Product.id).order_by(m.Product.id).limit(size.stocked)))
    _buy(size, _suppliers(size.suppliers), traded)
    _sell(size, partners, traded)
    _pay(partners)
    settle_down()


def fill_parts(count: int) -> None:
    """So many parts of some makers."""
    db.session.execute(db.text(_MAKERS))
    add_parts(1, count)


def settle_down() -> None:
    """Let the database know what it holds by now, as it does by itself within minutes."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(db.text("VACUUM ANALYZE"))


def add_parts(first: int, count: int) -> None:
    """Parts with the numbers from `first` on."""
    numbers = {"company": work.company_id(), "first": first, "last": first + count - 1}
    db.session.execute(db.text(_PARTS), numbers)
    db.session.commit()


_MAKERS = "INSERT INTO maker (name) SELECT 'Maker ' || n FROM generate_series(1, 50) n"
_PARTS = """
INSERT INTO product (company_id, code, mpn, maker_id, description)
SELECT :company, 'P' || lpad(n::text, 6, '0'),
       (ARRAY['RC0603FR-07', 'GRM188R71', 'STM32F', 'LM358-'])[1 + n % 4] || n || 'KL', 1 + n % 50,
       (ARRAY['Resistor 1% 0603', 'Capacitor X7R 10%', 'Microcontroller', 'Amplifier'])[1 + n % 4]
         || ' no. ' || n
  FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n"""


def _suppliers(count: int) -> list[int]:
    rows = (
        {
            "company_id": work.company_id(),
            "code": f"S{n:04}",
            "name": f"Supplier {n}",
            "is_supplier": True,
            "is_customer": False,
        }
        for n in range(count)
    )
    m.Partner._bulk(db.session, rows)
    query = select(m.Partner.id).where(m.Partner.is_supplier).order_by(m.Partner.code)
    return list(db.session.scalars(query))


def _sets(count: int) -> Iterator[tuple[date, range]]:
    """So many documents in sets, each with its day: over the year until now."""
    for start in range(0, count, SET):
        yield (
            today() - timedelta(days=365 * (count - start - 1) // count),
            range(start, min(start + SET, count)),
        )


def _buy(size: Size, suppliers: Sequence[int], parts: Sequence[int]) -> None:
    """The purchase orders, the last of which are requests, and what has come of them."""
    for day, numbers in _sets(size.purchases):
        drafts = [_purchase(suppliers[n % len(suppliers)], parts, n, day) for n in numbers]
        made = m.PurchasingOrder.create(db.session, drafts)
        ordered = [key for key, n in zip(made, numbers, strict=True) if n < size.purchases - size.requests]
        m.PurchasingOrder.confirm(db.session, ordered)
        # Of eleven, not of ten, by which the parts follow each other too: some would never come.
        come = [key for n, key in enumerate(ordered) if n % 11]
        m.PurchasingOrder.receive(db.session, come, day)
        m.AccountingBill.post(db.session, m.PurchasingOrder.bill(db.session, come, f"R{numbers.start}", day))
        db.session.commit()
        db.session.expunge_all()


def _purchase(supplier: int, parts: Sequence[int], number: int, day: date) -> PurchaseDraft:
    lines = [
        PurchaseLine(parts[(number * 10 + k) % len(parts)], Decimal(500), Decimal(20 + k) / 1000)
        for k in range(10)
    ]
    return PurchaseDraft(work.company_id(), supplier, lines, date=day, promised=_promised(number))


def _sell(size: Size, partners: Sequence[int], parts: Sequence[int]) -> None:
    """The sales orders, the last of which are quotations, and what has gone of them."""
    for day, numbers in _sets(size.orders):
        drafts = [_sale(partners[n % len(partners)], parts, n, day) for n in numbers]
        made = m.SalesOrder.create(db.session, drafts)
        ordered = [key for key, n in zip(made, numbers, strict=True) if n < size.orders - size.quotations]
        m.SalesOrder.confirm(db.session, ordered)
        gone = [key for n, key in enumerate(ordered) if n % 10]
        m.SalesOrder.deliver(db.session, gone, day)
        m.SalesOrder.invoice(db.session, gone, day)
        db.session.commit()
        db.session.expunge_all()


def _sale(partner: int, parts: Sequence[int], number: int, day: date) -> OrderDraft:
    lines = [
        OrderLineDraft(parts[(number * 2 + k) % len(parts)], Decimal(100), Decimal("0.08")) for k in range(2)
    ]
    currency, promised = "USD", _promised(number)
    return OrderDraft(work.company_id(), partner, lines, day, currency, promised=promised)


def _pay(partners: Sequence[int]) -> None:
    """What customers owe for two months is paid, by one payment each."""
    item = m.AccountingOpenItem
    owed = select(item.partner_id, item.id, item.amount).order_by(item.partner_id, item.id)
    owed = owed.where(item.side == "receivable", item.date < today() - timedelta(days=60))
    lines: dict[int, list[PaymentLine]] = {}
    for partner, key, amount in db.session.execute(owed):
        lines.setdefault(partner, []).append(PaymentLine(key, amount))
    drafts = [
        PaymentDraft(work.company_id(), partner, today(), sum(one.amount for one in paid), "USD", lines=paid)
        for partner, paid in lines.items()
    ]
    m.AccountingPayment.post(db.session, m.AccountingPayment.create(db.session, drafts))
    db.session.commit()


def _promised(number: int) -> date:
    """Days around today: some of what is open is late."""
    return today() + timedelta(days=number % 30 - 10)


def latest(model: Any, *conditions: Any) -> int:
    """The newest record that fits."""
    return int(
        db.session.scalars(select(model.id).where(*conditions).order_by(model.id.desc()).limit(1)).one()
    )
