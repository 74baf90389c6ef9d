"""A few parts of a company, with all that a distributor keeps of them."""

from decimal import Decimal
from typing import Any

import pytest

from core import m
from core.db import db


class Catalogue:
    """Parts of the test's company and two partners, and short ways to make more."""

    def __init__(self, company: Any) -> None:
        self.company_id = company.id
        self.acme = self.partner("C1", "Acme Devices")
        self.north = self.partner("C2", "North Instruments")

    def partner(self, code: str, name: str, **values: Any) -> Any:
        return self._kept(m.Partner(company_id=self.company_id, code=code, name=name, **values))

    def part(self, code: str, mpn: str = "", **values: Any) -> Any:
        return self._kept(m.Product(company_id=self.company_id, code=code, mpn=mpn, **values))

    def priced(self, code: str, price: str | None, *breaks: tuple[Any, ...], currency: str = "USD") -> Any:
        """A part with a list price and breaks of (quantity, price[, currency])."""
        part = self.part(
            code, list_price=None if price is None else Decimal(price), list_currency_code=currency
        )
        for quantity, each, *other in breaks:
            row = {"min_quantity": Decimal(quantity), "unit_price": Decimal(each)}
            self._kept(m.ProductPriceBreak(product_id=part.id, currency_code=(other or [currency])[0], **row))
        return part

    def number(self, part: Any, number: str, partner: Any = None, kind: str = "customer") -> Any:
        partner = partner or self.acme
        return self._kept(
            m.ProductPartNumber(product_id=part.id, partner_id=partner.id, kind=kind, number=number)
        )

    @staticmethod
    def _kept(record: Any) -> Any:
        db.session.add(record)
        db.session.flush()
        return record


@pytest.fixture
def catalogue(company):
    """The parts of the test's company."""
    made = Catalogue(company)
    db.session.commit()
    return made
