"""Suppliers, parts, and short ways to purchase orders: each calls the verb of its model."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from addons.purchasing.services.drafts import Arrival, DeliveryDraft, OrderDraft, OrderLineDraft
from core import m
from core.db import db
from tests.addons.stock.conftest import Warehouse

DAY = date(2026, 3, 2)


class Desk(Warehouse):
    """A company that buys for its stock."""

    def __init__(self, company: Any) -> None:
        super().__init__(company)
        self.supplier = self.partner("S1")

    def partner(self, code: str, **values: Any) -> int:
        """A supplier."""
        values = {"is_supplier": True, "is_customer": False, **values}
        partner = m.Partner(company_id=self.company_id, code=code, name=f"Supplier {code}", **values)
        db.session.add(partner)
        db.session.flush()
        return int(partner.id)

    def ask(self, *lines: Any, partner: int | None = None, on: date = DAY, **values: Any) -> Any:
        """A request of lines that are drafts, or (part, quantity, price)."""
        made = [
            line
            if isinstance(line, OrderLineDraft)
            else OrderLineDraft(line[0], Decimal(line[1]), None if line[2] is None else Decimal(line[2]))
            for line in lines
        ]
        draft = OrderDraft(self.company_id, partner or self.supplier, made, date=on, **values)
        (key,) = m.PurchasingOrder.create(db.session, [draft])
        return db.session.get(m.PurchasingOrder, key)

    def order(self, *lines: Any, **values: Any) -> Any:
        """One that is confirmed."""
        made = self.ask(*lines, **values)
        assert m.PurchasingOrder.confirm(db.session, [made]) == {}
        return made

    def come(self, *arrivals: Any, reference: str = "", on: date = DAY) -> Any:
        """A delivery of arrivals, or (order line, quantity); returns the receipt."""
        lines = [a if isinstance(a, Arrival) else Arrival(a[0].id, Decimal(a[1])) for a in arrivals]
        (made,) = m.PurchasingOrder.receive_deliveries(db.session, [DeliveryDraft(lines, reference)], on)
        return db.session.get(m.StockTransfer, made)

    def rate(self, currency: str, rate: Any, on: date = DAY) -> None:
        """What a unit of a currency is worth on a day."""
        db.session.add(
            m.AccountingCurrencyRate(
                company_id=self.company_id, currency_code=currency, date=on, rate=Decimal(rate)
            )
        )
        db.session.flush()

    def planned(self, order: Any) -> list[tuple[date, Decimal]]:
        """What is still to come of an order, and when."""
        query = """
            SELECT v.date, sum(v.quantity) FROM stock_move v
              JOIN purchasing_order_line l ON l.id = v.purchase_line_id
             WHERE l.order_id = :id AND v.state = 'planned' AND v.returns_id IS NULL GROUP BY 1 ORDER BY 1
        """
        return [tuple(row) for row in db.session.execute(text(query), {"id": order.id})]

    def received_moves(self, order: Any) -> dict[int, Decimal]:
        """What came of an order, by the move's id."""
        query = """
            SELECT v.id, v.quantity FROM stock_move v
              JOIN purchasing_order_line l ON l.id = v.purchase_line_id
             WHERE l.order_id = :id AND v.state = 'done' AND v.returns_id IS NULL ORDER BY v.id
        """
        return dict(db.session.execute(text(query), {"id": order.id}).all())

    def send_back(self, order: Any, quantity: Any, on: date = DAY) -> None:
        """So much of the first move of an order goes back."""
        move = next(iter(self.received_moves(order)))
        made = m.PurchasingOrder.return_goods(db.session, {move: Decimal(quantity)}, on)
        m.StockTransfer.do(db.session, made, on)
        db.session.expire_all()

    def lines_differ(self) -> list[Any]:
        """Lines whose kept quantities are not the sums of their moves."""
        query = """
            SELECT l.id FROM purchasing_order_line l
              JOIN product p ON p.id = l.product_id AND p.kind = 'goods'
              LEFT JOIN LATERAL (
                   SELECT coalesce(sum(quantity) FILTER (WHERE returns_id IS NULL), 0) AS received,
                          coalesce(sum(quantity) FILTER (WHERE returns_id IS NOT NULL), 0) AS returned
                     FROM stock_move WHERE purchase_line_id = l.id AND state = 'done') v ON true
             WHERE (l.received, l.returned) IS DISTINCT FROM (v.received, v.returned)
        """
        return list(db.session.execute(text(query)).all())


@pytest.fixture
def desk(company):
    made = Desk(company)
    db.session.commit()
    return made
