"""What a payment in time need not pay.

Problem: "2 % within 10 days, net 30" lets a customer settle an invoice of 1,130.00 with 1,107.40 up to the
tenth day. Rule: the discount is computed once, on the total of the document when it is posted, and kept with
its open item and the last day for it. A payment earns it whole or not at all: by its day, and by paying all
that is open but the discount. Then the item is settled in full, and the discount goes to an account of its
own; a day later, or with less, nothing is taken off. Examples, of 1,130.00 until the 11th: 1,107.40 on the
11th → settled, 22.60 allowed; 1,107.40 on the 12th → 22.60 stay open; 1,000.00 on the 5th → 130.00 stay open,
and 107.40 by the 11th settle them.

Where the law lowers the tax with what is paid, so does the discount: its part of each tax goes to the account
of that tax, in the proportion in which the document has it. Example: of 22.60 on 1,000.00 and 130.00 of tax
20.00 are allowed, and 2.60 of output tax are taken back. A reversal takes back what was booked.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books
from core.db import AnySession, round_money
from core.i18n import _, format_date, format_money

_ZERO = Decimal(0)
_ITEMS = text("""
    SELECT id, number, currency_code, abs(amount - allocated) AS residual, abs(discount) AS discount,
           discount_until
      FROM accounting_open_item WHERE id = ANY(:ids)
""")

#: Of each payment, what of its discounts is tax: a row a document and account of a tax.
_TAXES = text("""
    SELECT l.payment_id, l.discount, abs(i.amount) AS total, i.currency_code, t.account_id,
           abs(sum(t.amount_currency)) AS tax
      FROM accounting_payment_line l
      JOIN accounting_open_item i ON i.id = l.open_item_id
      JOIN accounting_entry_line own ON own.id = i.entry_line_id
      JOIN accounting_entry_line t ON t.entry_id = own.entry_id AND t.account_id = ANY(:accounts)
     WHERE l.payment_id = ANY(:ids) AND l.discount <> 0
     GROUP BY l.id, i.id, t.account_id ORDER BY l.id, t.account_id
""")
#: What reversed payments had booked of their discounts to accounts of taxes.
_BOOKED = text("""
    SELECT p.id AS payment_id, t.account_id, abs(sum(t.amount_currency)) AS tax
      FROM accounting_payment p JOIN accounting_payment r ON r.id = p.reverses_id
      JOIN accounting_entry_line t ON t.entry_id = r.entry_id AND t.account_id = ANY(:accounts)
     WHERE p.id = ANY(:ids) AND p.discount <> 0
     GROUP BY 1, 2 HAVING sum(t.amount_currency) <> 0 ORDER BY 1, 2
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


def taxes_of(session: AnySession, books: Books, rows: Sequence[Any]) -> Mapping[int, Mapping[int, Decimal]]:
    """How much of the discounts of payments, as rows, is tax: payment → account → amount, without signs."""
    found: dict[int, dict[int, Decimal]] = {}
    ids = [row.id for row in rows if row.discount]
    asked = {"ids": ids, "accounts": books.all_tax_accounts}
    if ids and books.early_tax:
        for row in session.execute(_TAXES, asked):
            part = round_money(row.discount * row.tax / row.total, row.currency_code)
            of = found.setdefault(row.payment_id, {})
            of[row.account_id] = of.get(row.account_id, _ZERO) + part
    for row in session.execute(_BOOKED, asked) if ids else ():
        found.setdefault(row.payment_id, {})[row.account_id] = row.tax
    return found


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
