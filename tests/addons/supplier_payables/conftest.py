"""A supplier that is settled by period, and short ways to what it delivers and states."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import select

from addons.accounting.periods import Period
from core import m
from core.db import db
from core.security.actor import Actor, acting
from core.security.users import ensure_user
from tests.addons.purchasing.conftest import Desk

OCTOBER, NOVEMBER = (
    Period(date(2025, 10, 1), date(2025, 10, 31)),
    Period(date(2025, 11, 1), date(2025, 11, 30)),
)


def day(number: int, month: int = 10) -> date:
    return date(2025, month, number)


class Office(Desk):
    """Payables of one company."""

    def __init__(self, company: Any) -> None:
        super().__init__(company)
        self.vendor = self.partner("V1", settlement="period")

    def got(self, part: int, quantity: Any, price: Any, on: date, note: str = "", partner: int = 0) -> Any:
        """An order of one line that came whole; returns its move."""
        order = self.order((part, quantity, price), partner=partner or self.vendor, on=on)
        receipt = self.come((order.lines[0], quantity), reference=note, on=on)
        return receipt.moves[0]

    def give_back(self, move: Any, quantity: Any, on: date) -> Any:
        """So much of a received move goes back; returns the move by which it does."""
        made = m.PurchasingOrder.return_goods(db.session, {move.id: Decimal(quantity)}, on)
        m.StockTransfer.do(db.session, made, on)
        return db.session.get(m.StockTransfer, made[0]).moves[0]

    def run(self, period: Period = OCTOBER, partners: Any = None) -> list[Any]:
        """The statements that a run of the month creates."""
        _run, made = m.PayablesRun.start(db.session, self.company_id, "monthly", period, partners)
        return [db.session.get(m.PayablesStatement, key) for key in made]

    def lines(self, statement: Any) -> list[Any]:
        rows = m.PayablesLine
        found = db.session.query(rows).filter_by(statement_id=statement.id).order_by(rows.position)
        return list(found)

    def matches(self, statement: Any) -> list[Any]:
        rows = m.PayablesMatch
        return list(db.session.query(rows).filter_by(statement_id=statement.id).order_by(rows.id))

    def upload(self, statement: Any, *rows: Any) -> Any:
        """A list as the supplier writes it: (order, part, quantity, price, day)."""
        made = workbook([("送货日期", "采购单号", "料号", "数量", "单价"), *((r[4], *r[:4]) for r in rows)])
        return m.PayablesStatement.upload(db.session, statement, "statement.xlsx", made)

    @contextmanager
    def person(self, name: str, *rights: str) -> Iterator[int]:
        """Somebody who logged in, with these permissions; their id."""
        email = f"{name}@example.com"
        company = db.session.get_one(m.Company, self.company_id)
        ensure_user(db.session, email, "a long enough password", company, name=name.title(), roles=())
        user = db.session.scalars(select(m.User).where(m.User.email == email)).one()
        with acting(db.session, Actor(user.id, name, self.company_id, frozenset(rights))):
            yield user.id

    def approved(self, matches: Any) -> None:
        """What is beyond the tolerances is asked for by one and accepted by another."""
        with self.person("clara", "supplier_payables.match"):
            m.PayablesMatch.ask(db.session, matches)
        with self.person("boris", "supplier_payables.match", "supplier_payables.approve"):
            m.PayablesMatch.accept(db.session, matches)


def workbook(rows: Any) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                sheet.write(r, c, cell.isoformat() if isinstance(cell, date) else cell)
    return file.getvalue()


@pytest.fixture
def office(app: Any, company: Any) -> Office:
    return Office(company)
