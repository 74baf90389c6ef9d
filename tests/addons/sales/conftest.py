"""Customers, parts in stock, and short ways to orders: each calls the verb of its model."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from addons.sales.services.drafts import OrderDraft, OrderLineDraft
from core import m
from core.db import db
from tests.addons.stock.conftest import Warehouse

DAY = date(2026, 3, 2)


class Desk(Warehouse):
    """A company that sells from stock."""

    def __init__(self, company: Any) -> None:
        super().__init__(company)
        self.customer = self.partner("C1")

    def partner(self, code: str, **values: Any) -> int:
        """A customer."""
        partner = m.Partner(company_id=self.company_id, code=code, name=f"Customer {code}", **values)
        db.session.add(partner)
        db.session.flush()
        return int(partner.id)

    def quote(self, *lines: Any, partner: int | None = None, on: date = DAY, **values: Any) -> Any:
        """A quotation of lines that are drafts, or (part, quantity, price)."""
        made = [
            line
            if isinstance(line, OrderLineDraft)
            else OrderLineDraft(line[0], Decimal(line[1]), None if line[2] is None else Decimal(line[2]))
            for line in lines
        ]
        draft = OrderDraft(self.company_id, partner or self.customer, made, date=on, **values)
        (key,) = m.SalesOrder.create(db.session, [draft])
        return db.session.get(m.SalesOrder, key)

    def order(self, *lines: Any, **values: Any) -> Any:
        """One that is confirmed."""
        made = self.quote(*lines, **values)
        assert m.SalesOrder.confirm(db.session, [made]) == {}
        return made

    def delivered_moves(self, order: Any) -> dict[int, Decimal]:
        """What went of an order, by the move's id."""
        query = """
            SELECT v.id, v.quantity FROM stock_move v JOIN sales_order_line l ON l.id = v.order_line_id
             WHERE l.order_id = :id AND v.state = 'done' AND v.returns_id IS NULL ORDER BY v.id
        """
        return dict(db.session.execute(text(query), {"id": order.id}).all())

    def give_back(self, order: Any, quantity: Any, on: date = DAY) -> None:
        """So much of the first move of an order comes back."""
        move = next(iter(self.delivered_moves(order)))
        made = m.SalesOrder.return_goods(db.session, {move: Decimal(quantity)}, on)
        m.StockTransfer.do(db.session, made, on)
        db.session.expire_all()

    def lines_differ(self) -> list[Any]:
        """Lines whose kept quantities are not the sums of their moves and invoice lines."""
        query = """
            SELECT l.id FROM sales_order_line l JOIN product p ON p.id = l.product_id AND p.kind = 'goods'
              LEFT JOIN LATERAL (
                   SELECT coalesce(sum(quantity) FILTER (WHERE returns_id IS NULL), 0) AS delivered,
                          coalesce(sum(quantity) FILTER (WHERE returns_id IS NOT NULL), 0) AS returned
                     FROM stock_move WHERE order_line_id = l.id AND state = 'done') v ON true
              LEFT JOIN LATERAL (
                   SELECT coalesce(sum(x.quantity) FILTER (WHERE i.kind = 'invoice'), 0) AS invoiced,
                          coalesce(sum(x.quantity) FILTER (WHERE i.kind = 'credit_note'), 0) AS credited
                     FROM accounting_invoice_line x JOIN accounting_invoice i ON i.id = x.invoice_id
                    WHERE x.order_line_id = l.id) x ON true
             WHERE (l.delivered, l.returned, l.invoiced, l.credited)
                   IS DISTINCT FROM (v.delivered, v.returned, x.invoiced, x.credited)
        """
        return list(db.session.execute(text(query)).all())


@pytest.fixture
def desk(company):
    made = Desk(company)
    db.session.commit()
    return made
