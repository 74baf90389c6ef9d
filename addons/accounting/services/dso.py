"""How long customers take to pay: days of sales that are outstanding.

Problem: one wants to know in days what receivables mean, and a quotient over a year hides what changed last
month. Rule, two of them. *Simple*: what is open now, over what was sold in the last 90 days, times 90.
*Counted back*: take what was sold this month off what is open, then last month, and so on; each month that is
covered counts its days, the last one a share of them. Example: 500 are open on 30 November; sold were 300 in
November and 400 in October → 30 days, and 200 of 400 of October's 31 → 15.5, together 45.5; simple, with 250
more in September and all of them within 90 days, 500 / 950 × 90 = 47.4. Both are in the currency of the
books, each document at its own rate, tax included on both sides. What two years of sales don't cover is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from core import m
from core.db import AnySession

#: Over so many days the simple figure looks back, and so many months the one that is counted back.
DAYS, MONTHS = 90, 24
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Outstanding:
    """What is open and overdue in the currency of the books, and in days; None where nothing was sold."""

    open: Decimal
    overdue: Decimal
    simple: Decimal | None
    #: `beyond` where the sales of two years don't cover it.
    counted_back: Decimal | None
    beyond: bool = False

    @property
    def overdue_percent(self) -> Decimal | None:
        """How much of what is open is overdue; None where nothing is open."""
        return 100 * self.overdue / self.open if self.open > 0 else None


def outstanding(session: AnySession, day: date, partner_id: int | None = None) -> Outstanding:
    """Of all customers that the user sees, or of one; today, since it asks what is open now."""
    return in_days_of(_open(session, day, partner_id), _sales(session, day, partner_id), day)


def in_days_of(left: tuple[Decimal, Decimal], sales: Mapping[date, Decimal], day: date) -> Outstanding:
    """What is open, and overdue of it, against the sales of each day from `first_day` to this one.

    Sales are signed, tax included, and all amounts in the currency of the books.
    """
    lately = sum((amount for on, amount in sales.items() if on > day - timedelta(days=DAYS)), _ZERO)
    back, beyond = count_back(left[0], sales, day)
    return Outstanding(*left, left[0] * DAYS / lately if lately > 0 else None, back, beyond)


def open_value(item: Any) -> ColumnElement[Decimal]:
    """What is open of an item in the currency of the books, at its own rate."""
    value: ColumnElement[Decimal] = item.company_amount * (item.amount - item.allocated) / item.amount
    return value


def _open(session: AnySession, day: date, partner_id: int | None) -> tuple[Decimal, Decimal]:
    """What is open and what is overdue of debits; credits that settle nothing yet lower the first."""
    item = m.AccountingOpenItem
    value = open_value(item)
    late = (item.due_date < day) & (item.amount > 0)
    asked = select(func.sum(value), func.sum(value).filter(late))
    asked = asked.where(item.side == "receivable", item.allocated != item.amount)
    if partner_id is not None:
        asked = asked.where(item.partner_id == partner_id)
    left, overdue = session.execute(asked).one()
    return left or _ZERO, overdue or _ZERO


def _sales(session: AnySession, day: date, partner_id: int | None) -> Mapping[date, Decimal]:
    """Invoices less credit notes by day, tax included, over the months that may count."""
    invoice = m.AccountingInvoice
    signed = case((invoice.kind == "credit_note", -invoice.total), else_=invoice.total)
    first = first_day(day)
    asked = select(invoice.date, func.sum(signed * invoice.exchange_rate)).group_by(invoice.date)
    asked = asked.where(invoice.state == "posted", invoice.date >= first, invoice.date <= day)
    if partner_id is not None:
        asked = asked.where(invoice.partner_id == partner_id)
    return {on: amount for on, amount in session.execute(asked)}


def first_day(day: date) -> date:
    """The first day whose sales count."""
    return _month_before(day.replace(day=1), MONTHS - 1)


def count_back(left: Decimal, sales: Mapping[date, Decimal], day: date) -> tuple[Decimal | None, bool]:
    """The days whose sales are still open, counted back by months; and whether they cover it all."""
    if not any(sales.values()):
        return None, False
    days = _ZERO
    for start, end in _months(day):
        if left <= 0:
            return days, False
        length = Decimal((end - start).days + 1)
        sold = sum((amount for on, amount in sales.items() if start <= on <= end), _ZERO)
        if sold > left:
            return days + length * left / sold, False
        left -= max(sold, _ZERO)
        days += length
    return days, left > 0


def _months(day: date) -> Sequence[tuple[date, date]]:
    """This month up to the day, and those before, the latest first."""
    firsts = [_month_before(day.replace(day=1), back) for back in range(MONTHS)]
    ends = [day, *(first - timedelta(days=1) for first in firsts[:-1])]
    return list(zip(firsts, ends, strict=True))


def _month_before(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
