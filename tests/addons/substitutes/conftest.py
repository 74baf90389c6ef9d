"""A desk that sells capacitors of three makers, and short ways to pairs of them."""

from decimal import Decimal
from typing import Any

import pytest

from addons.substitutes.services.substituting import Acceptance, wanted_of
from core import m
from core.db import db
from tests.addons.sales.conftest import DAY, Desk


class Counter(Desk):
    """A company that offers one part in place of another."""

    def __init__(self, company: Any) -> None:
        super().__init__(company)
        self.a, self.b, self.c, self.d = (
            self.part(code, list_price=Decimal(price), list_currency_code="USD")
            for code, price in (("A", 1), ("B", "1.1"), ("C", "0.9"), ("D", 2))
        )

    def pair(self, part: int, other: int, approve: bool = True, **values: Any) -> Any:
        """A pair, approved unless the test says otherwise."""
        made = m.Substitute(company_id=self.company_id, product_id=part, substitute_id=other, **values)
        m.Substitute.create(db.session, [made])
        if approve:
            m.Substitute.approve(db.session, [made])
        return made

    def offered(self, order: Any, line: int = 0) -> list[Any]:
        """The candidates of a line of an order."""
        key = order.lines[line].id
        return list(m.Substitute.candidates(db.session, wanted_of(db.session, [key]))[key])

    def codes(self, order: Any, line: int = 0) -> list[str]:
        """The codes of the candidates of a line, the best first."""
        return [candidate.code for candidate in self.offered(order, line)]

    def give(self, order: Any, other: int, quantity: Any = None, line: int = 0) -> Any:
        """Put a substitute on a line; returns the line that has it."""
        key = order.lines[line].id
        amount = None if quantity is None else Decimal(quantity)
        return m.SalesOrder.substitute(db.session, [Acceptance(key, other, amount)])[key]

    def deliver(self, order: Any) -> None:
        """All that is reserved for an order goes."""
        m.SalesOrder.deliver(db.session, [order], DAY)


@pytest.fixture
def desk(company):
    made = Counter(company)
    db.session.commit()
    return made
