"""The rate of a foreign currency on a day.

Problem: an invoice in yuan by a company that keeps its books in dollars must be booked at the rate of
its day, and never at 1 for want of one. Rule: what a document says counts; else the table's latest rate
on or before the day, unless it is older than the company allows, and of that day what somebody typed
before what was imported; else the document is refused. The company's own currency has the rate 1 and no
other. Example: books in USD, CNY 0.1400 on Friday 2 January, 0.1410 on Monday → an invoice of Sunday
takes 0.1400.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from addons.accounting.services.chart import Books
from core.db import AnySession
from core.errors import UserError
from core.i18n import _, format_date

#: What somebody typed comes before what a file brought.
BY_HAND = "manual"
_RATES = text("""
    SELECT w.currency, w.day, r.rate, r.date
      FROM unnest(CAST(:currencies AS text[]), CAST(:days AS date[])) AS w (currency, day)
     CROSS JOIN LATERAL (
           SELECT rate, date FROM accounting_currency_rate
            WHERE company_id = :company AND currency_code = w.currency AND date <= w.day
            ORDER BY date DESC, source = 'manual' DESC, source LIMIT 1) r
""")


class RateError(UserError):
    """A document in a foreign currency has no rate, or one in the company's own has another than 1."""


def rates_on(
    session: AnySession, books: Books, wanted: Sequence[tuple[str, date]]
) -> dict[tuple[str, date], Decimal]:
    """What the table has of these currencies on these days; what is missing or too old is left out."""
    days = sorted(set(wanted))
    values = {
        "company": books.company_id,
        "currencies": [currency for currency, _day in days],
        "days": [day for _currency, day in days],
    }
    rows = session.execute(_RATES, values) if days else ()
    return {(r.currency, r.day): r.rate for r in rows if (r.day - r.date).days <= books.rate_age}


def fill_rates(session: AnySession, books: Mapping[int, Books], documents: Sequence[Any]) -> None:
    """Give each document the rate of its day where it has none; raises RateError."""
    missing: dict[int, list[Any]] = {}
    for document in documents:
        of_company = books[document.company_id]
        if document.currency_code == of_company.currency:
            _fill_own(document)
        elif document.exchange_rate is None:
            missing.setdefault(document.company_id, []).append(document)
        elif document.exchange_rate <= 0:
            raise RateError(_("An exchange rate is above zero."))
    for company_id, lacking in missing.items():
        _fill(session, books[company_id], lacking)


def _fill_own(document: Any) -> None:
    if document.exchange_rate not in (None, 1):
        raise RateError(
            _(
                "%(currency)s is the currency of the books: its rate is 1. Leave the exchange rate empty.",
                currency=document.currency_code,
            )
        )
    document.exchange_rate = Decimal(1)


def _fill(session: AnySession, books: Books, documents: Sequence[Any]) -> None:
    found = rates_on(session, books, [(d.currency_code, d.date) for d in documents])
    for document in documents:
        rate = found.get((document.currency_code, document.date))
        if rate is None:
            raise RateError(no_rate(document.currency_code, document.date))
        document.exchange_rate = rate


def no_rate(currency: str, day: date) -> str:
    """What is said where a rate is needed and there is none."""
    return _(
        "There is no rate of %(currency)s for %(day)s: give the exchange rate, or add one under Exchange "
        "rates.",
        currency=currency,
        day=format_date(day),
    )
