"""Parts, and short ways to move them: each calls the verb of its model."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from addons.stock.services.drafts import LotDraft, MoveDraft, TransferDraft
from addons.stock.services.places import usual_places
from core import m
from core.db import db
from core.security.users import ensure_administrator, ensure_user
from tests.logins import log_in

DAY = date(2026, 3, 2)


class Warehouse:
    """A company with a few parts, and the acts on its stock."""

    def __init__(self, company: Any) -> None:
        self.company_id = company.id
        self.places = usual_places(db.session, company.id)
        self.parts = [self.part(f"P{n}") for n in range(3)]

    def part(self, code: str, **values: Any) -> int:
        """A part that costs 1.00."""
        values = {"cost": Decimal(1), **values}
        product = m.Product(company_id=self.company_id, code=code, **values)
        db.session.add(product)
        db.session.flush()
        return int(product.id)

    def create(self, kind: str, *moves: MoveDraft, on: date = DAY, **values: Any) -> int:
        """A draft."""
        draft = TransferDraft(self.company_id, kind, list(moves), planned=on, **values)
        return int(m.StockTransfer.create(db.session, [draft])[0])

    def receive(self, part: int, quantity: Any, cost: Any = 1, lot: str = "", code: str = "", on: date = DAY):
        """Goods that came in; returns the move."""
        new = LotDraft(lot, code) if lot else None
        made = self.create(
            "receipt", MoveDraft(part, Decimal(quantity), lot=new, unit_cost=Decimal(cost)), on=on
        )
        m.StockTransfer.do(db.session, [made], on)
        db.session.commit()
        return self.moves(made)[0]

    def deliver(self, part: int, quantity: Any, on: date = DAY):
        """Goods that went out, as far as there were; returns the move."""
        made = self.create("delivery", MoveDraft(part, Decimal(quantity)), on=on)
        m.StockTransfer.reserve(db.session, [made])
        m.StockTransfer.do(db.session, [made], on)
        db.session.commit()
        return self.moves(made)[0]

    def moves(self, transfer: int) -> list[Any]:
        """The moves of a transfer, as they are."""
        query = select(m.StockMove).where(m.StockMove.transfer_id == transfer).order_by(m.StockMove.id)
        return list(db.session.scalars(query.execution_options(populate_existing=True)))

    def count(self, *lines: tuple[int, int | None, Any], on: date = DAY):
        """A count of the first place that was done: part, lot and quantity."""
        count = m.StockCount(company_id=self.company_id, location_id=self.places["internal"], date=on)
        count.lines = [
            m.StockCountLine(position=n, product_id=part, lot_id=lot, counted=Decimal(quantity))
            for n, (part, lot, quantity) in enumerate(lines, start=1)
        ]
        made = m.StockCount.create(db.session, [count])
        m.StockCount.do(db.session, made)
        return count

    def balance(self, part: int) -> tuple[Decimal, Decimal]:
        """On hand and reserved."""
        query = """
            SELECT coalesce(sum(on_hand), 0), coalesce(sum(reserved), 0) FROM stock_balance
             WHERE product_id = :part
        """
        return tuple(db.session.execute(text(query), {"part": part}).one())

    def account(self, purpose: str) -> Decimal:
        """What stands on an account."""
        query = """
            SELECT coalesce(sum(l.debit - l.credit), 0) FROM accounting_entry_line l
              JOIN accounting_account a ON a.id = l.account_id WHERE a.purpose = :purpose
        """
        return db.session.scalar(text(query), {"purpose": purpose})

    def differences(self) -> list[Any]:
        """What is kept as a sum and is none."""
        return [tuple(row) for row in db.session.execute(text("SELECT * FROM stock_differences()"))]


@pytest.fixture
def stock(company):
    warehouse = Warehouse(company)
    db.session.commit()
    return warehouse


@pytest.fixture
def browser(app, company, stock):
    """An administrator's, or that of somebody with one role."""
    ensure_administrator(db.session, "a@example.com", "a long enough password", company)
    ensure_user(
        db.session, "w@example.com", "a long enough password", company, name="W", roles=("stock.warehouse",)
    )
    db.session.commit()

    class Browser:
        def __init__(self, email):
            user = db.session.scalars(select(m.User.fs_uniquifier).where(m.User.email == email)).one()
            self.client = app.test_client()
            log_in(app, self.client, user)

        def get(self, url):
            with app.app_context():
                return self.client.get(url)

        def post(self, url, **data):
            csrf = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/").text)[1]
            with app.app_context():
                return self.client.post(url, data={"csrf_token": csrf, **data})

    return Browser
