"""Which tax a row means, by its name, its rate or the amount of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from core import m
from core.db import round_to
from core.errors import UserError
from core.i18n import _


class TaxError(UserError):
    """No tax of the company is what the row says."""

    field = "tax"


@dataclass(frozen=True)
class Taxes:
    """The taxes of a company: (id, name, rate as a fraction)."""

    known: Sequence[tuple[int, str, Decimal]]

    @classmethod
    def of(cls, session: Any, company_id: int) -> "Taxes":
        """Those that are in use, by name."""
        tax = m.AccountingTax
        query = select(tax.id, tax.name, tax.rate).where(tax.company_id == company_id, tax.active)
        return cls([tuple(row) for row in session.execute(query.order_by(tax.name))])

    def find(self, said: str | None, amount: Decimal | None, net: Decimal, unit: Decimal) -> int | None:
        """The id of the tax that a row names, or whose amount on `net` it states; None for no tax."""
        if said:
            return self._named(said)
        if amount:
            return self._giving(amount, net, unit)
        return None

    def _named(self, said: str) -> int | None:
        wanted = said.strip().casefold()
        found = [tax_id for tax_id, name, _rate in self.known if name.casefold() == wanted]
        rates = list(_readings(said))
        found += [tax_id for rate in rates for tax_id, _name, known in self.known if known == rate]
        if found:
            return found[0]
        if 0 in rates:
            return None
        raise TaxError(
            _(
                "There is no tax “%(tax)s”: add it under Taxes, or write one of %(known)s.",
                tax=said,
                known=", ".join(name for _id, name, _rate in self.known) or "–",
            )
        )

    def _giving(self, amount: Decimal, net: Decimal, unit: Decimal) -> int:
        for tax_id, _name, rate in self.known:
            if abs(round_to(net * rate, unit) - amount) <= unit:
                return tax_id
        raise TaxError(
            _("No tax gives %(amount)s on %(net)s: add it under Taxes, or name it.", amount=amount, net=net)
        )


def _readings(said: str) -> Iterator[Decimal]:
    """The rates that a number can mean: `13 %` and `13` are 0.13, and so is `0.13`."""
    plain = re.sub(r"[\s%％]", "", said).replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return
    yield number / 100
    if "%" not in said and "％" not in said:
        yield number
