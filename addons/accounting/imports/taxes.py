"""Which tax a row means, by its name, its rate or the amount of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from addons.accounting.amounts import TaxRule, tax_within
from addons.accounting.services.chart import rules_of
from core import m
from core.db import round_to
from core.errors import UserError
from core.i18n import _


class TaxError(UserError):
    """No tax of the company is what the row says."""

    field = "tax"


@dataclass(frozen=True)
class Taxes:
    """The taxes of a company: (id, name, how it is computed)."""

    known: Sequence[tuple[int, str, TaxRule]]

    @classmethod
    def of(cls, session: Any, company_id: int) -> "Taxes":
        """Those that are in use: first those on top of prices, each sort by name."""
        tax = m.AccountingTax
        query = select(tax.id, tax.name).where(tax.company_id == company_id, tax.active)
        rows = session.execute(query.order_by(tax.included, tax.name)).all()
        rules = rules_of(session, [row.id for row in rows])
        return cls([(row.id, row.name, rules[row.id]) for row in rows])

    def find(self, said: str | None, tax: Decimal | None, amount: Decimal, unit: Decimal) -> int | None:
        """The id of the tax that a row names, or that gives `tax` on its amount; None for no tax."""
        if said:
            return self._named(said)
        if tax:
            return self._giving(tax, amount, unit)
        return None

    def _named(self, said: str) -> int | None:
        found = self._by_name(said) or self._by_parts(said) or self._by_rate(said)
        if found is not None:
            return found
        if Decimal(0) in _readings(said):
            return None
        raise TaxError(
            _(
                "There is no tax “%(tax)s”: add it under Taxes, or write one of %(known)s.",
                tax=said,
                known=", ".join(name for _id, name, _rule in self.known) or "–",
            )
        )

    def _by_name(self, said: str) -> int | None:
        wanted = said.strip().casefold()
        return next((tax_id for tax_id, name, _rule in self.known if name.casefold() == wanted), None)

    def _by_parts(self, said: str) -> int | None:
        """`GST + PST` and `5 % + 7 %` mean the group of the two."""
        words = said.split("+")
        parts = {self._by_name(word) or self._by_rate(word) for word in words}
        if len(words) < 2 or None in parts:
            return None
        same = (i for i, _name, rule in self.known if {part for part, _rate in rule.parts} == parts)
        return next(same, None)

    def _by_rate(self, said: str) -> int | None:
        """By rate; one that is in the price where the row says so, or where there is no other."""
        rates = list(_readings(said))
        found = [(i, rule) for rate in rates for i, _name, rule in self.known if rule.rate == rate]
        inside = [tax_id for tax_id, rule in found if rule.included]
        if _says_included(said):
            return next(iter(inside), None)
        return next((tax_id for tax_id, _rule in found), None)

    def _giving(self, tax: Decimal, amount: Decimal, unit: Decimal) -> int:
        for tax_id, _name, rule in self.known:
            by_rate = tax_within(amount, rule, unit) if rule.included else round_to(amount * rule.rate, unit)
            if abs(by_rate - tax) <= unit:
                return tax_id
        raise TaxError(
            _("No tax gives %(amount)s on %(net)s: add it under Taxes, or name it.", amount=tax, net=amount)
        )


#: What says that a tax is in the price, and that it is not.
_INCLUDED = re.compile(r"\bin[ck]l(\.|uded)?|含税?", re.IGNORECASE)
_ON_TOP = re.compile(r"\bexcl(\.|uded)?|不含税?|未税", re.IGNORECASE)


def _says_included(said: str) -> bool:
    return _INCLUDED.search(said) is not None and _ON_TOP.search(said) is None


def _readings(said: str) -> Iterator[Decimal]:
    """The rates that a number can mean: `13 %` and `13` are 0.13, and so is `0.13`."""
    plain = re.sub(r"[\s%％]", "", _INCLUDED.sub("", _ON_TOP.sub("", said))).replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return
    yield number / 100
    if "%" not in said and "％" not in said:
        yield number
