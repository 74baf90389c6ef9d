"""When a document is due, by the terms that were agreed, and how that was found.

Problem: "net 30", "end of month + 30", 月结30天 and "the 15th of the second month after" are all usual, and
a customer wants to see how a day was computed. Rule: begin with the day of the document, or the end of
its month; add months, which keep to the end of a month; add days; then, where payments are made on a
fixed day of the month, go on to the next such day. Example, 月结30天 on the 15th: 2026-01-10 → end of the
month 2026-01-31 → + 30 days 2026-03-02 → the next 15th 2026-03-15.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.db import AnySession
from core.i18n import _, format_date, format_number, ngettext

_AGREED = """
    SELECT p.id, t.from_month_end, t.months, t.days, t.day, t.discount, t.discount_days
      FROM partner p JOIN accounting_payment_term t ON t.id = p.{term} WHERE p.id = ANY(:ids)
"""
_CUSTOMERS = text(_AGREED.format(term="payment_term_id"))
_SUPPLIERS = text(_AGREED.format(term="supplier_term_id"))


@dataclass(frozen=True)
class Term:
    """What was agreed; `day` of the month is 0 where any day will do, and 31 for the last one."""

    from_month_end: bool = False
    months: int = 0
    days: int = 0
    day: int = 0
    #: In percent, for paying within so many days of the document.
    discount: Decimal = Decimal(0)
    discount_days: int = 0


def steps(term: Term, on: date) -> Iterator[tuple[str, date]]:
    """How a document of this day falls due: what was done, and the day that it led to, the due one last."""
    reached = on
    yield "document", on
    if term.from_month_end:
        reached = _end_of_month(reached)
        yield "month_end", reached
    if term.months:
        reached = _months_later(reached, term.months, keep_end=term.from_month_end)
        yield "months", reached
    if term.days:
        reached += timedelta(days=term.days)
        yield "days", reached
    if term.day:
        reached = _next_day_of_month(reached, term.day)
        yield "day", reached


def due_date(term: Term, on: date) -> date:
    """The day on which a document of this day is due."""
    return list(steps(term, on))[-1][1]


def discount_until(term: Term, on: date) -> date | None:
    """The last day for paying a document of this day less the discount; None where there is none."""
    return on + timedelta(days=term.discount_days) if term.discount else None


def in_words(term: Term, on: date) -> str:
    """The computation as people read it."""
    words = " → ".join(f"{_words(term, done)} {format_date(day)}" for done, day in steps(term, on))
    early = discount_until(term, on)
    if early is None:
        return words
    percent = format_number(term.discount)
    return words + _("; less %(percent)s %% until %(day)s", percent=percent, day=format_date(early))


def _words(term: Term, done: str) -> str:
    if done == "document":
        return _("date of the document")
    if done == "month_end":
        return _("end of the month")
    if done == "months":
        return ngettext("+ %(num)s month", "+ %(num)s months", term.months)
    if done == "days":
        return ngettext("+ %(num)s day", "+ %(num)s days", term.days)
    return _("the last day of the month") if term.day == 31 else _("the next day %(day)s", day=term.day)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months_later(day: date, months: int, *, keep_end: bool) -> date:
    count = day.month - 1 + months
    first = date(day.year + count // 12, count % 12 + 1, 1)
    last = monthrange(first.year, first.month)[1]
    return first.replace(day=last if keep_end else min(day.day, last))


def _next_day_of_month(day: date, wanted: int) -> date:
    """The first day from `day` on that is the wanted one of its month, or the last of a shorter month."""
    this = day.replace(day=min(wanted, monthrange(day.year, day.month)[1]))
    if this >= day:
        return this
    following = _end_of_month(day) + timedelta(days=1)
    return following.replace(day=min(wanted, monthrange(following.year, following.month)[1]))


def terms_of(session: AnySession, partner_ids: Iterable[int], side: str = "receivable") -> dict[int, Term]:
    """The terms of those partners that have agreed some, as customers or (`payable`) as suppliers."""
    query = _CUSTOMERS if side == "receivable" else _SUPPLIERS
    return {row[0]: Term(*row[1:]) for row in session.execute(query, {"ids": sorted(set(partner_ids))})}


def term_of(record: Any) -> Term:
    """A record as the computation takes it."""
    return Term(*(getattr(record, field.name) for field in fields(Term)))
