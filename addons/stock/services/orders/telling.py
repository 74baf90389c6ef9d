"""What was changed of confirmed orders, as people read it: kept plainly, told in the reader's language."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from addons.stock.services.orders.sides import Side
from core.db import AnySession
from core.i18n import _, _l, format_date, format_number, format_unit_price

#: What a change is of.
CHANGED = {
    "product_id": _l("Part"),
    "quantity": _l("Quantity"),
    "unit_price": _l("Unit price"),
    "discount": _l("Discount %"),
    "promised": _l("Promised"),
    "schedules": _l("Call-offs"),
    "added": _l("Added"),
    "cancelled": _l("Cancelled"),
}
_CHANGES = """
    SELECT c.at, c.what, c.before, c.after, c.reason, l.position, u.name
      FROM {change} c LEFT JOIN {line} l ON l.id = c.order_line_id LEFT JOIN "user" u ON u.id = c.user_id
     WHERE c.order_id = :id ORDER BY c.id
"""


@dataclass(frozen=True)
class Told:
    """A change in words."""

    at: Any
    #: The number of the line; empty where it is gone.
    line: Any
    what: str
    before: str
    after: str
    reason: str
    who: str


def changes_of(session: AnySession, side: Side, order: Any) -> list[Told]:
    """What was changed of an order since it was confirmed, in the language of now."""
    rows = session.execute(side.sql(_CHANGES), {"id": order.id})
    return [_told(row, order.currency_code) for row in rows]


def _told(row: Any, currency: str) -> Told:
    return Told(
        row.at,
        row.position or "",
        str(CHANGED.get(row.what, row.what)),
        _value(row.what, row.before, currency),
        _value(row.what, row.after, currency),
        row.reason,
        row.name or "",
    )


def _value(what: str, text: str, currency: str) -> str:
    """A kept value in words; what is none, from before it was kept so, stays as it is."""
    if not text:
        return ""
    try:
        return _read(what, text, currency)
    except (ValueError, ArithmeticError):
        return text


def _read(what: str, text: str, currency: str) -> str:
    if what == "promised":
        return format_date(date.fromisoformat(text))
    if what == "schedules":
        return "; ".join(_call(part) for part in text.split("; "))
    if what == "unit_price":
        return format_unit_price(Decimal(text), currency)
    return text if what == "product_id" else format_number(Decimal(text))


def _call(text: str) -> str:
    day, _colon, quantity = text.partition(": ")
    when = format_date(date.fromisoformat(day))
    return _("%(quantity)s on %(day)s", quantity=format_number(Decimal(quantity)), day=when)
