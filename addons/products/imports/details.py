"""What a part has several times, from the rows of a file: breaks, units, attributes, partners' numbers."""

from collections.abc import Mapping
from typing import Any

from addons.products.imports.fields import ATTRIBUTES
from core import m
from core.exchange.targets import Row
from core.i18n import _


class Details:
    """The rows of one part, added to it one by one; a row that can't be is reported and adds nothing."""

    def __init__(self, part: Any, partners: Mapping[str, int]) -> None:
        self.part, self.partners = part, partners
        #: What an earlier row of the file said of the same detail, and in which row.
        self._said: dict[Any, tuple[Any, int]] = {}

    def add(self, row: Row) -> bool:
        """Add what the row brings; whether anything of it is new."""
        found = [
            detail
            for read in (self._break, self._unit, self._number, self._attribute)
            for detail in read(row)
        ]
        found += self._named_attributes(row)
        if row.reason or any(self._contradicts(row, key, values) for _kind, key, values in found):
            return False
        return any([self._put(kind, key, values) for kind, key, values in found])

    def _break(self, row: Row) -> list[tuple[str, Any, dict[str, Any]]]:
        quantity, price = row.values["break_quantity"], row.values["break_price"]
        if quantity is None and price is None:
            return []
        if price is None:
            price = row.values["list_price"]
        if _lacks(row, "break_quantity", "currency", *(["break_price"] if price is None else [])):
            return []
        if quantity <= 0:
            row.report(_("A price break begins at a quantity above zero."), "break_quantity")
            return []
        if price < 0:
            row.report(_("A price is not below zero."), "break_price")
            return []
        key = {"currency_code": row.values["currency"], "min_quantity": quantity}
        return [("price_breaks", key, {"unit_price": price})]

    def _unit(self, row: Row) -> list[tuple[str, Any, dict[str, Any]]]:
        name, factor = row.values["unit_name"], row.values["unit_factor"]
        if name is None and factor is None:
            return []
        if _lacks(row, "unit_name", "unit_factor"):
            return []
        if factor <= 0:
            row.report(_("A unit holds more than nothing."), "unit_factor")
            return []
        return [("units", {"name": name}, {"factor": factor})]

    def _number(self, row: Row) -> list[tuple[str, Any, dict[str, Any]]]:
        partner, number = row.values["partner"], row.values["number"]
        if partner is None or number is None:
            if number is not None:
                _lacks(row, "partner")
            return []
        if partner not in self.partners:
            row.report(_("There is no partner %(code)s: import partners first.", code=partner), "partner")
            return []
        kind = row.values["number_kind"] or "customer"
        return [("part_numbers", {"partner_id": self.partners[partner], "kind": kind, "number": number}, {})]

    def _attribute(self, row: Row) -> list[tuple[str, Any, dict[str, Any]]]:
        name, value = row.values["attribute"], row.values["attribute_value"]
        if name is None and value is None:
            return []
        if _lacks(row, "attribute", "attribute_value"):
            return []
        return [("attributes", {"name": name}, {"value": value, "unit": row.values["attribute_unit"] or ""})]

    @staticmethod
    def _named_attributes(row: Row) -> list[tuple[str, Any, dict[str, Any]]]:
        """Those that have a column of their own."""
        return [
            ("attributes", {"name": name}, {"value": row.values[field], "unit": ""})
            for field, name in ATTRIBUTES.items()
            if row.values[field] is not None
        ]

    def _contradicts(self, row: Row, key: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        """Whether an earlier row says something else of the same; the row is then reported."""
        said, number = self._said.setdefault(_folded(key), (values, row.number))
        if said == values:
            return False
        row.report(
            _(
                "Row %(row)s of this part says %(said)s here: make them agree.",
                row=number,
                said=" ".join(str(value) for value in said.values()),
            ),
            _blamed(row, next(iter(values))),
        )
        return True

    def _put(self, kind: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        """Add the detail, or bring the one that the part has up to date; whether that changed anything."""
        rows = getattr(self.part, kind)
        for known in rows:
            if _folded({name: getattr(known, name) for name in key}) == _folded(key):
                changed = {n: v for n, v in values.items() if getattr(known, n) != v}
                for name, value in changed.items():
                    setattr(known, name, value)
                return bool(changed)
        rows.append(_MADE[kind](**key, **values))
        return True


_MADE: Mapping[str, Any] = {
    "price_breaks": lambda **values: m.ProductPriceBreak(**values),
    "units": lambda **values: m.ProductUnit(**values),
    "attributes": lambda **values: m.ProductAttribute(**values),
    "part_numbers": lambda **values: m.ProductPartNumber(**values),
}


def _folded(key: Mapping[str, Any]) -> tuple[Any, ...]:
    """The key as the database compares it: names in any case, a partner's number as it is written."""
    alone = set(key) == {"name"}
    return tuple((name, value.lower() if alone else value) for name, value in key.items())


def _blamed(row: Row, column: str) -> str:
    """The field of the file that says what this column of a detail becomes."""
    if column == "unit_price":
        return "list_price" if row.values["break_price"] is None else "break_price"
    return "unit_factor" if column == "factor" else "attribute_value"


def _lacks(row: Row, *names: str) -> bool:
    """Whether one of these cells is empty, which is then reported."""
    empty = next((name for name in names if row.values[name] is None), None)
    if empty is not None:
        row.report(_("This cell is empty: fill it in."), empty)
    return empty is not None
