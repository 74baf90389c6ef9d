"""Between which days a company's documents may be dated.

Problem: a slip such as 2226-01-01 or 0001-01-01 is numbered, posted and never changed again. Rule:
nothing is dated before the day on which the company's books begin, in a year that is closed, or more
than a year ahead of today; whoever brings history in sets the first day first. Example: books that begin
on 2025-01-01, today 2026-11-28 → 2025-01-01 to 2027-11-28. The database holds the same for every entry.
"""

from datetime import date, timedelta

from addons.accounting.services.chart import Books, books_of
from core.clock import today
from core.db import AnySession
from core.errors import UserError
from core.i18n import _, format_date

#: How far ahead of today a document may be dated, in days.
AHEAD = 365


def why_outside(books: Books, on: date) -> str:
    """Why nothing may be booked on a day, and what to do; empty where it may."""
    if books.closed is not None and on <= books.closed:
        return _(
            "%(day)s lies in a year that was closed up to %(last)s: date it later, or open the year again "
            "under Year-end closings.",
            day=format_date(on),
            last=format_date(books.closed),
        )
    return why_impossible(books, on)


def refuse_impossible(session: AnySession, company_id: int, on: date, error: type[UserError]) -> None:
    """Raise `error` where not even what books nothing may be dated so: its number would keep the year."""
    if problem := why_impossible(books_of(session, company_id), on):
        raise error(problem)


def why_impossible(books: Books, on: date) -> str:
    """Why not even what books nothing, such as an order, may be dated so; empty where it may."""
    if on < books.begin:
        return _(
            "%(day)s lies before %(first)s, on which the books begin: correct the date, or set the first day "
            "of the books under Companies.",
            day=format_date(on),
            first=format_date(books.begin),
        )
    if on > today() + timedelta(days=AHEAD):
        return _("%(day)s lies more than a year ahead: correct the date.", day=format_date(on))
    return ""
