"""Lists and forms of payable statements, and what is agreed with suppliers on their form."""

from typing import Any

from core import m
from core.i18n import _l
from core.screens import Button, Column, Fact, Facts, Field, Filter, Screens, Section

STATES = {"draft": _l("Draft"), "posted": _l("Posted")}
SETTLEMENTS = {"cash": _l("Cash"), "receipt": _l("By receipt"), "period": _l("By period")}
CYCLES = {"monthly": _l("monthly"), "half_monthly": _l("half-monthly"), "weekly": _l("weekly")}

screens = Screens()


def facts_of(session: Any, statement: Any) -> list[Fact]:
    """Both totals and what lies between them."""
    currency = statement.currency_code
    return [
        Fact(_l("Ours"), statement.total, currency),
        Fact(_l("Theirs"), statement.their_total, currency),
        Fact(
            _l("Difference"), statement.their_total - statement.total if statement.list_name else 0, currency
        ),
    ]
