"""Suppliers with price lists, customers, and runs over what came in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from addons.accounting.services.chart import books_of
from addons.pricing.services.lists import ListDraft, PriceDraft
from core import m
from core.db import db
from core.security.actor import Actor, acting
from core.security.users import ensure_user
from tests.addons.purchasing.conftest import Desk

DAY = date(2026, 3, 2)


class Shop(Desk):
    """A company that buys, sells, and lets prices follow lists."""

    def __init__(self, company: Any) -> None:
        super().__init__(company)
        self.company = company

    def price_list(self, name: str, *prices: Any, partner: int | None = -1, **values: Any) -> int:
        """A list of (part, price) or (part, price, from quantity); of the first supplier."""
        made = [
            one
            if isinstance(one, PriceDraft)
            else PriceDraft(one[0], Decimal(one[1]), Decimal(one[2] if len(one) > 2 else 1))
            for one in prices
        ]
        values = {"side": "purchase", "currency_code": "USD", **values}
        owner = self.supplier if partner == -1 else partner
        draft = ListDraft(self.company_id, name=name, prices=made, partner_id=owner, **values)
        (key,) = m.PricingPriceList.create(db.session, [draft])
        return int(key)

    def run(self, **values: Any) -> Any:
        """A run over all of March, found and not accepted."""
        values = {
            "date": date(2026, 3, 20),
            "since": date(2026, 3, 1),
            "until": date(2026, 3, 31),
            "reason": "New list",
            **values,
        }
        run = m.PricingRun(company_id=self.company_id, **values)
        m.PricingRun.create(db.session, [run])
        db.session.expire_all()
        return run

    def accepted(self, **values: Any) -> Any:
        """One of which all that can be is accepted."""
        run = self.run(**values)
        m.PricingRunLine.accept(db.session, [line for line in run.lines if not line.refusal])
        return run

    def applied(self, **values: Any) -> Any:
        """One that is applied."""
        run = self.accepted(**values)
        m.PricingRun.apply(db.session, [run])
        db.session.expire_all()
        return run

    def undo(self, run: Any) -> None:
        """Take a run back."""
        m.PricingRun.undo(db.session, [run])
        db.session.expire_all()

    def billed(self, order: Any, reference: str, quantity: Any = None, on: date = DAY) -> Any:
        """A bill of what is open of an order, posted."""
        (made,) = m.PurchasingOrder.bill(db.session, [order], reference, on)
        draft = db.session.get(m.AccountingBill, made)
        if quantity is not None:
            draft.lines[0].quantity = Decimal(quantity)
        m.AccountingBill.compute(db.session, [draft])
        m.AccountingBill.post(db.session, [draft])
        db.session.expire_all()
        return draft

    def books(self) -> Any:
        """The accounts of the company."""
        return books_of(db.session, self.company_id)

    @contextmanager
    def somebody_else(self) -> Iterator[None]:
        """What a second person does."""
        email = "second@example.com"
        ensure_user(
            db.session, email, "a long enough password", self.company, name="2", roles=("pricing.manager",)
        )
        user = db.session.scalars(select(m.User).where(m.User.email == email)).one()
        with acting(db.session, Actor(user.id, "second", self.company_id, is_superuser=True)):
            yield

    def worth_of(self) -> dict[int, Decimal]:
        """What each move did to the value of its part."""
        query = text("SELECT move_id, sum(amount) FROM stock_value GROUP BY 1 ORDER BY 1")
        return dict(db.session.execute(query).all())

    def ledger(self) -> dict[str, Decimal]:
        """What stands on each account, without those on which nothing does."""
        query = text("""
            SELECT a.code, sum(l.debit - l.credit) FROM accounting_entry_line l
              JOIN accounting_account a ON a.id = l.account_id
             GROUP BY 1 HAVING sum(l.debit - l.credit) <> 0 ORDER BY 1
        """)
        return dict(db.session.execute(query).all())


@pytest.fixture
def shop(company):
    made = Shop(company)
    db.session.commit()
    return made
