"""What a payment in time need not pay.

Problem: "2 % within 10 days, net 30" lets a customer settle an invoice of 1,130.00 with 1,107.40 up to the
tenth day. Rule: the discount is computed once, on the total of the document when it is posted, and kept with
its open item and the last day for it. A payment earns it whole or not at all: by its day, and by paying all
that is open but the discount. Then the item is settled in full, and the discount goes to an account of its
own; a day later, or with less, nothing is taken off. Examples, of 1,130.00 until the 11th: 1,107.40 on the
11th → settled, 22.60 allowed; 1,107.40 on the 12th → 22.60 stay open; 1,000.00 on the 5th → 130.00 stay open,
and 107.40 by the 11th settle them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession
from core.i18n import _, format_date, format_money

_ZERO = Decimal(0)
_ITEMS = text("""
    SELECT id, number, currency_code, abs(amount - allocated) AS residual, abs(discount) AS discount,
           discount_until
      FROM accounting_open_item WHERE id = ANY(:ids)
""")


def earned(open_amount: Decimal, discount: Decimal, until: date | None, on: date | None) -> Decimal:
    """What a payment of this day need not pay of what is open, without signs."""
    in_time = until is not None and on is not None and on <= until
    return discount if in_time and discount < open_amount else _ZERO


def of_item(item: Any, on: date | None) -> Decimal:
    """What a payment of this day need not pay of an open item."""
    return earned(abs(item.residual), abs(item.discount), item.discount_until, on)


def split(money: Decimal | None, open_amount: Decimal, discount: Decimal) -> tuple[Decimal, Decimal]:
    """How much of the money goes to what is open, and the discount; all that it takes, of no money."""
    if money is None or money >= open_amount - discount:
        return open_amount - discount, discount
    return max(money, _ZERO), _ZERO


def refusals(
    session: AnySession, rows: Sequence[Any], lines: Mapping[int, Sequence[Any]]
) -> Mapping[int, str]:
    """Why payments, as rows, have not earned what their lines take off, by the id of the payment."""
    taking = [(row, line) for row in rows for line in lines.get(row.id, ()) if line.discount]
    ids = sorted({line.open_item_id for _row, line in taking})
    items = {item.id: item for item in session.execute(_ITEMS, {"ids": ids})} if ids else {}
    found = ((row.id, _why_not(row, line, items[line.open_item_id])) for row, line in taking)
    return {payment_id: why for payment_id, why in found if why}


def _why_not(row: Any, line: Any, item: Any) -> str:
    if item.discount_until is None:
        return _("%(number)s has no discount for paying early.", number=item.number)
    if row.date > item.discount_until:
        return _(
            "The discount of %(number)s ended on %(day)s: a payment of %(paid)s comes late.",
            number=item.number,
            day=format_date(item.discount_until),
            paid=format_date(row.date),
        )
    if line.discount > item.discount:
        most = format_money(item.discount, item.currency_code)
        return _("The discount of %(number)s is %(most)s.", number=item.number, most=most)
    if line.amount + line.discount != item.residual:
        rest = format_money(item.residual - item.discount, item.currency_code)
        return _(
            "The discount of %(number)s takes a payment of all the rest: %(rest)s.",
            number=item.number,
            rest=rest,
        )
    return ""
