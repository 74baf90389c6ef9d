"""Orders of a distributor: two years of them; of now some delivered, one short, one late, one called off."""

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import false, func, select, text

from addons.sales import demo_years
from addons.sales.services.drafts import OrderDraft, OrderLineDraft, ScheduleDraft
from addons.stock.services.orders.changing import Amendment
from core import m
from core.clock import today
from core.i18n import _l
from core.security.actor import Actor, acting
from core.security.users import DemoLogIn, LogIn

QUOTATIONS, ORDERS = 8, 24
REP = "rep@demo.example"
_THERE = text("""
    SELECT b.product_id, p.maker_id, sum(b.on_hand - b.reserved) AS free FROM stock_balance b
      JOIN product p ON p.id = b.product_id
     WHERE b.company_id = :company AND p.active GROUP BY 1, 2 HAVING sum(b.on_hand - b.reserved) > 2000
     ORDER BY 1
""")


#: Who delivers and invoices what the rep sells, and releases what is held.
log_ins = (
    DemoLogIn(
        "orders@demo.example", "demo-orders-2026", "Olga Orders", _l("Sales manager"), ("sales.manager",)
    ),
)


def load(session: Any, company: Any) -> list[LogIn]:
    """Write orders once; whoever logs in as a rep sells to its customers."""
    made = [log_in.ensure(session, company) for log_in in log_ins]
    order = m.SalesOrder
    if session.scalar(select(order.id).where(order.company_id == company.id).limit(1)):
        return made
    rep = session.scalars(select(m.User).where(m.User.email == REP)).one_or_none()
    if rep is not None:
        rep.roles.append(session.scalars(select(m.Role).where(m.Role.name == "sales.rep")).one())
    with acting(session, Actor(None, "demo", company.id, is_superuser=True)):
        chance = random.Random(11)  # noqa: S311  # the same orders at every load
        _trade(session, company.id, chance)
    return made


def customers_of(session: Any, company_id: int) -> Sequence[int]:
    """With whom the demo trades: customers of the rep who logs in, so that the rep sees it."""
    partner = m.Partner
    rep = select(m.User.id).where(m.User.email == REP).scalar_subquery()
    own = func.coalesce(partner.salesperson_id == rep, false())
    query = select(partner.id).where(partner.company_id == company_id, partner.is_customer, partner.active)
    return list(session.scalars(query.order_by(own.desc(), partner.code).limit(12)))


def _trade(session: Any, company_id: int, chance: random.Random) -> None:
    parts = session.execute(_THERE, {"company": company_id}).all()
    customers = customers_of(session, company_id)
    if not parts or not customers:
        return
    _agree(session, company_id, customers, parts)
    # Neither with whoever takes goods by rules nor with whoever is held: they have orders of their own.
    demo_years.load(session, company_id, [*customers[:2], *customers[3:-1]])
    drafts = [_draft(company_id, chance, parts, customers, n) for n in range(QUOTATIONS + ORDERS)]
    made = m.SalesOrder.create(session, drafts)
    m.SalesOrder.confirm(session, made[QUOTATIONS:])
    held = OrderDraft(
        company_id, customers[2], [OrderLineDraft(parts[0].product_id, Decimal(500), Decimal(1))]
    )
    m.SalesOrder.confirm(session, m.SalesOrder.create(session, [held]))
    _fulfil(session, made[QUOTATIONS:])
    _blanket(session, company_id, customers[0], parts[0].product_id)


def _agree(session: Any, company_id: int, customers: Sequence[int], parts: Sequence[Any]) -> None:
    """Two customers have rules of their own, one is invoiced by period."""
    session.add(
        m.SalesRequirement(company_id=company_id, partner_id=customers[-1], max_age=36, certificate=True)
    )
    makers = [part.maker_id for part in parts if part.maker_id is not None]
    if makers:
        session.add(m.SalesMakerRule(company_id=company_id, partner_id=customers[-1], maker_id=makers[-1]))
    session.get(m.Partner, customers[1]).invoicing = "period"
    session.get(m.Partner, customers[2]).credit_limit = Decimal(1)
    session.flush()


def _draft(
    company_id: int, chance: random.Random, parts: Sequence[Any], customers: Sequence[int], number: int
) -> OrderDraft:
    on = today() - timedelta(days=chance.randint(1, 20))
    lines = [
        OrderLineDraft(
            part.product_id,
            Decimal(chance.choice((250, 500, 1000, 2000))),
            Decimal(chance.randint(100, 900)) / 10_000,
        )
        for part in chance.sample(list(parts), min(len(parts), chance.randint(2, 5)))
    ]
    return OrderDraft(
        company_id,
        chance.choice(customers[:-1]),
        lines,
        date=on,
        valid_until=today() + timedelta(days=chance.randint(2, 30)),
        reference=f"PO-{chance.randint(10_000, 99_999)}",
        promised=on + timedelta(days=7),
    )


def _fulfil(session: Any, orders: Sequence[int]) -> None:
    """Most are delivered and invoiced; of the first something comes back, one is changed."""
    session.expire_all()
    query = select(m.StockMove.id, m.SalesOrderLine.order_id).join(
        m.SalesOrderLine, m.SalesOrderLine.id == m.StockMove.order_line_id
    )
    ready = {order for _move, order in session.execute(query.where(m.StockMove.state == "reserved"))}
    going = [order for order in orders if order in ready][: ORDERS * 2 // 3]
    m.SalesOrder.deliver(session, going)
    by_delivery = select(m.SalesOrder.id).where(
        m.SalesOrder.id.in_(going), m.SalesOrder.invoicing == "delivery"
    )
    invoiced = session.scalars(by_delivery.order_by(m.SalesOrder.id)).all()
    m.SalesOrder.invoice(session, invoiced)
    back = dict(list(m.SalesOrder.returnable(session, invoiced[0]).items())[:1])
    m.StockTransfer.do(session, m.SalesOrder.return_goods(session, {move: Decimal(20) for move in back}))
    m.SalesOrder.credit(session, [invoiced[0]])
    order, line = m.SalesOrder, m.SalesOrderLine
    changed = select(line.id).join(order, order.id == line.order_id).where(order.id.in_(orders))
    changed = changed.where(order.state == "confirmed", line.delivered == 0, line.quantity < 1500)
    line_id = session.scalars(changed.order_by(line.id).limit(1)).one()
    m.SalesOrder.amend(session, [Amendment(line_id, quantity=Decimal(1500), reason="Mail of the customer")])


def _blanket(session: Any, company_id: int, customer: int, part: int) -> None:
    """A year's need of a part, called off month by month; more than there is."""
    calls = [ScheduleDraft(today() + timedelta(days=30 * n), Decimal(5000)) for n in range(1, 7)]
    line = OrderLineDraft(part, Decimal(30_000), Decimal("0.0185"), schedules=calls)
    made = m.SalesOrder.create(session, [OrderDraft(company_id, customer, [line], reference="FRAME-26")])
    m.SalesOrder.confirm(session, made)
