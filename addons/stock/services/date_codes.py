"""Date codes: the week in which goods were made, as the maker prints it on them.

Lots are taken by it, the oldest first: what says 2699, or a week of next year, would stay on its shelf for
ever, and look fresh. Rule: two digits of the year, of this century, and a week that can have been. Example:
2614 is the week of 30 March 2026.
"""

import re
from datetime import date, timedelta

from addons.stock.services.errors import StockError
from core.clock import today
from core.i18n import _

#: Some makers print the week in which goods are to leave, and some count weeks by calendars of their own.
AHEAD = timedelta(weeks=4)


def made_in(date_code: str) -> date | None:
    """The Monday of the week that a date code names; None where it names none.

    Makers count a week 53 in years that have none: it is the week behind the 52nd.
    """
    if not re.fullmatch("[0-9]{4}", date_code) or not 1 <= int(date_code[2:]) <= 53:
        return None
    first = date.fromisocalendar(2000 + int(date_code[:2]), 1, 1)
    return first + timedelta(weeks=int(date_code[2:]) - 1)


def refuse_date_code(code: str) -> None:
    """Refuse a week in which no goods can have been made; empty where nobody knows it. Raises StockError."""
    if not code:
        return
    made = made_in(code)
    if made is None:
        shown = code if len(code) <= 40 else f"{code[:40]}…"
        raise StockError(
            _("“%(code)s” is no date code: write year and week in four digits, like 2614.", code=shown)
        )
    if made > today() + AHEAD:
        now = f"{today():%G%V}"[2:]
        raise StockError(
            _(
                "The date code %(code)s lies ahead: now is %(now)s. Correct it, or leave it empty.",
                code=code,
                now=now,
            )
        )
