"""Read a supplier's price list in whatever layout it comes.

Problem: one supplier writes a row a part with the columns `1+`, `100+` and `1,000+`, another a row a break
with the column `Break qty`; one names the currency beside each price, another once above the table, and so
with the days from which on prices hold; some prices are for a thousand. Rule: each price becomes one `Said`,
a row with three breaks three of them, and each cell that says no price is a fault with its row, its column
and the reason. Example: the heading `100+` over 0.085 in the row of LM358 says 0.085 for LM358 from 100 on.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from addons.matching.services.sheets import (
    Sheet,
    Unread,
    is_total,
    reading_of,
    shown,
    tables,
    understood,
    values_of,
)
from addons.pricing.services.price_columns import LISTS, NAMES, PRICES, UNITS, break_of, currencies_in
from addons.pricing.services.price_days import validity_of
from core.exchange.cells import CellError, Reading
from core.formulas import plain
from core.i18n import _
from core.tabular.errors import FileError

_PER = re.compile(r"(?:per|pro|/|每)?\s*(\d+)?\s*([^\d\s]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """A price that a list says, and where it stands."""

    sheet: str
    row: int
    column: str
    cell: str
    parts: tuple[str, ...]
    least: Decimal
    price: Decimal
    per: Decimal
    #: Nothing where neither the row nor the file names one.
    currency: str
    #: The first and the last day, where something says them.
    since: date | None = None
    until: date | None = None


@dataclass
class TheirPrices:
    """What was read; nothing of the file is dropped."""

    said: list[Said] = field(default_factory=list)
    faults: list[Unread] = field(default_factory=list)
    #: Field → heading, as understood on the last sheet.
    mapping: dict[str, str] = field(default_factory=dict)


def read_prices(
    contents: bytes,
    known: Sequence[str],
    chosen: Mapping[str, str] | None = None,
    currency: str = "",
    since: date | None = None,
) -> TheirPrices:
    """All prices of a file. `known` are our currencies, `chosen` is the mapping of an earlier list.

    `currency` is what somebody said that the file is in, `since` from when on its prices hold; what a row
    says of that goes first, what stands above the table last. Raises FileError.
    """
    found = TheirPrices()
    for name, rows in tables(contents):
        sheet = understood(name, rows, LISTS, chosen or {})
        if sheet is None:
            reason = _("This sheet has no headings that we know.")
            found.faults += [Unread(name, number, "", shown(cells), reason) for number, cells in rows]
        else:
            _Reader(sheet, known, currency, since, found).read()
            found.mapping = sheet.mapping
    if not found.mapping:
        raise FileError(
            _("No row among the first 20 names a part and a price: put headings above the prices.")
        )
    return found


class _Reader:
    """One sheet: where its breaks are, and the currency of the whole."""

    def __init__(
        self, sheet: Sheet, known: Sequence[str], currency: str, since: date | None, found: TheirPrices
    ) -> None:
        self.sheet, self.known, self.found = sheet, known, found
        self.reading: Reading = reading_of(sheet, PRICES)
        taken = set(sheet.mapping.values())
        self.breaks = {
            index: least
            for index, heading in enumerate(sheet.header)
            if heading not in taken and (least := break_of(heading)) is not None
        }
        self.currency = currency or self._of_file()
        self.since, self.until = self._days_of_file(since)

    def _of_file(self) -> str:
        """The one currency that the headings, or else the letterhead, name."""
        for rows in ([(0, self.sheet.header)], self.sheet.above()):
            named = {code for _n, cells in rows for cell in cells for code in currencies_in(cell, self.known)}
            if named:
                return named.pop() if len(named) == 1 else ""
        return ""

    def _days_of_file(self, since: date | None) -> tuple[date | None, date | None]:
        """From when on and until when all prices of the sheet hold, unless their rows say otherwise."""
        said = validity_of(self.sheet.above()[:-1], self.reading)
        for number, cell, reason in said.wrong:
            self._fault(number, "", cell, reason)
        return since or said.since, said.until

    def read(self) -> None:
        """All rows below the headings."""
        for number, cells in self.sheet.below():
            if is_total(cells):
                self._fault(number, "", shown(cells), _("This row sums up others."))
                continue
            values, wrong = values_of(self.sheet, PRICES, number, cells, self.reading)
            self.found.faults += wrong
            if not wrong:
                self._row(number, cells, values)

    def _row(self, number: int, cells: Sequence[str], values: Mapping[str, Any]) -> None:
        parts = tuple(filter(None, (values.get(name) for name in ("customer_part", "part", "mpn"))))
        if not parts:
            if "price" in values or any(cells[index].strip() for index in self.breaks):
                self._fault(number, "", shown(cells), _("This row has a price and no part."))
            return
        per, currency = self._asked("per", values, self._per), self._asked("currency", values, self._currency)
        if isinstance(per, CellError) or isinstance(currency, CellError):
            for name, one in (("per", per), ("currency", currency)):
                if isinstance(one, CellError):
                    self._fault(number, self.sheet.mapping[name], str(values[name]), str(one))
            return
        before = len(self.found.faults)
        prices = list(self._prices(number, cells, values))
        if not prices and len(self.found.faults) == before:
            self._fault(number, "", shown(cells), _("This row has no price."))
        for column, cell, least, price in prices:
            where = (self.sheet.name, number, column, cell)
            days = (values.get("since") or self.since, values.get("until") or self.until)
            self.found.said.append(Said(*where, parts, least, price, per, currency, *days))

    def _asked(self, name: str, values: Mapping[str, Any], read: Callable[[str | None], Any]) -> Any:
        try:
            return read(values.get(name))
        except CellError as error:
            return error

    def _prices(
        self, number: int, cells: Sequence[str], values: Mapping[str, Any]
    ) -> Iterator[tuple[str, str, Decimal, Decimal]]:
        if "price" in values:
            heading = self.sheet.mapping["price"]
            cell = cells[self.sheet.header.index(heading)]
            yield from self._good(number, heading, cell, values.get("least") or Decimal(1), values["price"])
        for index, least in self.breaks.items():
            heading, raw = self.sheet.header[index], cells[index]
            cell = plain(raw).strip()
            if cell in ("", "-", "–", "—", "/"):
                continue
            try:
                price = PRICES.field("price").convert(cell, self.reading.of(raw))
            except CellError as error:
                self._fault(number, heading, cell, str(error))
                continue
            yield from self._good(number, heading, cell, least, price)

    def _good(
        self, number: int, heading: str, cell: str, least: Decimal, price: Decimal
    ) -> Iterator[tuple[str, str, Decimal, Decimal]]:
        if price > 0:
            yield heading, cell, least, price
        else:
            self._fault(number, heading, cell, _("A price is above zero: leave the cell empty instead."))

    def _per(self, said: str | None) -> Decimal:
        """For how many pieces prices of a row are: 1,000 for `per 1000`, `K` and `千`."""
        found = _PER.fullmatch((said or "").strip())
        count, unit = found.groups() if found else (None, said or "")
        if unit and unit.upper().rstrip(".") not in UNITS:
            raise CellError(
                _(
                    "“%(unit)s” is no unit of this part: prices are for pieces, or for 100 or 1,000.",
                    unit=said,
                )
            )
        return Decimal(count or 1) * UNITS.get(unit.upper().rstrip("."), 1)

    def _currency(self, said: str | None) -> str:
        """The currency of a row; raises CellError where it is unknown, or not the one of the file."""
        if not said:
            return self.currency
        code = NAMES.get(said.strip().upper(), said.strip().upper())
        if code not in self.known:
            raise CellError(_("We keep no currency “%(code)s”: add it, or correct the list.", code=said))
        if self.currency and code != self.currency:
            raise CellError(
                _("The list is in %(one)s, and this row in %(other)s.", one=self.currency, other=code)
            )
        return code

    def _fault(self, number: int, column: str, cell: str, reason: str) -> None:
        self.found.faults.append(Unread(self.sheet.name, number, column, cell[:200], reason))
